package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/pseudonym"
	"entrail/ingest/schema"
)

// fewLogs is of how many logs that are missing a note says how to get them.
const fewLogs = 3

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
				table, _ := schema.Lookup(name)
				empty = append(empty, cmp.Or(table.Log, table.Snapshot, name))
			}
		}
		// The sentences of a story say themselves what is not loaded.
		if len(empty) > 0 && r.Layout != Story && r.Layout != Totals {
			note := "Not among the files, and so not looked at here: " + strings.Join(empty, ", ") + "."
			if len(empty) <= fewLogs {
				note += " The report is filled by " + strings.TrimSuffix(r.FilledBy, ".") + "."
			}
			notes = append(notes, note)
		}
	}
	if note := c.noteOnPart(refs); note != "" {
		notes = append(notes, note)
	}
	if r.PortalDays > 0 && inView > 0 {
		period, err := c.portalPeriod(ctx, r)
		if err != nil {
			return nil, false, err
		}
		notes = append(notes, period...)
	}
	read := tablesRead(refs)
	named := slices.ContainsFunc(refs, func(ref reference) bool {
		return ref.evidence || isNeverFiltered(ref.name) || isTableOfRules(ref.name)
	})
	if !c.filters.filter.isZero() && !how.isNarrowed() && len(read) == 0 && named {
		return append(notes, "The filters do not apply here: all evidence is shown."), true, nil
	}
	onFilters, err := c.notesOnFilters(ctx, read, how)
	if err != nil {
		return nil, false, err
	}
	return append(notes, onFilters...), true, nil
}

// ofRules is what the rules compare all accounts for.
const ofRules = "what findings compare accounts, addresses and days for, such as sprays"

// noteOnPart says what a question with these references judges by a part of the tenant,
// where a part was read; "" = nothing.
func (c *Case) noteOnPart(refs []reference) string {
	if c.part == "" {
		return ""
	}
	var byReductions, byPart []string
	for _, j := range judgedBy(refs) {
		if c.reductions[j.reducedBy] {
			byReductions = append(byReductions, j.what)
		} else {
			byPart = append(byPart, j.what)
		}
	}
	switch {
	case len(byPart) == 0:
		return ""
	case len(byReductions) == 0:
		return c.Part() + ". What is judged on the whole tenant, such as what is first, new, usual, shared, own or missing, was judged on this part."
	}
	return c.Part() + ". Judged on the whole tenant, by its reductions: " + strings.Join(byReductions, ", ") +
		". Judged on this part: " + strings.Join(byPart, ", ") + "."
}

// judgement is something that a question says of the whole tenant.
type judgement struct{ what, reducedBy string }

// judgedBy lists what a question with these references judges on all evidence, whatever is
// shown, each once.
func judgedBy(refs []reference) []judgement {
	var all []judgement
	add := func(j judgement) {
		if !slices.Contains(all, j) {
			all = append(all, j)
		}
	}
	seen := map[string]bool{}
	var walk func(ref reference)
	walk = func(ref reference) {
		if ref.evidence {
			add(judgement{what: "what all rows of " + ref.name + " are read for"})
			return
		}
		if seen[ref.name] {
			return
		}
		seen[ref.name] = true
		if slices.Contains(ruleTables, ref.name) || slices.Contains(hitTables, ref.name) {
			for _, v := range views {
				if v.reducedBy != "" {
					add(judgement{v.judges, v.reducedBy})
				}
			}
			add(judgement{what: ofRules})
			return
		}
		v, _ := lookupRelation(ref.name)
		if v.reducedBy != "" {
			add(judgement{v.judges, v.reducedBy})
			return
		}
		if strings.Contains(v.SQL, "evidence.") {
			add(judgement{what: "what the view " + v.Name + " has of all evidence"})
		}
		for _, name := range v.names {
			walk(reference{name: name})
		}
	}
	for _, ref := range refs {
		walk(ref)
	}
	return all
}

// readPart reads what was left out of the evidence when it was read, of what it has
// reductions, and whether its names are pseudonyms.
func (c *Case) readPart(ctx context.Context) error {
	rows, err := c.all(ctx, "select string_agg(distinct value, '; ' order by value) from evidence.meta where key = 'part'")
	if err != nil {
		return err
	}
	c.part, _ = rows[0][0].(string)
	if rows, err = c.all(ctx, "select distinct reduction from evidence.reductions where reduction is not null"); err != nil {
		return err
	}
	c.reductions = map[string]bool{}
	for _, row := range rows {
		c.reductions[row[0].(string)] = true
	}
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
