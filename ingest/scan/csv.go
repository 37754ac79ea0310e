package scan

import (
	"bytes"
	"fmt"
)

// CSV finds the rows of a CSV file.
//
// A row is clean when DuckDB's reader and Go's agree on it: every quote opens
// a cell, closes it or is doubled. Rows that are not, are read as a person
// would, and said to be (tidy is false): a quote in the middle of a cell stands
// for itself; a quoted cell that runs into what looks like the next row ends
// with the line before.
type CSV struct {
	Window *Window
	Comma  byte

	Cells []CSVCell // no more than maxCells and one
	Width int       // cells of the header; 0 = not known yet

	opened   int      // where the cell starts that the last row ends in
	overlong overlong // the last row goes on behind what was returned of it
	searched searched // for the end of a quoted cell
	line     *CSV

	Header  []byte // its text, once known
	Repeats int64  // rows passed over because they are the header again

	Number int64
	Tidy   bool // of the last row
	ending byte // of the last row: '\n' LF, '\r' CR, 'b' CRLF, 0 end of file
}

// maxCells is how many cells of a row are kept. No header names more: its line
// is 64 KiB at most. A row of 32 MiB of commas would take 25 times that.
const maxCells = 1 << 16

// CSVCell is one cell of a row, relative to the row's text.
type CSVCell struct {
	Span
	Doubled bool // holds doubled quotes
}

// searched is a stretch of the file that was looked through, in vain, for the
// quote that closes a cell. No cell that opens there is closed there either,
// so a file that lacks a quote in every line is still looked through once.
type searched struct {
	from, to int64
	lone     bool // it holds quotes that stand for themselves
	doubled  bool
}

// overlong says where a row of more than maxRecord bytes was left.
type overlong int

const (
	notOverlong overlong = iota
	inCell               // in a cell without quotes
	inQuotes             // in a quoted cell
)

// Next returns the next row, blank lines skipped; false at the end.
func (s *CSV) Next() (Record, bool) {
	s.passOver()
	for {
		end, size, problem := s.row()
		if size == 0 {
			return Record{}, false
		}
		text := s.Window.Rest()[:end]
		line := s.Window.Line
		if problem == "" && len(s.Cells) == 1 && end == 0 {
			s.Window.consume(size)
			continue
		}
		if s.Header != nil && bytes.Equal(bytes.TrimPrefix(text, byteOrderMark), s.Header) {
			s.Repeats++
			s.Window.consume(size)
			continue
		}
		if s.Width > 1 && (problem != "" || !s.Tidy || len(s.Cells) != s.Width) {
			if r, ok := s.withOther(line); ok {
				return r, true
			}
		}
		if problem == "" && s.Width > 1 && len(s.Cells) != s.Width {
			// Quotes that don't pair up may have drawn in the next row.
			if next := s.rowWithin(s.Window.Rest()[:size], 0, false); next > 0 {
				size, problem = next, "a quote is missing or too many: the row runs into the next one"
				text = text[:beforeLine(text[:next])]
			}
		}
		s.Number++
		r := Record{Number: s.Number, Line: line, Text: text, Reason: problem}
		if problem != "" {
			r.Text = Excerpt(text)
		}
		s.Window.consume(size)
		return r, true
	}
}

// withOther takes the line at the start of the window, if it is a row with another delimiter than the
// header: Export-Csv -Append writes the one that it is told to.
func (s *CSV) withOther(line int64) (Record, bool) {
	rest := s.Window.Rest()
	end := bytes.IndexAny(rest, "\r\n")
	size := end + 1
	switch {
	case end < 0:
		end, size = len(rest), len(rest)
	case bytes.HasPrefix(rest[end:], []byte("\r\n")):
		size++
	}
	for _, comma := range []byte{',', ';', '\t'} {
		if comma == s.Comma || bytes.Count(rest[:end], []byte{comma}) < s.Width-1 {
			continue
		}
		other := CSV{Window: &Window{}, Comma: comma, Tidy: true}
		if at, _, state := other.split(rest[:end], true); state == rowComplete && at == end && other.Tidy && len(other.Cells) == s.Width {
			s.Cells, s.Tidy = append(s.Cells[:0], other.Cells...), false
			s.Number++
			r := Record{Number: s.Number, Line: line, Text: rest[:end]}
			s.Window.consume(size)
			return r, true
		}
	}
	return Record{}, false
}

// Foreign gives up the next line that is not blank, which is no row of the table; false at the end.
func (s *CSV) Foreign() (Record, bool) {
	for len(s.Window.Rest()) > 0 || s.Window.More() {
		for bytes.IndexByte(s.Window.Rest(), '\n') < 0 && s.Window.More() {
		}
		line, _, found := bytes.Cut(s.Window.Rest(), Newline)
		size := len(line)
		if found {
			size++
		}
		at := s.Window.Line
		text := Excerpt(bytes.TrimSpace(line))
		s.Window.consume(size)
		if len(text) > 0 {
			s.Number++
			return Record{Number: s.Number, Line: at, Text: text, Reason: "a line before the header, which is no part of the table"}, true
		}
	}
	return Record{}, false
}

// row splits the row at the start of the window into cells. It returns the
// length of the row and the length with its line ending; 0 at the end.
func (s *CSV) row() (end, size int, problem string) {
	for {
		s.Tidy, s.ending = true, 0
		atEnd := s.Window.eof
		end, size, state := s.split(s.Window.Rest(), atEnd)
		if state == rowComplete {
			return end, size, ""
		}
		if s.Window.More() || s.Window.eof != atEnd {
			continue
		}
		rest := s.Window.Rest()
		if len(rest) == 0 {
			return 0, 0, ""
		}
		// A quote opens and nothing closes it: it was lost, and then the row
		// ends before what is a row by itself; or the file is cut off here.
		size = s.rowWithin(rest, 0, true)
		if size < 0 && s.Width < 2 {
			size = bytes.IndexByte(rest[s.opened:], '\n') + s.opened + 1
		}
		if size <= s.opened {
			size = min(len(rest), maxRecord)
			end = size
			if s.Window.tooLong() {
				s.overlong = inCell
				if rest[s.opened] == '"' {
					s.overlong = inQuotes
				}
			}
		} else {
			end = beforeLine(rest[:size])
		}
		s.Tidy = false
		what := unclosedQuote
		if s.Window.tooLong() {
			what = "a row " + errTooLong.Error() + ": a quote is missing, or this is no log"
		}
		return end, size, what
	}
}

// passOver goes to the end of a row that was too long: the row stays one record,
// however long it is.
func (s *CSV) passOver() {
	for s.overlong != notOverlong {
		if s.overlong == inQuotes && !s.leaveQuotes() {
			return
		}
		s.overlong = notOverlong // row says so again of what is still too long
		_, size, _ := s.row()
		s.Window.consume(size)
	}
}

// leaveQuotes goes behind the quote that closes an overlong cell and returns true, or
// to a line before it that is a row by itself, or to the end of the file: there the
// overlong row ends, too.
func (s *CSV) leaveQuotes() bool {
	for {
		for len(s.Window.Rest()) < 1<<20 && s.Window.More() {
		}
		rest := s.Window.Rest()
		cell := CSVCell{}
		s.searched = searched{}
		_, closed := s.quoted(rest, &cell, s.Window.eof)
		end := len(rest)
		if closed {
			end = cell.End
		}
		if row := s.rowWithin(rest[:end], 0, false); row >= 0 {
			s.overlong = notOverlong
			s.Window.consume(row)
			return false
		}
		if closed {
			s.Window.consume(min(end+1, len(rest)))
			return true
		}
		if s.Window.eof {
			s.overlong = notOverlong
			s.Window.consume(len(rest))
			return false
		}
		// A line, or a run of quotes, may go on behind what is here.
		cut := bytes.LastIndexByte(rest, '\n') + 1
		if len(rest)-cut > 1<<16 {
			cut = len(bytes.TrimRight(rest, `"`))
		}
		if cut == 0 {
			cut = len(rest)
		}
		s.Window.consume(cut)
	}
}

const unclosedQuote = "a quote opens a cell and nothing closes it"

type rowState int

const (
	rowComplete rowState = iota
	rowUnfinished
)

func (s *CSV) split(b []byte, eof bool) (end, size int, state rowState) {
	s.Cells = s.Cells[:0]
	i := 0
	s.opened = 0
	if len(b) == 0 {
		return 0, 0, rowUnfinished
	}
	for {
		cell := CSVCell{Span: Span{Start: i}}
		s.opened = i
		if i < len(b) && b[i] == '"' {
			cell.Start = i + 1
			next, closed := s.quoted(b, &cell, eof)
			if !closed {
				return 0, 0, rowUnfinished
			}
			if next >= 0 { // the next row begins before a quote closes the cell
				s.keep(cell)
				s.ending = '\n'
				return cell.End, next, rowComplete
			}
			i = min(cell.End+1, len(b))
		} else {
			for i < len(b) && b[i] != s.Comma && b[i] != '\n' && b[i] != '\r' {
				if b[i] == '"' {
					s.Tidy = false
				}
				i++
			}
			if i == len(b) && !eof {
				return 0, 0, rowUnfinished
			}
			cell.End = i
		}
		s.keep(cell)
		if i >= len(b) {
			return i, i, rowComplete
		}
		switch b[i] {
		case s.Comma:
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

func (s *CSV) keep(cell CSVCell) {
	if len(s.Cells) <= maxCells {
		s.Cells = append(s.Cells, cell)
	}
}

// quoted looks for the end of a cell that starts behind a quote. A quote that
// is neither doubled nor the end stands for itself; but if it starts a cell on
// a later line, then that line is another row and this cell lost its closing
// quote. next is where a row begins that the cell ran into, or -1.
func (s *CSV) quoted(b []byte, cell *CSVCell, eof bool) (next int, closed bool) {
	i, lone := cell.Start, false
	line, looked := -1, cell.Start // where the last line began, of what was looked at
	for {
		// A run of quotes is counted from its start: skip only outside of one.
		if known := &s.searched; i < len(b) && b[i] != '"' && s.Window.At+int64(i) >= known.from && s.Window.At+int64(i) < known.to {
			i = int(known.to - s.Window.At)
			lone = lone || known.lone
			cell.Doubled = cell.Doubled || known.doubled
		}
		k := indexQuote(b[i:])
		if k < 0 || i+k+1 >= len(b) && !eof {
			if k < 0 {
				k = len(b) - i
			}
			s.remember(cell, i+k, lone)
			return -1, false
		}
		i += k
		if i+1 < len(b) && b[i+1] == '"' {
			cell.Doubled = true
			i += 2
			continue
		}
		next = -1
		if i+1 < len(b) && b[i+1] != s.Comma && b[i+1] != '\n' && b[i+1] != '\r' {
			lone = true
			if k := bytes.LastIndexByte(b[looked:i], '\n'); k >= 0 {
				line = looked + k + 1
			}
			looked = i
			if next = s.opensRow(b, cell.Start, i, line); next < 0 {
				i++
				continue
			}
		}
		break
	}
	s.remember(cell, i, lone)
	cell.End = i
	if !lone {
		return -1, true
	}
	s.Tidy = false
	if row := s.rowWithin(b[:i], cell.Start, false); row >= 0 {
		next = row
	}
	if next >= 0 {
		cell.End = beforeLine(b[:next])
	}
	return next, true
}

// remember notes that no quote closes the cell before position to.
func (s *CSV) remember(cell *CSVCell, to int, lone bool) {
	s.searched = searched{s.Window.At + int64(cell.Start), s.Window.At + int64(to), lone, cell.Doubled}
}

// opensRow tells whether the quote at i, in a cell that starts at start, opens
// a cell of another row: on a later line, at its start or behind a delimiter.
// It returns line, where the last line before i began if that is behind start, or -1.
func (s *CSV) opensRow(b []byte, start, i, line int) int {
	for i > start && b[i-1] == '"' {
		i--
	}
	if i == start || b[i-1] != '\n' && b[i-1] != s.Comma {
		return -1
	}
	return line
}

// rowWithin returns where the first line behind start begins that is by itself
// a row as the header wants it, or -1. Where b is the rest of the file its last
// line may be the one, and the row may itself lack the quote that closes its
// last cell.
func (s *CSV) rowWithin(b []byte, start int, isRest bool) int {
	if s.Width < 2 {
		return -1
	}
	if s.line == nil {
		s.line = &CSV{Window: &Window{}}
	}
	s.line.Comma = s.Comma
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
		s.line.Tidy, s.line.searched = true, searched{}
		end, size, state := s.line.split(line, true)
		cells := len(s.line.Cells)
		if state == rowUnfinished {
			if !isRest || s.line.searched.lone {
				continue
			}
			end, size = len(line), len(line)
			cells++
		}
		if end > 0 && size == len(line) && s.line.Tidy && cells == s.Width {
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

// Cell returns the content of cell i of the row, unquoted. It may share the
// row's memory or that of dst, which it appends to.
func (s *CSV) Cell(row []byte, i int, dst []byte) []byte {
	c := s.Cells[i]
	content := row[c.Start:c.End]
	if !c.Doubled {
		return content
	}
	return appendUndoubled(dst, content)
}

// CellsProblem says why a row does not fit the header, or "".
func (s *CSV) CellsProblem(row []byte) string {
	n := len(s.Cells)
	switch {
	case n > maxCells:
		return fmt.Sprintf("more than %d cells, the header has %d: this is no row of a log", maxCells, s.Width)
	case n == s.Width:
		return ""
	case n < s.Width && s.ending == 0:
		return fmt.Sprintf("the file ends within this row: %d of %d cells", n, s.Width)
	case n < s.Width:
		return fmt.Sprintf("%d cells, the header has %d: a quote or a delimiter is missing", n, s.Width)
	}
	for _, c := range s.Cells[s.Width:] {
		if c.End > c.Start {
			return fmt.Sprintf("%d cells, the header has %d: an unquoted value holds the delimiter", n, s.Width)
		}
	}
	s.Cells = s.Cells[:s.Width]
	s.Tidy = false
	return ""
}
