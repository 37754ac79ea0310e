package render

import (
	"strings"
	"testing"
)

func TestTablesFitThePage(t *testing.T) {
	table := func(rows, wide int) *section {
		s := &section{IsTable: true, all: rows}
		for range rows {
			s.Rows = append(s.Rows, bodyRow{Cells: []bodyCell{{Text: strings.Repeat("x", wide-74)}}}) // that many bytes with its tags
		}
		return s
	}
	annexed := table(400, 1000)
	annexed.Rows[399].Cells[0].Annex = "annex-ids-1"
	of := func(s *section) *section { s.IsTable = false; return s }
	inSessions := table(300, 1000)
	inSessions.Sessions = make([]sessionRows, 2)
	for _, test := range []struct {
		reason   string
		sections []*section
		want     []int
	}{
		{"all have room", []*section{table(1000, 300), table(200, 500)}, []int{1000, 200}},
		{"the small one stays whole, two large ones share what is left", []*section{table(1000, 1000), table(200, 500), table(500, 2000)}, []int{450, 200, 225}},
		{"what is told of an incident stays, and so does what leads to an annex", []*section{of(table(300, 1000)), annexed, table(1000, 1000)}, []int{300, 400, 300}},
		{"what is told of an incident has no room itself", []*section{of(table(1000, 1000)), of(table(1000, 3000)), table(1000, 1000)}, []int{450, 150, leastRows}},
		{"the rows of sessions stay, and take room from what is told of an incident", []*section{inSessions, of(table(1000, 1000)), table(1000, 1000)}, []int{300, 600, leastRows}},
		{"some rows stay of each", []*section{of(table(1000, 1000)), table(1000, 1000), table(50, 5000)}, []int{650, 175, 50}},
	} {
		fitPage(test.sections, 1_000_000)
		for i, s := range test.sections {
			if got := len(s.Rows); got != test.want[i] {
				t.Errorf("%s: table %d has %d rows, want %d", test.reason, i, got, test.want[i])
			}
			if isCut := len(s.Rows) < s.all; isCut != (s.More != "") {
				t.Errorf("%s: table %d has %d of %d rows, and says %q", test.reason, i, len(s.Rows), s.all, s.More)
			}
		}
	}
}
