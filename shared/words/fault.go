package words

import (
	"errors"
)

// Fault is an error that is for a person, who reads it in their language.
type Fault struct {
	text  Text
	cause error
}

// Errorf is Say as an error, which wraps the errors among its values.
func Errorf(format string, values ...any) error {
	var causes []error
	for _, v := range values {
		if err, is := v.(error); is {
			causes = append(causes, err)
		}
	}
	return &Fault{Say(format, values...), errors.Join(causes...)}
}

// Error is what it says in English.
func (f *Fault) Error() string { return f.text.String() }

// Unwrap is the cause; nil if there is none.
func (f *Fault) Unwrap() error { return f.cause }

// Words is what it says.
func (f *Fault) Words() Text { return f.text }

// Of is what an error says to a person: its Words, where it has them, and else its English.
// An error that only wraps one with Words has none of its own: what it added would be lost.
func Of(err error) Text {
	if err == nil {
		return Text{}
	}
	if said, has := err.(worded); has {
		return said.Words()
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		var texts []Text
		for _, e := range joined.Unwrap() {
			texts = append(texts, Of(e))
		}
		if all := Join(texts, "\n"); all.String() == err.Error() { // errors.Join adds nothing
			return all
		}
	}
	return Plain(err.Error())
}
