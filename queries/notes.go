package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"entrail/ingest/pseudonym"
	"entrail/ingest/schema"
)

// notesOn returns the sentences that the reader of a report with these
// references must see with it; isLoaded is false where nothing that the report
// needs is in evidence.
func (c *Case) notesOn(ctx context.Context, r Report, refs []reference, how applied) (notes []string, isLoaded bool, err error) {
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
		var empty []string
		for _, name := range r.Needs {
			if loaded[name] == 0 {
				empty = append(empty, name)
			}
		}
		it := "it"
		if len(empty) > 1 {
			it = "them"
		}
		// The sentences of a story say themselves what is not loaded.
		if len(empty) > 0 && r.Layout != Story && r.Layout != Totals {
			notes = append(notes, fmt.Sprintf("Nothing is loaded into %s: no file given fills %s. The report is filled by %s.", strings.Join(empty, ", "), it, strings.TrimSuffix(r.FilledBy, ".")))
		}
	}
	if c.part != "" && judgesOnAll(refs) {
		notes = append(notes, "Only a part of the evidence was read: "+c.part+". What is judged on the whole tenant, such as what is first, new, usual, shared, own or missing, was judged on this part.")
	}
	if r.PortalDays > 0 && inView > 0 {
		period, err := c.portalPeriod(ctx, r)
		if err != nil {
			return nil, false, err
		}
		notes = append(notes, period...)
	}
	read := tablesRead(refs)
	named := slices.ContainsFunc(refs, func(ref reference) bool { return ref.evidence || isNeverFiltered(ref.name) })
	if !c.filters.filter.isZero() && !how.isNarrowed() && len(read) == 0 && named {
		return append(notes, "The filters do not apply here: all evidence is shown."), true, nil
	}
	onFilters, err := c.notesOnFilters(ctx, read, how)
	if err != nil {
		return nil, false, err
	}
	return append(notes, onFilters...), true, nil
}

// judgesOnAll tells that a question with these references judges something on all
// evidence, whatever is shown.
func judgesOnAll(refs []reference) bool {
	return slices.ContainsFunc(refs, func(ref reference) bool {
		v, _ := lookupRelation(ref.name)
		var below []reference
		for _, name := range v.names {
			below = append(below, reference{name: name})
		}
		return ref.evidence || isTableOfRules(ref.name) || strings.Contains(v.SQL, "evidence.") || judgesOnAll(below)
	})
}

// readPart reads what was left out of the evidence when it was read, and whether its names
// are pseudonyms.
func (c *Case) readPart(ctx context.Context) error {
	rows, err := c.all(ctx, "select string_agg(distinct value, '; ' order by value) from evidence.meta where key = 'part'")
	if err != nil {
		return err
	}
	c.part, _ = rows[0][0].(string)
	rows, err = c.all(ctx, "select count(*) > 0 from evidence.meta where key = '"+pseudonym.MetaKey+"'")
	if err != nil {
		return err
	}
	c.isCopy = rows[0][0] == true
	return nil
}

// Part says in a sentence that only a part of the evidence was read, and which; "" = all.
func (c *Case) Part() string {
	if c.part == "" {
		return ""
	}
	return "Only a part of the evidence was read: " + c.part
}

// portalPeriod says which time a report covers, where it is not the one that the portal
// shows.
func (c *Case) portalPeriod(ctx context.Context, r Report) ([]string, error) {
	rows, err := c.all(ctx, "select min(event_time), max(event_time), local_time(max(event_time))::date - local_time(min(event_time))::date + 1 from "+r.Needs[0])
	if err != nil {
		return nil, err
	}
	first, isTime := rows[0][0].(time.Time)
	if !isTime || c.filters.filter.Since.IsBack() {
		return nil, nil
	}
	last, days := rows[0][1].(time.Time), rows[0][2].(int64)
	const minutes = "2006-01-02 15:04"
	counted := "1 day"
	if days != 1 {
		counted = fmt.Sprintf("%d days", days)
	}
	return []string{fmt.Sprintf("This is of %s, from %s to %s; the portal shows the last %d days: --since %[4]dd.",
		counted, first.In(c.zone).Format(minutes), last.In(c.zone).Format(minutes), r.PortalDays)}, nil
}

// notesOnFilters says what the filters of the run do to a question, where that is not
// plain, with the tables that it reads.
func (c *Case) notesOnFilters(ctx context.Context, read []string, how applied) ([]string, error) {
	notes, err := c.filters.notesOnTables(ctx, how)
	if err != nil {
		return nil, err
	}
	if slices.Contains(read, "sessions") && slices.Contains(how.actions, onTables) {
		events := "all its events"
		if c.part != "" {
			events = "all its events in what was read"
		}
		notes = append(notes, "A session that the filters let through is shown with "+events+".")
	}
	for _, table := range read {
		switch n := c.filters.timeless[table]; {
		case n == 1:
			notes = append(notes, "1 row of "+table+" has no time: --since and --until leave it out.")
		case n > 1:
			notes = append(notes, fmt.Sprintf("%d rows of %s have no time: --since and --until leave them out.", n, table))
		}
	}
	return notes, nil
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
			for _, t := range schema.Logs() {
				tables = append(tables, t.Name)
			}
		}
		if isOfFindings(ref.name) {
			tables = append(tables, tablesOfRules()...)
		}
		if p, ok := parents[ref.name]; ok {
			tables = append(tables, p.table)
		}
	}
	var known []string
	for _, t := range schema.Tables() { // in their order, each once
		if slices.Contains(tables, t.Name) {
			known = append(known, t.Name)
		}
	}
	if slices.ContainsFunc(tables, isSessionView) {
		known = append(known, "sessions")
	}
	return known
}

var wordPattern = regexp.MustCompile(`[a-z_]+`)

// reference is a table or view as a query names it.
type reference struct {
	name     string
	evidence bool // named as evidence.NAME
}

// references lists what stands in the FROM clauses of a SELECT, names of
// common table expressions included, and what a table function or SUMMARIZE may be
// asked about: every word of its own.
func (c *Case) references(ctx context.Context, text string) ([]reference, error) {
	var refs []reference
	err := c.eachNode(ctx, text, func(node map[string]any) {
		switch node["type"] {
		case "BASE_TABLE":
			name, _ := node["table_name"].(string)
			refs = append(refs, reference{strings.ToLower(name), node["schema_name"] == "evidence" || node["catalog_name"] == "evidence"})
		case "TABLE_FUNCTION", "SHOW_REF":
			text, _ := json.Marshal(node) // it was read from JSON
			for _, word := range wordPattern.FindAllString(strings.ToLower(string(text)), -1) {
				if _, ok := lookupView(word); ok {
					refs = append(refs, reference{word, false})
				}
			}
		}
	})
	return refs, err
}

// checkNames refuses a question that names anything in the case file but its
// tables: a view or macro there may be anybody's. The run has all of ours under
// their bare names.
func (c *Case) checkNames(ctx context.Context, text string) error {
	var refused error
	err := c.eachNode(ctx, text, func(node map[string]any) {
		word := func(key string) string { s, _ := node[key].(string); return strings.ToLower(s) }
		catalog, folder, name := word("catalog_name"), word("schema_name"), word("table_name")
		isTable := node["type"] == "BASE_TABLE"
		if function := word("function_name"); function != "" {
			catalog, folder, name = word("catalog"), word("schema"), function+"()"
		} else if !isTable {
			return
		}
		if catalog != "evidence" && folder != "evidence" {
			return
		}
		_, isTableOfOurs := schema.Lookup(name)
		_, isView := lookupView(name)
		full := strings.Trim(catalog+"."+folder, ".") + "." + name
		switch {
		case isTableOfOurs && (catalog != "evidence" || folder == "" || folder == "main"):
		case isView:
			refused = fmt.Errorf("%s is no table of the evidence; the view is asked for as %s", full, name)
		default:
			refused = fmt.Errorf("%s is no table of the evidence, and nothing else in a case file is asked; --schema lists what there is", full)
		}
	})
	if err != nil {
		return err
	}
	return refused
}

// notesOnWords says which columns that a query seems to ask for are words of
// DuckDB's for its own user, who is duckdb in every row.
func (c *Case) notesOnWords(ctx context.Context, text string) ([]string, error) {
	var asked []string
	named := map[string]bool{} // by the query itself
	err := c.eachNode(ctx, text, func(node map[string]any) {
		if alias, _ := node["alias"].(string); alias != "" {
			named[strings.ToLower(alias)] = true
		}
		names, _ := node["column_names"].([]any)
		if node["type"] != "COLUMN_REF" || len(names) != 1 {
			return
		}
		word, _ := names[0].(string)
		word = strings.ToLower(word)
		if slices.Contains([]string{"user", "current_user", "session_user"}, word) && !slices.Contains(asked, word) {
			asked = append(asked, word)
		}
	})
	if err != nil {
		return nil, err
	}
	var notes []string
	slices.Sort(asked)
	for _, word := range asked {
		if !named[word] {
			notes = append(notes, word+" is DuckDB's own word for who runs the query, duckdb in every row; of the records, the column is user_principal_name or, in audit_events, user_id.")
		}
	}
	return notes, nil
}

// eachNode visits the parts of a SELECT.
func (c *Case) eachNode(ctx context.Context, text string, visit func(node map[string]any)) error {
	rows, err := c.engine.Query(ctx, "select json_serialize_sql($1::varchar)::varchar", text)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tree any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		serialized, _ := values[0].(string)
		if err := json.Unmarshal([]byte(serialized), &tree); err != nil {
			return fmt.Errorf("read the query's parts: %w", err)
		}
	}
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, n := range node {
				walk(n)
			}
		case map[string]any:
			visit(node)
			for _, n := range node {
				walk(n)
			}
		}
	}
	walk(tree)
	return rows.Err()
}
