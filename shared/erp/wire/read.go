package wire

// Read reads an answer's JSON, also where it is JSON in a JSON text: whoever stands in
// between may have written it once more. Numbers keep their text.
func Read(body []byte) (any, error) {
	var v any
	if err := Decode(body, &v); err != nil {
		return nil, err
	}
	if text, ok := v.(string); ok {
		var inner any
		if Decode([]byte(text), &inner) == nil {
			return inner, nil
		}
	}
	return v, nil
}
