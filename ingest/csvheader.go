package ingest

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"entrail/ingest/scan"
)

// readHeader reads the row of column names, behind the lines that PowerShell 5
// (#TYPE ...) and Excel (sep=;) put first, and finds the delimiter. Lines before it are what a
// program or a person has said of the table.
func readHeader(s *scan.CSV) (rec scan.Record, before []scan.Record, problem string) {
	for end := s.Window.At + int64(headerBehind(s.Window)); s.Window.At < end; {
		line, _ := s.Foreign()
		before = append(before, line)
	}
	numbered := s.Number
	for {
		for bytes.IndexByte(s.Window.Rest(), '\n') < 0 && len(s.Window.Rest()) < 1<<20 && s.Window.More() {
		}
		line, _, _ := bytes.Cut(s.Window.Rest(), scan.Newline)
		line, _, _ = bytes.Cut(line, []byte("\r"))
		s.Comma = delimiterOf(line)
		rec, ok := s.Next()
		s.Number = numbered
		if !ok {
			return rec, nil, "there is no header line"
		}
		if isPreamble(rec.Text) {
			continue
		}
		if rec.Reason != "" {
			return rec, nil, rec.Reason
		}
		if bytes.IndexByte(rec.Text, 0) >= 0 || !utf8.Valid(rec.Text[:min(len(rec.Text), 1000)]) && bytes.ContainsAny(rec.Text, "\x01\x02\x03\x04\x05\x06\x0e\x0f") {
			return rec, nil, "the file is binary"
		}
		if len(rec.Text) > 1<<16 {
			return rec, nil, "the first line is too long for a header"
		}
		return rec, before, ""
	}
}

// delimiterOf is the one of those that tables have that a line has most of; a bar, which stands in
// texts, only where the columns are known then.
func delimiterOf(line []byte) byte {
	most, delimiter := 0, byte(',')
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			most, delimiter = n, c
		}
	}
	if most == 0 && len(columnsOf(line, '|')) > 1 && isHeader(columnsOf(line, '|')) {
		return '|'
	}
	return delimiter
}

// isPreamble tells the lines that PowerShell and Excel put before a header.
func isPreamble(line []byte) bool {
	return bytes.HasPrefix(line, []byte("#TYPE ")) || bytes.HasPrefix(line, []byte("sep="))
}

// headerBehind is how many bytes of other text stand before a header that is known, and a row of it, where the first
// line is none: a warning, a banner, the title of a report. 0 for a file without one.
func headerBehind(w *scan.Window) int {
	const mostBytes, mostLines = 1 << 18, 50
	for len(w.Rest()) < mostBytes && w.More() {
	}
	rest := w.Rest()[:min(len(w.Rest()), mostBytes)]
	at := 0
	for range mostLines {
		line, _, found := bytes.Cut(rest[at:], scan.Newline)
		text := bytes.TrimSpace(line)
		if columns := columnsOf(text, delimiterOf(text)); !isPreamble(text) && isHeader(columns) {
			before := bytes.TrimRight(rest[:at], " \t\r\n")
			if len(before) == 0 || isPreamble(bytes.TrimSpace(before)) {
				return 0
			}
			s := &scan.CSV{Window: scan.NewWindow(bytes.NewReader(rest[at+len(line):]), nil), Comma: delimiterOf(text), Width: len(columns)}
			if row, ok := s.Next(); ok && row.Reason == "" && s.CellsProblem(row.Text) == "" {
				return len(before)
			}
		}
		if !found {
			break
		}
		at += len(line) + 1
	}
	return 0
}

// columnsOf are the cells of a line; nil for none.
func columnsOf(line []byte, delimiter byte) (names []string) {
	s := &scan.CSV{Window: scan.NewWindow(bytes.NewReader(line), nil), Comma: delimiter}
	row, ok := s.Next()
	if !ok || row.Reason != "" {
		return nil
	}
	for i := range s.Cells {
		names = append(names, strings.TrimSpace(string(s.Cell(row.Text, i, nil))))
	}
	return names
}

// isHeader tells whether these are the columns of a table that is read.
func isHeader(names []string) bool {
	if len(names) < 2 {
		return false
	}
	if slices.ContainsFunc(names, func(name string) bool { return headerKey(name) == "auditdata" }) {
		return true
	}
	f, _ := recogniseRecord(names, true)
	return f != nil
}
