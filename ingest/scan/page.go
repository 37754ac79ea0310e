package scan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// page is an object around a list of records.
type page struct {
	open    int      // what open is inside the list
	around  int      // how many objects are around the one with the list
	columns [][]byte // of a table whose rows are lists: the names, as JSON
	replies bool     // the list is one of replies
	context string   // the page's @odata.context, which says of what it is
}

// pageKeys are the names under which APIs wrap a list of records: those of
// Graph, Azure, the query APIs of Log Analytics and Defender, and Elasticsearch.
var pageKeys = map[string]bool{
	"value": true, "Value": true, "records": true, "Records": true,
	"tables": true, "Tables": true, "results": true, "Results": true, "hits": true,
	"data": true, "items": true, "logs": true, "events": true, // what scripts call it
	repliesKey: true,
}

// pageRooms are the names of objects in which the list stands: those of Elasticsearch, of OData before version 4, and of scripts.
var pageRooms = map[string]bool{"hits": true, "d": true, "data": true, "response": true, "body": true, "result": true}

// columnKeys are the names of the list of a table's columns, and rowKeys of its rows.
var (
	columnKeys = map[string]bool{"columns": true, "Columns": true, "fields": true}
	rowKeys    = map[string]bool{"rows": true, "Rows": true, "values": true, "datarows": true}
)

// pageHeads are the names of what stands before the list.
var pageHeads = map[string]bool{
	"name": true, "TableName": true, "TableId": true, "TableKind": true, "FrameType": true, // Log Analytics, Kusto
	"schema": true, "Schema": true, "stats": true, "Stats": true, // Defender
	"took": true, "timed_out": true, "_shards": true, "_scroll_id": true, "total": true, "max_score": true, // Elasticsearch
	"preview": true, "init_offset": true, "messages": true, // Splunk
	"statistics": true, "render": true, "dataSources": true, // Azure Monitor
}

// frameKey is the first name in each part of what Azure Data Explorer answers. Of these only the table of kind
// PrimaryResult is what was asked for.
// https://learn.microsoft.com/kusto/api/rest/response-http-v2
const frameKey = "FrameType"

// Graph answers several requests at once with a list of replies, each with its page in its body.
// https://learn.microsoft.com/graph/json-batching
const repliesKey = "responses"

// replyHeads are the names of what stands before the body of a reply.
var replyHeads = map[string]bool{"id": true, "status": true, "headers": true}

// Context is what the page in which the last record stood says of itself (@odata.context); "" for nothing.
func (s *JSON) Context() string {
	if n := len(s.pages); n > 0 {
		return s.pages[n-1].context
	}
	return ""
}

// enterPage moves into the list of a page, if this object is one: a list under
// one of pageKeys, or the rows of a table whose columns it names, with nothing
// before it but OData annotations and pageHeads.
func (s *JSON) enterPage() bool {
	for {
		t := JSONText{Text: s.w.Rest()}
		p, hadLink := page{}, s.NextLink
		if len(s.pages) == 0 {
			s.NextLink = false // of the page before, which is followed by this one
		}
		at, isPage, incomplete := s.findList(&t, 0, &p)
		if !isPage {
			s.NextLink = hadLink
		}
		if isPage {
			s.w.consume(at)
			s.open++
			p.open = s.open
			s.pages = append(s.pages, p)
			return true
		}
		if !incomplete || len(t.Text) > 1<<20 || !s.w.More() {
			return false
		}
	}
}

// findList finds where the list of a page begins, in the object at i.
func (s *JSON) findList(t *JSONText, i int, p *page) (at int, isPage, incomplete bool) {
	n := len(s.pages)
	isReply := n > 0 && s.pages[n-1].replies && s.pages[n-1].open == s.open
	i = t.Space(i + 1)
	for i < len(t.Text) && t.Text[i] == '"' {
		end, err := t.Str(i)
		if err != nil {
			return 0, false, true
		}
		name := string(t.Text[i+1 : end-1])
		i = t.Space(end)
		if i >= len(t.Text) || t.Text[i] != ':' {
			break
		}
		if i = t.Space(i + 1); i >= len(t.Text) {
			break
		}
		switch c := t.Text[i]; {
		case c == '[' && (pageKeys[name] || rowKeys[name] && p.columns != nil):
			if !rowKeys[name] {
				p.columns = nil
			}
			p.replies = name == repliesKey
			return i + 1, true, false
		case c == '{' && pageRooms[name]:
			p.around++
			return s.findList(t, i, p)
		}
		isLink := strings.HasSuffix(strings.ToLower(name), "nextlink")
		isAnnotation := (strings.Contains(name, "odata.") || isLink) && t.Text[i] != '{' && t.Text[i] != '['
		if !isAnnotation && !pageHeads[name] && !columnKeys[name] && !(isReply && replyHeads[name]) {
			return 0, false, false
		}
		start := i
		if end, err = t.Value(i, 1); err != nil {
			break
		}
		if name == "@odata.context" {
			p.context = string(bytes.Trim(t.Text[start:end], `"`))
		}
		if name == "TableKind" && !bytes.Contains(t.Text[start:end], []byte("PrimaryResult")) {
			return 0, false, false
		}
		if columnKeys[name] {
			if p.columns = columnNames(t.Text[start:end]); p.columns == nil {
				return 0, false, false
			}
		}
		s.NextLink = s.NextLink || isLink && t.Text[i] == '"'
		if i = t.Space(end); i < len(t.Text) && t.Text[i] == ',' {
			i = t.Space(i + 1)
		}
	}
	return 0, false, i >= len(t.Text) || t.Text[i] == '"'
}

// columnNames are those of a list of names, or of objects with a name, as JSON;
// nil for another list.
func columnNames(list []byte) (names [][]byte) {
	var columns []any
	if json.Unmarshal(list, &columns) != nil {
		return nil
	}
	for _, column := range columns {
		if object, ok := column.(map[string]any); ok {
			for _, key := range []string{"name", "Name", "ColumnName"} {
				if name, ok := object[key].(string); ok {
					column = name
				}
			}
		}
		name, ok := column.(string)
		if !ok {
			return nil
		}
		quoted, _ := AppendJSONString(nil, []byte(name))
		names = append(names, quoted)
	}
	return names
}

// row takes a row of a table that is a list of values, as an object.
func (s *JSON) row(columns [][]byte) (Record, bool) {
	end, err := s.whole()
	if err != nil {
		return s.damagedRow(err.reason)
	}
	t := JSONText{Text: s.w.Rest()[:end]}
	s.cells = t.items(s.cells[:0])
	var problem string
	if s.decoded, problem = t.asObject(s.decoded[:0], s.cells, columns); problem != "" {
		return s.damagedRow(problem)
	}
	if err := s.Parser.Walk(s.decoded); err != nil {
		return s.damagedRow(err.reason)
	}
	r := s.emit(s.decoded)
	s.w.consume(end)
	return r, true
}

// asObject appends a row of a table as an object, or says why it is no row of that.
func (t *JSONText) asObject(dst []byte, row []Span, columns [][]byte) (object []byte, problem string) {
	dst = append(dst, '{')
	for i, cell := range row[:min(len(row), len(columns))] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, columns[i]...), ':')
		dst = append(dst, t.Text[cell.Start:cell.End]...)
	}
	if len(row) != len(columns) {
		problem = fmt.Sprintf("a row of %d values in a table of %d columns", len(row), len(columns))
	}
	return append(dst, '}'), problem
}

// items appends the parts of the list that the text is.
func (t *JSONText) items(dst []Span) []Span {
	for i := t.Space(1); i < len(t.Text) && t.Text[i] != ']'; {
		end, err := t.Value(i, 1)
		if err != nil {
			break
		}
		dst = append(dst, Span{i, end})
		if i = t.Space(end); i < len(t.Text) && t.Text[i] == ',' {
			i = t.Space(i + 1)
		}
	}
	return dst
}

// damagedRow gives up a row, and moves on to the next that is whole.
func (s *JSON) damagedRow(reason string) (Record, bool) {
	for !s.w.eof && len(s.w.Rest()) < maxTried && s.w.More() {
	}
	rest := s.w.Rest()
	r := s.emit(Excerpt(rest))
	r.Reason = reason
	next := len(rest)
	for i := 1; i < len(rest); i++ {
		if rest[i] != '[' {
			continue
		}
		t := JSONText{Text: rest}
		if end, err := t.Value(i, 1); err == nil {
			if after := t.Space(end); after < len(rest) && (rest[after] == ',' || rest[after] == ']') && bytes.HasSuffix(bytes.TrimRight(rest[:i], " \t\r\n"), []byte(",")) {
				next = i
				break
			}
		}
	}
	s.w.consume(next)
	return r, true
}

// leaveLost leaves the array whose start was lost, and the page if it was one's.
func (s *JSON) leaveLost() {
	for {
		next := bytes.TrimLeft(s.w.Rest(), " \t\r\n")
		switch {
		case len(next) > 0 && (next[0] == ',' || next[0] == '}'):
			s.leavePage()
			return
		case len(next) > 0 || !s.w.More():
			return
		}
	}
}

// leavePage passes over what follows the array of a page up to its closing brace, but for further lists of records.
// A page may lack that; then what follows is something else.
func (s *JSON) leavePage() {
	for {
		t := JSONText{Text: s.w.Rest()}
		end, hasLink, err := t.afterList()
		if err == nil {
			s.NextLink = s.NextLink || hasLink
			if rest := t.Text[t.Space(0):end]; rest[0] == ',' && bytes.IndexByte(rest, '[') > 0 {
				s.addInside(append([]byte("{"), rest[1:]...), s.w.Line)
			}
			s.w.consume(end)
			return
		}
		if err != ErrIncomplete || len(t.Text) > 1<<20 {
			return
		}
		if !s.w.More() {
			s.Truncated = true
			s.NextLink = s.NextLink || hasLink
			s.w.consume(len(t.Text))
			return
		}
	}
}

// afterList walks the rest of an object from behind a list in it.
func (t *JSONText) afterList() (end int, hasLink bool, err *JSONError) {
	i := t.Space(0)
	for i < len(t.Text) && t.Text[i] == ',' {
		name := t.Space(i + 1)
		if name < len(t.Text) && t.Text[name] != '"' {
			return 0, false, &JSONError{name, "no name"}
		}
		if end, err = t.Str(name); err != nil {
			return name, hasLink, err
		}
		isLink := strings.HasSuffix(strings.ToLower(string(t.Text[name+1:end-1])), "nextlink")
		if end = t.Space(end); end >= len(t.Text) {
			return end, hasLink, ErrIncomplete
		}
		if t.Text[end] != ':' {
			return 0, false, &JSONError{end, "no colon"}
		}
		value := t.Space(end + 1)
		hasLink = hasLink || isLink && value < len(t.Text) && t.Text[value] == '"'
		if end, err = t.Value(value, 1); err != nil {
			return end, hasLink, err
		}
		i = t.Space(end)
	}
	if i >= len(t.Text) {
		return i, hasLink, ErrIncomplete
	}
	if t.Text[i] != '}' {
		return 0, false, &JSONError{i, "no brace"}
	}
	return i + 1, hasLink, nil
}
