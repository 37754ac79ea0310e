package render

import (
	"slices"
)

// pageBytes is how many bytes the tables of a page may take, about. With what is no table,
// a page of very large evidence stays below 15 MB, which a browser opens at once.
const pageBytes = 9 << 20

// leastRows is how many rows of a table stay, however long they are.
const leastRows = 100

// fitPage takes rows away from the end of the largest tables, until all of them are together
// as large as they may be: no table is cut that is smaller than one that is not. What is
// told of an incident, and rows that lead to an annex, stay whole.
func fitPage(sections []*section, limit int) {
	var tables []*section
	sizes := map[*section]int{}
	all := 0
	for _, s := range sections {
		size := 0
		for _, row := range s.Rows {
			size += row.size()
		}
		all += size
		if s.IsTable && len(s.Sessions) == 0 && !slices.ContainsFunc(s.Rows, bodyRow.leadsToAnnex) {
			tables, sizes[s] = append(tables, s), size
		}
	}
	slices.SortStableFunc(tables, func(a, b *section) int { return sizes[a] - sizes[b] })
	left := limit
	for _, size := range sizes {
		all -= size
	}
	left -= all // what is not cut
	for i, s := range tables {
		most := max(left, 0) / (len(tables) - i)
		if sizes[s] > most {
			s.cut(most)
		}
		left -= min(sizes[s], most)
	}
}

// cut leaves as many of the first rows as take that many bytes, but some.
func (s *section) cut(most int) {
	size := 0
	for i, row := range s.Rows {
		if size += row.size(); size > most && i >= leastRows {
			s.Rows = s.Rows[:i]
			s.countMore()
			return
		}
	}
}

// size is about how many bytes the row takes on the page.
func (r bodyRow) size() int {
	n := 60 + 2*len(r.Address)
	for _, c := range r.Cells {
		n += 14 + len(c.Text) + len(c.Class)
		if c.Short != "" {
			n += 60 + len(c.Short)
		}
	}
	return n
}

func (r bodyRow) leadsToAnnex() bool {
	return slices.ContainsFunc(r.Cells, func(c bodyCell) bool { return c.Raw != "" || c.Annex != "" })
}
