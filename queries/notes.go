package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest"
)

// notesOn returns the sentences that the reader of a report must see with it.
func (c *Case) notesOn(ctx context.Context, r Report) ([]string, error) {
	var notes []string
	read, err := c.tablesRead(ctx, r.SQL)
	if err != nil {
		return nil, err
	}
	loaded, shown := map[string]int64{}, map[string]int64{}
	var inEvidence, inView int64
	for _, name := range r.Needs {
		if loaded[name], err = c.count(ctx, "evidence."+name); err != nil {
			return nil, err
		}
		if shown[name], err = c.count(ctx, name); err != nil {
			return nil, err
		}
		inEvidence += loaded[name]
		inView += shown[name]
	}
	switch {
	case len(r.Needs) == 0:
	case inEvidence == 0:
		return []string{"Not loaded, which is not the same as nothing found. This report needs " + strings.TrimSuffix(r.FilledBy, ".") + "."}, nil
	case inView == 0:
		notes = append(notes, fmt.Sprintf("The filters exclude all %d records that this report could be about.", inEvidence))
	default:
		for _, name := range r.Needs {
			if loaded[name] == 0 {
				notes = append(notes, fmt.Sprintf("Nothing is loaded into %s: no file given fills it.", name))
			}
		}
	}
	return append(notes, c.notesOnFilters(read)...), nil
}

// notesOnFilters says which of the tables read are shown whole, or in part,
// although the run has filters.
func (c *Case) notesOnFilters(read []string) []string {
	var notes []string
	whole := map[string][]string{} // flag -> tables
	var flags []string
	for _, table := range read {
		for _, flag := range c.wholeFor[table] {
			if !slices.Contains(flags, flag) {
				flags = append(flags, flag)
			}
			whole[flag] = append(whole[flag], table)
		}
	}
	for _, flag := range flags {
		notes = append(notes, fmt.Sprintf("%s does not apply to %s, which has no such column: shown whole.", flag, strings.Join(whole[flag], ", ")))
	}
	for _, table := range read {
		if n := c.timeless[table]; n > 0 {
			notes = append(notes, fmt.Sprintf("%d rows of %s have no time: --since and --until leave them out.", n, table))
		}
	}
	return notes
}

// count counts the rows of a table once.
func (c *Case) count(ctx context.Context, table string) (int64, error) {
	if n, ok := c.counts[table]; ok {
		return n, nil
	}
	rows, err := c.all(ctx, "select count(*) from "+table)
	if err != nil {
		return 0, err
	}
	c.counts[table] = rows[0][0].(int64)
	return c.counts[table], nil
}

// tablesRead names the filtered tables that a SELECT reads, those behind the
// views included and those named as evidence.TABLE not.
func (c *Case) tablesRead(ctx context.Context, text string) ([]string, error) {
	refs, err := c.references(ctx, text)
	if err != nil {
		return nil, err
	}
	var tables []string
	for _, ref := range refs {
		tables = append(tables, ref.name)
		if ref.evidence {
			tables = tables[:len(tables)-1]
		}
	}
	if slices.Contains(tables, "events") {
		for _, t := range eventTables() {
			tables = append(tables, t.Name)
		}
	}
	if slices.Contains(tables, "sessions") {
		tables = append(tables, "sign_ins", "audit_events")
	}
	for _, table := range tables {
		if p, ok := parents[table]; ok {
			tables = append(tables, p.table)
		}
	}
	known := []string{}
	for _, t := range ingest.Tables() { // in the order of tables.sql, each once
		if slices.Contains(tables, t.Name) {
			known = append(known, t.Name)
		}
	}
	return known, nil
}

// reference is a table or view as a query names it.
type reference struct {
	name     string
	evidence bool // named as evidence.NAME
}

// references lists what stands in the FROM clauses of a SELECT, names of
// common table expressions included.
func (c *Case) references(ctx context.Context, text string) ([]reference, error) {
	rows, err := c.engine.Query(ctx, "select json_serialize_sql($1::varchar)::varchar", text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tree any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		serialized, _ := values[0].(string)
		if err := json.Unmarshal([]byte(serialized), &tree); err != nil {
			return nil, fmt.Errorf("read the query's parts: %w", err)
		}
	}
	var refs []reference
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, n := range node {
				walk(n)
			}
		case map[string]any:
			if node["type"] == "BASE_TABLE" {
				name, _ := node["table_name"].(string)
				refs = append(refs, reference{strings.ToLower(name), node["schema_name"] == "evidence" || node["catalog_name"] == "evidence"})
			}
			for _, n := range node {
				walk(n)
			}
		}
	}
	walk(tree)
	return refs, rows.Err()
}
