package resource

import (
	"encoding/json"
)

// parseJSON reads a JSON array of resources in either wire format.
func parseJSON(text string) ([]item, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, &ParseError{Item: text, JSON: true, Err: syntaxError(err.Error())}
	}
	items := make([]item, len(raw))
	for i := range raw {
		items[i] = item{text: string(raw[i]), offset: i, json: true}
		if err := json.Unmarshal(raw[i], &items[i].resource); err != nil {
			return nil, items[i].fail(syntaxError(err.Error()))
		}
	}
	return items, nil
}
