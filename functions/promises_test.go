package functions_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
)

const (
	newHottok = "test-hottok-after-its-rotation"
	newAppKey = "38333295777"
	// laneMargin is how much longer a lane rests than the ERP says, for clocks that
	// differ.
	laneMargin = 2 * time.Second
)

// The functions as they are deployed: the four mains, built as a release builds
// them, each a process that polls a Lambda Runtime API, on the table and the
// queues of template.yaml.
func TestTheFunctions(t *testing.T) {
	built := build(t)
	// The longest begin first.
	promises := []struct {
		promise string
		keeps   func(*stack)
	}{
		{"a worker killed before any of its calls loses and doubles nothing", func(s *stack) { killedAtEachCall(s, false) }},
		{"a worker killed after any of its calls loses and doubles nothing", func(s *stack) { killedAtEachCall(s, true) }},
		{"workers killed at random while purchases flow lose and double nothing", killedAtRandom},
		{"a sweep killed at any of its calls wakes nothing twice and forgets nothing", sweepKilled},
		{"a webhook killed at any of its calls loses and doubles nothing once the store repeats it", webhookKilled},
		{"a worker killed between the create and the record adopts the OS that it made", killedBeforeTheRecord},
		{"a lane that is blocked for 30 minutes makes no call for 30 minutes, then goes on", blockedLane},
		{"a paid purchase that comes twice becomes one OS, and nothing is left to do", onePurchaseIsOneOS},
		{"the same webhook twenty times at once is one OS", twentyAtOnce},
		{"two accounts are worked on side by side, each with one order at a time", twoLanes},
		{"a poison message ends with the dead letters and its lane goes on", poison},
		{"a rotated signing secret is accepted, and the former one too", rotatedSigningSecret},
		{"a rotated App Key ends the rest it brought about, and costs no order", rotatedAppKey},
		{"a rotated secret ends the rest of a Sensio account, and the same one doesn't", rotatedSensioSecret},
		{"the sweep wakes an order whose message is gone", sweepWakes},
		{"while the ledger is down messages fail, and are delivered again", ledgerDown},
		{"while SQS is down the store hears 503", queueDown},
		{"a Shopify and a WooCommerce order that come twice become one Sensio sale each", ordersAreSales},
		{"a Sensio sale whose answer is lost waits for a person, and is never made twice", lostSaleIsAPersons},
		{"a Sensio worker killed between the create and the record makes no second sale", killedWithTheSale},
		{"the sweep wakes a Sensio order in its own queue", sweepWakesSensio},
		{"a Shopify order that comes twice becomes one OS", shopifyIsOneOS},
	}
	made := &calls{}
	var ran atomic.Int64
	t.Run("promise", func(t *testing.T) {
		for _, p := range promises {
			t.Run(p.promise, func(t *testing.T) {
				t.Parallel()
				ran.Add(1)
				p.keeps(newStack(t, made, built))
			})
		}
	})
	t.Run("the calls that the roles have to permit are known", func(t *testing.T) {
		if n := int(ran.Load()); n < len(promises) {
			t.Logf("not compared: %d of %d promises ran", n, len(promises))
			return
		}
		made.check(t)
	})
	t.Run("without its environment a function says what is missing", func(t *testing.T) { whatIsMissingIsSaid(t, built) })
}

func onePurchaseIsOneOS(s *stack) {
	webhook, worker, sweep := s.start("webhook"), s.start("omie-os"), s.start("sweep")
	p := s.buys("cursos")
	s.accepts(webhook, p, p)
	lane := s.mapping("omie-os", worker)
	if n := lane.drain(); n < 2 {
		s.t.Errorf("%d messages", n)
	}
	s.stamped(p)
	e := s.entry(p)
	if e.Attempts != 1 || e.Found || e.Payload != nil || e.Total != "497.00" || e.Customer != "H.P." {
		s.t.Errorf("%+v", e)
	}
	s.sweepsNothing(sweep, lane)
	for _, metric := range []string{"Queued", "Accepted", "Created", "CreatedAfter"} {
		if !strings.Contains(s.log(), `"Metrics":[{"Name":"`+metric+`"`) {
			s.t.Errorf("%s is missing in:\n%s", metric, s.log())
		}
	}
	// One correlation id leads through all functions.
	if said := worker.said.String(); e.Correlation == "" || !strings.Contains(said, `"correlation":"`+e.Correlation+`"`) || !strings.Contains(webhook.said.String(), e.Correlation) {
		s.t.Errorf("the correlation id %q is missing in:\n%s", e.Correlation, s.log())
	}
}

// sweepsNothing checks that the sweep process wakes nothing.
func (s *stack) sweepsNothing(sweep invoker, lane *mapping) {
	s.t.Helper()
	if _, err := sweep.invoke(`{"time":"2026-11-22T09:00:00Z"}`); err != nil {
		s.t.Fatalf("%v\n%s", err, s.log())
	}
	if n := lane.drain(); n != 0 {
		s.t.Errorf("the sweep woke %d", n)
	}
}

func twentyAtOnce(s *stack) {
	p := s.buys("cursos")
	var group sync.WaitGroup
	// Twenty invocations at once are twenty environments.
	for range 20 {
		webhook := s.start("webhook")
		group.Go(func() { s.accepts(webhook, p) })
	}
	group.Wait()
	delivered := make([]int, 2)
	for i := range delivered {
		lane := s.mapping("omie-os", s.start("omie-os"))
		group.Go(func() { delivered[i] = lane.drain() })
	}
	group.Wait()
	if delivered[0]+delivered[1] < 20 {
		s.t.Errorf("%v messages, 20 were sent", delivered)
	}
	s.stamped(p)
	if n := s.called("IncluirOS"); n != 1 {
		s.t.Errorf("%d creates", n)
	}
}

// called counts the calls of a method that reached the ERP.
func (s *stack) called(method string) int {
	n := 0
	for _, c := range s.sim.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

func twoLanes(s *stack) {
	webhook := s.start("webhook")
	var all []purchase
	for range 4 {
		all = append(all, s.buys("cursos"), s.buys("mentoria"))
	}
	s.accepts(webhook, all...)
	var group sync.WaitGroup
	for range 2 {
		lane := s.mapping("omie-os", s.start("omie-os"))
		group.Go(func() { lane.drain() })
	}
	group.Wait()
	s.stamped(all...)
}

func poison(s *stack) {
	webhook, worker := s.start("webhook"), s.start("omie-os")
	lane := s.mapping("omie-os", worker)
	const body = `{"type":"paid","key":`
	if _, err := s.sqs.SendMessage(s.t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(s.physical["OmieQueue"]), MessageBody: aws.String(body),
		MessageGroupId: aws.String("estudio"), MessageDeduplicationId: aws.String("poison")}); err != nil {
		s.t.Fatal(err)
	}
	behind, beside := s.buys("cursos"), s.buys("mentoria")
	s.accepts(webhook, behind, beside)
	for receives := 1; receives <= 3; receives++ {
		lane.drain()
		// The other account never waits; this one does, as a FIFO queue has it.
		s.stamped(beside)
		lane.lapse()
	}
	if dead := s.dead("OmieDeadLetters"); len(dead) != 0 {
		s.t.Errorf("dead before the third visibility time-out ended: %v", dead)
	}
	lane.drain()
	s.stamped(beside, behind)
	if dead := s.dead("OmieDeadLetters"); !slices.Equal(dead, []string{body}) {
		s.t.Errorf("the dead letters are %q", dead)
	}
	if n := strings.Count(worker.said.String(), "a message can't be read"); n != 3 {
		s.t.Errorf("tried %d times:\n%s", n, worker.said)
	}
}

func blockedLane(s *stack) {
	webhook, worker, sweep := s.start("webhook"), s.start("omie-os"), s.start("sweep")
	lane := s.mapping("omie-os", worker)
	due, first, second, beside := s.buys("cursos"), s.buys("cursos"), s.buys("cursos"), s.buys("mentoria")
	// One is due all the time, and only the lane keeps the sweep from waking it.
	timeout := worker.timeout
	worker.timeout = time.Minute
	s.accepts(webhook, due)
	lane.drain()
	s.isIn(due, ledger.Waiting, "not_sent")
	worker.timeout = timeout
	s.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Blocked, Delay: 30 * time.Minute})
	s.accepts(webhook, first)
	lane.drain()
	if e := s.isIn(first, ledger.Waiting, "lane"); e.Attempts != 0 {
		s.t.Errorf("%d attempts", e.Attempts)
	}
	if !strings.Contains(s.log(), `"LongRest":1`) {
		s.t.Errorf("the long rest was not counted:\n%s", s.log())
	}
	before := len(s.sim.Calls())
	s.accepts(webhook, second)
	lane.drain()
	s.isIn(second, ledger.Waiting, "lane")
	s.sweepsNothing(sweep, lane)
	if n := len(s.sim.Calls()); n != before {
		s.t.Errorf("%d calls of an account that rests", n-before)
	}
	s.accepts(webhook, beside)
	lane.drain()
	s.stamped(beside)

	sweepLater, later := s.laterSweep(), s.mapping("omie-os", s.laterWorker())
	before = len(s.sim.Calls())
	s.clock.advance(29 * time.Minute)
	if n := sweepLater() + later.drain(); n != 0 || len(s.sim.Calls()) != before {
		s.t.Errorf("woken %d in the 29th minute; calls %+v", n, s.sim.Calls())
	}
	s.clock.advance(time.Minute + laneMargin + time.Second)
	if n := sweepLater(); n != 2 {
		s.t.Errorf("woken %d after the 30th minute", n)
	}
	later.drain()
	s.isIn(first, ledger.Waiting, "lane")
	// The one whose call drew the rest goes a spacing behind the others.
	s.clock.advance(placing.Spacing)
	if n := sweepLater(); n != 1 {
		s.t.Errorf("woken %d a spacing later", n)
	}
	later.drain()
	s.stamped(due, first, second, beside)
}

func rotatedSigningSecret(s *stack) {
	webhook := s.start("webhook")
	before, after, former := s.buys("cursos"), s.buys("cursos"), s.buys("cursos")
	s.accepts(webhook, before)
	s.rotate("hook/cursos", `{"signing_secret":"`+newHottok+`"}`)
	// An environment that knows the former secret, and one that never did.
	for _, webhook := range []*lambda{webhook, s.start("webhook")} {
		for _, c := range []struct {
			p      purchase
			secret string
			want   int
		}{{after, newHottok, http.StatusOK}, {former, hottok, http.StatusOK}, {s.buys("cursos"), "test-another", http.StatusUnauthorized}} {
			if got := status(webhook, c.p.delivered(s.t, c.secret)); got != c.want {
				s.t.Errorf("signed with %s: %d, want %d\n%s", c.secret, got, c.want, s.log())
			}
		}
	}
	s.mapping("omie-os", s.start("omie-os")).drain()
	s.stamped(before, after, former)
}

func rotatedAppKey(s *stack) {
	webhook, sweep := s.start("webhook"), s.laterSweep()
	// One environment from before the rotation till after it.
	lane := s.mapping("omie-os", s.laterWorker())
	s.onlyKey.Store(aws.String(appKeyOf("estudio")))
	before, after := s.buys("cursos"), s.buys("cursos")
	s.accepts(webhook, before)
	lane.drain()
	s.stamped(before)
	s.rotate("omie/estudio", `{"app_key":"`+newAppKey+`","app_secret":"test-secret-after-its-rotation"}`)
	s.onlyKey.Store(aws.String(newAppKey))
	s.accepts(webhook, after)
	lane.drain()
	s.isIn(after, ledger.Waiting, "lane")
	for _, told := range []string{`"level":"WARN","message":"the ERP refuses the account's key`, `"AccountRefused":1`, `["Service","Account"]`} {
		if !strings.Contains(s.log(), told) {
			s.t.Errorf("nobody is told of the refused key: no %s in\n%s", told, s.log())
		}
	}
	// The rest was that of the former key, so nobody waits for its five minutes. A
	// refused key had the worker read its secret anew.
	if n := sweep(); n != 0 {
		s.t.Errorf("woken %d while the account rests", n)
	}
	if n := sweep(); n != 1 {
		s.t.Errorf("woken %d", n)
	}
	lane.drain()
	s.stamped(before, after)
	if e := s.entry(after); e.Attempts != 1 {
		s.t.Errorf("%d attempts, the refused key counts as none", e.Attempts)
	}
	if l, err := s.ledger.Lane(s.t.Context(), "estudio"); err != nil || l.Strikes != 0 {
		s.t.Errorf("the breaker: %+v, %v", l, err)
	}
}

func sweepWakes(s *stack) {
	webhook, hurried := s.start("webhook"), s.start("omie-os")
	// Lambda's deadline comes before a create could be recorded.
	hurried.timeout = time.Minute
	p := s.buys("cursos")
	s.accepts(webhook, p)
	s.mapping("omie-os", hurried).drain()
	s.isIn(p, ledger.Waiting, "not_sent")
	if n := len(s.sim.Calls()); n != 0 {
		s.t.Errorf("%d calls without time for them", n)
	}
	lane := s.mapping("omie-os", s.start("omie-os"))
	if n := lane.drain(); n != 0 {
		s.t.Fatalf("%d messages are left", n)
	}
	if _, err := s.start("sweep").invoke(`{"time":"2026-11-22T09:00:00Z"}`); err != nil {
		s.t.Fatalf("%v\n%s", err, s.log())
	}
	if n := lane.drain(); n != 1 {
		s.t.Errorf("%d wake-ups", n)
	}
	s.stamped(p)
}

func ledgerDown(s *stack) {
	webhook, worker := s.start("webhook"), s.start("omie-os")
	lane := s.mapping("omie-os", worker)
	p := s.buys("cursos")
	s.accepts(webhook, p)
	s.down.Store(aws.String("DynamoDB"))
	lane.drain()
	if len(lane.hidden) != 1 || len(s.sim.Calls()) != 0 {
		s.t.Errorf("%d messages are hidden, calls: %+v", len(lane.hidden), s.sim.Calls())
	}
	s.down.Store(nil)
	lane.lapse()
	if lane.drain() != 1 || lane.receives != 2 {
		s.t.Errorf("received %d times", lane.receives)
	}
	s.stamped(p)
}

func queueDown(s *stack) {
	webhook := s.start("webhook")
	p := s.buys("cursos")
	s.down.Store(aws.String("AmazonSQS"))
	if got := status(webhook, p.delivered(s.t, hottok)); got != http.StatusServiceUnavailable {
		s.t.Errorf("answered %d", got)
	}
	s.down.Store(nil)
	s.accepts(webhook, p)
	s.mapping("omie-os", s.start("omie-os")).drain()
	s.stamped(p)
}

func whatIsMissingIsSaid(t *testing.T, built string) {
	for _, name := range names {
		l := environment(t, filepath.Join(built, name, "bootstrap"), time.Minute, nil)
		p, err := l.start()
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-p.ended:
		case <-time.After(clocktest.Hang):
			t.Fatalf("%s runs", name)
		}
		p.close()
		said := l.said.String()
		if code := p.command.ProcessState.ExitCode(); code != 1 || strings.Count(said, "\n") != 1 || strings.Contains(said, "panic") ||
			!strings.Contains(said, "CARIMBO_") || !strings.Contains(said, "connections.json") {
			t.Errorf("%s: exit %d:\n%s", name, code, said)
		}
	}
}
