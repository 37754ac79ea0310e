package render

import (
	"math"
	"slices"
	"strings"
	"testing"

	"entrail/queries"
)

// weekly misses 2026-W01 on purpose; 2026 has 53 weeks.
func weekly(charts ...queries.Chart) *queries.Result {
	return result(queries.Report{Name: "signin_weekly", Title: "Sign-ins a week", Group: "signins", Charts: charts},
		[]queries.Column{column("week", queries.Text), column("successes", queries.Integer), column("failures", queries.Integer)},
		[]any{"2027-W02", int64(6), int64(2)},
		[]any{"2026-W53", int64(10), int64(0)},
		[]any{"2026-W52", int64(3), int64(1)},
	)
}

func chartDocument() Document {
	hours := result(queries.Report{Name: "signin_hours", Title: "Hours", Group: "signins", Charts: []queries.Chart{
		{Type: "heat", X: "hour", Y: []string{"sign_ins"}, Group: "weekday", Title: "Sign-ins by hour"},
	}}, []queries.Column{column("weekday", queries.Text), column("hour", queries.Integer), column("sign_ins", queries.Integer)},
		[]any{"Mon", int64(8), int64(100)}, []any{"Mon", int64(10), int64(20)}, []any{"Tue", int64(9), int64(1)}, []any{"Tue", int64(10), int64(0)})
	apps := result(queries.Report{Name: "top_apps", Title: "Applications", Group: "apps", Charts: []queries.Chart{
		{Type: "bar", X: "app", Y: []string{"sign_ins", "users"}, Title: "Applications"},
	}}, []queries.Column{column("app", queries.Text), column("sign_ins", queries.Integer), column("users", queries.Integer)},
		[]any{"Teams", int64(1200), int64(30)}, []any{nil, int64(4), nil})
	return document(weekly(
		queries.Chart{Type: "stacked", X: "week", Y: []string{"successes", "failures"}, Title: "By status"},
		queries.Chart{Type: "bar", X: "week", Y: []string{"successes"}, Title: "Successes"},
	), hours, apps)
}

// draw collects all rows of r into its i-th chart.
func draw(t *testing.T, r *queries.Result, i int) picture {
	t.Helper()
	c, err := newChart(r.Report.Charts[i], r.Columns)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows {
		if err != nil {
			t.Fatal(err)
		}
		c.add(row)
	}
	return c.picture()
}

// The lengths of the drawn bars are in the proportion of the numbers, and a
// stack is as high as its sum.
func TestBarsAreAsLongAsTheirNumbers(t *testing.T) {
	p := draw(t, weekly(queries.Chart{Type: "stacked", X: "week", Y: []string{"successes", "failures"}}), 0)
	height := map[string]float64{}
	for _, m := range p.Marks {
		height[m.Tip] = float64(m.H)
	}
	unit := height["2026-W53: 10 successes"] / 10
	for tip, n := range map[string]float64{
		"2026-W52: 3 successes": 3, "2026-W52: 1 failures": 1, "2027-W02: 6 successes": 6, "2027-W02: 2 failures": 2,
	} {
		if math.Abs(height[tip]-n*unit) > 0.01 {
			t.Errorf("%s is %v high, want %v", tip, height[tip], n*unit)
		}
	}
	if len(p.Marks) != 5 {
		t.Errorf("%d bars, want 5: nothing is drawn for 0", len(p.Marks))
	}
}

func TestTimeAxisKeepsItsGaps(t *testing.T) {
	for _, test := range []struct {
		reason string
		column string
		x      []string
		want   []string
	}{
		{"weeks over a long year's end", "week", []string{"2027-W02", "2026-W52"}, []string{"2026-W52", "2026-W53", "2027-W01", "2027-W02"}},
		{"weeks over a short year's end", "week", []string{"2025-W52", "2026-W01"}, []string{"2025-W52", "2026-W01"}},
		{"days over a leap day", "week", []string{"2024-02-28", "2024-03-01"}, []string{"2024-02-28", "2024-02-29", "2024-03-01"}},
		{"months", "week", []string{"2025-11", "2026-01"}, []string{"2025-11", "2025-12", "2026-01"}},
		{"hours", "hour", []string{"22", "20"}, []string{"20", "21", "22"}},
		{"codes that look like hours", "error_code", []string{"16", "7"}, nil},
		{"a week that 2025 has not", "week", []string{"2025-W53"}, nil},
		{"names", "week", []string{"Teams", "2026-W01"}, nil},
		{"one x twice is no axis of one bar each", "week", []string{"2026-W01", "2026-W01"}, nil},
		{"a wrong clock", "week", []string{"0001-01-01", "2026-01-01"}, nil},
	} {
		var points []point
		for _, x := range test.x {
			points = append(points, point{x: x})
		}
		if got := timeAxis(test.column, points); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.reason, got, test.want)
		}
	}
}

func TestTicksAreRoundAndReachTheTop(t *testing.T) {
	for _, top := range []float64{0, 1, 2, 3, 7, 10, 11, 99, 814, 1000, 1491, 1e6, 0.3, 12.5} {
		step, end := ticks(top)
		if end < top || step <= 0 || end/step > 7 {
			t.Errorf("ticks(%v) = %v, %v", top, step, end)
		}
		if digit := step / math.Pow(10, math.Floor(math.Log10(step)+1e-9)); !slices.Contains([]float64{1, 2, 5}, math.Round(digit*1e6)/1e6) {
			t.Errorf("ticks(%v): step %v is not round", top, step)
		}
	}
}

func TestChartSaysWhatItLeavesOut(t *testing.T) {
	columns := []queries.Column{column("app", queries.Text), column("n", queries.Integer), column("day", queries.Text)}
	bars := queries.Chart{Type: "bar", X: "app", Y: []string{"n"}}
	heat := queries.Chart{Type: "heat", X: "day", Y: []string{"n"}, Group: "app"}
	for _, test := range []struct {
		reason string
		chart  queries.Chart
		rows   int
		row    []any
		want   string
		drawn  bool
	}{
		{"more names than an eye takes in", bars, 30, []any{"Teams", int64(3), "x"}, "first 25 of 30 rows", true},
		{"more rows than a chart reads", bars, 5001, []any{"Teams", int64(3), "x"}, "first 25 of 5,001 rows", true},
		{"a length below nothing", bars, 1, []any{"Teams", int64(-3), "x"}, "Not drawn", false},
		{"two values for one field", heat, 2, []any{"Teams", int64(3), "2026-10-01"}, "Not drawn: more than one row", false},
		{"a bar of no length", bars, 1, []any{"Teams", int64(0), "x"}, "1 row without anything to draw", false},
		{"all is drawn", bars, 1, []any{"Teams", int64(3), "x"}, "", true},
	} {
		r := result(queries.Report{Charts: []queries.Chart{test.chart}}, columns)
		r.Rows = repeat(test.row, test.rows)
		p := draw(t, r, 0)
		if !strings.Contains(p.Note, test.want) || (test.want == "") != (p.Note == "") || (len(p.Marks) > 0) != test.drawn {
			t.Errorf("%s: %d marks and the note %q, want %q", test.reason, len(p.Marks), p.Note, test.want)
		}
	}
}

// A week that the export cuts is faint, and what has no week is told.
func TestColumnsAreFaintOrNowhere(t *testing.T) {
	r := result(queries.Report{Charts: []queries.Chart{{Type: "stacked", X: "week", Y: []string{"success"}, Faint: "is_cut"}}},
		[]queries.Column{column("week", queries.Text), column("success", queries.Integer), column("is_cut", queries.Boolean)},
		[]any{"2026-W40", int64(6), true},
		[]any{"2026-W41", int64(10), false},
		[]any{nil, int64(3), nil},
	)
	p := draw(t, r, 0)
	var classes []string
	for _, m := range p.Marks {
		classes = append(classes, m.Class)
	}
	if !slices.Equal(classes, []string{"ok faint", "ok"}) {
		t.Errorf("bars %q, want the first to be faint and the row without a week left out", classes)
	}
	if !slices.Equal(p.Legend, []legend{{"ok faint", "not a whole week"}}) {
		t.Errorf("legend %v, want it to tell what is faint", p.Legend)
	}
	if p.Note != "What has no week is not in the picture." {
		t.Errorf("note %q, want it to tell what is left out", p.Note)
	}
}

func TestChartOfAnUnknownColumnIsAnError(t *testing.T) {
	for _, c := range []queries.Chart{
		{Type: "bar", X: "nothing", Y: []string{"successes"}},
		{Type: "bar", X: "week", Y: []string{"nothing"}},
		{Type: "bar", X: "week", Y: []string{"week"}},
		{Type: "heat", X: "week", Y: []string{"successes"}, Group: "nothing"},
	} {
		if _, err := newChart(c, weekly().Columns); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
