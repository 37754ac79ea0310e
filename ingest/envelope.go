package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/scan"
)

// withMember is the object, which is not empty, with one more member.
func withMember(object []byte, name, value string) []byte {
	object = bytes.TrimRight(object, " \t\r\n") // no brace: a nested object may end there, too
	out := append(slices.Clone(object[:len(object)-1]), `,"`...)
	out = append(append(out, name...), `":`...)
	out, _ = scan.AppendJSONString(out, []byte(value))
	return append(out, '}')
}

// open takes the record out of its envelope: an object, or its text.
func (r *reader) open(rec scan.Record, outer *scan.JSONText, envelope string) error {
	isAudit := strings.EqualFold(envelope, "AuditData")
	category := categoryIn(outer)
	if of := formatNamed(wholeCategories[category]); of != nil && outer.Member("operationName") != nil {
		known := recognised{format: of}
		known.look(outer.Names())
		return r.takeKnown(rec, outer, known)
	}
	body, problem := r.inside(rec, outer.Member(envelope), isAudit)
	if problem != nil {
		return r.out.reject(rec, envelope+": "+problem.Error())
	}
	mended := r.json.Flaws != 0
	if mended {
		body = scan.Mend(nil, body)
		if err := r.json.Walk(body); err != nil {
			return err
		}
	}
	if mended && !rec.Mended {
		r.out.remarks.mended++
	}
	known := r.names.body(&r.json)
	r.out.remarks.repeats(known)
	if known.wrapped {
		if inner := r.unwrapped(body); inner != nil {
			return r.takeInner(rec, inner)
		}
	}
	if known.format == nil && isAudit {
		if inner := r.inBag(body); inner != nil {
			body, known = inner, r.names.body(&r.json)
			r.out.remarks.repeats(known)
		}
	}
	if of := formatNamed(categories[category]); known.format == nil && of != nil && len(body) > 0 && body[0] == '{' {
		known.format = of
		known.look(r.json.Names())
	}
	if known.format == nil {
		reason := known.reason
		if category == "B2CRequestLogs" {
			reason = requestsOfB2C
		} else if category != "" {
			reason = fmt.Sprintf("a record of category %q: %s", category, reason)
		}
		return r.out.refuse(rec, reason)
	}
	settled, reason, err := r.times.settle(known, &r.json, len(body), rec.Line, !isAudit)
	if err != nil {
		return err
	}
	if reason != "" {
		r.out.expect(known.format)
		return r.out.reject(rec, reason)
	}
	if name := r.names.strangeType(known.format, &r.json, typeNameIn(outer)); name != "" {
		if settled == nil {
			settled = body
		}
		settled = withMember(settled, "RecordTypeName", name)
	}
	isDiagnostic := envelope == "properties" && known.format != auditLog
	incomplete := !isAudit && known.format.lacks(&r.json)
	if incomplete || known.isOdd(&r.json, body) {
		if settled == nil {
			settled = body
		}
		around := outer
		if !incomplete {
			around = nil
		}
		raw := body
		if isDiagnostic && !mended {
			raw = rec.Text
		}
		return r.out.passShaped(known, rec, signInCategories[category], raw, settled, around)
	}
	settled = r.json.Unpadded(body, settled)
	if envelope == "properties" && !mended && known.format != auditLog {
		r.out.file.enveloped = true
		if settled == nil {
			settled = body
		}
		return r.out.pass(known.format, rec, signInCategories[category], rec.Text, settled)
	}
	return r.out.pass(known.format, rec, signInCategories[category], body, settled)
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

// inside is the object that is the value of an envelope's member, or the text of one,
// walked. An AuditData may be a list of one, a text once more, or cut off.
func (r *reader) inside(rec scan.Record, body []byte, isAudit bool) ([]byte, error) {
	if body[0] == '"' {
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return nil, err
		}
		body = []byte(text)
	}
	if isAudit && len(body) > 0 && (body[0] == '[' || body[0] == '"') {
		if inner := objectIn(body); len(inner) > 0 {
			body = inner
		}
	}
	var problem error
	if isAudit {
		body, problem = auditData(&r.json, body)
	} else {
		problem = asError(r.json.Walk(body))
	}
	switch {
	case problem == nil:
		return body, nil
	case problem != scan.ErrIncomplete || !isAudit:
		return nil, problem
	}
	var columns map[string]any
	json.Unmarshal(rec.Text, &columns)
	around := map[string]string{}
	for name, value := range columns {
		if text, ok := value.(string); ok && wrapperColumns[headerKey(name)] != "" {
			around[wrapperColumns[headerKey(name)]] = text
		}
	}
	if saved, ok := r.saveCut(&r.json, body, around); ok {
		return saved, nil
	}
	return nil, problem
}

// errTypeName says that PowerShell wrote no more than what AuditData is.
var errTypeName = errors.New("only the name of a .NET type was written, the content was never exported; export again with ConvertTo-Json -Depth 10")

// auditData is the object that a text called AuditData is, walked: as it is, or as programs write it that
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
// walked; nil where there is none.
func (r *reader) inBag(body []byte) (inner []byte) {
	var bag struct{ AdditionalProperties, DynamicProperties json.RawMessage }
	if json.Unmarshal(body, &bag) != nil {
		return nil
	}
	for _, held := range []json.RawMessage{bag.AdditionalProperties, bag.DynamicProperties} {
		if len(held) > 0 && held[0] == '{' && r.json.Walk(held) == nil {
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
