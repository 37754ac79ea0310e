package ingest

import (
	"bytes"
	"encoding/json"
	"strings"

	"entrail/ingest/scan"
)

// Other programs pass records on inside of their own: a SIEM's search result,
// Defender's CloudAppEvents. Which of them wraps what in how many layers
// differs from version to version, so that no list of whole paths would do:
// what stands under one of the wrappers, however deep, is looked at, and taken
// if it is a record of a known log.

// maxWrappers is how many layers are opened.
const maxWrappers = 6

// unwrapped is the record that stands in an object; nil for none. The object
// itself, which is at the given depth, is one only inside of another. Of an
// object that comes from a list of JSON no list of its own is opened.
func unwrapped(n *recogniser, object []byte, depth int, isListed bool) []byte {
	var t scan.JSONText
	if depth > maxWrappers || t.Walk(object) != nil || len(object) == 0 || object[0] != '{' {
		return nil
	}
	known := n.record(&t)
	isRecord := depth > 0 && (known.format != nil || known.envelope != "")
	if isRecord && !known.wrapped {
		return object
	}
	for _, wrapper := range wrappers {
		for i, k := range t.Keys {
			if wrapperKey(string(t.Text[k.Start:k.End])) != wrapper {
				continue
			}
			value := t.Text[t.Values[i].Start:t.Values[i].End]
			if depth == 0 && isListed && isListOfObjects(value) {
				continue // there may be more of them in the object, which OpenLast finds
			}
			if inner := unwrapped(n, objectIn(value), depth+1, isListed); inner != nil {
				return inner
			}
		}
	}
	if isRecord {
		return object
	}
	return unprefixed(&t)
}

// objectIn is the object that a value is, or that its text holds, perhaps behind
// the header of a syslog message. Of a list it is the only item.
func objectIn(value []byte) []byte {
	if len(value) > 1 && value[0] == '[' {
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil || len(items) != 1 {
			return nil
		}
		value = items[0]
	}
	if len(value) > 1 && value[0] == '"' {
		value = behindPrefix([]byte(jsonString(scan.Mend(nil, value))))
	}
	return bytes.TrimSpace(value)
}

// isListOfObjects tells a list as programs write it by themselves from that of Elasticsearch, which
// has a text or a number in one for each field.
func isListOfObjects(value []byte) bool {
	return value[0] == '[' && bytes.HasPrefix(bytes.TrimLeft(value[1:], " \t\r\n"), []byte("{"))
}

// behindPrefix is a text from its first brace on.
func behindPrefix(text []byte) []byte {
	if at := bytes.IndexByte(text, '{'); at > 0 {
		return text[at:]
	}
	return text
}

// bagged is the object that was walked together with the properties that the Graph SDK for PowerShell keeps in
// a bag of their own, which are those of the kind of object that it does not know by itself; nil for no
// record that is known then.
func bagged(t *scan.JSONText) []byte {
	bag := t.Member("AdditionalProperties")
	if len(bag) < 3 || bag[0] != '{' {
		return nil
	}
	whole := &tree{kind: '{'}
	for i, name := range t.Names() {
		if name != "AdditionalProperties" {
			whole.set(scan.GraphName(name), treeOf(t.Text[t.Values[i].Start:t.Values[i].End]))
		}
	}
	inner := treeOf(bag)
	for i, name := range inner.names {
		if whole.member(name).isEmpty() {
			whole.set(name, inner.values[i])
		}
	}
	if known := recogniseJSON(whole.names); known.format == nil {
		return nil
	}
	return whole.append(nil)
}

// unprefixed is the record whose names have a prefix in the object that was
// walked; nil for none.
func unprefixed(t *scan.JSONText) []byte {
	prefix := prefixOf(t.Names())
	if prefix == "" {
		return nil
	}
	inner := &tree{kind: '{'}
	for i, k := range t.Keys {
		if name, ok := strings.CutPrefix(string(t.Text[k.Start:k.End]), prefix); ok {
			inner.set(name, treeOf(t.Text[t.Values[i].Start:t.Values[i].End]))
		}
	}
	if known := recogniseJSON(inner.names); known.format == nil {
		return nil
	}
	return inner.append(nil)
}

// holdRecords tells whether one of the next rows has a record in these columns.
func holdRecords(n *recogniser, s *scan.CSV, columns []int) bool {
	const rows, bytesOfThem = 20, 1 << 20
	for len(s.Window.Rest()) < bytesOfThem && s.Window.More() {
	}
	ahead := &scan.CSV{Window: scan.NewWindow(bytes.NewReader(s.Window.Rest()), nil), Comma: s.Comma, Width: s.Width}
	for range rows {
		rec, ok := nextRow(ahead)
		if !ok {
			break
		}
		if rec.Reason == "" && inRow(n, ahead, rec.Text, columns) != nil {
			return true
		}
	}
	return false
}

// inRow is the record in one of the columns of the row; nil for none.
func inRow(n *recogniser, s *scan.CSV, row []byte, columns []int) []byte {
	for _, i := range columns {
		cell := s.Cell(row, i, nil)
		if bytes.HasPrefix(cell, []byte(`{""`)) {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		if inner := unwrapped(n, bytes.TrimSpace(behindPrefix(bytes.Clone(cell))), 1, false); inner != nil {
			return inner
		}
	}
	return nil
}
