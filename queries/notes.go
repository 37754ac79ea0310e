package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest"
)

// notesOn returns the sentences that the reader of a report with these
// references must see with it; isLoaded is false where nothing that the report
// needs is in evidence.
func (c *Case) notesOn(ctx context.Context, r Report, refs []reference) (notes []string, isLoaded bool, err error) {
	loaded, shown := map[string]int64{}, map[string]int64{}
	var inEvidence, inView int64
	for _, name := range r.Needs {
		if loaded[name], err = c.count(ctx, "evidence."+name); err != nil {
			return nil, false, err
		}
		if shown[name], err = c.count(ctx, name); err != nil {
			return nil, false, err
		}
		inEvidence += loaded[name]
		inView += shown[name]
	}
	switch {
	case len(r.Needs) == 0:
	case inEvidence == 0:
		return []string{"Not loaded, which is not the same as nothing found. This report needs " + strings.TrimSuffix(r.FilledBy, ".") + "."}, false, nil
	case inView == 0:
		notes = append(notes, fmt.Sprintf("The filters exclude all %d records that this report could be about.", inEvidence))
	default:
		for _, name := range r.Needs {
			if loaded[name] == 0 {
				notes = append(notes, fmt.Sprintf("Nothing is loaded into %s: no file given fills it.", name))
			}
		}
	}
	read := tablesRead(refs)
	named := slices.ContainsFunc(refs, func(ref reference) bool { return ref.evidence })
	if !c.filter.isZero() && len(read) == 0 && named {
		return append(notes, "The filters do not apply here: all evidence is shown."), true, nil
	}
	return append(notes, c.notesOnFilters(read)...), true, nil
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
	if slices.Contains(read, "sessions") && !c.filter.isZero() {
		notes = append(notes, "A session that the filters let through is shown with all its events.")
	}
	for _, table := range read {
		switch n := c.timeless[table]; {
		case n == 1:
			notes = append(notes, "1 row of "+table+" has no time: --since and --until leave it out.")
		case n > 1:
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

// tablesRead names the filtered tables that a query with these references
// reads, those behind the views included and those named as evidence.TABLE not.
func tablesRead(refs []reference) []string {
	var tables []string
	for _, ref := range refs {
		if ref.evidence {
			continue
		}
		tables = append(tables, ref.name)
		if ref.name == "events" {
			for _, t := range eventTables() {
				tables = append(tables, t.Name)
			}
		}
		if p, ok := parents[ref.name]; ok {
			tables = append(tables, p.table)
		}
	}
	var known []string
	for _, t := range ingest.Tables() { // in the order of tables.sql, each once
		if slices.Contains(tables, t.Name) {
			known = append(known, t.Name)
		}
	}
	if slices.Contains(tables, "sessions") {
		known = append(known, "sessions")
	}
	return known
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
