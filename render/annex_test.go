package render

import (
	"slices"
	"strings"
	"testing"

	"entrail/queries"
)

func TestAnnexCountsItsPages(t *testing.T) {
	line := strings.Repeat("x", sheetWide)
	for _, test := range []struct {
		reason string
		texts  []string
		pages  int
		parts  int // entries, with what goes on on another page
	}{
		{"two lines and their headings", []string{line + "\nb", "c"}, 1, 2},
		{"as many lines as a page has, with the heading", []string{strings.Repeat("x\n", sheetLines-3) + "x"}, 1, 1},
		{"one line more goes on on the next page", []string{strings.Repeat("x\n", sheetLines-2) + "x"}, 2, 2},
		{"a text is not parted that has room on a page of its own", []string{strings.Repeat("x\n", 30) + "x", strings.Repeat("y\n", 40) + "y"}, 2, 2},
		{"a line breaks where it is full", []string{strings.Repeat(line, sheetLines)}, 2, 2},
		{"what is there already is not put in twice", []string{"a", "a"}, 1, 1},
		{"wide characters take two places", []string{strings.Repeat("東", sheetWide/2*(sheetLines-2))}, 1, 1},
		{"and one more of them takes another page", []string{strings.Repeat("東", sheetWide/2*(sheetLines-2)) + "東"}, 2, 2},
	} {
		a := annex{Anchor: "annex-raw", Title: "Raw records", Noun: "record"}
		for _, text := range test.texts {
			a.add("heading", "row-1", text)
		}
		parts, whole := 0, ""
		for _, s := range a.Sheets {
			parts += len(s.Entries)
			for _, e := range s.Entries {
				whole += e.Text
			}
		}
		if len(a.Sheets) != test.pages || parts != test.parts {
			t.Errorf("%s: %d pages and %d parts, want %d and %d", test.reason, len(a.Sheets), parts, test.pages, test.parts)
		}
		if test.parts != 1 || len(test.texts) == 1 {
			if want := strings.Join(test.texts, ""); whole != want {
				t.Errorf("%s: %d bytes of text, want %d: nothing may be lost", test.reason, len(whole), len(want))
			}
		}
	}
}

// A raw record is full of quotes, which may stay; what could begin mark-up may not.
func TestAnnexEscapesMarkUp(t *testing.T) {
	e := annexEntry{Text: `{"a": "</pre><script>alert('1')</script>&lt;"}`}
	if got, want := string(e.Lines()), `{"a": "&lt;/pre&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;lt;"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestIDsStandInColumns(t *testing.T) {
	id := strings.Repeat("i", 68) // with the gap of two, three fit into a line of 210
	if got, want := inColumns(strings.Join([]string{id, id, id, id}, "\n")), id+"  "+id+"  "+id+"\n"+id; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := inColumns(id + "i\n" + id); strings.Contains(got, "\n") {
		t.Errorf("two of 69 fit into a line: %q", got)
	}
}

// Room is taken from a column whose long texts are few before one whose every text needs it.
func TestPaperWidths(t *testing.T) {
	head := []headCell{{Parts: []string{"Time"}, Class: "t"}, {Parts: []string{"Often"}}, {Parts: []string{"Once"}}}
	row := func(often, once string) bodyRow {
		return bodyRow{Cells: []bodyCell{{Text: "2026-10-06 07:41:00"}, {Text: often}, {Text: once}}}
	}
	var rows []bodyRow
	for range 9 {
		rows = append(rows, row(strings.Repeat("o", 40), "short"))
	}
	rows = append(rows, row("o", strings.Repeat("n", 90)))
	w := paperWidths(head, rows, make([]bool, 3), 100)
	if w[0] < 20 || w[1] < 41 || w[2] < 10 || w[0]+w[1]+w[2] > 100 {
		t.Errorf("widths %v: want the times and the texts of 40 on one line each, 100 together at most", w)
	}
	if w := paperWidths(head, rows, []bool{false, false, true}, 100); w[2] != 0 {
		t.Errorf("widths %v: a column that stands below has none", w)
	}

	// One row has no raw record, and there is far too much for a line.
	for i := range rows {
		rows[i].Cells[2].Raw = "{}"
	}
	rows[4].Cells[2] = bodyCell{Text: "no record"}
	if w := paperWidths(head, rows, make([]bool, 3), 40); w[2] != 0 {
		t.Errorf("widths %v: raw records have none, they are in an annex", w)
	}
}

// The id of a finding is not parted on paper, where it is typed off, though there is too
// much for a line; that of a session is, which is as long as any text.
func TestPaperWidthsOfIDs(t *testing.T) {
	head := []headCell{{Parts: []string{"What"}}, {Parts: []string{"ID"}, Class: "m k"}, {Parts: []string{"ID"}, Class: "m k"}}
	rows := []bodyRow{{Cells: []bodyCell{
		{Text: strings.Repeat("words ", 60)}, {Text: "38f4d8c3c32d4bde"}, {Text: "4b22b1c5-b6a6-4161-bdec-e39aff6d27e3"},
	}}}
	w := paperWidths(head, rows, make([]bool, 3), 60)
	if w[1] < 17 || w[2] > 20 {
		t.Errorf("widths %v: want 17 at least for the id of 16 characters, and not much for the one of 36", w)
	}
}

func TestColumnsUnder(t *testing.T) {
	head := []headCell{{Parts: []string{"Seldom"}}, {Parts: []string{"Sentence"}}, {Parts: []string{"Name"}}, {Parts: []string{"Address"}}}
	var rows []bodyRow
	for i := range 10 {
		cells := []bodyCell{{}, {Text: strings.Repeat("word ", 30)}, {Text: "name"}, {Text: strings.Repeat("a", 70)}}
		if i < 3 {
			cells[0].Text = strings.Repeat("agent ", 12)
		}
		rows = append(rows, bodyRow{Cells: cells})
	}
	want := []bool{true, true, false, false} // long in few rows; sentences; short; long in all, but no sentence
	for c, got := range columnsUnder(head, rows) {
		if got != want[c] {
			t.Errorf("%s: below the others %v, want %v", head[c].Parts[0], got, want[c])
		}
	}
}

func TestColumnsLeftOut(t *testing.T) {
	head := []headCell{{Parts: []string{"Event time"}}, {Parts: []string{"Empty"}}, {Parts: []string{"Text"}}, {Parts: []string{"Text"}}, {Parts: []string{"n"}}}
	text := strings.Repeat("x", 90) // is given 40
	rows := []bodyRow{
		{Cells: []bodyCell{{Text: "2026-10-01"}, {}, {Text: text}, {Text: text}, {Text: "1"}}},
		{Cells: []bodyCell{{Text: "2026-10-02"}, {}, {}, {Text: text}, {Text: "22"}}},
	}
	for _, test := range []struct {
		reason string
		line   int
		want   []bool
	}{
		{"what says nothing, where all have room", 200, []bool{false, true, false, false, false}},
		{"and the second text; what follows it is narrow enough", 12 + 42 + 20, []bool{false, true, false, true, false}},
		{"nothing has room but the first", 12, []bool{false, true, true, true, true}},
	} {
		if got := columnsLeftOut(head, rows, test.line); !slices.Equal(got, test.want) {
			t.Errorf("%s: left out %v, want %v", test.reason, got, test.want)
		}
	}
}

// TestColumnsSaidOnce: on paper a value that every row has stands above the table, but for
// words of severity, long texts and tables of a row or two.
func TestColumnsSaidOnce(t *testing.T) {
	head := []headCell{{Parts: []string{"Who"}}, {Parts: []string{"What"}}, {Parts: []string{"Severity"}, Style: queries.Severity}, {Parts: []string{"Details"}}, {Parts: []string{"None"}}, {Parts: []string{"Some"}}}
	row := func(what, some string) bodyRow {
		return bodyRow{Cells: []bodyCell{{Text: "adele"}, {Text: what}, {Text: "high"}, {Text: "long", Short: "lo…"}, {}, {Text: some}}}
	}
	for _, test := range []struct {
		rows   []bodyRow
		want   []bool
		said   string
		reason string
	}{
		{[]bodyRow{row("read", "x"), row("sent", "x"), row("read", "")}, []bool{true, false, false, false, false, false}, "In each row, Who: adele.", "one column is the same"},
		{[]bodyRow{row("read", "x"), row("read", "x"), row("read", "x")}, []bool{true, true, false, false, false, true}, "In each row, Who: adele; What: read; Some: x.", "three are"},
		{[]bodyRow{row("read", "x"), row("read", "x")}, make([]bool, 6), "", "two rows are few"},
	} {
		always, said := columnsSaidOnce(head, test.rows)
		if !slices.Equal(always, test.want) || said != test.said {
			t.Errorf("%s: %v, %q, want %v, %q", test.reason, always, said, test.want, test.said)
		}
	}
}
