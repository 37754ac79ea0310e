package render

import (
	"slices"
)

// How many bytes of the page its tables and the raw records in the annex may take together,
// about, and how many of these the records alone. With what is neither, a page of very large
// evidence stays below 15 MB, which a browser opens at once.
const (
	pageBytes  = 12 << 20
	annexBytes = 4 << 20
)

// leastRows is how many rows of a table stay, however long they are.
const leastRows = 100

// fitPage takes rows away from the end of the largest tables, until all of them are together
// as large as they may be: no table is cut that is smaller than one that is not. What is
// told of an incident stays whole, as long as it has room itself beside what can't be cut.
func fitPage(sections []*section, limit int) {
	var telling, tables []*section
	least := 0 // bytes of the rows that stay of the tables
	for _, s := range sections {
		switch {
		case len(s.Rows) == 0:
		case len(s.Sessions) > 0:
			limit -= s.size(len(s.Rows))
		case s.IsTable && !slices.ContainsFunc(s.Rows, bodyRow.leadsToAnnex):
			tables = append(tables, s)
			least += s.size(leastRows)
		default:
			telling = append(telling, s)
		}
	}
	limit -= share(telling, limit-least)
	share(tables, limit)
}

// size is about how many bytes the first n rows take on the page.
func (s *section) size(n int) int {
	size := 0
	for _, row := range s.Rows[:min(n, len(s.Rows))] {
		size += row.size()
	}
	return size
}

// share gives the tables so many bytes, the smaller ones all that they take, and
// returns how many are taken.
func share(tables []*section, limit int) int {
	sizes := make([]int, len(tables))
	for i, s := range tables {
		sizes[i] = s.size(len(s.Rows))
	}
	taken := 0
	for i, most := range shares(sizes, nil, limit) {
		if sizes[i] > most {
			tables[i].cut(most)
		}
		taken += min(sizes[i], most)
	}
	return taken
}

// shares parts a limit among what has these sizes, by weight: what needs less than its part
// gets all that it takes. No weights = each counts as much.
func shares(sizes, weights []int, limit int) []int {
	if weights == nil {
		weights = slices.Repeat([]int{1}, len(sizes))
	}
	order := make([]int, len(sizes))
	all := 0
	for i, weight := range weights {
		order[i] = i
		all += weight
	}
	slices.SortStableFunc(order, func(a, b int) int { return sizes[a]*weights[b] - sizes[b]*weights[a] })
	parts := make([]int, len(sizes))
	for _, i := range order {
		parts[i] = min(sizes[i], max(limit, 0)*weights[i]/all)
		limit -= parts[i]
		all -= weights[i]
	}
	return parts
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

// cutLinks takes away the links that lead from an annex to rows that are not there.
func (p *htmlPage) cutLinks(sections []*section) {
	there := map[string]bool{}
	for _, s := range sections {
		for _, row := range s.Rows {
			if row.leadsToAnnex() {
				there[row.Address] = true
			}
		}
	}
	for _, a := range []*annex{&p.ids, &p.records} {
		for _, sheet := range a.Sheets {
			for i := range sheet.Entries {
				if e := &sheet.Entries[i]; !there[e.Row] {
					e.Row = ""
				}
			}
		}
	}
}

// size is about how many bytes the row takes on the page.
func (r bodyRow) size() int {
	n := 60 + 2*len(r.Address)
	for _, c := range r.Cells {
		n += 14 + len(c.Text) + len(c.Class)
		switch {
		case c.Raw != "":
			n += 40
		case c.Rank != "":
			n += 28
		case c.Short != "":
			n += 60 + len(c.Short)
		}
	}
	return n
}

func (r bodyRow) leadsToAnnex() bool {
	return slices.ContainsFunc(r.Cells, func(c bodyCell) bool { return c.Raw != "" || c.Annex != "" })
}
