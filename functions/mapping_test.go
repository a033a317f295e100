package functions_test

import (
	"encoding/json"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// mapping moves messages from a queue to a function as SQS's event source mapping
// does: one at a time here, since BatchSize is 1 and each mapping has one
// environment. Two of them on one queue are two concurrent invocations; that they
// never have messages of one group is SQS's doing.
type mapping struct {
	s      *stack
	client *sqs.Client
	// queue is its URL.
	queue string
	to    invoker
	// hidden are the receipts of what was neither removed nor is visible yet.
	hidden []string
	// receives are how often the last message had been received.
	receives int
	// failed is how often the function was not done with a message, by its id.
	failed map[string]int
}

// mapping is the one that the template has for the function. It calls SQS with
// the function's role, as Lambda does, and refuses what Lambda refuses.
func (s *stack) mapping(function string, to invoker) *mapping {
	s.t.Helper()
	logical, d := s.deployed(function)
	config := s.config
	config.BaseEndpoint = aws.String(s.aws(function, nil))
	m := &mapping{s: s, client: sqs.NewFromConfig(config), queue: s.physical[s.source(logical)], to: to, failed: map[string]int{}}
	out, err := m.client.GetQueueAttributes(s.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &m.queue, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameVisibilityTimeout}})
	if err != nil {
		s.t.Fatal(err)
	}
	visible, err := strconv.Atoi(out.Attributes["VisibilityTimeout"])
	if err != nil || time.Duration(visible)*time.Second < d.timeout {
		s.t.Fatalf("Lambda refuses a queue whose messages are visible again after %d s for a function that takes %s", visible, d.timeout)
	}
	return m
}

// deliver gives the function the next message, and tells whether there was one.
// What the function neither reported nor failed at is removed.
func (m *mapping) deliver() bool {
	m.s.t.Helper()
	out, err := m.client.ReceiveMessage(m.s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &m.queue, MaxNumberOfMessages: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}})
	if err != nil {
		m.s.t.Errorf("receive: %v", err)
		return false
	}
	if len(out.Messages) == 0 {
		return false
	}
	message := out.Messages[0]
	group := message.Attributes["MessageGroupId"]
	m.receives, _ = strconv.Atoi(message.Attributes["ApproximateReceiveCount"])
	if !m.s.flights.begin(group) {
		m.s.t.Errorf("two messages of %s are in flight at once", group)
	}
	done := m.handled(message)
	m.s.flights.end(group)
	if !done {
		m.failed[*message.MessageId]++
		m.hidden = append(m.hidden, *message.ReceiptHandle)
		return true
	}
	if _, err := m.client.DeleteMessage(m.s.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &m.queue, ReceiptHandle: message.ReceiptHandle}); err != nil {
		m.s.t.Errorf("remove a message: %v", err)
	}
	return true
}

// handled tells whether the function is done with the message. As to Lambda, an
// answer that is empty says so, and one that can't be read says the contrary.
func (m *mapping) handled(message types.Message) bool {
	attributes := map[string]string{}
	maps.Copy(attributes, message.Attributes)
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: *message.MessageId, ReceiptHandle: *message.ReceiptHandle, Body: *message.Body, Attributes: attributes,
		EventSource: "aws:sqs", AWSRegion: m.s.config.Region,
	}}})
	if err != nil {
		panic(err)
	}
	answer, err := m.to.invoke(string(event))
	if err != nil {
		return false
	}
	var response struct {
		BatchItemFailures *[]events.SQSBatchItemFailure `json:"batchItemFailures"`
	}
	if json.Unmarshal([]byte(answer), &response) != nil || response.BatchItemFailures == nil {
		m.s.t.Errorf("an SQS function answered %s", answer)
		return false
	}
	return len(*response.BatchItemFailures) == 0
}

// drain delivers until nothing is visible, and tells how much was.
func (m *mapping) drain() int {
	m.s.t.Helper()
	n := 0
	for m.deliver() {
		n++
	}
	return n
}

// lapse lets the visibility time-out of what is hidden pass.
func (m *mapping) lapse() {
	m.s.t.Helper()
	for _, receipt := range m.hidden {
		if _, err := m.s.sqs.ChangeMessageVisibility(m.s.t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &m.queue, ReceiptHandle: &receipt, VisibilityTimeout: 0}); err != nil {
			m.s.t.Errorf("end a visibility time-out: %v", err)
		}
	}
	m.hidden = nil
}

// flights knows which groups have a message in flight.
type flights struct {
	mu     sync.Mutex
	groups map[string]bool
}

func (f *flights) begin(group string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.groups == nil {
		f.groups = map[string]bool{}
	}
	former := f.groups[group]
	f.groups[group] = true
	return !former
}

func (f *flights) end(group string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.groups[group] = false
}
