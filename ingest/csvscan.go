package ingest

import (
	"bytes"
	"fmt"
)

// csvScanner finds the rows of a CSV file.
//
// A row is clean when DuckDB's reader and Go's agree on it: every quote opens
// a cell, closes it or is doubled. Rows that are not, are read as a person
// would, and said to be (tidy is false): a quote in the middle of an unquoted
// cell stands for itself; a quoted cell that runs into the start of what
// looks like the next row ends with its line.
type csvScanner struct {
	w     *window
	comma byte

	cells []csvCell
	width int // cells of the header; 0 = not known yet

	header  []byte // its text, once known
	repeats int64  // rows passed over because they are the header again

	number int64
	tidy   bool // of the last row
	ending byte // of the last row: '\n' LF, '\r' CR, 'b' CRLF, 0 end of file
}

// csvCell is one cell of a row, relative to the row's text.
type csvCell struct {
	span
	quoted  bool
	doubled bool // holds doubled quotes
}

// next returns the next row, blank lines skipped; false at the end.
func (s *csvScanner) next() (record, bool) {
	for {
		end, size, problem := s.row()
		if size == 0 {
			return record{}, false
		}
		text := s.w.rest()[:end]
		line := s.w.line
		if problem == "" && len(s.cells) == 1 && end == 0 {
			s.w.consume(size)
			continue
		}
		if s.header != nil && bytes.Equal(bytes.TrimPrefix(text, byteOrderMark), s.header) {
			s.repeats++
			s.w.consume(size)
			continue
		}
		s.number++
		r := record{number: s.number, line: line, text: text, reason: problem}
		if problem != "" {
			r.text = excerpt(text)
		}
		s.w.consume(size)
		return r, true
	}
}

// row splits the row at the start of the window into cells. It returns the
// length of the row and the length with its line ending; 0 at the end.
func (s *csvScanner) row() (end, size int, problem string) {
	for {
		s.tidy, s.ending = true, 0
		atEnd := s.w.eof
		end, size, state := s.split(s.w.rest(), atEnd)
		if state == rowComplete {
			return end, size, ""
		}
		if s.w.more() || s.w.eof != atEnd {
			continue
		}
		rest := s.w.rest()
		if len(rest) == 0 {
			return 0, 0, ""
		}
		// A quote opens and nothing closes it. The row ends with its first
		// line; what follows is read as rows of their own.
		line := bytes.IndexByte(rest, '\n')
		if line < 0 {
			line = min(len(rest), maxRecord) - 1
			end = line + 1
		} else {
			end = line
		}
		s.tidy = false
		what := "a quote opens a cell and nothing closes it"
		if s.w.tooLong() {
			what = "a row " + errTooLong.Error() + ": a quote is missing, or this is no log"
		}
		return end, line + 1, what
	}
}

type rowState int

const (
	rowComplete rowState = iota
	rowUnfinished
)

func (s *csvScanner) split(b []byte, eof bool) (end, size int, state rowState) {
	s.cells = s.cells[:0]
	i := 0
	if len(b) == 0 {
		return 0, 0, rowUnfinished
	}
	for {
		cell := csvCell{span: span{start: i}}
		if i < len(b) && b[i] == '"' {
			cell.quoted = true
			i++
			cell.start = i
			for {
				k := bytes.IndexByte(b[i:], '"')
				if k < 0 {
					return 0, 0, rowUnfinished
				}
				i += k
				if i+1 >= len(b) && !eof {
					return 0, 0, rowUnfinished
				}
				if i+1 >= len(b) {
					break
				}
				switch b[i+1] {
				case '"':
					cell.doubled = true
					i += 2
					continue
				case s.comma, '\n', '\r':
				default:
					// Neither a doubled quote nor the end of the cell. At the
					// start of a line it opens the next row, and this cell
					// lost its closing quote; elsewhere it stands for itself.
					s.tidy = false
					if lineEnd := beforeLine(b[:i]); lineEnd > cell.start {
						cell.end = lineEnd
						s.cells = append(s.cells, cell)
						s.ending = '\n'
						return lineEnd, i, rowComplete
					}
					i++
					continue
				}
				break
			}
			cell.end = i
			i++
		} else {
			for i < len(b) && b[i] != s.comma && b[i] != '\n' && b[i] != '\r' {
				if b[i] == '"' {
					s.tidy = false
				}
				i++
			}
			if i == len(b) && !eof {
				return 0, 0, rowUnfinished
			}
			cell.end = i
		}
		s.cells = append(s.cells, cell)
		if i >= len(b) {
			return i, i, rowComplete
		}
		switch b[i] {
		case s.comma:
			i++
			if i == len(b) && !eof {
				return 0, 0, rowUnfinished
			}
			continue
		case '\n':
			s.ending = '\n'
			return i, i + 1, rowComplete
		case '\r':
			if i+1 == len(b) && !eof {
				return 0, 0, rowUnfinished
			}
			if i+1 < len(b) && b[i+1] == '\n' {
				s.ending = 'b'
				return i, i + 2, rowComplete
			}
			s.ending = '\r'
			return i, i + 1, rowComplete
		}
	}
}

// beforeLine returns where the line before the end of b stops, if b ends with
// a line ending, else -1.
func beforeLine(b []byte) int {
	end := len(b)
	if end > 0 && b[end-1] == '\n' {
		end--
		if end > 0 && b[end-1] == '\r' {
			end--
		}
		return end
	}
	return -1
}

// cell returns the content of cell i of the row, unquoted. It may share the
// row's memory or that of dst, which it appends to.
func (s *csvScanner) cell(row []byte, i int, dst []byte) []byte {
	c := s.cells[i]
	content := row[c.start:c.end]
	if !c.doubled {
		return content
	}
	for {
		k := bytes.IndexByte(content, '"')
		if k < 0 {
			return append(dst, content...)
		}
		dst = append(dst, content[:k+1]...)
		content = content[k+1:]
		if len(content) > 0 && content[0] == '"' {
			content = content[1:]
		}
	}
}

// cellsProblem says why a row does not fit the header, or "".
func (s *csvScanner) cellsProblem(row []byte) string {
	n := len(s.cells)
	switch {
	case n == s.width:
		return ""
	case n < s.width && s.ending == 0:
		return fmt.Sprintf("the file ends within this row: %d of %d cells", n, s.width)
	case n < s.width:
		return fmt.Sprintf("%d cells, the header has %d: a quote or a delimiter is missing", n, s.width)
	}
	for _, c := range s.cells[s.width:] {
		if c.end > c.start {
			return fmt.Sprintf("%d cells, the header has %d: an unquoted value holds the delimiter", n, s.width)
		}
	}
	s.cells = s.cells[:s.width]
	s.tidy = false
	return ""
}
