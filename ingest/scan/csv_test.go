package scan

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func scanCSV(text io.Reader, width int) (found []string) {
	s := &CSV{Window: NewWindow(text, nil), Comma: ',', Width: width}
	for {
		row := scanRow(s)
		if row == "" {
			return found
		}
		found = append(found, row)
	}
}

// scanRow is the next row as the tests write it, "" at the end.
func scanRow(s *CSV) string {
	r, ok := s.Next()
	if !ok {
		return ""
	}
	if r.Reason == "" && s.Width > 0 {
		r.Reason = s.CellsProblem(r.Text)
	}
	if r.Reason != "" {
		return fmt.Sprintf("!%d:%s", r.Line, r.Reason)
	}
	var cells []string
	for i := range s.Cells {
		cells = append(cells, string(s.Cell(r.Text, i, nil)))
	}
	mark := ""
	if !s.Tidy {
		mark = "~"
	}
	return fmt.Sprintf("%s%d:%s", mark, r.Line, strings.Join(cells, "|"))
}

func TestCSVScanner(t *testing.T) {
	tests := []struct {
		text   string
		want   []string // "line:cell|cell", ~ before an untidy row, "!line:part of the reason"
		reason string
	}{
		{"a,b\nc,d\n", []string{"1:a|b", "2:c|d"}, "LF"},
		{"a,b\r\nc,d\r\n", []string{"1:a|b", "2:c|d"}, "CRLF"},
		{"a,b\rc,d\r", []string{"1:a|b", "1:c|d"}, "CR; lines are counted by LF"},
		{"a,b\nc,d", []string{"1:a|b", "2:c|d"}, "no line ending at the end"},
		{"a,\"b\"\nc,\"d\"", []string{"1:a|b", "2:c|d"}, "a quote as the very last byte"},
		{"\"a\",\"b\"\"c\"\n", []string{"1:a|b\"c"}, "doubled quotes"},
		{"\"a\",\"b\nc\"\nd,e\n", []string{"1:a|b\nc", "3:d|e"}, "a cell of two lines"},
		{"a,\n,b\n", []string{"1:a|", "2:|b"}, "empty cells"},
		{"a,b\n\n\nc,d\n", []string{"1:a|b", "4:c|d"}, "blank lines are no rows"},
		{"\"\",\"\"\n", []string{"1:|"}, "quoted empty cells"},
		{"a,b\nc\nd,e\n", []string{"1:a|b", "!2:1 cells, the header has 2", "3:d|e"}, "too few cells cost the row only"},
		{"a,b\nc,d,e\nf,g\n", []string{"1:a|b", "!2:3 cells, the header has 2", "3:f|g"}, "too many cells"},
		{"a,b\nc,d,,\nf,g\n", []string{"1:a|b", "~2:c|d", "3:f|g"}, "empty cells too many do no harm"},
		{"a,b\nc", []string{"1:a|b", "!2:the file ends within this row"}, "a download that was cut off"},
		{"a,b\nc,x\"y\n", []string{"1:a|b", "~2:c|x\"y"}, "a quote inside an unquoted cell stands for itself"},
		{"\"a\",\"b\"\n\"c\",\"d\n\"e\",\"f\"\n\"g\",\"h\"\n", []string{"1:a|b", "~2:c|d", "3:e|f", "4:g|h"}, "a lost closing quote at the end of a row"},
		{"\"a\",\"b\"\n\"c,\"d\"\n\"e\",\"f\"\n", []string{"1:a|b", "!2:", "3:e|f"}, "a lost closing quote inside a row"},
		{"a,b\nc,\"d\ne,f\ng,h\n", []string{"1:a|b", "!2:a quote opens a cell and nothing closes it", "3:e|f", "4:g|h"}, "an unterminated quote does not swallow the file"},
		{"a,b\nc,\"d\ne,\"f\"\ng,h\n", []string{"1:a|b", "~2:c|d", "3:e|f", "4:g|h"}, "the next quote opens a cell of the next row"},
		{"a,b\r\nc,\"d\r\ne,\"f\"\r\n", []string{"1:a|b", "~2:c|d", "3:e|f"}, "the same with CRLF"},
		{"a,b\nc,\"d\ne,f\ng,\"h\"\n", []string{"1:a|b", "~2:c|d", "3:e|f", "4:g|h"}, "a row between the two is not swallowed"},
		{"a,b\nc,\"d\ne,f\ng,h\"i\"\nj,k\n", []string{"1:a|b", "~2:c|d", "3:e|f", "~4:g|h\"i\"", "5:j|k"}, "nor where a quote closes later"},
		{"\"a\nb\",\"c\nd,e\n", []string{"!1:a quote opens a cell and nothing closes it", "3:d|e"}, "the row ends with the line of the cell that is open"},
		{"a,b\nc,\"d\nx\ny", []string{"1:a|b", "!2:a quote opens a cell and nothing closes it"}, "cut off in a cell of three lines: that is one row"},
		{"a,b\nc,\"d\nx\ne,f", []string{"1:a|b", "!2:a quote opens a cell and nothing closes it", "4:e|f"}, "a whole row behind it, the last of the file"},
		{"c,\"d\nx\ne,\"f\ng,h\n", []string{"~1:c|d\nx", "!3:a quote", "4:g|h"}, "a lost quote in two rows, the first of two lines"},
		{"a,\"\"\"b\nx,y\nc,\"\"\",d\ne,f\n", []string{"!1:a quote is missing or too many", "2:x|y", "!3:a quote opens", "4:e|f"}, "quotes that pair up across rows: one that is whole by itself is saved"},
		{"a,\"say \"hi\" and\ngo\"\nc,d\n", []string{"~1:a|say \"hi\" and\ngo", "3:c|d"}, "quotes inside a cell of two lines stand for themselves"},
		{"a,\"b\nc,\"\"\nd,e\n", []string{"!1:a quote opens a cell and nothing closes it", "2:c|", "3:d|e"}, "an empty quoted cell behind an open one"},
	}
	for _, tt := range tests {
		got := scanCSV(iotest.OneByteReader(strings.NewReader(tt.text)), 2)
		ok := len(got) == len(tt.want)
		for i := 0; ok && i < len(got); i++ {
			if strings.HasPrefix(tt.want[i], "!") {
				ok = strings.HasPrefix(got[i], tt.want[i])
			} else {
				ok = got[i] == tt.want[i]
			}
		}
		if !ok {
			t.Errorf("%s: %q\n got %q\nwant %q", tt.reason, tt.text, got, tt.want)
		}
	}
}

// A row of millions of cells costs that row, and not a gigabyte.
func TestCSVScannerCapsCells(t *testing.T) {
	for _, tt := range []struct {
		row, want, reason string
	}{
		{strings.Repeat(",", 3<<20), "!3:more than 65536 cells, the header has 2", "empty cells too many do no harm, but not millions of them"},
		{strings.Repeat("\"a\",", 3<<20), "!3:more than 65536 cells, the header has 2", "quoted ones"},
		{strings.Repeat(",", maxCells-1), "~3:|", "as many as are kept"},
		{strings.Repeat(",", maxCells), "!3:more than 65536 cells", "one more"},
	} {
		s := &CSV{Window: NewWindow(strings.NewReader("a,b\nc,d\n"+tt.row+"\ne,f\n"), nil), Comma: ',', Width: 2}
		for _, want := range []string{"1:a|b", "2:c|d", tt.want, "4:e|f"} {
			if got := scanRow(s); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %.80q, want %q", tt.reason, got, want)
			}
		}
		if cap(s.Cells) > 2*maxCells {
			t.Errorf("%s: memory for %d cells", tt.reason, cap(s.Cells))
		}
	}
}

// A file that lacks a quote in every line, or has one record as large as they
// may be, is looked through about once, however little is read at a time. Where
// it were looked through for each line or each read, this would take hours.
func TestCSVScannerIsLinear(t *testing.T) {
	for _, tt := range []struct{ line, last, reason string }{
		{"a,\"b\n", "", "no quote closes any"},
		{"a,\"b\n", "\"\n", "the last line has a quote that closes"},
		{"a,\"\"b\nx,y\n", "\"\n", "each opens with what would be a doubled quote"},
		{"a,\"\"b\nx,y\n", strings.Repeat(",\"\"z", 1<<19) + "\"\n", "a row of many cells at the end"},
		{"\"a\"\"b\nc\",\"d\n", "", "a whole cell before the open one"},
	} {
		const lines = 1 << 20
		s := &CSV{Window: NewWindow(strings.NewReader(strings.Repeat(tt.line, lines)+tt.last), nil), Comma: ',', Width: 2}
		var n int64
		for _, ok := s.Next(); ok; _, ok = s.Next() {
			n++
		}
		if n < lines {
			t.Errorf("%s: %d rows of %d lines", tt.reason, n, lines)
		}
	}
	one := "a,\"" + strings.Repeat("b\n", 8<<20) + "\"\n"
	s := &CSV{Window: NewWindow(small{strings.NewReader(one)}, nil), Comma: ',', Width: 2}
	if r, ok := s.Next(); !ok || r.Reason != "" || len(r.Text) != len(one)-1 {
		t.Errorf("a row of 16 MiB: %d bytes, %q", len(r.Text), r.Reason)
	}
}

// small reads little at a time, as decoders do.
type small struct{ r io.Reader }

func (s small) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), 1<<12)]) }

// FuzzCSVScanner: a row that is called tidy is what encoding/csv reads, every
// byte is looked at, rows are numbered without a gap, and how much is read at a
// time does not matter.
func FuzzCSVScanner(f *testing.F) {
	for _, s := range []string{
		"a,b\nc,d\n", "\"a\",\"b\"\"c\"\r\n\"d\ne\",f", "a,\"b\nc,d\n", "\"a\"x,b\n\"c\"", "\r\r\n\n,", "\"", "\"\"\"",
		"a;b\n", "\"a\",\"b\n\"c\",\"d\"\n", "a,\"b\nc,\"d\"\n", "a,\"\"b\nx,y\nc,\"\"\"d\n\"", "a,\"b\"c\nd,e\nf\",g\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		whole, bytewise := scanCSV(bytes.NewReader(text), 2), scanCSV(iotest.OneByteReader(bytes.NewReader(text)), 2)
		if !slices.Equal(whole, bytewise) {
			t.Fatalf("%q:\nread at once    %q\nread byte by byte %q", text, whole, bytewise)
		}
		s := &CSV{Window: NewWindow(iotest.HalfReader(bytes.NewReader(text)), nil), Comma: ',', Width: 2}
		tidy := true
		var rows [][]string
		for n := int64(1); ; n++ {
			r, ok := s.Next()
			if !ok {
				break
			}
			if r.Number != n {
				t.Fatalf("%q: row %d is numbered %d", text, n, r.Number)
			}
			tidy = tidy && r.Reason == "" && s.Tidy && s.ending != '\r'
			if r.Reason != "" {
				continue
			}
			var cells []string
			for i := range s.Cells {
				cells = append(cells, string(s.Cell(r.Text, i, nil)))
			}
			rows = append(rows, cells)
		}
		if left := s.Window.Rest(); len(left) > 0 {
			t.Fatalf("%q: %q was not looked at", text, left)
		}
		// encoding/csv turns CRLF into LF inside cells and drops a final CR.
		if !tidy || bytes.ContainsRune(text, '\r') {
			return
		}
		c := csv.NewReader(bytes.NewReader(text))
		c.FieldsPerRecord = -1
		want, err := c.ReadAll()
		if err != nil {
			t.Fatalf("%q is called tidy, encoding/csv says %v", text, err)
		}
		if !slices.EqualFunc(rows, want, slices.Equal) {
			t.Fatalf("%q:\n got %q\nwant %q", text, rows, want)
		}
	})
}

// TestCSVScannerOverlongRow: a row longer than a record may be is one, however long it
// is, and the rows behind it are read.
func TestCSVScannerOverlongRow(t *testing.T) {
	long := strings.Repeat("0123456789abcde\n", 70<<20/16)
	for _, test := range []struct {
		text   string
		want   int
		reason string
	}{
		{"1,2,3\n4,\"" + long + "\",6\n7,8,9\n", 3, "a quoted cell of 70 MiB, with line breaks"},
		{"1,2,3\n4," + strings.ReplaceAll(long, "\n", "x") + ",6\n7,8,9\n", 3, "a cell without quotes"},
		{"1,2,3\n4,\"" + strings.ReplaceAll(long, "\n", `""`) + "\",\"\n\"\n7,8,9\n", 3, "doubled quotes, and a line break in the cell behind"},
		{"1,2,3\n4,\"" + strings.ReplaceAll(long, "\n", `"`) + "\n7,8,9\n1,2,3\n", 4, "a quote that nothing closes, before rows"},
		{"1,2,3\n4,\"" + long, 2, "it ends with the file"},
		{"1,2,3\n4," + strings.ReplaceAll(long, "\n", ","), 2, "millions of cells"},
	} {
		s := &CSV{Window: NewWindow(strings.NewReader(test.text), nil), Comma: ',', Width: 3}
		rows := 0
		for {
			if _, ok := s.Next(); !ok {
				break
			}
			rows++
		}
		if rows != test.want || s.Number != int64(test.want) {
			t.Errorf("%s: %d rows, number %d, want %d", test.reason, rows, s.Number, test.want)
		}
	}
}
