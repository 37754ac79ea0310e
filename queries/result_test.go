package queries

import (
	"fmt"
	"testing"
)

func TestChoose(t *testing.T) {
	chart := Chart{Type: "bar", X: "name", Y: []string{"n"}}
	for _, test := range []struct {
		layout  Layout
		columns []string
		reason  string
		want    string
	}{
		{Table, []string{"n", "name"}, "another order, and the chart has what it needs", "table [n name] charts 1: [[1 a] [2 b]]"},
		{Table, []string{"name"}, "the chart lacks n", "table [name] charts 0: [[a] [b]]"},
		{Summary, []string{" N "}, "some columns of a summary are no summary", "table [n] charts 0: [[1] [2]]"},
		{Sessions, []string{"session_id"}, "by sessions still", "sessions [session_id] charts 0: [[s] [s]]"},
		{Sessions, []string{"n"}, "sessions by nothing", "table [n] charts 0: [[1] [2]]"},
		{Table, []string{"n", "nam"}, "no such column", "report r has no column nam (did you mean name or n?)"},
		{Table, []string{"zzzzzz"}, "nothing like it", "report r has no column zzzzzz; it has name, n, session_id"},
		{Table, []string{"n", "N"}, "twice", "column N is named twice"},
	} {
		r := &Result{
			Report:  Report{Name: "r", Layout: test.layout, Charts: []Chart{chart}},
			Columns: []Column{{Name: "name"}, {Name: "n", Kind: Integer}, {Name: "session_id"}},
			Rows:    eachOf([][]any{{"a", int64(1), "s"}, {"b", int64(2), "s"}}),
		}
		got := ""
		if err := r.Choose(test.columns); err != nil {
			got = err.Error()
		} else {
			var names []string
			for _, c := range r.Columns {
				names = append(names, c.Name)
			}
			var rows [][]any
			for row, err := range r.Rows {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
			}
			got = fmt.Sprintf("%s %v charts %d: %v", r.Report.Layout, names, len(r.Report.Charts), rows)
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.reason, got, test.want)
		}
	}
}
