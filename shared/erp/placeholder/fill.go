package placeholder

import "github.com/carimbo/carimbo/shared/words"

// Fill copies configured fields, and puts into the place of each text what text makes of
// it; the key is the field's that the text, or the list with it, stands under. A field or
// element of which text makes nil is left out, and so is an object or list with nothing
// left. What is configured is every order's and stays as it is.
func Fill(configured map[string]any, text func(key, text string) (any, error)) (map[string]any, error) {
	filled := make(map[string]any, len(configured))
	for key, field := range configured {
		value, err := fill(key, field, text)
		if err != nil {
			return nil, words.Errorf("%s: %s", key, err)
		}
		if value != nil {
			filled[key] = value
		}
	}
	return filled, nil
}

func fill(key string, v any, text func(key, text string) (any, error)) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		filled, err := Fill(v, text)
		if err != nil || len(filled) == 0 && len(v) > 0 {
			return nil, err
		}
		return filled, nil
	case []any:
		list := make([]any, 0, len(v))
		for _, element := range v {
			value, err := fill(key, element, text)
			if err != nil {
				return nil, err
			}
			if value != nil || element == nil {
				list = append(list, value)
			}
		}
		if len(list) == 0 && len(v) > 0 {
			return nil, nil
		}
		return list, nil
	case string:
		return text(key, v)
	}
	return v, nil
}
