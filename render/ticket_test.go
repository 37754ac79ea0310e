package render

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

// dossierDocument is a dossier with a story of so many acts, one of them an inbox rule in
// the middle, as many files, and a sentence.
func dossierDocument(acts int) Document {
	at := func(i int) time.Time { return time.Date(2026, 10, 6, 8, 0, i, 0, time.UTC) }
	said := result(queries.Report{Name: "sentences", Title: "What happened", Group: "it", Layout: queries.Story},
		[]queries.Column{
			column("incident", queries.Integer), column("topic", queries.Text), column("sentence", queries.Text),
			column("basis", queries.Text), column("look_in", queries.Text), column("look_for", queries.Text),
		}, []any{nil, "Files", "Files were downloaded.", "The log shows", nil, nil})
	var story, files [][]any
	for i := range acts {
		what := "MailItemsAccessed"
		if i == acts/2 {
			what = "New-InboxRule"
		}
		story = append(story, []any{at(i), what, "detail of act " + strconv.Itoa(i), "203.0.113.1", `{"raw":1}`})
		files = append(files, []any{"file " + strconv.Itoa(i), "https://contoso.example/Finance", nil})
	}
	d := document(said,
		result(queries.Report{Name: "story", Title: "The story in order", Description: "One. Two.", Group: "it", Repeats: "what", Layout: queries.Table}, []queries.Column{
			column("event_time", queries.Time), column("what", queries.Text), column("detail", queries.Text), column("ip_address", queries.Text), styled("raw", queries.RawRecord),
		}, story...),
		result(queries.Report{Name: "files", Title: "Files", Group: "it", Layout: queries.Table}, []queries.Column{
			column("file", queries.Text), column("place", queries.Text), column("size_bytes", queries.Integer),
		}, files...))
	d.Whole, d.Sources = "entrail EVIDENCE --session=s1 -o FILE.html", []Source{{SHA256: "aa"}}
	return d
}

// TestTicket: a dossier in Markdown is as long as a ticket takes, whatever it is of. What
// was done seldom stays, and each row that does not is counted where it is missing.
func TestTicket(t *testing.T) {
	for _, test := range []struct {
		acts   int
		isCut  bool
		reason string
	}{
		{3, false, "all of it has room"},
		{600, true, "the two tables together are too long"},
		{20000, true, "as many as a part of a dossier has at most"},
	} {
		t.Run(strconv.Itoa(test.acts), func(t *testing.T) {
			page := render(t, Markdown, dossierDocument(test.acts))
			if len(page) > ticketBytes {
				t.Errorf("%s: %d bytes, want %d at most", test.reason, len(page), ticketBytes)
			}
			if test.isCut && len(page) < ticketBytes*7/10 {
				t.Errorf("%s: %d bytes, though there is room for %d", test.reason, len(page), ticketBytes)
			}
			if got := strings.Contains(page, "`entrail EVIDENCE --session=s1 -o FILE.html`"); got != test.isCut {
				t.Errorf("%s: names the command that gives the whole: %v", test.reason, got)
			}
			for _, want := range []string{
				"- **Files**: Files were downloaded. *(The log shows)*\n", "| New-InboxRule |", "\nOne.\n", "| file 0 |", "| 2026-10-06 08:00:00 | MailItemsAccessed | detail of act 0 |",
				"In each row, IP address: 203.0.113.1.\n", "In each row, Place: https&#58;//contoso.example/Finance.\n", "From 1 file of evidence",
			} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: no %q", test.reason, want)
				}
			}
			for _, unwanted := range []string{"raw", "size_bytes", "Two."} {
				if strings.Contains(page, unwanted) {
					t.Errorf("%s: it has %q", test.reason, unwanted)
				}
			}
			here, counted := strings.Count(page, "| detail of act "), 0
			for _, gap := range regexp.MustCompile(`(?m)^\| … \| ([0-9,]+) more rows?: MailItemsAccessed \|`).FindAllStringSubmatch(page, -1) {
				n, _ := strconv.Atoi(strings.ReplaceAll(gap[1], ",", ""))
				counted += n
			}
			if here+counted != test.acts {
				t.Errorf("%s: %d acts are here and %d counted, want %d", test.reason, here, counted, test.acts)
			}
			files := strings.Count(page, "| file ")
			said := fmt.Sprintf("%s of %s rows are here; the whole dossier has all.", grouped(files), grouped(test.acts))
			if strings.Contains(page, said) != (files < test.acts) {
				t.Errorf("%s: %q is said, or is not", test.reason, said)
			}
		})
	}
}

// TestTicketEvidence: what findings rest on is in a ticket before all else, wherever in the
// time it stands, and what has room beside it is from all over the time.
func TestTicketEvidence(t *testing.T) {
	var story, changes [][]any
	evidence := map[string]bool{}
	for i := range 1000 {
		at, place := time.Date(2026, 9, 1, i, 0, 0, 0, time.UTC), "1:"+strconv.Itoa(i)
		if i >= 900 && i < 910 { // of the kind of all others
			evidence[place] = true
		}
		story = append(story, []any{at, "Sign-in", "act " + strconv.Itoa(i), place})
		changes = append(changes, []any{at, "change " + strconv.Itoa(i), "9:9 " + place})
	}
	d := document(
		result(queries.Report{Name: "story", Title: "Story", Group: "it", Repeats: "what", NotesOn: []string{"record"}, Layout: queries.Table}, []queries.Column{
			column("event_time", queries.Time), column("what", queries.Text), column("detail", queries.Text), column("record", queries.Text),
		}, story...),
		result(queries.Report{Name: "open", Title: "Open", Group: "it", NotesOn: []string{"object", "evidence"}, Layout: queries.Table}, []queries.Column{
			column("since", queries.Time), column("object", queries.Text), column("evidence", queries.Text),
		}, changes...))
	d.Whole = "x"
	results := d.Results
	d.Results = func(yield func(*queries.Result, error) bool) {
		for r, err := range results {
			r.Evidence = evidence
			if !yield(r, err) {
				return
			}
		}
	}
	page := render(t, Markdown, d)
	for _, word := range []string{"act", "change"} {
		tenths := map[int]bool{}
		here := map[int]bool{}
		for _, m := range regexp.MustCompile(`\| `+word+` (\d+) \|`).FindAllStringSubmatch(page, -1) {
			n, _ := strconv.Atoi(m[1])
			here[n], tenths[n/100] = true, true
		}
		for n := 900; n < 910; n++ {
			if !here[n] {
				t.Errorf("%s %d is evidence of a finding, and is not here", word, n)
			}
		}
		if len(tenths) != 10 || len(here) > 500 {
			t.Errorf("%d of the 1000 rows of %s are here, from %d tenths of the time, want fewer than half, and from all 10", len(here), word, len(tenths))
		}
	}
	if len(page) > ticketBytes {
		t.Errorf("%d bytes, want %d at most", len(page), ticketBytes)
	}
}

// TestScattered: the first of them, then the middle, then the middles of both halves.
func TestScattered(t *testing.T) {
	for _, test := range []struct{ all, want []int }{
		{nil, nil},
		{[]int{7}, []int{7}},
		{[]int{7, 8, 9}, []int{7, 9, 8}},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, []int{0, 4, 2, 6, 1, 5, 3, 7}},
	} {
		if got := scattered(test.all); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.all, got, test.want)
		}
	}
}

// TestTicketCells: a long text is cut and its length given, a list of ids is counted.
func TestTicketCells(t *testing.T) {
	d := document(result(queries.Report{Name: "read", Title: "Read", Group: "it", Layout: queries.Table},
		[]queries.Column{styled("ids", queries.IDs), column("text", queries.Text)},
		[]any{strings.Repeat("<id@contoso.example>\n", 40), strings.Repeat("|é", 500)},
		[]any{"<one>", "…"}))
	d.Whole = "x"
	page := render(t, Markdown, d)
	want := "| IDs | Text |\n| --- | --- |\n| 40 IDs | " + strings.Repeat(`\|é`, ticketCell*3/8) + "… (1,000 characters) |\n| &lt;one> | … |\n"
	if !strings.Contains(page, want) || !strings.Contains(page, "`x`") {
		t.Errorf("it says\n%s\nwant\n%s", page, want)
	}
}

// TestTicketOfSeveral: a ticket of several things has a heading for each, and their parts below
// it; of one, its title is enough.
func TestTicketOfSeveral(t *testing.T) {
	parts := func(names ...string) (all []*queries.Result) {
		for _, name := range names {
			all = append(all,
				result(queries.Report{Name: "sentences", Title: "What happened", Group: "it", Layout: queries.Table}, []queries.Column{column("a", queries.Text)}, []any{"of " + name}),
				result(queries.Report{Name: "lanes", Title: "Session " + name, Group: "it", Layout: queries.Lanes}, []queries.Column{column("a", queries.Text)}),
				result(queries.Report{Name: "files", Title: "Files", Group: "it", Layout: queries.Table}, []queries.Column{column("a", queries.Text)}, []any{"files of " + name}))
		}
		return all
	}
	for _, test := range []struct {
		reason string
		of     []string
		want   string
	}{
		{"one", []string{"s1"}, "## What happened ## Files"},
		{"two", []string{"s1", "s2"}, "## Session s1 ### What happened ### Files ## Session s2 ### What happened ### Files"},
	} {
		d := document(parts(test.of...)...)
		d.Whole = "x"
		got := regexp.MustCompile(`(?m)^##.*$`).FindAllString(render(t, Markdown, d), -1)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %s", test.reason, got, test.want)
		}
	}
}
