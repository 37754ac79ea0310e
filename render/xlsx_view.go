package render

import (
	"fmt"
	"slices"
	"time"

	"entrail/queries"
)

// What a reader has in view of a sheet: which columns stay there, how wide they are, and at
// which row the sheet opens.

// Widths in characters, of which a window of 1,400 pixels has some 190.
const (
	columnWide = 40 // of a column, at most
	proseLeast = 60 // of a column of sentences that are longer
	proseMost  = 90
	proseLoss  = 10 // where words break
	proseLines = 2  // that the longest of them shall take
	frozenWide = 76 // of the columns that stay in view, at most
)

// sheetOrder is in which order a sheet has the columns: those that a row is known by, those
// that matter most and have a value, then the others; keys of them stay in view. Where the
// order is a user's own, or that of the well-known script, it stays.
func sheetOrder(r *queries.Result, sample [][]any, isScript bool) (order []int, keys int) {
	known := r.KnownBy()
	var first []string
	if r.Own || r.IsChosen || isScript {
		for keys = 1; keys < len(known) && slices.Contains(known, keys); {
			keys++
		}
	} else {
		keys = len(known)
		for _, i := range known {
			first = append(first, r.Columns[i].Name)
		}
		for _, name := range r.Report.OnTerminal {
			i := slices.IndexFunc(r.Columns, func(c queries.Column) bool { return c.Name == name })
			hasValue := func(row []any) bool { return i >= 0 && row[i] != nil }
			if !slices.Contains(first, name) && slices.ContainsFunc(sample, hasValue) {
				first = append(first, name)
			}
		}
	}
	return inReadingOrder(r.Columns, first), max(1, min(keys, len(r.Columns)-1))
}

// inOrder are the values of a row in that order.
func inOrder[T any](order []int, all []T) []T {
	moved := make([]T, len(order))
	for to, from := range order {
		moved[to] = all[from]
	}
	return moved
}

// isWrapped says that a column's texts go on in further lines: a path's end, which tells
// most, would be out of sight.
func isWrapped(c queries.Column) bool {
	return c.Style == queries.Sentences || c.Style == queries.Path
}

// columnWidths are the widths, in characters, that the header with its filter button and the
// first rows need. Those that stay in view leave the others most of a window.
func columnWidths(r *queries.Result, sample [][]any, frozen int) []float64 {
	widths := make([]float64, len(r.Columns))
	for i, h := range headings(r) {
		longest := 0
		for _, row := range sample {
			longest = max(longest, cells.StringWidth(visible(text(row[i])))+3)
		}
		most := columnWide
		if isWrapped(r.Columns[i]) {
			most = min(max(proseLeast, longest/proseLines+proseLoss), proseMost)
		}
		widths[i] = float64(min(max(cells.StringWidth(h)+5, longest), most))
	}
	for i := range frozen {
		others := 0.0
		for k, w := range widths[:frozen] {
			if k != i {
				others += w
			}
		}
		if r.Columns[i].Kind != queries.Time {
			widths[i] = min(widths[i], max(frozenWide-others, frozenWide/float64(frozen)))
		}
	}
	return widths
}

// openAt has a sheet in order of time, one whose first column it is, open where the gravest
// incident begins: at that row, once it comes.
func (s *sheet) openAt(row []any) {
	at, isTime := row[0].(time.Time)
	if !isTime || s.d.Begins.IsZero() || at.Before(s.newest) {
		s.isUnordered = true
	}
	if s.newest = at; s.info.opens == 0 && !at.Before(s.d.Begins) {
		s.info.opens = s.row
	}
	if s.isUnordered {
		s.info.opens = 0
	}
}

// opens are the rows that sheets open at, by the member of the file that each is: it stands
// before the rows, and is known after them.
func (b *workbook) opens() map[string]int {
	rows := map[string]int{}
	for id, name := range b.file.GetSheetMap() {
		i := slices.IndexFunc(b.sheets, func(s *sheetInfo) bool { return s.name == name })
		if i >= 0 && b.sheets[i].opens > 0 {
			rows[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = b.sheets[i].opens
		}
	}
	return rows
}
