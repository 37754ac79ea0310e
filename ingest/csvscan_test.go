package ingest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func scanCSV(text string, width int) (found []string) {
	s := &csvScanner{w: newWindow(iotest.OneByteReader(strings.NewReader(text)), nil), comma: ',', width: width}
	for {
		r, ok := s.next()
		if !ok {
			return found
		}
		if r.reason == "" && width > 0 {
			r.reason = s.cellsProblem(r.text)
		}
		if r.reason != "" {
			found = append(found, fmt.Sprintf("!%d:%s", r.line, r.reason))
			continue
		}
		var cells []string
		for i := range s.cells {
			cells = append(cells, string(s.cell(r.text, i, nil)))
		}
		mark := ""
		if !s.tidy {
			mark = "~"
		}
		found = append(found, fmt.Sprintf("%s%d:%s", mark, r.line, strings.Join(cells, "|")))
	}
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
	}
	for _, tt := range tests {
		got := scanCSV(tt.text, 2)
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

// FuzzCSVScanner: a row that is called tidy is what encoding/csv reads, every
// byte is looked at, and rows are numbered without a gap.
func FuzzCSVScanner(f *testing.F) {
	for _, s := range []string{
		"a,b\nc,d\n", "\"a\",\"b\"\"c\"\r\n\"d\ne\",f", "a,\"b\nc,d\n", "\"a\"x,b\n\"c\"", "\r\r\n\n,", "\"", "\"\"\"",
		"a;b\n", "\"a\",\"b\n\"c\",\"d\"\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &csvScanner{w: newWindow(iotest.HalfReader(bytes.NewReader(text)), nil), comma: ','}
		tidy := true
		var rows [][]string
		for n := int64(1); ; n++ {
			r, ok := s.next()
			if !ok {
				break
			}
			if r.number != n {
				t.Fatalf("%q: row %d is numbered %d", text, n, r.number)
			}
			tidy = tidy && r.reason == "" && s.tidy && s.ending != '\r'
			if r.reason != "" {
				continue
			}
			var cells []string
			for i := range s.cells {
				cells = append(cells, string(s.cell(r.text, i, nil)))
			}
			rows = append(rows, cells)
		}
		if left := s.w.rest(); len(left) > 0 {
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
