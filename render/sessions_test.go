package render

import (
	"slices"
	"strings"
	"testing"

	"entrail/queries"
)

// TestEventsBySession: a section a session, its heading in place of the
// column, and nothing in it that acts.
func TestEventsBySession(t *testing.T) {
	columns := []queries.Column{column("activity", queries.Text), column("session_id", queries.Text)}
	rows := [][]any{{"Sign-in", "s1"}, {"Send", "s1"}, {"Sign-in", "<b>s2"}}
	headings := map[string]queries.SessionHeading{
		"s1": {About: "adele@contoso.com, from to", Reasons: "2 countries"},
		"s2": {About: "another's"},
	}
	page := func(headings map[string]queries.SessionHeading) string {
		d := document(result(queries.Report{Name: "session_events", Title: "Events", Layout: queries.Sessions}, columns, rows...))
		if headings != nil {
			d.Headings = func(sessions []string) (map[string]queries.SessionHeading, error) {
				if want := []string{"s1", "<b>s2"}; !slices.Equal(sessions, want) {
					t.Errorf("headings are asked of %q, want those of %q", sessions, want)
				}
				return headings, nil
			}
		}
		return render(t, HTML, d)
	}
	parted := page(headings)
	checkPage(t, parted)
	for text, n := range map[string]int{
		"<h3 id=\"session-":                          2,
		"<h3 id=\"session-s1\"><code>s1</code></h3>": 1,
		"<code>&lt;b&gt;s2</code></h3>":              1,
		"<p class=\"about\">adele@contoso.com,":      1,
		"<p class=\"note\">2 countries</p>":          1,
		"another&#39;s":                              0,
		"<tr id=\"row-session_events-":               3,
		"<th scope=\"col\" title":                    2,
		"3 rows in 2 sessions":                       2,
	} {
		if got := strings.Count(parted, text); got != n {
			t.Errorf("%q is there %d times, want %d", text, got, n)
		}
	}
	if whole := page(nil); strings.Contains(whole, "<h3") || strings.Count(whole, `<tr id="row-session_events-`) != 3 {
		t.Error("without headings it is a table as any other")
	}
}
