package scan

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A Record is what was scanned: its text, or why there is none.
type Record struct {
	TypeName string // of its record type, as a column beside AuditData has it

	Number int64  // 1-based in its file
	Line   int64  // 1-based line where it starts
	Text   []byte // JSON text, or CSV row; valid until the next one is scanned
	Reason string // not empty: this is no record, text is its excerpt
	Mended bool   // what it stood in had flaws
}

// JSON finds the records of a JSON file, whatever is around them: an
// array, several arrays one behind the other, one object a line, one bare
// object, a page `{"value":[...]}` or `{"records":[...]}`, and texts that
// hold a record as a string. A damaged record ends where the next one seems
// to start, and only it is lost.
type JSON struct {
	w        *Window
	Parser   JSONText
	isRecord func(t *JSONText) bool // tells records from the objects inside them
	Number   int64
	openers  [][]byte // how good records start: `{"name"`, without space
	open     int      // arrays and pages that are open
	pages    []page

	Headless  bool  // the file begins in the middle of a record or a page
	NextLink  bool  // the page says that there are more
	Truncated bool  // the file ended inside an array or a page
	Loose     int64 // bytes between the records that are no JSON
	texts     bool  // records stand in texts
	decoded   []byte
	cells     []Span   // of a row
	inside    []Record // that stood in an object, and come next

	Prefixed   int64 // records that stand behind a text on their line
	isPrefixed bool  // they do in this file
	foreign    int   // bytes at the start, of lines that are no JSON
}

// maxOpeners is how many ways to start a record are remembered. Audit records
// start with whichever property their service names first.
const maxOpeners = 16

// maxTried is how much of what may be a record behind a damaged one is looked
// at to be sure.
const maxTried = 1 << 20

// NewJSON scans what w shows. isRecord tells records from the objects inside them.
func NewJSON(w *Window, isRecord func(t *JSONText) bool) *JSON {
	return &JSON{w: w, isRecord: isRecord}
}

// Next returns the next record; false at the end of the file.
func (s *JSON) Next() (Record, bool) {
	for {
		if len(s.inside) > 0 {
			return s.nextInside()
		}
		if !s.skip() {
			return Record{}, false
		}
		if s.foreign > 0 {
			return s.foreignLine()
		}
		c := s.w.Rest()[0]
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
			isLost := s.open == 0 && s.Headless // what it closes
			if s.open == 0 && !isLost {
				s.Loose++
			}
			s.w.consume(1)
			if isLost {
				s.Headless = false
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
			r, ok := s.object()
			if k := s.Parser.Keys; r.Reason == "" && len(k) > 0 && string(s.Parser.Text[k[0].Start:k[0].End]) == frameKey {
				s.Number--
				continue
			}
			return r, ok
		case '"':
			return s.text()
		default:
			return s.damage(fmt.Sprintf("%s where a record should start", quoteByte(c)), 1, 1)
		}
	}
}

// skip moves to the next byte that is neither space nor comma.
func (s *JSON) skip() bool {
	for {
		rest := s.w.Rest()
		i := 0
		for i < len(rest) && (rest[i] <= ' ' || rest[i] == ',') {
			if !isSpace[rest[i]] {
				s.Loose++
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
		if !s.w.More() {
			s.Truncated = s.Truncated || s.open > 0
			return false
		}
	}
}

// isSpace are the bytes that may stand between records.
var isSpace = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true}

var byteOrderMark = []byte("\ufeff")

// whole walks the value at the start of the window, reading on as needed.
func (s *JSON) whole() (int, *JSONError) {
	for {
		rest := s.w.Rest()
		s.Parser.start(rest)
		end, err := s.Parser.Value(0, 0)
		if err != ErrIncomplete {
			if err == nil {
				s.Parser.checkUTF8(rest[:end])
			}
			return end, err
		}
		if !s.w.More() {
			if s.w.tooLong() {
				return maxRecord, &JSONError{maxRecord, "a record " + errTooLong.Error()}
			}
			return len(s.w.Rest()), ErrIncomplete
		}
	}
}

func (s *JSON) object() (Record, bool) {
	end, err := s.whole()
	if err == ErrIncomplete {
		// Nothing closes it: either the file is cut off here, or this record
		// lacks a brace or quote and has swallowed the ones behind it.
		return s.damage("the record does not end: the file was cut off, or a bracket or quote is missing", 1, end)
	}
	if err != nil {
		return s.damage(err.reason, 1, err.at)
	}
	rest := s.w.Rest()
	s.learn()
	r := s.emit(rest[:end])
	s.w.consume(end)
	return r, true
}

// learn remembers how the record starts that was walked.
func (s *JSON) learn() {
	if len(s.Parser.Keys) == 0 || len(s.openers) == maxOpeners {
		return
	}
	k := s.Parser.Keys[0]
	name := s.Parser.Text[k.Start:k.End]
	for _, o := range s.openers {
		if bytes.Equal(o[2:len(o)-1], name) {
			return
		}
	}
	s.openers = append(s.openers, []byte(`{"`+string(name)+`"`))
}

func (s *JSON) emit(text []byte) Record {
	s.Number++
	return Record{Number: s.Number, Line: s.w.Line, Text: text}
}

// HoldsRecords tells whether a text that starts with neither brace nor bracket
// has records nevertheless: each in a text of its own; or the file has lost its
// start, and what comes before the first whole record could stand in JSON; or
// lines of another kind come first, such as the warnings of a script; or each
// record stands behind a text on its line, such as a syslog header.
func (s *JSON) HoldsRecords() bool {
	for len(s.w.Rest()) < maxTried && s.w.More() {
	}
	b := s.w.Rest()
	b = b[:min(len(b), maxTried)]
	for i := range b {
		if b[i] != '{' {
			continue
		}
		start := i
		if i > 0 && b[i-1] == '"' {
			start--
		}
		s.Parser.start(b[start:])
		end, err := s.Parser.Value(0, 0)
		if err == nil && b[start] == '"' {
			err = s.Parser.Walk(decodeText(nil, b[start:start+end]))
		}
		if err != nil || !s.isRecord(&s.Parser) {
			continue
		}
		before := bytes.TrimRight(b[:start], " \t\r\n")
		line := bytes.LastIndexByte(b[:start], '\n') + 1
		isPrefixed := linePrefix.Match(b[line:start])
		if bytes.HasSuffix(before, []byte(":")) && !isPrefixed {
			continue // a value in a record
		}
		if s.Headless = len(before) > 0; isMiddle(before) {
			return true
		}
		s.Headless = false
		if isPrefixed {
			s.foreign, s.isPrefixed = line, true
			return true
		}
		break
	}
	s.foreign = s.linesBefore(b)
	return s.foreign > 0
}

// isMiddle tells whether a text could stand in the middle of a JSON text: its
// words are those of JSON but for the first, which may have lost its start.
func isMiddle(b []byte) bool {
	words := func(i int) bool {
		t := JSONText{Text: b}
		for i < len(b) {
			var err *JSONError
			if bytes.IndexByte([]byte(" \t\r\n,:[]{}"), b[i]) >= 0 {
				i++
			} else if i, err = t.Value(i, 0); err != nil || t.Flaws&flawControl != 0 {
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
		t := JSONText{Text: b}
		if end, err := t.Str(before); err == nil && t.Flaws&flawControl == 0 && words(end) {
			return true
		}
	}
	return false
}

// Text takes a record that stands in a string, as tools write that dump
// AuditData without parsing it.
func (s *JSON) text() (Record, bool) {
	end, err := s.whole()
	if err != nil {
		return s.damage(err.reason, 1, 1)
	}
	quoted := s.w.Rest()[:end]
	mended := s.Parser.Flaws != 0
	if s.decoded = decodeText(s.decoded[:0], quoted); !bytes.HasPrefix(bytes.TrimSpace(s.decoded), []byte("{")) {
		return s.damage("a text where a record should start", end, end)
	}
	if err := s.Parser.Walk(s.decoded); err != nil {
		return s.damage("a record in a text: "+err.reason, end, end)
	}
	r := s.emit(s.decoded)
	r.Mended = mended
	s.texts = true
	s.w.consume(end)
	return r, true
}

// decodeText appends what a JSON string says.
func decodeText(dst, quoted []byte) []byte {
	var inner string
	json.Unmarshal(Mend(nil, quoted), &inner) // the walker has found it good
	return append(dst, inner...)
}

// damage gives up the record at the start of the window and moves on to where
// the next one seems to start, at least `from` bytes on. What opens before
// `until` and does not end belongs to the record.
func (s *JSON) damage(reason string, from, until int) (Record, bool) {
	const before = 256 // what is kept of what was looked at
	if s.Headless && s.Number == 0 {
		// What looks like a text here may be what stands between two.
		reason, from, until = "the file begins in the middle of its JSON: the start was cut off", 1, 1
	}
	r := s.emit(nil)
	r.Reason = reason
	for {
		rest := s.w.Rest()
		at, found := s.nextRecord(rest, min(from, len(rest)), until)
		if found {
			if r.Text == nil {
				r.Text = Excerpt(rest[:at])
			}
			s.w.consume(at)
			return r, true
		}
		if from = at; len(rest) > maxRecord/2 {
			// Far enough: drop what was looked at, keep the record's head.
			if r.Text == nil {
				r.Text = Excerpt(rest)
			}
			done := max(0, from-before)
			s.w.consume(done)
			from -= done
			until -= done
		}
		if !s.w.More() {
			if s.w.tooLong() {
				continue
			}
			if r.Text == nil {
				r.Text = Excerpt(s.w.Rest())
			}
			s.w.consume(len(s.w.Rest()))
			return r, true
		}
	}
}

// nextRecord finds where a record starts, from i on: at a line that starts with
// a brace; at an object or a text that is a whole record; from until on, also
// behind a comma or bracket at what opens like one before. When there is none,
// it returns from where to look again with more of the file.
func (s *JSON) nextRecord(b []byte, i, until int) (at int, found bool) {
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
		s.Parser.start(b[start:])
		end, err := s.Parser.Value(0, 0)
		switch {
		case err == ErrIncomplete && !s.w.eof && len(b)-start < maxTried:
			return start, false
		case err == nil && b[start] == '"':
			err = s.Parser.Walk(decodeText(nil, b[start:start+end]))
			fallthrough
		case err == nil:
			if err == nil && s.isRecord(&s.Parser) {
				return start, true
			}
		case start >= until && (lineStart || len(before) > 0 && bytes.IndexByte([]byte(",[]}"), before[len(before)-1]) >= 0) && s.opensLikeOne(b[start:]):
			return start, true
		}
	}
	return len(b), false
}

// opensLikeOne tells whether a text starts as a record before it did.
func (s *JSON) opensLikeOne(b []byte) bool {
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
