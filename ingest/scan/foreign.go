package scan

import (
	"bytes"
	"regexp"
)

// Text of another kind around the JSON: lines before it, and the headers of
// lines.

// linePrefix is the header of a syslog message: its priority, or its time and
// the host, and what sends it behind that; or what Fluentd puts there, its time and a tag, with tabs; or the time and the
// level of a program's own log.
// https://www.rfc-editor.org/rfc/rfc5424#section-6, https://www.rfc-editor.org/rfc/rfc3164#section-4.1
var linePrefix = regexp.MustCompile(`^[ \t]*(?:<\d{1,3}>[^{]*|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^{]*|\d{4}-\d\d-\d\dT\S+ \S+ \S+: *|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,Z+:]*\]? (?:[^ "{]+ ){0,4}|[^{"\t]+\t[^{"\t]+\t)$`)

// introduction ends a line that a text about a record has before it.
var introduction = regexp.MustCompile(`(?::|\x60{3}\w*|~{3}\w*)\s*$`)

// linesBefore is where the first line starts from which on a scanner finds a
// record; 0 for none.
func (s *JSON) linesBefore(b []byte) int {
	const most = 100 // lines to try: only those that open as JSON does
	tried := 0
	for at := 0; at < len(b) && tried < most; {
		line := b[at:]
		if text := bytes.TrimLeft(line, " \t"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			tried++
			inner := NewJSON(NewWindow(bytes.NewReader(line), nil), s.isRecord)
			if r, ok := inner.Next(); ok && r.Reason == "" && s.isRecord(&inner.Parser) {
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
func (s *JSON) foreignLine() (Record, bool) {
	rest := s.w.Rest()
	line, _, _ := bytes.Cut(rest[:min(len(rest), s.foreign)], []byte("\n"))
	r := s.emit(Excerpt(line))
	r.Reason = "a line that is no JSON"
	s.w.consume(len(line))
	if s.foreign -= len(line); s.foreign > 0 {
		before := s.w.At
		s.skip()
		s.foreign -= int(s.w.At - before)
	}
	return r, true
}

// skipPrefix moves to the brace behind the text at the start of a line.
func (s *JSON) skipPrefix() bool {
	for bytes.IndexByte(s.w.Rest(), '\n') < 0 && len(s.w.Rest()) < maxTried && s.w.More() {
	}
	line, _, _ := bytes.Cut(s.w.Rest(), []byte("\n"))
	at := bytes.IndexByte(line, '{')
	if at < 0 || !linePrefix.Match(line[:at]) {
		return false
	}
	s.w.consume(at)
	s.Prefixed++
	return true
}
