package queries

import (
	"fmt"
	"iter"
	"strings"

	"entrail/ingest/schema"
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
	describe := func(t schema.Table) {
		rows = append(rows, []any{t.Name, nil, nil, t.Comment})
		for _, c := range t.Columns {
			rows = append(rows, []any{t.Name, c.Name, c.Type, c.Comment})
		}
	}
	for _, t := range schema.Tables() {
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

// ShowSQL is the report's SQL as it can be pasted into any DuckDB shell.
func ShowSQL(r Report) string {
	return fmt.Sprintf(`-- In a DuckDB shell, beside a case kept with --db:
--     attach 'case.duckdb' as evidence (read_only);
--     use evidence;
%s;
`, strings.TrimRight(r.SQL, "; \n"))
}
