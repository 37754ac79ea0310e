package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"entrail/queries"
)

func TestVisible(t *testing.T) {
	for _, test := range []struct{ in, want, lines, reason string }{
		{"plain ASCII ~", "plain ASCII ~", "plain ASCII ~", "untouched"},
		{"Zoë 東京 🙂 \u3000", "Zoë 東京 🙂 \u3000", "Zoë 東京 🙂 \u3000", "names of people are no attack"},
		{"\x1b[31m", "<ESC>[31m", "<ESC>[31m", "no colour"},
		{"\u009b31m", "<U+009B>31m", "<U+009B>31m", "the eight-bit form of the same"},
		{"a\x00b\x7f\x07", "a<NUL>b<DEL><U+0007>", "a<NUL>b<DEL><U+0007>", "other controls"},
		{"a\nb\tc\rd\r\ne", "a<LF>b<TAB>c<CR>d<CR><LF>e", "a\nb\tc<CR>d\ne", "lines where they fit"},
		{"gpj\u202eexe\u2066", "gpj<U+202E>exe<U+2066>", "gpj<U+202E>exe<U+2066>", "directions"},
		{"a\u200bb\u200d\ufeff\u00ad\u2060", "a<U+200B>b<U+200D><U+FEFF><U+00AD><U+2060>", "a<U+200B>b<U+200D><U+FEFF><U+00AD><U+2060>", "no width"},
		{"a\u00a0b\u2028c", "a<U+00A0>b<U+2028>c", "a<U+00A0>b<U+2028>c", "spaces and line ends that look like others"},
		{"\u3164\u115f\u2800\ufe0f\U000e0041", "<U+3164><U+115F><U+2800><U+FE0F><U+E0041>", "<U+3164><U+115F><U+2800><U+FE0F><U+E0041>", "letters that look like nothing"},
		{"caf\xe9\xff", "caf<0xE9><0xFF>", "caf<0xE9><0xFF>", "bytes that are no UTF-8"},
		{"\ufffd", "\ufffd", "\ufffd", "the replacement character itself is one"},
	} {
		if got := visible(test.in); got != test.want {
			t.Errorf("visible(%q) = %q, want %q: %s", test.in, got, test.want, test.reason)
		}
		if got := visibleLines(test.in); got != test.lines {
			t.Errorf("visibleLines(%q) = %q, want %q: %s", test.in, got, test.lines, test.reason)
		}
	}
}

func TestUnformula(t *testing.T) {
	for _, test := range []struct{ in, want, reason string }{
		{"=1", "'=1", ""}, {"+1", "'+1", ""}, {"-1", "'-1", ""}, {"@A1", "'@A1", ""},
		{"\t=1", "'\t=1", "a tab is skipped by some"}, {"\n=1", "'\n=1", "and so are line ends"}, {"\r=1", "'\r=1", ""},
		{"＝1", "'＝1", "full width is folded to ASCII in East Asian versions"},
		{"a=1", "a=1", "only the start counts"}, {"", "", "empty"}, {"'=1", "'=1", "is text already"},
		{"\xff=1", "\xff=1", "a broken byte is no formula"},
	} {
		if got := unformula(test.in); got != test.want {
			t.Errorf("unformula(%q) = %q, want %q: %s", test.in, got, test.want, test.reason)
		}
	}
}

// one is a document of a single cell.
func one(field string) Document {
	return document(result(queries.Report{Name: "one"}, []queries.Column{column("field", queries.Text)}, []any{field}))
}

func FuzzFields(f *testing.F) {
	for _, h := range hostile {
		f.Add(h.field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		seen := visible(field)
		for _, r := range seen {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) {
				t.Errorf("visible(%q) holds %U", field, r)
			}
		}
		if !utf8.ValidString(seen) {
			t.Errorf("visible(%q) is no UTF-8", field)
		}
		if again := visible(seen); again != seen {
			t.Errorf("visible(%q) = %q, and of that %q", field, seen, again)
		}

		d := one(field)
		d.Width = 60
		for line := range strings.Lines(render(t, Text, d)) {
			if w := cells.StringWidth(strings.TrimSuffix(line, "\n")); w > 60 {
				t.Errorf("a line of %d columns on a terminal of 60: %q", w, line)
			}
		}

		records, err := csv.NewReader(strings.NewReader(render(t, CSV, one(field)))).ReadAll()
		if field == "" { // encoding/csv writes "" for a record of one empty field
			records, err = [][]string{{"field"}, {""}}, nil
		}
		if err != nil || len(records) != 2 || len(records[1]) != 1 {
			t.Fatalf("CSV of %q: %v, %v", field, records, err)
		}
		if cell := records[1][0]; cell != unformula(visibleLines(field)) {
			t.Errorf("CSV of %q reads back as %q", field, cell)
		} else if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
			t.Errorf("CSV of %q starts like a formula: %q", field, cell)
		}

		var objects []map[string]string
		text := render(t, JSONL, one(field))
		if err := json.Unmarshal([]byte("["+text+"]"), &objects); err != nil {
			t.Fatalf("JSON of %q: %v", field, err)
		}
		// Each byte that is no UTF-8 is one replacement character, as in a conversion to runes.
		if got, want := objects[0]["field"], string([]rune(field)); got != want {
			t.Errorf("JSON of %q reads back as %q", field, got)
		}
		if marked := visibleLines(text); marked != text {
			t.Errorf("JSON of %q holds what can't be seen: %q", field, text)
		}

		checkPage(t, render(t, HTML, one(field)))

		var md bytes.Buffer
		for range strings.Lines(render(t, Markdown, one(field))) {
			io.WriteString(&md, ".")
		}
		if md.Len() != plainMarkdownLines {
			t.Errorf("Markdown of %q has %d lines, want %d", field, md.Len(), plainMarkdownLines)
		}
	})
}

// plainMarkdownLines is the length of a page of one cell: title, facts,
// heading, header, rule and row, with the blank lines between, and the provenance.
const plainMarkdownLines = 15
