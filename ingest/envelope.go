package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"entrail/ingest/scan"
)

// A record may stand in another object, its envelope: under AuditData, or as the properties of a
// diagnostic setting. Here it is found there, whatever a program has made of it on its way.

// withMember is the object, which is not empty, with one more member.
func withMember(object []byte, name, value string) []byte {
	object = bytes.TrimRight(object, " \t\r\n") // no brace: a nested object may end there, too
	out := append(slices.Clone(object[:len(object)-1]), `,"`...)
	out = append(append(out, name...), `":`...)
	out, _ = scan.AppendJSONString(out, []byte(value))
	return append(out, '}')
}

// categoryIn is the category of diagnostic settings that an envelope names; "" for none.
func categoryIn(outer *scan.JSONText) (category string) {
	for _, name := range outer.Names() {
		if strings.EqualFold(name, "category") {
			json.Unmarshal(outer.Member(name), &category) // of no text there is none
			break
		}
	}
	return category
}

// enclosedIn is the object that is the value of an envelope's member, or the text of one,
// walked in t. An AuditData may be a list of one, a text once more, or cut off.
func enclosedIn(t *scan.JSONText, rec scan.Record, body []byte, isAudit bool) (inner []byte, isCut bool, err error) {
	if body[0] == '"' {
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return nil, false, err
		}
		body = []byte(text)
	}
	if !isAudit {
		return body, false, asError(t.Walk(body))
	}
	if len(body) > 0 && (body[0] == '[' || body[0] == '"') {
		if inner := objectIn(body); len(inner) > 0 {
			body = inner
		}
	}
	body, err = auditData(t, body)
	if err != scan.ErrIncomplete {
		return body, false, err
	}
	var columns map[string]any
	json.Unmarshal(rec.Text, &columns)
	around := map[string]string{}
	for name, value := range columns {
		if text, ok := value.(string); ok && wrapperColumns[headerKey(name)] != "" {
			around[wrapperColumns[headerKey(name)]] = text
		}
	}
	saved, ok := saveCut(t, body, around)
	if !ok {
		return nil, false, err
	}
	return saved, true, nil
}

// errTypeName says that PowerShell wrote no more than what AuditData is.
var errTypeName = errors.New("only the name of a .NET type was written, the content was never exported; export again with ConvertTo-Json -Depth 10")

// auditData is the object that a text called AuditData is, walked in t: as it is, or as programs write it that
// put it into a CSV a second time, or as PowerShell shows objects.
func auditData(t *scan.JSONText, text []byte) ([]byte, error) {
	problem := t.Walk(text)
	if problem == nil {
		return text, nil
	}
	undoubled := bytes.TrimSpace(text)
	if n := len(undoubled); n > 1 && undoubled[0] == '"' && undoubled[n-1] == '"' {
		undoubled = undoubled[1 : n-1]
	}
	switch {
	case bytes.HasPrefix(undoubled, []byte(`{""`)):
		undoubled = bytes.ReplaceAll(undoubled, []byte(`""`), []byte(`"`))
		return undoubled, asError(t.Walk(undoubled))
	case bytes.HasPrefix(text, []byte("@{")):
		if table := hashtables(string(text)); table != nil && table.kind == '{' {
			text = table.append(nil)
			return text, asError(t.Walk(text))
		}
	case scan.IsTypeName(text):
		return text, errTypeName
	}
	return text, problem
}

// asError is the error that a problem is, which is nil for none.
func asError(problem *scan.JSONError) error {
	if problem == nil {
		return nil
	}
	return problem
}

// inBag is the object in which Graph and its SDK keep the properties of an open type,
// walked in t; nil where there is none.
func inBag(t *scan.JSONText, body []byte) (inner []byte) {
	var bag struct{ AdditionalProperties, DynamicProperties json.RawMessage }
	if json.Unmarshal(body, &bag) != nil {
		return nil
	}
	for _, held := range []json.RawMessage{bag.AdditionalProperties, bag.DynamicProperties} {
		if len(held) > 0 && held[0] == '{' && t.Walk(held) == nil {
			inner = held
		}
	}
	return inner
}

// typeNameIn is the record type as the members around AuditData have it.
func typeNameIn(wrapper *scan.JSONText) (name string) {
	for _, member := range []string{"RecordType", "auditLogRecordType", "AuditLogRecordType"} {
		if value := wrapper.Member(member); len(value) > 2 && value[0] == '"' && !strings.EqualFold(jsonString(value), "unknownFutureValue") {
			return jsonString(value)
		}
	}
	return ""
}
