package render

import (
	"strings"
	"testing"

	"entrail/queries"
)

// TestGrid: where the rows of a heat map are more than are shown, its figures
// stand for them, if they find room.
func TestGrid(t *testing.T) {
	charts := []queries.Chart{{Type: "heat", X: "hour", Y: []string{"sign_ins"}, Group: "weekday", Title: "Sign-ins by hour"}}
	columns := []queries.Column{column("weekday", queries.Text), column("hour", queries.Integer), column("sign_ins", queries.Integer), column("is_cut", queries.Boolean)}
	rows := [][]any{
		{"Wednesday", int64(8), int64(1200), false}, {"Wednesday", int64(9), int64(0), false}, {"Sunday\x1b[31m", int64(9), int64(7), false}, {nil, nil, int64(2), false},
	}
	const grid = `sign_ins by weekday and hour:
weekday               8       9  (none)
Wednesday          1200       ·
Sunday<ESC>[31m               7
(none)                                2
… the 4 rows of the table, with more columns: --limit 0 shows all
`
	const table = "weekday          hour  sign_ins  is_cut\n"
	weeks := []queries.Chart{{Type: "heat", X: "hour", Y: []string{"sign_ins"}, Group: "weekday", Faint: "is_cut"}}
	for _, test := range []struct {
		reason       string
		width, limit int
		charts       []queries.Chart
		rows         [][]any
		want         string
	}{
		{"more rows than the limit", 80, 2, charts, rows, grid},
		{"no limit: the table", 80, 0, charts, rows, table},
		{"all rows fit: the table", 80, 4, charts, rows, table},
		{"a narrow terminal: long names are cut", 34, 2, charts, rows, "Wednesday       1200      ·\nSunday<ESC>[…             7\n"},
		{"too narrow: the table", 26, 2, charts, rows, "weekday    hour  sign_ins"},
		{"no terminal: the table", 0, 2, charts, rows, "weekday    hour  sign_ins"},
		{"no heat map: the table", 80, 2, nil, rows, "weekday    hour  sign_ins"},
		{"what can't be compared has a star", 80, 2, weeks, [][]any{{"Mon", int64(8), int64(5), false}, {"Mon", int64(9), int64(6), true}, {"Tue", int64(8), int64(7), false}},
			"weekday   8  9*\nMon       5   6\nTue       7\n* is_cut\n"},
		{"two rows for one cell: the table", 80, 2, charts, append(rows[:3:3], rows[0]), "weekday    hour  sign_ins"},
	} {
		d := document(result(queries.Report{Name: "signin_hours", Title: "Hours", Group: "signins", Charts: test.charts}, columns, test.rows...))
		d.Width, d.Limit = test.width, test.limit
		var b strings.Builder
		if err := Text(&b, d); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), test.want) {
			t.Errorf("%s: got\n%s\nwant it to contain\n%s", test.reason, b.String(), test.want)
		}
	}
}
