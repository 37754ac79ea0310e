package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A scanned record: its text, or why there is none.
type record struct {
	typeName string // of its record type, as a column beside AuditData has it

	number int64  // 1-based in its file
	line   int64  // 1-based line where it starts
	text   []byte // JSON text, or CSV row; valid until the next one is scanned
	reason string // not empty: this is no record, text is its excerpt
	mended bool   // what it stood in had flaws
}

// jsonScanner finds the records of a JSON file, whatever is around them: an
// array, several arrays one behind the other, one object a line, one bare
// object, a page `{"value":[...]}` or `{"records":[...]}`, and texts that
// hold a record as a string. A damaged record ends where the next one seems
// to start, and only it is lost.
type jsonScanner struct {
	w        *window
	json     jsonText
	isRecord func(t *jsonText) bool // tells records from the objects inside them
	number   int64
	openers  [][]byte // how good records start: `{"name"`, without space
	open     int      // arrays and pages that are open
	pages    []page

	headless  bool  // the file begins in the middle of a record or a page
	nextLink  bool  // the page says that there are more
	truncated bool  // the file ended inside an array or a page
	loose     int64 // bytes between the records that are no JSON
	texts     bool  // records stand in texts
	decoded   []byte

	foreign    int   // bytes at the start, of lines that are no JSON
	isPrefixed bool  // records stand behind a text on their line
	prefixed   int64 // how many do
}

// page is an object around a list of records.
type page struct {
	open    int      // what open is inside the list
	around  int      // how many objects are around the one with the list
	columns [][]byte // of a table whose rows are lists: the names, as JSON
}

// maxOpeners is how many ways to start a record are remembered. Audit records
// start with whichever property their service names first.
const maxOpeners = 16

// maxTried is how much of what may be a record behind a damaged one is looked
// at to be sure.
const maxTried = 1 << 20

func newJSONScanner(w *window, isRecord func(t *jsonText) bool) *jsonScanner {
	return &jsonScanner{w: w, isRecord: isRecord}
}

// next returns the next record; false at the end of the file.
func (s *jsonScanner) next() (record, bool) {
	for {
		if !s.skip() {
			return record{}, false
		}
		if s.foreign > 0 {
			return s.foreignLine()
		}
		c := s.w.rest()[0]
		if s.isPrefixed && c != '{' && s.skipPrefix() {
			return s.object()
		}
		switch c {
		case '[':
			if n := len(s.pages); n > 0 && s.pages[n-1].columns != nil && s.pages[n-1].open == s.open {
				return s.row(s.pages[n-1].columns)
			}
			s.open++
			s.w.consume(1)
		case ']':
			isLost := s.open == 0 && s.headless // what it closes
			if s.open == 0 && !isLost {
				s.loose++
			}
			s.w.consume(1)
			if isLost {
				s.headless = false
				s.leaveLost()
			}
			if n := len(s.pages); n > 0 && s.pages[n-1].open == s.open {
				around := s.pages[n-1].around
				s.pages = s.pages[:n-1]
				for range around + 1 {
					s.leavePage()
				}
			}
			s.open = max(0, s.open-1)
		case '{':
			if s.enterPage() {
				continue
			}
			return s.object()
		case '"':
			return s.text()
		default:
			return s.damage(fmt.Sprintf("%s where a record should start", quoteByte(c)), 1, 1)
		}
	}
}

// skip moves to the next byte that is neither space nor comma.
func (s *jsonScanner) skip() bool {
	for {
		rest := s.w.rest()
		i := 0
		for i < len(rest) && (rest[i] <= ' ' || rest[i] == ',') {
			if !isSpace[rest[i]] {
				s.loose++
			}
			i++
		}
		if bytes.HasPrefix(rest[i:], byteOrderMark) { // of a file joined to another
			i += len(byteOrderMark)
			s.w.consume(i)
			continue
		}
		s.w.consume(i)
		if i < len(rest) {
			return true
		}
		if !s.w.more() {
			s.truncated = s.truncated || s.open > 0
			return false
		}
	}
}

// isSpace are the bytes that may stand between records.
var isSpace = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true}

var byteOrderMark = []byte("\ufeff")

// whole walks the value at the start of the window, reading on as needed.
func (s *jsonScanner) whole() (int, *jsonError) {
	for {
		rest := s.w.rest()
		s.json.start(rest)
		end, err := s.json.value(0, 0)
		if err != errIncomplete {
			if err == nil {
				s.json.checkUTF8(rest[:end])
			}
			return end, err
		}
		if !s.w.more() {
			if s.w.tooLong() {
				return maxRecord, &jsonError{maxRecord, "a record " + errTooLong.Error()}
			}
			return len(s.w.rest()), errIncomplete
		}
	}
}

func (s *jsonScanner) object() (record, bool) {
	end, err := s.whole()
	if err == errIncomplete {
		// Nothing closes it: either the file is cut off here, or this record
		// lacks a brace or quote and has swallowed the ones behind it.
		return s.damage("the record does not end: the file was cut off, or a bracket or quote is missing", 1, end)
	}
	if err != nil {
		return s.damage(err.reason, 1, err.at)
	}
	rest := s.w.rest()
	s.learn()
	r := s.emit(rest[:end])
	s.w.consume(end)
	return r, true
}

// learn remembers how the record starts that was walked.
func (s *jsonScanner) learn() {
	if len(s.json.keys) == 0 || len(s.openers) == maxOpeners {
		return
	}
	k := s.json.keys[0]
	name := s.json.text[k.start:k.end]
	for _, o := range s.openers {
		if bytes.Equal(o[2:len(o)-1], name) {
			return
		}
	}
	s.openers = append(s.openers, []byte(`{"`+string(name)+`"`))
}

func (s *jsonScanner) emit(text []byte) record {
	s.number++
	return record{number: s.number, line: s.w.line, text: text}
}

// holdsRecords tells whether a text that starts with neither brace nor bracket
// has records nevertheless: each in a text of its own; or the file has lost its
// start, and what comes before the first whole record could stand in JSON; or
// lines of another kind come first, such as the warnings of a script; or each
// record stands behind a text on its line, such as a syslog header.
func (s *jsonScanner) holdsRecords() bool {
	for len(s.w.rest()) < maxTried && s.w.more() {
	}
	b := s.w.rest()
	b = b[:min(len(b), maxTried)]
	for i := range b {
		if b[i] != '{' {
			continue
		}
		start := i
		if i > 0 && b[i-1] == '"' {
			start--
		}
		s.json.start(b[start:])
		end, err := s.json.value(0, 0)
		if err == nil && b[start] == '"' {
			err = s.json.walk(decodeText(nil, b[start:start+end]))
		}
		if err != nil || !s.isRecord(&s.json) {
			continue
		}
		before := bytes.TrimRight(b[:start], " \t\r\n")
		line := bytes.LastIndexByte(b[:start], '\n') + 1
		isPrefixed := linePrefix.Match(b[line:start])
		if bytes.HasSuffix(before, []byte(":")) && !isPrefixed {
			continue // a value in a record
		}
		if s.headless = len(before) > 0; isMiddle(before) {
			return true
		}
		s.headless = false
		if isPrefixed {
			s.foreign, s.isPrefixed = line, true
			return true
		}
		break
	}
	s.foreign = s.linesBefore(b)
	return s.foreign > 0
}

// linePrefix is the header of a syslog message: its priority, or its time and
// the host, and what sends it behind that.
// https://www.rfc-editor.org/rfc/rfc5424#section-6, https://www.rfc-editor.org/rfc/rfc3164#section-4.1
var linePrefix = regexp.MustCompile(`^[ \t]*(?:<\d{1,3}>[^{]*|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^{]*|\d{4}-\d\d-\d\dT\S+ \S+ \S+: *)$`)

// introduction ends a line that a text about a record has before it.
var introduction = regexp.MustCompile(`(?::|\x60{3}\w*|~{3}\w*)\s*$`)

// linesBefore is where the first line starts from which on a scanner finds a
// record; 0 for none.
func (s *jsonScanner) linesBefore(b []byte) int {
	const most = 100 // lines to try: only those that open as JSON does
	tried := 0
	for at := 0; at < len(b) && tried < most; {
		line := b[at:]
		if text := bytes.TrimLeft(line, " \t"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			tried++
			inner := newJSONScanner(newWindow(bytes.NewReader(line), nil), s.isRecord)
			if r, ok := inner.next(); ok && r.reason == "" && s.isRecord(&inner.json) {
				if introduction.Match(b[:at]) {
					return 0
				}
				return at
			}
		}
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			break
		}
		at += end + 1
	}
	return 0
}

// foreignLine gives up a line before the JSON.
func (s *jsonScanner) foreignLine() (record, bool) {
	rest := s.w.rest()
	line, _, _ := bytes.Cut(rest[:min(len(rest), s.foreign)], newline)
	r := s.emit(excerpt(line))
	r.reason = "a line that is no JSON"
	s.w.consume(len(line))
	if s.foreign -= len(line); s.foreign > 0 {
		before := s.w.at
		s.skip()
		s.foreign -= int(s.w.at - before)
	}
	return r, true
}

// skipPrefix moves to the brace behind the text at the start of a line.
func (s *jsonScanner) skipPrefix() bool {
	for bytes.IndexByte(s.w.rest(), '\n') < 0 && len(s.w.rest()) < maxTried && s.w.more() {
	}
	line, _, _ := bytes.Cut(s.w.rest(), newline)
	at := bytes.IndexByte(line, '{')
	if at < 0 || !linePrefix.Match(line[:at]) {
		return false
	}
	s.w.consume(at)
	s.prefixed++
	return true
}

// isMiddle tells whether a text could stand in the middle of a JSON text: its
// words are those of JSON but for the first, which may have lost its start.
func isMiddle(b []byte) bool {
	words := func(i int) bool {
		t := jsonText{text: b}
		for i < len(b) {
			var err *jsonError
			if bytes.IndexByte([]byte(" \t\r\n,:[]{}"), b[i]) >= 0 {
				i++
			} else if i, err = t.value(i, 0); err != nil || t.flaws&flawControl != 0 {
				return false
			}
		}
		return true
	}
	if words(len(b) - len(bytes.TrimLeft(b, "+-.0123456789Eaeflnrstu"))) {
		return true
	}
	// It begins inside of a text, perhaps inside of an escape there.
	for _, before := range []int{-1, len(b) - len(bytes.TrimLeft(b, `\`))} {
		t := jsonText{text: b}
		if end, err := t.str(before); err == nil && t.flaws&flawControl == 0 && words(end) {
			return true
		}
	}
	return false
}

// text takes a record that stands in a string, as tools write that dump
// AuditData without parsing it.
func (s *jsonScanner) text() (record, bool) {
	end, err := s.whole()
	if err != nil {
		return s.damage(err.reason, 1, 1)
	}
	quoted := s.w.rest()[:end]
	mended := s.json.flaws != 0
	if s.decoded = decodeText(s.decoded[:0], quoted); !bytes.HasPrefix(bytes.TrimSpace(s.decoded), []byte("{")) {
		return s.damage("a text where a record should start", end, end)
	}
	if err := s.json.walk(s.decoded); err != nil {
		return s.damage("a record in a text: "+err.reason, end, end)
	}
	r := s.emit(s.decoded)
	r.mended = mended
	s.texts = true
	s.w.consume(end)
	return r, true
}

// decodeText appends what a JSON string says.
func decodeText(dst, quoted []byte) []byte {
	var inner string
	json.Unmarshal(mend(nil, quoted), &inner) // the walker has found it good
	return append(dst, inner...)
}

// damage gives up the record at the start of the window and moves on to where
// the next one seems to start, at least `from` bytes on. What opens before
// `until` and does not end belongs to the record.
func (s *jsonScanner) damage(reason string, from, until int) (record, bool) {
	const before = 256 // what is kept of what was looked at
	if s.headless && s.number == 0 {
		// What looks like a text here may be what stands between two.
		reason, from, until = "the file begins in the middle of its JSON: the start was cut off", 1, 1
	}
	r := s.emit(nil)
	r.reason = reason
	for {
		rest := s.w.rest()
		at, found := s.nextRecord(rest, min(from, len(rest)), until)
		if found {
			if r.text == nil {
				r.text = excerpt(rest[:at])
			}
			s.w.consume(at)
			return r, true
		}
		if from = at; len(rest) > maxRecord/2 {
			// Far enough: drop what was looked at, keep the record's head.
			if r.text == nil {
				r.text = excerpt(rest)
			}
			done := max(0, from-before)
			s.w.consume(done)
			from -= done
			until -= done
		}
		if !s.w.more() {
			if s.w.tooLong() {
				continue
			}
			if r.text == nil {
				r.text = excerpt(s.w.rest())
			}
			s.w.consume(len(s.w.rest()))
			return r, true
		}
	}
}

// nextRecord finds where a record starts, from i on: at a line that starts with
// a brace; at an object or a text that is a whole record; from until on, also
// behind a comma or bracket at what opens like one before. When there is none,
// it returns from where to look again with more of the file.
func (s *jsonScanner) nextRecord(b []byte, i, until int) (at int, found bool) {
	for ; i < len(b); i++ {
		next := bytes.IndexByte(b[i:], '{')
		if next < 0 {
			return len(b), false
		}
		i += next
		start := i
		if i > 0 && b[i-1] == '"' && bytes.ContainsAny(b[max(0, i-2):i-1], ",[ \t\r\n") {
			start--
		}
		before := bytes.TrimRight(b[:start], " \t")
		lineStart := len(before) > 0 && (before[len(before)-1] == '\n' || before[len(before)-1] == '\r')
		if s.open == 0 && lineStart && len(before) == i {
			return i, true
		}
		before = bytes.TrimRight(before, " \t\r\n")
		if len(before) > 0 && before[len(before)-1] == ':' {
			continue // a value in a record
		}
		s.json.start(b[start:])
		end, err := s.json.value(0, 0)
		switch {
		case err == errIncomplete && !s.w.eof && len(b)-start < maxTried:
			return start, false
		case err == nil && b[start] == '"':
			err = s.json.walk(decodeText(nil, b[start:start+end]))
			fallthrough
		case err == nil:
			if err == nil && s.isRecord(&s.json) {
				return start, true
			}
		case start >= until && (lineStart || len(before) > 0 && bytes.IndexByte([]byte(",[]}"), before[len(before)-1]) >= 0) && s.opensLikeOne(b[start:]):
			return start, true
		}
	}
	return len(b), false
}

// opensLikeOne tells whether a text starts as a record before it did.
func (s *jsonScanner) opensLikeOne(b []byte) bool {
	if b[0] == '"' {
		return s.texts && startsLike(b[1:], []byte(`{\"`))
	}
	for _, o := range s.openers {
		if startsLike(b, o) {
			return true
		}
	}
	return false
}

// startsLike compares without regard to white space.
func startsLike(b, opener []byte) bool {
	for _, want := range opener {
		for len(b) > 0 && b[0] <= ' ' {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != want {
			return false
		}
		b = b[1:]
	}
	return true
}

// pageKeys are the names under which APIs wrap a list of records: those of
// Graph, Azure, the query APIs of Log Analytics and Defender, and Elasticsearch.
var pageKeys = map[string]bool{
	"value": true, "Value": true, "records": true, "Records": true,
	"tables": true, "Tables": true, "results": true, "Results": true, "hits": true,
}

// columnKeys are the names of the list of a table's columns, and rowKeys of its rows.
var (
	columnKeys = map[string]bool{"columns": true, "Columns": true, "fields": true}
	rowKeys    = map[string]bool{"rows": true, "Rows": true}
)

// pageHeads are the names of what stands before the list.
var pageHeads = map[string]bool{
	"name": true, "TableName": true, "TableId": true, "TableKind": true, "FrameType": true, // Log Analytics, Kusto
	"schema": true, "Schema": true, "stats": true, "Stats": true, // Defender
	"took": true, "timed_out": true, "_shards": true, "_scroll_id": true, "total": true, "max_score": true, // Elasticsearch
	"preview": true, "init_offset": true, "messages": true, // Splunk
}

// enterPage moves into the list of a page, if this object is one: a list under
// one of pageKeys, or the rows of a table whose columns it names, with nothing
// before it but OData annotations and pageHeads.
func (s *jsonScanner) enterPage() bool {
	for {
		t := jsonText{text: s.w.rest()}
		p := page{}
		at, found, incomplete := s.findList(&t, 0, &p)
		if found {
			s.w.consume(at)
			s.open++
			p.open = s.open
			s.pages = append(s.pages, p)
			return true
		}
		if !incomplete || len(t.text) > 1<<20 || !s.w.more() {
			return false
		}
	}
}

// findList finds where the list of a page begins, in the object at i.
func (s *jsonScanner) findList(t *jsonText, i int, p *page) (at int, found, incomplete bool) {
	i = t.space(i + 1)
	for i < len(t.text) && t.text[i] == '"' {
		end, err := t.str(i)
		if err != nil {
			return 0, false, true
		}
		name := string(t.text[i+1 : end-1])
		i = t.space(end)
		if i >= len(t.text) || t.text[i] != ':' {
			break
		}
		if i = t.space(i + 1); i >= len(t.text) {
			break
		}
		switch c := t.text[i]; {
		case c == '[' && (pageKeys[name] || rowKeys[name] && p.columns != nil):
			if !rowKeys[name] {
				p.columns = nil
			}
			return i + 1, true, false
		case c == '{' && name == "hits":
			p.around++
			return s.findList(t, i, p)
		}
		isLink := strings.HasSuffix(strings.ToLower(name), "nextlink")
		isAnnotation := (strings.Contains(name, "odata.") || isLink) && t.text[i] != '{' && t.text[i] != '['
		if !isAnnotation && !pageHeads[name] && !columnKeys[name] {
			return 0, false, false
		}
		start := i
		if end, err = t.value(i, 1); err != nil {
			break
		}
		if columnKeys[name] {
			if p.columns = columnNames(t.text[start:end]); p.columns == nil {
				return 0, false, false
			}
		}
		s.nextLink = s.nextLink || isLink && t.text[i] == '"'
		if i = t.space(end); i < len(t.text) && t.text[i] == ',' {
			i = t.space(i + 1)
		}
	}
	return 0, false, i >= len(t.text) || t.text[i] == '"'
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
		quoted, _ := appendJSONString(nil, []byte(name))
		names = append(names, quoted)
	}
	return names
}

// row takes a row of a table that is a list of values, as an object.
func (s *jsonScanner) row(columns [][]byte) (record, bool) {
	end, err := s.whole()
	if err != nil {
		return s.damagedRow(err.reason)
	}
	t := jsonText{text: s.w.rest()[:end]}
	object := append(s.decoded[:0], '{')
	values := 0
	for i := t.space(1); t.text[i] != ']'; values++ {
		after, _ := t.value(i, 1)
		if values < len(columns) {
			if values > 0 {
				object = append(object, ',')
			}
			object = append(append(object, columns[values]...), ':')
			object = append(object, t.text[i:after]...)
		}
		if i = t.space(after); t.text[i] == ',' {
			i = t.space(i + 1)
		}
	}
	s.decoded = append(object, '}')
	if values != len(columns) {
		return s.damagedRow(fmt.Sprintf("a row of %d values in a table of %d columns", values, len(columns)))
	}
	if err := s.json.walk(s.decoded); err != nil {
		return s.damagedRow(err.reason)
	}
	r := s.emit(s.decoded)
	s.w.consume(end)
	return r, true
}

// damagedRow gives up a row, and moves on to the next that is whole.
func (s *jsonScanner) damagedRow(reason string) (record, bool) {
	for !s.w.eof && len(s.w.rest()) < maxTried && s.w.more() {
	}
	rest := s.w.rest()
	r := s.emit(excerpt(rest))
	r.reason = reason
	next := len(rest)
	for i := 1; i < len(rest); i++ {
		if rest[i] != '[' {
			continue
		}
		t := jsonText{text: rest}
		if end, err := t.value(i, 1); err == nil {
			if after := t.space(end); after < len(rest) && (rest[after] == ',' || rest[after] == ']') && bytes.HasSuffix(bytes.TrimRight(rest[:i], " \t\r\n"), []byte(",")) {
				next = i
				break
			}
		}
	}
	s.w.consume(next)
	return r, true
}

// leaveLost leaves the array whose start was lost, and the page if it was one's.
func (s *jsonScanner) leaveLost() {
	for {
		next := bytes.TrimLeft(s.w.rest(), " \t\r\n")
		switch {
		case len(next) > 0 && (next[0] == ',' || next[0] == '}'):
			s.leavePage()
			return
		case len(next) > 0 || !s.w.more():
			return
		}
	}
}

// leavePage skips what follows the array of a page up to its closing brace. A
// page may lack that; then what follows is something else.
func (s *jsonScanner) leavePage() {
	for {
		t := jsonText{text: s.w.rest()}
		end, hasLink, err := t.afterList()
		if err == nil {
			s.nextLink = s.nextLink || hasLink
			s.w.consume(end)
			return
		}
		if err != errIncomplete || len(t.text) > 1<<20 {
			return
		}
		if !s.w.more() {
			s.truncated = true
			s.nextLink = s.nextLink || hasLink
			s.w.consume(len(t.text))
			return
		}
	}
}

// afterList walks the rest of an object from behind a list in it.
func (t *jsonText) afterList() (end int, hasLink bool, err *jsonError) {
	i := t.space(0)
	for i < len(t.text) && t.text[i] == ',' {
		name := t.space(i + 1)
		if name < len(t.text) && t.text[name] != '"' {
			return 0, false, &jsonError{name, "no name"}
		}
		if end, err = t.str(name); err != nil {
			return name, hasLink, err
		}
		isLink := strings.HasSuffix(strings.ToLower(string(t.text[name+1:end-1])), "nextlink")
		if end = t.space(end); end >= len(t.text) {
			return end, hasLink, errIncomplete
		}
		if t.text[end] != ':' {
			return 0, false, &jsonError{end, "no colon"}
		}
		value := t.space(end + 1)
		hasLink = hasLink || isLink && value < len(t.text) && t.text[value] == '"'
		if end, err = t.value(value, 1); err != nil {
			return end, hasLink, err
		}
		i = t.space(end)
	}
	if i >= len(t.text) {
		return i, hasLink, errIncomplete
	}
	if t.text[i] != '}' {
		return 0, false, &jsonError{i, "no brace"}
	}
	return i + 1, hasLink, nil
}

// excerpt is the start of a text, for a reader's eyes. An excerpt's excerpt
// is itself.
func excerpt(b []byte) []byte {
	const length, more = 200, "…"
	b = bytes.TrimSpace(b)
	if len(b) > length+len(more) || len(b) > length && !bytes.HasSuffix(b, []byte(more)) {
		b = append(bytes.ToValidUTF8(b[:length], nil), more...)
	}
	return bytes.ToValidUTF8(bytes.Clone(b), []byte("\ufffd"))
}
