package queue

import "context"

// DeadLetter is a message that was received as often as its queue allows, and
// neither claimed nor recorded.
type DeadLetter struct {
	// Message is as far as this release can read it. Of an Unreadable one, which is no
	// message of ours, all that is known is the Account.
	Message    Message
	Unreadable bool
	// Receives counts how often it was received, as a dead letter too; 0 where that
	// isn't kept.
	Receives int
}

// DeadLetters are those of one machine or stack. The conformance suite is
// queuetest.
type DeadLetters interface {
	// Dead lists the dead letters that can be seen, the first of each account to die
	// first, and counts those too that can't. It leaves them where they are.
	Dead(ctx context.Context) (seen []DeadLetter, all int, err error)
	// Redrive sends them once more, behind what waits in their queue, in the order in
	// which they died and with their receives counted from none. It tells how many it
	// sent, also with an error.
	Redrive(ctx context.Context) (int, error)
}
