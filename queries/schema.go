package queries

import (
	"iter"

	"entrail/ingest"
)

// List is the table of all reports.
func List() *Result {
	var rows [][]any
	for _, r := range Reports() {
		rows = append(rows, []any{r.Name, r.Group, r.Title})
	}
	return fixed("list", "Reports", rows, "report", "group", "title")
}

// Schema is the table of everything a query can name: tables, views and their
// columns, with the meaning of each.
func Schema() *Result {
	var rows [][]any
	describe := func(t ingest.Table) {
		rows = append(rows, []any{t.Name, nil, nil, t.Comment})
		for _, c := range t.Columns {
			rows = append(rows, []any{t.Name, c.Name, c.Type, c.Comment})
		}
	}
	for _, t := range ingest.Tables() {
		describe(t)
	}
	for _, v := range views {
		describe(v.Table)
	}
	return fixed("schema", "Tables", rows, "table", "column", "type", "meaning")
}

// fixed is a Result of text that needs no case.
func fixed(name, title string, rows [][]any, columns ...string) *Result {
	r := &Result{Report: Report{Name: name, Title: title}}
	for _, c := range columns {
		r.Columns = append(r.Columns, Column{c, Text})
	}
	r.Rows = iter.Seq2[[]any, error](func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	})
	return r
}
