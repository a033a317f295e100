package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/ledger"
)

const (
	// troubledRounds is how often all of it dies and time passes. A round is as long
	// as so many orders take where nothing goes wrong, but no longer than the limit: a
	// slow machine only does less in it.
	troubledRounds = 4
	troubledOrders = 16
	troubledLimit  = 12 * time.Second
	// calmRounds is how often time may pass until nothing is left to do. An order
	// rests for an hour at most.
	calmRounds = 20
)

// troubled is a stack whose functions are killed at random moments, while the
// network between them, AWS and the ERPs cuts connections off, the ERPs can't be
// reached, an API of AWS fails, and AWS is stopped and started: its process ends, and
// another one goes on with all that it had.
//
// A process has no clock but the machine's. So time passes between the rounds, when
// all processes are dead, by making older what the ledger remembers; the ERPs' clock
// goes on with it.
type troubled struct {
	*stack
	trouble *awstest.Trouble
	server  *awstest.Server
	tables  *dynamodb.Client
	// lines lead to AWS, erps to the ERPs.
	lines, erps []*awstest.Line

	// unit is how long a worker takes for an order here and now.
	unit time.Duration

	webhooks, others []*lambda
	sweep            *lambda
	lanes            []*mapping

	all []purchase
	// unheard are the deliveries that no store heard a 200 to.
	mu      sync.Mutex
	unheard []purchase
	deaths  atomic.Int64
	// calm is how many were bought before the trouble. lost are the answers of creates
	// that were lost for certain, restarted is how often AWS was stopped and started,
	// and redriven how many dead letters were sent again.
	calm, restarted, redriven int
	lost                      atomic.Int64
}

func TestFunctionsThatDieAtAnyMomentLoseAndDoubleNothing(t *testing.T) {
	s := newTroubled(t, build(t))
	s.provesItsLookUp()
	s.measures()
	s.calm = len(s.all)
	s.buries()
	s.loses()
	for round := range troubledRounds {
		s.round(round%2 == 1)
		s.pass([]time.Duration{leaseAndSpacing, 31 * time.Minute, 62 * time.Second}[s.trouble.IntN(3)])
	}
	made, asked := len(s.sim.Documents())+len(s.shop.Documents()), len(s.sim.Calls())+len(s.shop.Calls())
	s.calms()
	s.counts()
	s.happened()
	t.Logf("%d purchases, %d documents of them and %d calls of the ERPs while %d processes and %d letters died; %s",
		len(s.all), made, asked, s.deaths.Load(), s.redriven, s.trouble)
}

func newTroubled(t *testing.T, built string) *troubled {
	t.Helper()
	s := &troubled{trouble: awstest.NewTrouble(t), server: &awstest.Server{Kept: true}}
	t.Cleanup(s.server.Stop)
	endpoint := s.server.Start(t)
	s.tables = dynamodb.NewFromConfig(endpoint.Config)
	line := func(oneIn int, upTo time.Duration, to *[]*awstest.Line) func(http.Handler) string {
		return func(h http.Handler) string {
			l := awstest.NewLine(t, h, s.trouble.Fates(oneIn, upTo))
			*to = append(*to, l)
			return l.URL
		}
	}
	withLookUp := strings.Replace(connections, `"base_url": "SENSIO",`, `"base_url": "SENSIO",
		"lookup": {"path": "/sales?orig={orig}&origId={origId}", "rows": "response", "id": "id"},`, 1)
	s.stack = newStackIn(t, endpoint, &calls{}, built, withLookUp, line(6, 100*time.Millisecond, &s.erps))
	s.reach = line(25, 10*time.Millisecond, &s.lines)
	s.webhooks = []*lambda{s.start("webhook"), s.start("webhook")}
	s.sweep = s.start("sweep")
	for _, name := range []string{"omie-os", "omie-os", "sensio-sale"} {
		worker := s.start(name)
		lane := s.mapping(name, worker)
		// Between SQS and its event source mapping there is no network of ours.
		lane.client = s.sqs
		s.others, s.lanes = append(s.others, worker), append(s.lanes, lane)
	}
	return s
}

// provesItsLookUp has Sensio's look-up find a sale: what it doesn't find is a
// person's until then.
func (s *troubled) provesItsLookUp() {
	p := s.buys("camisetas")
	s.all = append(s.all, p)
	s.shop.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.WriteThenReset})
	s.accepts(s.webhooks[0], p)
	s.lanes[2].drain()
	s.isIn(p, ledger.Uncertain, "lost_answer")
	s.pass(62 * time.Second)
	s.wakes()
	s.lanes[2].drain()
	s.isIn(p, ledger.Created, "")
}

// measures how long an order takes, so that processes die in the middle of one on a
// slow machine too.
func (s *troubled) measures() {
	for range 2 {
		p := s.buys("cursos")
		s.all = append(s.all, p)
		s.accepts(s.webhooks[0], p)
		begin := time.Now()
		s.lanes[0].drain()
		s.unit = max(200*time.Millisecond, time.Since(begin))
	}
}

// buries has a message die, which chance alone seldom does.
func (s *troubled) buries() {
	p := s.buys("mentoria")
	s.all = append(s.all, p)
	s.accepts(s.webhooks[0], p)
	s.lanes[0].buries()
}

// loses has each ERP make a document of whose answer nobody hears, which chance
// could leave out. The workers die before Omie's.
func (s *troubled) loses() {
	s.erps[0].LoseOne(func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte(`"IncluirOS"`)) }, func() {
		s.lost.Add(1)
		for _, worker := range s.others {
			s.ends(worker)
		}
	})
	s.erps[1].LoseOne(func(r *http.Request, _ []byte) bool { return r.Method == http.MethodPost }, func() { s.lost.Add(1) })
}

// wakes is a sweep whose trouble is over.
func (s *troubled) wakes() {
	s.t.Helper()
	if _, err := s.sweep.invoke(`{}`); err != nil {
		s.t.Errorf("sweep: %v\n%s", err, s.log())
	}
}

// round is some seconds of purchases, deliveries, sweeps and deaths. In some of
// them AWS is stopped and started, in the others its APIs fail for a while.
func (s *troubled) round(restarts bool) {
	s.t.Helper()
	sent := make(chan purchase, 64)
	for _, connection := range []string{"cursos", "mentoria", "livros", "camisetas", "canecas"} {
		p := s.buys(connection)
		s.all = append(s.all, p)
		sent <- p
	}
	// Stores deliver again what they were answered 200 too.
	for range 3 {
		sent <- s.all[s.trouble.IntN(len(s.all))]
	}
	for _, p := range s.unheard {
		sent <- p
	}
	s.unheard = nil
	close(sent)

	s.trouble.Begin()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	var working, harming sync.WaitGroup
	for _, webhook := range s.webhooks {
		working.Go(func() { s.delivers(ctx, webhook, sent) })
	}
	for _, lane := range s.lanes {
		working.Go(func() { s.works(ctx, lane) })
	}
	working.Go(func() {
		for s.waits(ctx, 0, 2*s.unit) {
			_, _ = s.sweep.invoke(`{}`)
		}
	})
	for _, l := range s.mortals() {
		harming.Go(func() { s.kills(ctx, l) })
	}
	harming.Go(func() { s.cutsOff(ctx, s.erps[s.trouble.IntN(len(s.erps))]) })
	if restarts {
		harming.Go(func() { s.restarts(ctx) })
	} else {
		harming.Go(func() { s.breaks(ctx, "AmazonSQS") })
		harming.Go(func() { s.breaks(ctx, "DynamoDB") })
	}
	limit := min(troubledOrders*s.unit, troubledLimit)
	s.waits(ctx, limit, limit)
	cancel()
	harming.Wait()
	s.settles(&working)
}

func (s *troubled) mortals() []*lambda {
	return append(append(slices.Clone(s.webhooks), s.others...), s.sweep)
}

// waits for a time between the two, and is false if the round is over.
func (s *troubled) waits(ctx context.Context, from, to time.Duration) bool {
	select {
	case <-time.After(s.trouble.Moment(from, to)):
		return true
	case <-ctx.Done():
		return false
	}
}

// delivers as a store does, which repeats what it hears no 200 to, and now and
// then doesn't hear one. What isn't delivered when the round is over is so later.
func (s *troubled) delivers(ctx context.Context, webhook *lambda, sent <-chan purchase) {
	for p := range sent {
		heard := false
		s.waits(ctx, 0, 2*s.unit)
		for tries := 0; !heard && tries < 3 && ctx.Err() == nil; tries++ {
			got := status(webhook, p.delivered(s.t, hottok))
			heard = got == http.StatusOK && !s.trouble.OneIn(8)
			if got != 0 && got != http.StatusOK && got != http.StatusServiceUnavailable {
				s.t.Errorf("%s was answered %d", p.key(), got)
			}
		}
		if !heard {
			s.mu.Lock()
			s.unheard = append(s.unheard, p)
			s.mu.Unlock()
		}
	}
}

// works is the event source mapping of a worker. A message whose worker died may
// come again while the dead one's claim lives.
func (s *troubled) works(ctx context.Context, lane *mapping) {
	for ctx.Err() == nil {
		if !lane.deliver() {
			s.waits(ctx, 0, 40*time.Millisecond)
		}
		if s.trouble.OneIn(10) {
			lane.lapse()
		}
	}
}

// kills the function's process again and again, wherever it is then.
func (s *troubled) kills(ctx context.Context, l *lambda) {
	for s.waits(ctx, 0, 9*s.unit) {
		s.ends(l)
	}
}

// ends kills the function's process, if there is one.
func (s *troubled) ends(l *lambda) {
	if l.end() {
		s.deaths.Add(1)
	}
}

// cutsOff has a line refuse connections for a while.
func (s *troubled) cutsOff(ctx context.Context, line *awstest.Line) {
	if s.waits(ctx, 0, 6*s.unit) {
		line.Refuse()
		s.waits(ctx, 0, 4*s.unit)
		line.Accept(s.t)
	}
}

// breaks has one of AWS's APIs answer 500 for a while: whoever gets no further than
// its secret never comes to what it has to write. One at a time: the later wins.
func (s *troubled) breaks(ctx context.Context, api string) {
	if s.waits(ctx, 0, 6*s.unit) {
		s.down.Store(&api)
		s.waits(ctx, 0, 1500*time.Millisecond+s.unit)
		s.down.Store(nil)
	}
}

// restarts stops AWS and starts it again. Either it refuses connections
// meanwhile, or it stalls: what was asked is carried out when it is back, long
// after who asked has given up. It is stopped between two requests: what a request
// that is under way meets is up to the lines. It is stopped in any case: the end of
// the round only makes it sooner, and what is under way then meets it.
func (s *troubled) restarts(ctx context.Context) {
	s.waits(ctx, 0, 4*s.unit)
	refuses := s.trouble.OneIn(2)
	if refuses {
		for _, line := range s.lines {
			line.Refuse()
		}
	}
	if err := s.server.Restart(func() { s.waits(ctx, 0, 2*s.unit) }); err != nil {
		s.t.Error(err)
	} else {
		s.restarted++
	}
	if refuses {
		for _, line := range s.lines {
			line.Accept(s.t)
		}
	}
}

// settles kills all that runs and lets what it asked for be carried out: no call of
// the dead arrives after the time that passes next, which is more than Omie's.
func (s *troubled) settles(working *sync.WaitGroup) {
	s.trouble.End()
	ended := make(chan struct{})
	go func() {
		working.Wait()
		close(ended)
	}()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for running := true; running; {
		for _, l := range s.mortals() {
			s.ends(l)
		}
		select {
		case <-ended:
			running = false
		case <-again.C:
		}
	}
	for _, l := range s.mortals() {
		s.ends(l)
	}
	for _, line := range slices.Concat(s.lines, s.erps) {
		line.Refuse()
		line.Settle()
		line.Accept(s.t)
	}
}

// pass lets time pass, which nobody lives through: the visibility of messages
// lapses, what the ledger remembers gets older, and somebody redrives the dead
// letters. It tells how many messages were given back so.
func (s *troubled) pass(d time.Duration) (given int) {
	s.t.Helper()
	s.clock.advance(d)
	for _, lane := range s.lanes {
		given += len(lane.hidden)
		lane.lapse()
	}
	given += s.redrives("OmieDeadLetters", "OmieQueue") + s.redrives("SensioDeadLetters", "SensioQueue")
	for _, p := range s.all {
		e, err := s.ledger.Get(s.t.Context(), p.key())
		if errors.Is(err, ledger.ErrNotFound) {
			continue
		}
		if err == nil {
			_, err = s.ledger.Write(s.t.Context(), e, awstest.Older(e, d))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for account := range s.configured.Accounts {
		s.lanePasses(account, d)
	}
	s.questionsPass(d)
	return given
}

// lanePasses makes an account's rest older, which the ledger itself only extends.
func (s *troubled) lanePasses(account string, d time.Duration) {
	s.t.Helper()
	l, err := s.ledger.Lane(s.t.Context(), account)
	if err != nil {
		s.t.Fatal(err)
	}
	if l.BlockedUntil.IsZero() {
		return
	}
	s.sets(&dynamotypes.AttributeValueMemberS{Value: "~lane#" + account}, "blocked_until", l.BlockedUntil.Add(-d))
}

// questionsPass makes older what was asked about customers.
func (s *troubled) questionsPass(d time.Duration) {
	s.t.Helper()
	found, err := s.tables.Scan(s.t.Context(), &dynamodb.ScanInput{TableName: &s.name, ConsistentRead: aws.Bool(true),
		FilterExpression:          aws.String("begins_with(#key, :customer) AND attribute_exists(quiet_until)"),
		ExpressionAttributeNames:  map[string]string{"#key": "key"},
		ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{":customer": &dynamotypes.AttributeValueMemberS{Value: "~customer#"}}})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, item := range found.Items {
		quiet, err := time.Parse(time.RFC3339, item["quiet_until"].(*dynamotypes.AttributeValueMemberS).Value)
		if err != nil {
			s.t.Fatal(err)
		}
		s.sets(item["key"], "quiet_until", quiet.Add(-d))
	}
}

// sets a time of the table's.
func (s *troubled) sets(key dynamotypes.AttributeValue, attribute string, to time.Time) {
	s.t.Helper()
	at := &dynamotypes.AttributeValueMemberS{Value: to.UTC().Format("2006-01-02T15:04:05.000Z")}
	if _, err := s.tables.UpdateItem(s.t.Context(), &dynamodb.UpdateItemInput{TableName: &s.name,
		Key:              map[string]dynamotypes.AttributeValue{"key": key},
		UpdateExpression: aws.String("SET " + attribute + " = :at"), ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{":at": at},
	}); err != nil {
		s.t.Fatal(err)
	}
}

// calms has the stores deliver what is left, and goes on until all is created.
func (s *troubled) calms() {
	s.t.Helper()
	s.accepts(s.webhooks[0], s.unheard...)
	for range calmRounds {
		s.wakes()
		var working sync.WaitGroup
		for _, lane := range s.lanes {
			working.Go(func() { lane.drain() })
		}
		working.Wait()
		if s.pass(31*time.Minute) == 0 && !slices.ContainsFunc(s.all, s.open) {
			return
		}
	}
}

// open tells whether the purchase's order isn't at its end.
func (s *troubled) open(p purchase) bool {
	e, err := s.ledger.Get(s.t.Context(), p.key())
	return err != nil || e.State != ledger.Created
}

// redrives does what carimbo dlq redrive does. The workers must have died of each
// dead letter as often as that takes, or have said that they could not record it.
func (s *troubled) redrives(dead, queue string) int {
	s.t.Helper()
	letters := s.letters(dead)
	for _, letter := range letters {
		failed := 0
		for _, lane := range s.lanes {
			failed += lane.failed[*letter.MessageId]
		}
		if failed < 3 {
			s.t.Errorf("a message is dead that failed %d times: %s", failed, *letter.Body)
		}
		var m struct{ Account string }
		if err := json.Unmarshal([]byte(*letter.Body), &m); err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.sqs.SendMessage(s.t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(s.physical[queue]), MessageBody: letter.Body,
			MessageGroupId: &m.Account, MessageDeduplicationId: aws.String("redriven-" + *letter.MessageId)}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.redriven += len(letters)
	return len(letters)
}

// counts checks that each purchase is one document and one entry, and that nothing
// else is left anywhere.
func (s *troubled) counts() {
	s.t.Helper()
	var orders, sales []purchase
	for _, p := range s.all {
		if s.configured.Accounts[s.configured.Connections[p.connection].Account].Kind == "omie" {
			orders = append(orders, p)
		} else {
			sales = append(sales, p)
		}
	}
	s.stamped(orders...)
	s.sold(sales...)
	entries := 0
	for pages := dynamodb.NewScanPaginator(s.tables, &dynamodb.ScanInput{TableName: &s.name}); pages.HasMorePages(); {
		page, err := pages.NextPage(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, item := range page.Items {
			if key := item["key"].(*dynamotypes.AttributeValueMemberS); !strings.HasPrefix(key.Value, "~") {
				entries++
			}
		}
	}
	if entries != len(s.all) {
		s.t.Errorf("%d entries for %d purchases", entries, len(s.all))
	}
	for _, queue := range []string{"OmieQueue", "OmieDeadLetters", "SensioQueue", "SensioDeadLetters"} {
		s.empty(queue)
	}
}

// happened checks that this test saw what it is about: without it the counts would
// be right where nothing went wrong.
func (s *troubled) happened() {
	s.t.Helper()
	if s.deaths.Load() == 0 || s.restarted == 0 || s.redriven == 0 || s.lost.Load() != int64(len(s.erps)) {
		s.t.Errorf("%d processes died, AWS was restarted %d times, %d dead letters were redriven, and of %d ERPs %d lost the answer of a create",
			s.deaths.Load(), s.restarted, s.redriven, len(s.erps), s.lost.Load())
	}
	// A process that dies in the middle of a create leaves a lease that lapses; one
	// that lives hears nothing. A look-up found what they made.
	lapsed, unheard := map[string]int{}, map[string]int{}
	for _, p := range s.all[s.calm:] {
		e := s.entry(p)
		for _, a := range e.Timeline {
			if e.Found && a.Did == "create" {
				switch a.Answer {
				case "lapsed":
					lapsed[e.ERPKind]++
				case string(erp.Lost):
					unheard[e.ERPKind]++
				}
			}
		}
	}
	if lapsed["omie"] == 0 || lapsed["sensio"]+unheard["sensio"] == 0 {
		s.t.Errorf("of the documents that look-ups found these creates had lapsed: %v, and these heard nothing: %v", lapsed, unheard)
	}
}

// empty checks that the queue has no message, not even a hidden one.
func (s *stack) empty(queue string) {
	s.t.Helper()
	out, err := s.sqs.GetQueueAttributes(s.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: aws.String(s.physical[queue]), AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}})
	if err != nil {
		s.t.Fatal(err)
	}
	for name, n := range out.Attributes {
		if n != "0" {
			s.t.Errorf("%s has %s %s", queue, n, name)
		}
	}
}
