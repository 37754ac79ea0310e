package queries

import (
	"slices"
	"strings"

	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// List is the table of all reports, of the findings that are looked for, and of the queries
// for other engines.
func List(own ...rules.Rule) *Result {
	var rows [][]any
	for _, r := range Reports() {
		rows = append(rows, []any{r.Name, r.Group, r.Title})
	}
	for _, r := range Comparisons {
		rows = append(rows, []any{r.Name, "two exports (--compare)", r.Title})
	}
	for _, r := range slices.Concat(rules.All(), own) {
		rows = append(rows, []any{r.Name, "finding, " + strings.ReplaceAll(r.Tactic, "_", " "), r.Title})
	}
	for _, p := range portables {
		rows = append(rows, []any{p.Name, "portable SQL (--show-sql)", p.Title})
	}
	return fixed(Report{Name: "list", Title: "Reports"}, rows, "report", "group", "title")
}

// Formats is the table of the exports that are read: how files calls each, what
// it is called, which log it is of, and where it comes from.
func Formats(rows [][]any) *Result {
	return fixed(Report{Name: "formats", Title: "Formats"}, rows, "log", "format", "title", "description")
}

// Schema is the table of everything a query can name: tables, views and their
// columns, and the macros of the model, with the meaning of each.
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
	for _, m := range macros {
		if call, _, isNamed := strings.Cut(m.SQL, " as "); isNamed && m.isOfModel {
			rows = append(rows, []any{call, nil, "macro", m.Comment})
		}
	}
	return fixed(Report{Name: "schema", Title: "Tables", Styles: map[string]Style{"meaning": Sentences}}, rows, "table", "column", "type", "meaning")
}

// fixed is a Result of text that needs no engine: a Table, if r does not say
// otherwise.
func fixed(r Report, rows [][]any, columns ...string) *Result {
	if r.Layout == "" {
		r.Layout = Table
	}
	result := &Result{Report: r, Rows: eachOf(rows)}
	for _, c := range columns {
		result.Columns = append(result.Columns, Column{c, Text, r.Styles[c]})
	}
	return result
}

// fields is a Result of the layout Record: name, value, what the value means,
// and perhaps what the field is.
func fields(name, title string, rows [][]any, columns ...string) *Result {
	return fixed(Report{Name: name, Title: title, Layout: Record, Styles: map[string]Style{"meaning": Sentences}}, rows,
		append(slices.Clone(layoutColumns[Record]), columns...)...)
}
