package render

import (
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

// TestXLSXKeepsInView: the columns that a row is known by come first and stay in view, then
// come those that matter; an order that somebody chose stays.
func TestXLSXKeepsInView(t *testing.T) {
	columns := []queries.Column{column("severity", queries.Text), styled("what", queries.Sentences), column("verdict", queries.Text),
		column("who", queries.Text), column("first_seen", queries.Time), column("finding_id", queries.Text)}
	row := []any{"high", strings.Repeat("long ", 60), nil, "adele", time.Date(2026, 10, 6, 7, 0, 0, 0, time.UTC), "f1"}
	for _, test := range []struct {
		reason   string
		report   queries.Report
		isChosen bool
		want     string // headings, those that stay in view before the bar
	}{
		{"a report that names none: its first time and its first that is none", queries.Report{}, false, "Severity First seen | What Verdict Who Finding ID"},
		{"named ones, in their order", queries.Report{KnownBy: []string{"finding_id", "first_seen"}}, false, "Finding ID First seen | Severity What Verdict Who"},
		{"then what matters, each once, and without a value not", queries.Report{KnownBy: []string{"severity", "finding_id"}, OnTerminal: []string{"severity", "verdict", "who", "what"}}, false,
			"Severity Finding ID | Who What Verdict First seen"},
		{"columns that were chosen keep their order, of which the first is known", queries.Report{KnownBy: []string{"finding_id", "first_seen"}}, true, "Severity | What Verdict Who First seen Finding ID"},
	} {
		test.report.Name, test.report.Title = "findings", "Findings"
		r := result(test.report, columns, row)
		r.IsChosen = test.isChosen
		f, _ := open(t, document(r))
		rows, err := f.GetRows("Findings")
		if err != nil {
			t.Fatal(err)
		}
		panes, err := f.GetPanes("Findings")
		if err != nil {
			t.Fatal(err)
		}
		heads := append(append(append([]string{}, rows[2][:panes.XSplit]...), "|"), rows[2][panes.XSplit:]...)
		if got := strings.Join(heads, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.reason, got, test.want)
		}
	}
}

// TestXLSXInViewIsNarrow: what stays in view leaves most of a window of 1,400 pixels, some
// 190 characters, to the others.
func TestXLSXInViewIsNarrow(t *testing.T) {
	long := strings.Repeat("x", 300)
	columns := []queries.Column{styled("path", queries.Path), column("id", queries.Text), column("first_seen", queries.Time), column("who", queries.Text)}
	f, _ := open(t, document(result(queries.Report{Name: "files", Title: "Files", KnownBy: []string{"path", "id", "first_seen"}}, columns,
		[]any{long, long, time.Date(2026, 10, 6, 7, 0, 0, 0, time.UTC), long})))
	wide := 0.0
	for _, c := range []string{"A", "B", "C"} {
		w, err := f.GetColWidth("Files", c)
		if err != nil {
			t.Fatal(err)
		}
		wide += w
	}
	if wide > 190/2 {
		t.Errorf("%v characters stay in view, want less than half of a window", wide)
	}
	if w, err := f.GetColWidth("Files", "C"); err != nil || w < 22 {
		t.Errorf("the time has %v characters, %v: want all of it", w, err)
	}
}

// TestXLSXOpens: a sheet in order of time opens where the incident begins, any other at its
// first row.
func TestXLSXOpens(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 10, day, 7, 41, 0, 0, time.UTC) }
	for _, test := range []struct {
		reason string
		begins time.Time
		days   []int
		want   string
	}{
		{"the first row of its time", at(6), []int{1, 5, 6, 6, 7}, "B6"},
		{"no row has that time, the next one", at(6), []int{1, 7}, "B5"},
		{"no incident", time.Time{}, []int{1, 6}, "B4"},
		{"all rows are older", at(6), []int{1, 2}, "B4"},
		{"newest first", at(6), []int{7, 6, 1}, "B4"},
		{"in no order of time", at(6), []int{1, 7, 2}, "B4"},
	} {
		var rows [][]any
		for _, day := range test.days {
			rows = append(rows, []any{at(day), "a"})
		}
		d := document(result(queries.Report{Name: "timeline", Title: "Timeline"}, []queries.Column{column("event_time", queries.Time), column("what", queries.Text)}, rows...))
		d.Begins = test.begins
		f, _ := open(t, d)
		panes, err := f.GetPanes("Timeline")
		if err != nil || panes.TopLeftCell != test.want {
			t.Errorf("%s: opens at %s, %v, want %s", test.reason, panes.TopLeftCell, err, test.want)
		}
	}
}

// TestXLSXFailed: a word that tells of an act that was not done has a colour, and stays a word.
func TestXLSXFailed(t *testing.T) {
	f, _ := open(t, document(result(queries.Report{Name: "timeline", Title: "Timeline"}, []queries.Column{styled("result", queries.Status), column("action", queries.Text)},
		[]any{"failure 50126", "failure"}, []any{"False", "b"}, []any{"success", "c"}, []any{"interrupted 50074", "d"}, []any{"Succeeded", "e"})))
	colour := func(ref string) string {
		id, err := f.GetCellStyle("Timeline", ref)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		return style.Font.Color
	}
	for _, test := range []struct {
		ref, reason string
		want        bool
	}{
		{"A4", "with the number of an error", true},
		{"A5", "as the audit log says it", true},
		{"A6", "done", false},
		{"A7", "neither", false},
		{"A8", "done, in other words", false},
		{"B4", "a column that is none of status", false},
	} {
		if got := colour(test.ref) != ""; got != test.want {
			t.Errorf("%s (%s): coloured %t", test.ref, test.reason, got)
		}
	}
}

// TestXLSXOfSeveral: where a dossier is of several things, each sheet, number and sentence says
// of which, and no two tables have one name, with which Excel takes a workbook for broken.
func TestXLSXOfSeveral(t *testing.T) {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	var all []*queries.Result
	for _, name := range []string{"s1", "s2"} {
		all = append(all,
			result(queries.Report{Name: "sentences", Title: "What happened", Layout: queries.Story},
				[]queries.Column{column("incident", queries.Integer), text("topic"), text("sentence"), text("basis"), text("look_in"), text("look_for")},
				[]any{nil, "Who", "Somebody in " + name + ".", "The log shows", nil, nil}),
			result(queries.Report{Name: "numbers", Title: "In numbers", Layout: queries.Totals},
				[]queries.Column{text("item"), text("value"), text("detail"), text("look_in")}, []any{"Read in " + name, "1", nil, nil}),
			result(queries.Report{Name: "lanes", Title: "Session " + name, Layout: queries.Lanes}, []queries.Column{text("a")}),
			result(queries.Report{Name: "story", Title: "The story"}, []queries.Column{text("a"), text("b")}, []any{name, "b"}))
	}
	f, _ := open(t, document(all...))
	if got, want := strings.Join(f.GetSheetList(), ","), "About,The story,The story (2)"; got != want {
		t.Errorf("sheets %s, want %s", got, want)
	}
	tables := map[string]bool{}
	for sheet, want := range map[string]string{"The story": "The story · Session s1", "The story (2)": "The story · Session s2"} {
		if got, _ := cell(t, f, sheet, "A1"); got != want {
			t.Errorf("%s: title %q, want %q", sheet, got, want)
		}
		of, err := f.GetTables(sheet)
		if err != nil || len(of) != 1 || tables[of[0].Name] {
			t.Errorf("%s: tables %+v, %v: want one of a name of its own", sheet, of, err)
			continue
		}
		tables[of[0].Name] = true
	}
	rows, err := f.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	var about []string
	for _, row := range rows {
		about = append(about, strings.Join(row, "|"))
	}
	said := strings.Join(about, "\n")
	for _, want := range []string{
		"In numbers · Session s1\nRead in s1|1", "In numbers · Session s2\nRead in s2|1",
		"What happened · Session s1\nWho||The log shows|Somebody in s1.", "What happened · Session s2\nWho||The log shows|Somebody in s2.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("About has no %q in\n%s", want, said)
		}
	}
}
