package ingest

import (
	"bytes"
	"fmt"
)

// csvScanner finds the rows of a CSV file.
//
// A row is clean when DuckDB's reader and Go's agree on it: every quote opens
// a cell, closes it or is doubled. Rows that are not, are read as a person
// would, and said to be (tidy is false): a quote in the middle of a cell stands
// for itself; a quoted cell that runs into what looks like the next row ends
// with the line before.
type csvScanner struct {
	w     *window
	comma byte

	cells []csvCell // no more than maxCells and one
	width int       // cells of the header; 0 = not known yet

	opened   int      // where the cell starts that the last row ends in
	searched searched // for the end of a quoted cell
	line     *csvScanner

	header  []byte // its text, once known
	repeats int64  // rows passed over because they are the header again

	number int64
	tidy   bool // of the last row
	ending byte // of the last row: '\n' LF, '\r' CR, 'b' CRLF, 0 end of file
}

// maxCells is how many cells of a row are kept. No header names more: its line
// is 64 KiB at most. A row of 32 MiB of commas would take 25 times that.
const maxCells = 1 << 16

// csvCell is one cell of a row, relative to the row's text.
type csvCell struct {
	span
	doubled bool // holds doubled quotes
}

// searched is a stretch of the file that was looked through, in vain, for the
// quote that closes a cell. No cell that opens there is closed there either,
// so a file that lacks a quote in every line is still looked through once.
type searched struct {
	from, to int64
	lone     bool // it holds quotes that stand for themselves
	doubled  bool
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
		if problem == "" && s.width > 1 && len(s.cells) != s.width {
			// Quotes that don't pair up may have drawn in the next row.
			if next := s.rowWithin(s.w.rest()[:size], 0, false); next > 0 {
				size, problem = next, "a quote is missing or too many: the row runs into the next one"
				text = text[:beforeLine(text[:next])]
			}
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
		// A quote opens and nothing closes it: it was lost, and then the row
		// ends before what is a row by itself; or the file is cut off here.
		size = s.rowWithin(rest, 0, true)
		if size < 0 && s.width < 2 {
			size = bytes.IndexByte(rest[s.opened:], '\n') + s.opened + 1
		}
		if size <= s.opened {
			size = min(len(rest), maxRecord)
			end = size
		} else {
			end = beforeLine(rest[:size])
		}
		s.tidy = false
		what := unclosedQuote
		if s.w.tooLong() {
			what = "a row " + errTooLong.Error() + ": a quote is missing, or this is no log"
		}
		return end, size, what
	}
}

const unclosedQuote = "a quote opens a cell and nothing closes it"

type rowState int

const (
	rowComplete rowState = iota
	rowUnfinished
)

func (s *csvScanner) split(b []byte, eof bool) (end, size int, state rowState) {
	s.cells = s.cells[:0]
	i := 0
	s.opened = 0
	if len(b) == 0 {
		return 0, 0, rowUnfinished
	}
	for {
		cell := csvCell{span: span{start: i}}
		s.opened = i
		if i < len(b) && b[i] == '"' {
			cell.start = i + 1
			next, closed := s.quoted(b, &cell, eof)
			if !closed {
				return 0, 0, rowUnfinished
			}
			if next >= 0 { // the next row begins before a quote closes the cell
				s.keep(cell)
				s.ending = '\n'
				return cell.end, next, rowComplete
			}
			i = min(cell.end+1, len(b))
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
		s.keep(cell)
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

func (s *csvScanner) keep(cell csvCell) {
	if len(s.cells) <= maxCells {
		s.cells = append(s.cells, cell)
	}
}

// quoted looks for the end of a cell that starts behind a quote. A quote that
// is neither doubled nor the end stands for itself; but if it starts a cell on
// a later line, then that line is another row and this cell lost its closing
// quote. next is where a row begins that the cell ran into, or -1.
func (s *csvScanner) quoted(b []byte, cell *csvCell, eof bool) (next int, closed bool) {
	i, lone := cell.start, false
	line, looked := -1, cell.start // where the last line began, of what was looked at
	for {
		// A run of quotes is counted from its start: skip only outside of one.
		if known := &s.searched; i < len(b) && b[i] != '"' && s.w.at+int64(i) >= known.from && s.w.at+int64(i) < known.to {
			i = int(known.to - s.w.at)
			lone = lone || known.lone
			cell.doubled = cell.doubled || known.doubled
		}
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 || i+k+1 >= len(b) && !eof {
			if k < 0 {
				k = len(b) - i
			}
			s.remember(cell, i+k, lone)
			return -1, false
		}
		i += k
		if i+1 < len(b) && b[i+1] == '"' {
			cell.doubled = true
			i += 2
			continue
		}
		next = -1
		if i+1 < len(b) && b[i+1] != s.comma && b[i+1] != '\n' && b[i+1] != '\r' {
			lone = true
			if k := bytes.LastIndexByte(b[looked:i], '\n'); k >= 0 {
				line = looked + k + 1
			}
			looked = i
			if next = s.opensRow(b, cell.start, i, line); next < 0 {
				i++
				continue
			}
		}
		break
	}
	s.remember(cell, i, lone)
	cell.end = i
	if !lone {
		return -1, true
	}
	s.tidy = false
	if row := s.rowWithin(b[:i], cell.start, false); row >= 0 {
		next = row
	}
	if next >= 0 {
		cell.end = beforeLine(b[:next])
	}
	return next, true
}

// remember notes that no quote closes the cell before position to.
func (s *csvScanner) remember(cell *csvCell, to int, lone bool) {
	s.searched = searched{s.w.at + int64(cell.start), s.w.at + int64(to), lone, cell.doubled}
}

// opensRow tells whether the quote at i, in a cell that starts at start, opens
// a cell of another row: on a later line, at its start or behind a delimiter.
// It returns line, where the last line before i began if that is behind start, or -1.
func (s *csvScanner) opensRow(b []byte, start, i, line int) int {
	for i > start && b[i-1] == '"' {
		i--
	}
	if i == start || b[i-1] != '\n' && b[i-1] != s.comma {
		return -1
	}
	return line
}

// rowWithin returns where the first line behind start begins that is by itself
// a row as the header wants it, or -1. Where b is the rest of the file its last
// line may be the one, and the row may itself lack the quote that closes its
// last cell.
func (s *csvScanner) rowWithin(b []byte, start int, isRest bool) int {
	if s.width < 2 {
		return -1
	}
	if s.line == nil {
		s.line = &csvScanner{w: &window{}}
	}
	s.line.comma = s.comma
	for {
		k := bytes.IndexByte(b[start:], '\n')
		if k < 0 {
			return -1
		}
		start += k + 1
		line := b[start:]
		if k := bytes.IndexByte(line, '\n'); k >= 0 {
			line = line[:k+1]
		} else if !isRest || len(line) == 0 {
			return -1
		}
		s.line.tidy, s.line.searched = true, searched{}
		end, size, state := s.line.split(line, true)
		cells := len(s.line.cells)
		if state == rowUnfinished {
			if !isRest || s.line.searched.lone {
				continue
			}
			end, size = len(line), len(line)
			cells++
		}
		if end > 0 && size == len(line) && s.line.tidy && cells == s.width {
			return start
		}
	}
}

// beforeLine returns where the line before the end of b stops; b ends with the
// line's ending.
func beforeLine(b []byte) int {
	end := len(b) - 1
	if end > 0 && b[end-1] == '\r' {
		end--
	}
	return end
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
	case n > maxCells:
		return fmt.Sprintf("more than %d cells, the header has %d: this is no row of a log", maxCells, s.width)
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
