package functions_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/proctest"
)

// Each order has two dead letters when it is redriven, and the ledger decides what
// they are worth. The second time around nothing is left to do for any of them.
func TestARedriveMakesOneDocumentAndNoneOfWhatWasReversed(t *testing.T) {
	s := newStack(t, &calls{}, build(t))
	redrive := s.redrive()
	webhook := s.start("webhook")
	lanes := []*mapping{s.mapping("omie-os", s.start("omie-os")), s.mapping("sensio-sale", s.start("sensio-sale"))}
	var created, reversed, never []purchase
	for _, connection := range []string{"cursos", "livros"} {
		created, reversed, never = append(created, s.buys(connection)), append(reversed, s.buys(connection)), append(never, s.buys(connection))
	}
	all := slices.Concat(created, reversed, never)
	dies := func() {
		s.accepts(webhook, all...)
		s.accepts(webhook, all...)
		for _, lane := range lanes {
			lane.buries()
		}
	}
	drains := func() (n int) {
		for _, lane := range lanes {
			n += lane.drain()
		}
		return n
	}
	redrives := func(said string, messages int) {
		t.Helper()
		if got := redrive(); got != said+"\n" {
			t.Errorf("carimbo dlq redrive said %q, want %q", got, said)
		}
		if n := drains(); n != messages {
			t.Errorf("%d messages came back, want %d", n, messages)
		}
		for _, queue := range []string{"OmieQueue", "OmieDeadLetters", "SensioQueue", "SensioDeadLetters"} {
			s.empty(queue)
		}
		omie, sensio := []purchase{created[0], never[0]}, []purchase{created[1], never[1]}
		s.stamped(omie...)
		s.sold(sensio...)
		for _, p := range reversed {
			s.isIn(p, ledger.Rejected, "reversed")
		}
	}

	dies()
	// Meanwhile the functions start again, and the store goes on.
	s.accepts(webhook, created...)
	for _, p := range reversed {
		s.accepts(webhook, p.refunded())
	}
	if n := drains(); n != len(created)+len(reversed) {
		t.Fatalf("%d messages\n%s", n, s.log())
	}
	for i := range created {
		s.isIn(created[i], ledger.Created, "")
		s.isIn(reversed[i], ledger.Rejected, "reversed")
	}

	redrives("12 dead letters went back to the queue.", 12)
	before, asked := s.entries(all), s.asked()
	redrives("No dead letters.", 0)
	dies()
	redrives("12 dead letters went back to the queue.", 12)
	if diff := cmp.Diff(before, s.entries(all)); diff != "" {
		t.Errorf("what was redriven once more changed the ledger (-before +after):\n%s", diff)
	}
	if n := s.asked(); n != asked {
		t.Errorf("%d calls of the ERPs for what was redriven once more", n-asked)
	}
}

// refunded is the purchase when the buyer has the money back.
func (p purchase) refunded() purchase {
	p.body = strings.NewReplacer(`"PURCHASE_APPROVED"`, `"PURCHASE_REFUNDED"`, `"status": "APPROVED"`, `"status": "REFUNDED"`).Replace(p.body)
	return p
}

// entries are what the ledger has of the purchases.
func (s *stack) entries(purchases []purchase) []ledger.Entry {
	s.t.Helper()
	var all []ledger.Entry
	for _, p := range purchases {
		all = append(all, s.entry(p))
	}
	return all
}

// asked counts the calls that reached the ERPs.
func (s *stack) asked() int { return len(s.sim.Calls()) + len(s.shop.Calls()) }

// buries lets all messages of the queue die, each of three tries, as they do when
// a release doesn't start: here one without its environment.
func (m *mapping) buries() {
	m.s.t.Helper()
	starts := m.to
	defer func() { m.to = starts }()
	m.to = environment(m.s.t, filepath.Join(m.s.built, "omie-os", "bootstrap"), time.Minute, nil)
	for m.deliver() {
		m.lapse()
	}
}

// redrive builds the command line and returns carimbo dlq redrive, as somebody
// runs it who may use the stack. It returns what that prints.
func (s *stack) redrive() func() string {
	proctest.Starts(s.t)
	s.t.Helper()
	program := filepath.Join(s.t.TempDir(), "carimbo")
	build := exec.CommandContext(s.t.Context(), "go", "build", "-o", program, "../cmd/carimbo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		s.t.Fatalf("build carimbo: %v: %s", err, said)
	}
	s.describe()
	env := append(os.Environ(), "AWS_ENDPOINT_URL="+s.endpoint, "AWS_REGION="+awstest.Region, "AWS_PROFILE=",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CONFIG_FILE=none", "AWS_SHARED_CREDENTIALS_FILE=none")
	return func() string {
		s.t.Helper()
		c := exec.CommandContext(s.t.Context(), program, "dlq", "redrive", "--yes", "--stack", s.name)
		c.Env = env
		var complains strings.Builder
		c.Stderr = &complains
		said, err := c.Output()
		if err != nil || complains.Len() > 0 {
			s.t.Fatalf("carimbo dlq redrive: %v: %s%s", err, said, complains.String())
		}
		return string(said)
	}
}

// describe tells CloudFormation where the stack's queues are. A template can't do
// without a resource, and this one is nothing.
func (s *stack) describe() {
	s.t.Helper()
	outputs := object{}
	for output, queue := range map[string]string{"OmieQueueURL": "OmieQueue", "OmieDeadLettersURL": "OmieDeadLetters",
		"SensioQueueURL": "SensioQueue", "SensioDeadLettersURL": "SensioDeadLetters"} {
		outputs[output] = object{"Value": s.physical[queue]}
	}
	body, err := json.Marshal(object{"Outputs": outputs, "Resources": object{"Handle": object{"Type": "AWS::CloudFormation::WaitConditionHandle"}}})
	if err == nil {
		_, err = cloudformation.NewFromConfig(s.config).CreateStack(s.t.Context(), &cloudformation.CreateStackInput{StackName: &s.name, TemplateBody: aws.String(string(body))})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
