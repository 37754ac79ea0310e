package render

import (
	"fmt"
	"strings"
	"testing"

	"entrail/queries"
)

// sentencesOf is a story of an incident with so many sentences of that length, of which those of
// the first topics answer first, then what is counted elsewhere.
func sentencesOf(n, length int) *queries.Result {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	var rows [][]any
	for i := range n {
		topic, isFirst := fmt.Sprintf("Topic %d", i), i < 7
		if i == 1 {
			topic = "Still open"
		}
		rows = append(rows, []any{int64(1), topic, fmt.Sprintf("S%d %s end %d.", i, strings.Repeat("word ", length/5), i), "The log shows", "findings", nil, nil, isFirst})
	}
	rows = append(rows, []any{nil, "Looked at", "2 events.", "The log shows", "coverage", nil, nil, false})
	rows = append(rows, []any{nil, "Not in these files", "Nothing of mail.", "The files can't say", "coverage", nil, nil, true})
	return result(queries.Report{Name: "story", Title: "What happened", Layout: queries.Story, Group: "incident"},
		[]queries.Column{column("incident", queries.Integer), text("topic"), text("sentence"), text("basis"), text("look_in"), text("look_for"), text("part"), column("is_first", queries.Boolean)}, rows...)
}

// TestOnePage: the summary of a case in Markdown is one page, however much was found. Sentences
// that answer first stay, whole, and those left out are counted.
func TestOnePage(t *testing.T) {
	for _, test := range []struct {
		reason          string
		sentences, long int
		want            []string
		unwanted        []string
	}{
		{"all has room", 8, 60, []string{"S0 ", "S7 ", "- **Looked at**", "*(the files can't say)*"}, []string{"more sentence"}},
		{"what does not answer first goes first", 8, 300, []string{"S0 ", "end 0.", "- **Still open**", "end 6.", "more sentence"}, []string{"S7 "}},
		{"then what is none of the first questions", 7, 400, []string{"S0 ", "end 0.", "- **Still open**", "end 5.", "2 more sentences:"}, []string{"Topic 6"}},
		{"nobody writes more than that in a sentence", 3, 2000, []string{"S0 ", "…"}, []string{"end 0"}},
	} {
		numbers := result(queries.Report{Name: "totals", Title: "In numbers", Layout: queries.Totals},
			[]queries.Column{column("item", queries.Text), column("value", queries.Text), column("detail", queries.Text), column("look_in", queries.Text)},
			[]any{"Messages read", "99", "two folders", nil})
		d := document(numbers, sentencesOf(test.sentences, test.long))
		d.Brief, d.Whole, d.Sources = true, "entrail EVIDENCE -o FILE.html", []Source{{SHA256: "aa"}}
		page := render(t, Markdown, d)
		lines := 0
		for line := range strings.SplitSeq(page, "\n") {
			lines += len(wrap(line, pageWide))
		}
		if lines > pageLines+5 { // empty lines between paragraphs
			t.Errorf("%s: %d lines, want a page of %d\n%s", test.reason, lines, pageLines, page)
		}
		for _, want := range append(test.want, "Messages read **99**", "`entrail EVIDENCE -o FILE.html`. Evidence: 1 file, ") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", test.reason, want, page)
			}
		}
		for _, unwanted := range append(test.unwanted, "two folders", "Provenance") {
			if strings.Contains(page, unwanted) {
				t.Errorf("%s: it has %q in\n%s", test.reason, unwanted, page)
			}
		}
	}
}
