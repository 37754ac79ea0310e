package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// A scanned record: its text, or why there is none.
type record struct {
	number int64  // 1-based in its file
	line   int64  // 1-based line where it starts
	text   []byte // JSON text, or CSV row; valid until the next one is scanned
	reason string // not empty: this is no record, text is its excerpt
}

// jsonScanner finds the records of a JSON file, whatever is around them: an
// array, several arrays one behind the other, one object a line, one bare
// object, a page `{"value":[...]}` or `{"records":[...]}`, and texts that
// hold a record as a string. A damaged record ends where the next one seems
// to start, and only it is lost.
type jsonScanner struct {
	w      *window
	json   jsonText
	number int64
	opener []byte // how the first good record starts: `{"name"`, without space
	open   int    // arrays and pages that are open

	page       bool // inside a page's array
	nextLink   bool // the page says that there are more
	truncated  bool // the file ended inside an array
	loose      bool // something stood around the records that is not JSON
	decoded    []byte
	compacting bytes.Buffer
}

func newJSONScanner(w *window) *jsonScanner { return &jsonScanner{w: w} }

// next returns the next record; false at the end of the file.
func (s *jsonScanner) next() (record, bool) {
	for {
		if !s.skip() {
			return record{}, false
		}
		switch c := s.w.rest()[0]; c {
		case '[':
			s.open++
			s.w.consume(1)
		case ']':
			if s.open > 0 {
				s.open--
			} else {
				s.loose = true
			}
			s.w.consume(1)
			if s.page {
				s.leavePage()
			}
		case '{':
			if s.open == 0 && s.enterPage() {
				continue
			}
			return s.object()
		case '"':
			return s.text()
		default:
			return s.damage(fmt.Sprintf("%s where a record should start", quoteByte(c)), 1)
		}
	}
}

// skip moves to the next byte that is neither space nor comma.
func (s *jsonScanner) skip() bool {
	for {
		rest := s.w.rest()
		i := 0
		for i < len(rest) && (rest[i] <= ' ' || rest[i] == ',') {
			i++
		}
		if bytes.HasPrefix(rest[i:], byteOrderMark) { // of a file joined to another
			s.loose = true
			i += len(byteOrderMark)
			s.w.consume(i)
			continue
		}
		s.w.consume(i)
		if i < len(rest) {
			return true
		}
		if !s.w.more() {
			s.truncated = s.open > 0
			return false
		}
	}
}

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
		return s.damage("the record does not end: the file was cut off, or a bracket or quote is missing", 1)
	}
	if err != nil {
		return s.damage(err.reason, max(err.at, 1))
	}
	rest := s.w.rest()
	if s.opener == nil && len(s.json.keys) > 0 {
		k := s.json.keys[0]
		s.opener = append([]byte(`{"`), rest[k.start:k.end+1]...)
	}
	r := s.emit(rest[:end])
	s.w.consume(end)
	return r, true
}

func (s *jsonScanner) emit(text []byte) record {
	s.number++
	return record{number: s.number, line: s.w.line, text: text}
}

// text takes a record that stands in a string, as tools write that dump
// AuditData without parsing it.
func (s *jsonScanner) text() (record, bool) {
	end, err := s.whole()
	if err != nil {
		return s.damage(err.reason, 1)
	}
	quoted := s.w.rest()[:end]
	var inner string
	if json.Unmarshal(mend(nil, quoted), &inner) != nil || !strings.HasPrefix(strings.TrimSpace(inner), "{") {
		return s.damage("a text where a record should start", end)
	}
	s.decoded = append(s.decoded[:0], inner...)
	if err := s.json.walk(s.decoded); err != nil {
		return s.damage("a record in a text: "+err.reason, end)
	}
	r := s.emit(s.decoded)
	s.w.consume(end)
	return r, true
}

// damage gives up the record at the start of the window and moves on to where
// the next one seems to start, at least `from` bytes on.
func (s *jsonScanner) damage(reason string, from int) (record, bool) {
	r := s.emit(nil)
	r.reason = reason
	for {
		rest := s.w.rest()
		from = min(from, len(rest))
		if at := s.nextRecord(rest[from:]); at >= 0 {
			at += from
			r.text = excerpt(rest[:at])
			s.w.consume(at)
			return r, true
		}
		if len(rest) > maxRecord/2 {
			// Far enough: drop what was looked at, keep the record's head.
			if r.text == nil {
				r.text = excerpt(rest)
			}
			s.w.consume(len(rest) - len(s.opener))
			from = 0
		}
		from = max(0, len(s.w.rest())-256)
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

// nextRecord finds a line that starts with a brace, or the opening of a record
// like the first one behind `},`.
func (s *jsonScanner) nextRecord(b []byte) int {
	for i := 0; i < len(b); i++ {
		at := bytes.IndexByte(b[i:], '{')
		if at < 0 {
			return -1
		}
		i += at
		before := bytes.TrimRight(b[:i], " \t")
		lineStart := len(before) > 0 && (before[len(before)-1] == '\n' || before[len(before)-1] == '\r')
		if s.open == 0 && lineStart && len(before) == i {
			return i
		}
		if s.opener == nil {
			continue
		}
		before = bytes.TrimRight(before, " \t\r\n")
		separated := len(before) > 0 && bytes.IndexByte([]byte(",[]}"), before[len(before)-1]) >= 0
		if (separated || lineStart) && startsLike(b[i:], s.opener) {
			return i
		}
	}
	return -1
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

// pageKeys are the names under which APIs wrap a list of records.
var pageKeys = map[string]bool{"value": true, "Value": true, "records": true, "Records": true}

// enterPage moves into the array of a page, if this object is one: a list
// under one of pageKeys, with nothing before it but OData annotations.
func (s *jsonScanner) enterPage() bool {
	for {
		t := jsonText{text: s.w.rest()}
		i := t.space(1)
		for i < len(t.text) && t.text[i] == '"' {
			end, err := t.str(i)
			if err != nil {
				break
			}
			name := string(t.text[i+1 : end-1])
			i = t.space(end)
			if i >= len(t.text) || t.text[i] != ':' {
				break
			}
			if i = t.space(i + 1); i >= len(t.text) {
				break
			}
			if t.text[i] == '[' && pageKeys[name] {
				s.w.consume(i + 1)
				s.open++
				s.page = true
				return true
			}
			isLink := strings.HasSuffix(strings.ToLower(name), "nextlink")
			if !strings.Contains(name, "odata.") && !isLink || t.text[i] == '{' || t.text[i] == '[' {
				return false
			}
			if end, err = t.value(i, 1); err != nil {
				break
			}
			s.nextLink = s.nextLink || isLink && t.text[i] == '"'
			if i = t.space(end); i < len(t.text) && t.text[i] == ',' {
				i = t.space(i + 1)
			}
		}
		if i < len(t.text) && t.text[i] != '"' || len(t.text) > 1<<20 || !s.w.more() {
			return false
		}
	}
}

// leavePage skips what follows the array of a page up to its closing brace.
func (s *jsonScanner) leavePage() {
	s.page = false
	for {
		rest := s.w.rest()
		if at := bytes.IndexAny(rest, "{}["); at >= 0 {
			if rest[at] != '}' {
				return // the page lacks its end, and something else begins
			}
			s.nextLink = s.nextLink || bytes.Contains(rest[:at], []byte("odata.nextLink"))
			s.w.consume(at + 1)
			return
		}
		if len(rest) > 1<<20 || !s.w.more() {
			return
		}
	}
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
