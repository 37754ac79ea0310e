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
	columns := []queries.Column{column("weekday", queries.Text), column("hour", queries.Integer), column("sign_ins", queries.Integer)}
	rows := [][]any{
		{"Wednesday", int64(8), int64(1200)}, {"Wednesday", int64(9), int64(0)}, {"Sunday\x1b[31m", int64(9), int64(7)}, {nil, nil, int64(2)},
	}
	const grid = `sign_ins by weekday and hour:
weekday               8       9  (none)
Wednesday          1200       ·
Sunday<ESC>[31m               7
(none)                                2
… the 4 rows of the table, with more columns: --limit 0 shows all
`
	const table = "weekday          hour  sign_ins\n"
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
		{"too narrow: the table", 26, 2, charts, rows, "weekday    hour  sign_ins\n"},
		{"no terminal: the table", 0, 2, charts, rows, "weekday    hour  sign_ins\n"},
		{"no heat map: the table", 80, 2, nil, rows, "weekday    hour  sign_ins\n"},
		{"two rows for one cell: the table", 80, 2, charts, append(rows[:3:3], rows[0]), "weekday    hour  sign_ins\n"},
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
