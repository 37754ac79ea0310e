package scan

import (
	"bytes"
	"slices"
)

// Objects that are no record, and have records in them: answers of APIs and
// searches as they are saved, whose lists are called and placed otherwise than
// pages have them. Such an object is looked at once it is whole, so that it may
// be no longer than a record.

// maxInside is how deep records are looked for in an object.
const maxInside = 12

// OpenLast looks for records in the last one, which turned out to be none. If it
// has some, these come next instead of it, with what else is in their lists.
func (s *JSON) OpenLast(last Record) bool {
	if last.Number != s.Number || !bytes.ContainsAny(last.Text, "[{") {
		return false
	}
	found := s.addInside(bytes.Clone(last.Text), last.Line) // for the window goes on
	if found {
		s.Number--
	}
	return found
}

// addInside puts the records in an object, which begins on that line, before those to come; false without any.
func (s *JSON) addInside(object []byte, line int64) bool {
	found := movedDown(s.recordsIn(object, 0), line)
	s.inside = append(found, s.inside...)
	return len(found) > 0
}

// nextInside is the first of the records that stood in an object.
func (s *JSON) nextInside() (Record, bool) {
	r := s.inside[0]
	s.inside = s.inside[1:]
	s.Number++
	r.Number = s.Number
	s.Parser.Walk(r.Text) // which has been found good
	return r, true
}

// recordsIn are the records in a value, and what else is in the lists in which they are. Their lines are counted
// from that of the value.
func (s *JSON) recordsIn(value []byte, depth int) (found []Record) {
	if len(value) == 0 || depth > maxInside {
		return nil
	}
	switch value[0] {
	case '{':
		var t JSONText
		if t.Walk(value) != nil {
			return nil
		}
		if depth > 0 && s.isRecord(&t) {
			return []Record{{Text: value}}
		}
		if rows := s.rowsIn(&t); rows != nil {
			return rows
		}
		isThing := slices.ContainsFunc(t.Keys, func(k Span) bool { return things[string(t.Text[k.Start:k.End])] })
		at, line := 0, int64(0)
		for i, k := range t.Keys {
			name, v := string(t.Text[k.Start:k.End]), t.Values[i]
			line += lines(value[at:v.Start])
			at = v.Start
			if !isThing || pageKeys[name] || pageRooms[name] || name == "properties" {
				found = append(found, movedDown(s.recordsIn(value[v.Start:v.End], depth+1), line)...)
			}
		}
	case '[':
		holds := false
		at, line := 0, int64(0)
		for _, item := range (&JSONText{Text: value}).items(nil) {
			line += lines(value[at:item.Start])
			at = item.Start
			inner := s.recordsIn(value[item.Start:item.End], depth+1)
			holds = holds || len(inner) > 0
			if len(inner) == 0 && !isEmptyPage(value[item.Start:item.End]) {
				inner = []Record{{Text: value[item.Start:item.End]}}
				if value[item.Start] != '{' {
					inner[0].Reason = "no object, between records"
				}
			}
			found = append(found, movedDown(inner, line)...)
		}
		if !holds {
			return nil
		}
	case '"':
		text := bytes.TrimSpace(decodeText(nil, value))
		if len(text) > 0 && (text[0] == '{' || text[0] == '[') && new(JSONText).Walk(text) == nil {
			found = s.recordsIn(text, depth+1)
			for i := range found {
				found[i].Line = 0 // of the text they are no lines
			}
		}
	}
	return found
}

// movedDown are records that begin so many lines further down.
func movedDown(records []Record, lines int64) []Record {
	for i := range records {
		records[i].Line += lines
	}
	return records
}

func lines(text []byte) int64 { return int64(bytes.Count(text, Newline)) }

// things are names that an object has which is a thing of its own, such as a
// policy or a meeting: the users and groups in its lists belong to it.
var things = map[string]bool{"id": true, "Id": true, "ID": true, "@odata.type": true, "@odata.id": true}

// isEmptyPage tells whether an item is an answer with no records: it has a list, or an object with one, that is empty.
func isEmptyPage(item []byte) bool {
	var t JSONText
	if item[0] != '{' || t.Walk(item) != nil {
		return false
	}
	for i, k := range t.Keys {
		name, value := string(t.Text[k.Start:k.End]), t.Text[t.Values[i].Start:t.Values[i].End]
		if list := (&JSONText{Text: value}); pageKeys[name] && value[0] == '[' && len(list.items(nil)) == 0 || pageRooms[name] && isEmptyPage(value) {
			return true
		}
	}
	return false
}

// rowsIn are the rows of a table that the walked object is, whatever comes first in it, the rows or the names
// of the columns; each column may stand as a list of its own. Without a record among them they are nil. Their line is that
// of the list.
func (s *JSON) rowsIn(t *JSONText) (found []Record) {
	for i, k := range t.Keys {
		if !columnKeys[string(t.Text[k.Start:k.End])] && !schemaKeys[string(t.Text[k.Start:k.End])] {
			continue
		}
		names := columnNames(t.Text[t.Values[i].Start:t.Values[i].End])
		if names == nil {
			continue
		}
		for j, k := range t.Keys {
			name := string(t.Text[k.Start:k.End])
			if j == i || !rowKeys[name] && !columnKeys[name] || t.Text[t.Values[j].Start] != '[' {
				continue
			}
			table := JSONText{Text: t.Text[t.Values[j].Start:t.Values[j].End]}
			before := lines(t.Text[:t.Values[j].Start])
			cells := table.cells()
			if !rowKeys[name] {
				cells = turned(cells)
			}
			isTable := false
			for _, row := range cells {
				object, problem := table.asObject(nil, row, names)
				r := Record{Text: object, Line: before, Reason: problem}
				var walked JSONText
				isTable = isTable || walked.Walk(object) == nil && s.isRecord(&walked)
				found = append(found, r)
			}
			if isTable {
				return found
			}
			found = nil
		}
	}
	return nil
}

// schemaKeys are names of the list of a table's columns whose rows come as lists.
var schemaKeys = map[string]bool{"schema": true, "Schema": true}

// cells are those of a list of lists.
func (t *JSONText) cells() (rows [][]Span) {
	for _, row := range t.items(nil) {
		if t.Text[row.Start] != '[' {
			return nil
		}
		inner := JSONText{Text: t.Text[row.Start:row.End]}
		cells := inner.items(nil)
		for i := range cells {
			cells[i].Start += row.Start
			cells[i].End += row.Start
		}
		rows = append(rows, cells)
	}
	return rows
}

// turned makes rows of columns.
func turned(columns [][]Span) (rows [][]Span) {
	for _, column := range columns {
		for i, cell := range column {
			if i == len(rows) {
				rows = append(rows, nil)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return rows
}
