package sqs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/stored"
)

const (
	// maxBody is SQS's limit. A payload is bounded far below it (rule 17).
	maxBody = 1 << 20
	// maxIdentifier and the alphabet are SQS's, for groups and dedups.
	maxIdentifier = 128
	alphabet      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

var (
	// ErrMessage: a body that Send never made.
	ErrMessage = errors.New("not a message of ours")

	errTooLarge = fmt.Errorf("the message is over SQS's %d bytes", maxBody)
)

// escapes are for the two characters that JSON takes as they are and SQS refuses,
// with the whole message: one in a store's order number must not cost the order.
var escapes = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// encode is the message as it travels: JSON.
func encode(m queue.Message) (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	body := escapes.Replace(string(b))
	if len(body) > maxBody {
		return "", errTooLarge
	}
	return body, nil
}

// Decode reads the body of a message, as an event of Lambda's has it; of a form
// above queue.Version what fits. The error is ErrMessage, wrapped.
func Decode(body string) (queue.Message, error) {
	var m queue.Message
	if err := stored.Unmarshal([]byte(body), queue.Version, &m); err != nil {
		return queue.Message{}, fmt.Errorf("%w: %s", ErrMessage, reason(err))
	}
	if m.Key == "" || m.Account == "" || m.Dedup == "" {
		return queue.Message{}, fmt.Errorf("%w: key, account or dedup is missing", ErrMessage)
	}
	return m, nil
}

// reason says what is wrong with a body without a word of it.
func reason(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	}
	if field, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s is no %s", field.Field, field.Type)
	}
	return "a value doesn't fit"
}

// identifier is s as a message group or a dedup: itself where SQS takes it, a
// digest of it elsewhere, so that different ones stay different.
func identifier(s string) string {
	outside := func(r rune) bool { return !strings.ContainsRune(alphabet, r) }
	if len(s) <= maxIdentifier && strings.IndexFunc(s, outside) < 0 {
		return s
	}
	digest := sha256.Sum256([]byte(s))
	return hex.EncodeToString(digest[:])
}
