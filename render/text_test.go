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

func TestFit(t *testing.T) {
	for _, test := range []struct {
		natural, floor []int
		width          int
		want           []int
		reason         string
	}{
		{[]int{5, 6}, []int{5, 6}, 80, []int{5, 6}, "room enough"},
		{[]int{50, 50}, []int{20, 20}, 62, []int{30, 30}, "equal shares"},
		{[]int{50, 25}, []int{20, 20}, 62, []int{35, 25}, "what one does not need is the other's"},
		{[]int{50, 36, 50}, []int{20, 36, 20}, 80, []int{20, 36, 20}, "an id is whole"},
		{[]int{50, 36, 50}, []int{20, 36, 20}, 79, []int{41, 36}, "the last one is left out, its room shared"},
		{[]int{50, 5}, []int{20, 5}, 10, []int{10}, "one column at least, in any terminal"},
	} {
		if got := fit(test.natural, test.floor, test.width); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.reason, got, test.want)
		}
	}
}

var colour = regexp.MustCompile("\x1b\\[[0-9]+m")

func TestTextFitsTheTerminal(t *testing.T) {
	for width := 40; width <= 240; width += 7 {
		for _, d := range []Document{hostileDocument(), summaryDocument(0), document(many(3)), document(many(30))} {
			d.Width, d.Color, d.Limit = width, true, 10
			for line := range strings.Lines(render(t, Text, d)) {
				line = colour.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
				if w := cells.StringWidth(line); w > width {
					t.Errorf("width %d: %d columns: %q", width, w, line)
				}
				if strings.ContainsFunc(line, func(r rune) bool { return r < 0x20 }) {
					t.Errorf("width %d: a control character: %q", width, line)
				}
			}
		}
	}
}

// TestColumnsOnATerminal: a terminal shows those first that the report wants there, a
// pipe has them as they are.
func TestColumnsOnATerminal(t *testing.T) {
	d := document(result(queries.Report{Name: "findings", OnTerminal: []string{"severity", "what", "no_column"}},
		[]queries.Column{column("severity", queries.Text), column("finding", queries.Text), column("what", queries.Text)},
		[]any{"high", "a", "b"}, []any{"low", "c", "d"}))
	for _, test := range []struct {
		width int
		want  string
	}{{80, "severity  what  finding"}, {0, "severity  finding  what"}} {
		d.Width = test.width
		if page := render(t, Text, d); !strings.Contains(page, test.want+"\n") {
			t.Errorf("width %d: no line %q in\n%s", test.width, test.want, page)
		}
	}
}

// TestSentencesHaveRoom: on a wide terminal the first column of sentences has three tenths
// of the line before a column of ids is shown beside it.
func TestSentencesHaveRoom(t *testing.T) {
	columns := []queries.Column{column("severity", queries.Text), styled("what", queries.Sentences)}
	rows := make([][]any, 6) // more than are told as blocks, each with other texts
	for n := range rows {
		rows[n] = []any{"high", strings.Repeat("word ", 40) + strconv.Itoa(n)}
	}
	for i := range 10 {
		columns = append(columns, column("id_"+strconv.Itoa(i), queries.Text))
		for n := range rows {
			rows[n] = append(rows[n], strings.Repeat(strconv.Itoa(n), 30))
		}
	}
	d := document(result(queries.Report{Name: "findings"}, columns, rows...))
	for _, test := range []struct{ width, least int }{{80, 30}, {120, 36}, {200, 60}} {
		d.Width = test.width
		wide := 0
		for line := range strings.Lines(render(t, Text, d)) {
			words, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "high")), "  ")
			if strings.HasPrefix(words, "word ") {
				wide = max(wide, len(words))
			}
		}
		if wide < test.least-len("word ") {
			t.Errorf("width %d: the sentences have %d columns, want about %d", test.width, wide, test.least)
		}
	}
}

func TestTextSaysOnceWhatAllRowsShare(t *testing.T) {
	const session = "4b22b1c5-b6a6-4161-bdec-e39aff6d27e3"
	page := func(width, rows int, last string) string {
		var lines [][]any
		for n := range rows {
			id := session
			if n == rows-1 && last != "" {
				id = last
			}
			lines = append(lines, []any{instant, id, "FileDownloaded", fmt.Sprintf("Design %02d.pdf", n)})
		}
		d := document(result(queries.Report{Name: "events", Title: "Events"}, []queries.Column{
			column("event_time", queries.Time), column("session_id", queries.Text),
			column("activity", queries.Text), column("target", queries.Text),
		}, lines...))
		d.Width = width
		return render(t, Text, d)
	}
	for _, test := range []struct {
		page   string
		shared bool
		reason string
	}{
		{page(80, 4, ""), true, "the id makes room for the target"},
		{page(80, 3, ""), false, "a few rows are told as blocks instead"},
		{page(160, 4, ""), false, "there is room for all"},
		{page(80, 4, "05f3cddc-e3af-495c-8612-7c00fb5e5d58"), false, "one row has another"},
		{page(0, 4, ""), false, "a text file has all columns"},
	} {
		if got := strings.Contains(test.page, "in these rows: session_id "+session+"\n"); got != test.shared {
			t.Errorf("%s: said once: %v, want %v\n%s", test.reason, got, test.shared, test.page)
		}
		if test.shared && !strings.Contains(test.page, "Design 03.pdf") {
			t.Errorf("%s: no target\n%s", test.reason, test.page)
		}
	}
}

func TestTextCountsWhatItHides(t *testing.T) {
	for _, test := range []struct {
		rows, limit, shown int
		want               string
		reason             string
	}{
		{20, 20, 20, "… 2,458 more rows: --limit 0 shows all, -o FILE.csv writes them", "only the first were asked for"},
		{2478, 20, 20, "… 2,458 more rows: --limit 0 shows all, -o FILE.csv writes them", "the rest is counted"},
		{21, 20, 20, "… 1 more row:", "one"},
		{20, 20, 20, "", "nothing hidden"},
		{2478, 0, 2478, "", "no limit"},
		{2478, 1500, 1500, "… 978 more rows:", "a limit beyond the rows that decide the widths"},
	} {
		r := many(test.rows)
		if test.rows == test.shown && test.want != "" {
			r.Total = 2478
		}
		d := document(r)
		d.Limit = test.limit
		page := render(t, Text, d)
		if got := strings.Count(page, "megan.bowen@contoso.com"); got != test.shown {
			t.Errorf("%s: %d rows shown, want %d", test.reason, got, test.shown)
		}
		if got := strings.Contains(page, "more row"); got != (test.want != "") || !strings.Contains(page, test.want) {
			t.Errorf("%s: want %q", test.reason, test.want)
		}
	}
}

// A cell that is not cut is on the page as it is, and so is every column's name.
func TestTextNamesTheColumnsWithoutRoom(t *testing.T) {
	for _, width := range []int{50, 80, 120} {
		d := document(many(30))
		d.Width = width
		page := render(t, Text, d)
		for _, c := range many(1).Columns {
			if !strings.Contains(page, c.Name) && !strings.Contains(page, c.Name[:17]+"…") {
				t.Errorf("width %d: %s is neither shown nor named", width, c.Name)
			}
		}
	}
}

// A few rows too wide for a table are shown whole.
func TestTextShowsFewWideRowsAsBlocks(t *testing.T) {
	d := document(many(2))
	d.Width = 80
	page := strings.Join(strings.Fields(render(t, Text, d)), " ")
	for _, want := range []string{"session_id c9e202ff-a459-4315-8649-71f52257bb7d", "is_managed true", "failure_reason Error validating credentials due to invalid us"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}

func TestClock(t *testing.T) {
	paris := time.FixedZone("CEST", 2*3600)
	london := time.FixedZone("GMT", 0)
	for _, test := range []struct {
		t            time.Time
		want, reason string
	}{
		{time.Date(2026, 10, 1, 8, 19, 41, 0, time.UTC), "2026-10-01 08:19:41", "UTC is the page's zone"},
		{time.Date(2026, 10, 1, 8, 19, 41, 123400000, time.UTC), "2026-10-01 08:19:41.1234", "a fraction is never rounded"},
		{time.Date(2026, 10, 1, 8, 19, 41, 0, time.UTC).In(paris), "2026-10-01 10:19:41 +02:00", "elsewhere an hour happens twice a year"},
		{time.Date(2026, 10, 1, 8, 19, 41, 0, time.UTC).In(london), "2026-10-01 08:19:41 +00:00", "also where the offset is nought"},
	} {
		if got := clock(test.t); got != test.want {
			t.Errorf("got %q, want %q: %s", got, test.want, test.reason)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	var columns []queries.Column
	for _, name := range []string{"a", "A", "a_2", "a", "", "", "x\n"} {
		columns = append(columns, column(name, queries.Text))
	}
	want := []string{"a", "A_2", "a_2_2", "a_3", "column", "column_2", "x<LF>"}
	if got := names(columns); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 999: "999 rows", 1478: "1,478 rows", 1048577: "1,048,577 rows"} {
		if got := counted(n, "row"); got != want {
			t.Errorf("counted(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestOneReportFormatsRefuseASecond(t *testing.T) {
	for _, name := range []string{"csv", "json", "jsonl"} {
		f, _ := Lookup(name, "")
		d := document(many(1), many(1))
		d.Several, d.Bare = false, true
		var page strings.Builder
		if err := f.Write(&page, d); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var page strings.Builder
	if err := CSV(&page, document(many(1), many(1))); err == nil || page.Len() > 0 {
		t.Errorf("CSV of several: %v, and wrote %q: want it refused before a byte is written", err, page.String())
	}
	if !strings.Contains(fmt.Sprint(errOneReport), "folder") {
		t.Error("the error does not tell the next step")
	}
}

// What a terminal leaves out it names, and what it keeps can be read.
func TestTextOnATerminal(t *testing.T) {
	r := result(queries.Report{
		Name: "files", Title: "Files", Description: "What became of them. And the rest.", Caveat: "Beware.",
	}, []queries.Column{
		styled("path", queries.Path), column("event_time", queries.Time), column("encoding", queries.Text), styled("note", queries.Sentences), column("sha256", queries.Text),
	},
		[]any{"evidence/of/the/whole/tenant/signins-2026-10-01.json", instant, nil, "one page of several, and the link says that there is a next one to be had", strings.Repeat("ab", 32)},
		[]any{"short.csv", nil, nil, nil, strings.Repeat("cd", 32)},
		[]any{"short.csv", nil, nil, nil, strings.Repeat("cd", 32)},
		[]any{"short.csv", nil, nil, nil, strings.Repeat("cd", 32)},
	)
	d := document(r)
	d.Width = 90
	page := render(t, Text, d)
	for _, test := range []struct{ want, reason string }{
		{"…/signins-2026-10-01.json           2026-10-01 08:19:41  one page of several", "a path by its end, a time to the second"},
		{"be had\n", "a sentence to its end"},
		{"1 more column (| less -S, or -o FILE.xlsx): sha256", "no room"},
		{"empty in these rows: encoding", "nothing to show"},
		{"Files  (files)\nWhat became of them.\n\npath", "one line above the rows"},
		{"\n\nAnd the rest.\ncaution: Beware.\n", "the rest below them"},
	} {
		if !strings.Contains(page, test.want) {
			t.Errorf("%s: no %q in\n%s", test.reason, test.want, page)
		}
	}
	d = document(r)
	if page := render(t, Text, d); !strings.Contains(page, "08:19:41.123456") || !strings.Contains(page, "encoding") {
		t.Errorf("a text file is shortened:\n%s", page)
	}
}

// TestWhoIsWhole: on a terminal with room, a name in a column that matters most is not cut
// for the sake of columns that follow.
func TestWhoIsWhole(t *testing.T) {
	who := "adele.vance@contoso.example"
	for _, test := range []struct {
		width   int
		isWhole bool
		reason  string
	}{
		{roomy, true, "there is room"},
		{roomy - 1, false, "a narrow one shows more columns"},
	} {
		d := document(result(queries.Report{Name: "sessions", Title: "Sessions", OnTerminal: []string{"who", "why"}}, []queries.Column{
			column("who", queries.Text), styled("why", queries.Sentences), column("a", queries.Text), column("b", queries.Text), column("c", queries.Text),
		}, []any{who, strings.Repeat("word ", 60), strings.Repeat("a", 60), strings.Repeat("b", 60), strings.Repeat("c", 60)}, []any{"b", "c", "d", "e", "f"},
			[]any{"b", "c", "d", "e", "f"}, []any{"b", "c", "d", "e", "f"}, []any{"b", "c", "d", "e", "f"}))
		d.Width = test.width
		if got := strings.Contains(render(t, Text, d), who); got != test.isWhole {
			t.Errorf("%d columns, %s: the name is whole: %v, want %v", test.width, test.reason, got, test.isWhole)
		}
	}
}
