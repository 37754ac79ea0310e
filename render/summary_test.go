package render

import (
	"strings"
	"testing"

	"entrail/queries"
)

func summaryDocument(width int) Document {
	r := result(queries.Report{Name: "summary", Title: "Summary", Group: "summary", Layout: queries.Summary},
		[]queries.Column{column("section", queries.Text), column("item", queries.Text), column("value", queries.Text), styled("detail", queries.Sentences)},
		[]any{"Evidence", "files", "4", "3 read whole, 1 not recognised"},
		[]any{"Evidence", "records", "12,412", nil},
		[]any{"Sign-ins", "busiest user", "megan.bowen@contoso.com", "2,012 sign-ins to 14 applications from 3 countries, one of them not seen before 2026-W38"},
		[]any{"Sign-ins", "東京", "\x1b[31m3", "a\nb"},
	)
	r.Notes = []string{"--ip could not be applied to the audit log"}
	d := document(r)
	d.Width = width
	return d
}

// In a ticket the summary is a list: a heading a section, a line an item.
func TestMarkdownSummary(t *testing.T) {
	page := render(t, Markdown, summaryDocument(0))
	_, got, _ := strings.Cut(page, "### ")
	got, _, _ = strings.Cut(got, "\n## Provenance")
	want := `Evidence

- **files**: 4 · 3 read whole, 1 not recognised
- **records**: 12,412

### Sign-ins

- **busiest user**: megan.bowen@contoso.com · 2,012 sign-ins to 14 applications from 3 countries, one of them not seen before 2026-W38
- **東京**: &lt;ESC>\[31m3 · a&lt;LF>b
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !strings.Contains(page, "ip could not be applied to the audit log") {
		t.Error("the note is lost")
	}
}
