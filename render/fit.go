package render

import (
	"slices"
)

// How many bytes of the page its tables, and the raw records in the annex, may take, about.
// With what is neither, a page of very large evidence stays below 15 MB, which a
// browser opens at once.
const (
	tableBytes = 8 << 20
	annexBytes = 4 << 20
)

// leastRows is how many rows of a table stay, however long they are.
const leastRows = 100

// fitPage takes rows away from the end of the largest tables, until all of them are together
// as large as they may be: no table is cut that is smaller than one that is not. What is
// told of an incident stays whole, as long as it has room itself.
func fitPage(sections []*section, limit int) {
	var telling, tables []*section
	for _, s := range sections {
		switch {
		case len(s.Rows) == 0:
		case s.IsTable && len(s.Sessions) == 0 && !slices.ContainsFunc(s.Rows, bodyRow.leadsToAnnex):
			tables = append(tables, s)
		default:
			telling = append(telling, s)
		}
	}
	limit -= share(telling, limit)
	share(tables, limit)
}

// share gives the tables so many bytes, the smaller ones all that they take, and
// returns how many are taken.
func share(tables []*section, limit int) int {
	sizes := make([]int, len(tables))
	for i, s := range tables {
		for _, row := range s.Rows {
			sizes[i] += row.size()
		}
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
	if len(s.Sessions) > 0 { // whose rows are in sections, and few
		return
	}
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
		if c.Short != "" {
			n += 60 + len(c.Short)
		}
	}
	return n
}

func (r bodyRow) leadsToAnnex() bool {
	return slices.ContainsFunc(r.Cells, func(c bodyCell) bool { return c.Raw != "" || c.Annex != "" })
}
