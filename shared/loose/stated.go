package loose

import "strings"

// Stated is a Text that knows whether it was there, if only as null.
type Stated struct {
	Text
	There bool
}

// UnmarshalJSON never fails on valid JSON. What is neither text, number nor null says
// nothing.
func (s *Stated) UnmarshalJSON(b []byte) error {
	*s = Stated{}
	err := s.Text.UnmarshalJSON(b)
	s.There = err == nil && (s.Text != "" || string(b) == "null" || b[0] == '"')
	return err
}

// Empty tells whether the field was there and had nothing in it: null, no text, 0, or
// the zero date of a database.
func (s Stated) Empty() bool {
	return s.There && (s.Text == "" || s.Text == "0" || strings.HasPrefix(string(s.Text), "0000-00-00"))
}
