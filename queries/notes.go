package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/schema"
)

// fewLogs is of how many logs that are missing a note says how to get them.
const fewLogs = 3

// notes are the sentences that the reader of the answer must see with it; isLoaded is
// false where nothing that the question needs is in evidence.
func (a *asking) notes(ctx context.Context) (notes []string, isLoaded bool, err error) {
	r := a.report
	loaded, shown := map[string]int64{}, map[string]int64{}
	var inEvidence, inView int64
	for _, name := range r.Needs {
		if loaded[name], err = a.c.filters.count(ctx, "evidence."+name); err != nil {
			return nil, false, err
		}
		if shown[name], err = a.c.filters.count(ctx, name); err != nil {
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
	if note := a.c.extent.noteOn(a.refs); note != "" {
		notes = append(notes, note)
	}
	if r.PortalDays > 0 && inView > 0 {
		period, err := a.portalPeriod(ctx)
		if err != nil {
			return nil, false, err
		}
		notes = append(notes, period...)
	}
	read := tablesRead(a.refs)
	named := slices.ContainsFunc(a.refs, func(ref reference) bool {
		return ref.evidence || isNeverFiltered(ref.name) || isTableOfRules(ref.name)
	})
	if !a.c.filters.filter.isZero() && !a.how.isNarrowed() && len(read) == 0 && named {
		return append(notes, "The filters do not apply here: all evidence is shown."), true, nil
	}
	onFilters, err := a.notesOnFilters(ctx, read)
	if err != nil {
		return nil, false, err
	}
	return append(notes, onFilters...), true, nil
}

// portalPeriod says which time a report covers, where it is not the one that the portal
// shows.
func (a *asking) portalPeriod(ctx context.Context) ([]string, error) {
	rows, err := a.c.all(ctx, "select min(event_time), max(event_time), local_time(max(event_time))::date - local_time(min(event_time))::date + 1 from "+a.report.Needs[0])
	if err != nil {
		return nil, err
	}
	first, isTime := rows[0][0].(time.Time)
	if !isTime || a.c.filters.filter.Since.IsBack() {
		return nil, nil
	}
	last, days := rows[0][1].(time.Time), rows[0][2].(int64)
	const minutes = "2006-01-02 15:04"
	counted := "1 day"
	if days != 1 {
		counted = fmt.Sprintf("%d days", days)
	}
	return []string{fmt.Sprintf("This is of %s, from %s to %s; the portal shows the last %d days: --since %[4]dd.",
		counted, first.In(a.c.zone).Format(minutes), last.In(a.c.zone).Format(minutes), a.report.PortalDays)}, nil
}

// notesOnFilters says what the filters of the run do to a question, where that is not
// plain, with the tables that it reads.
func (a *asking) notesOnFilters(ctx context.Context, read []string) ([]string, error) {
	notes, err := a.c.filters.notesOnTables(ctx, a.how)
	if err != nil {
		return nil, err
	}
	if slices.Contains(read, "sessions") && slices.Contains(a.how.actions, onTables) {
		events := "all its events"
		if a.c.extent.part != "" {
			events = "all its events in what was read"
		}
		notes = append(notes, "A session that the filters let through is shown with "+events+".")
	}
	for _, table := range read {
		switch n := a.c.filters.timeless[table]; {
		case n == 1:
			notes = append(notes, "1 row of "+table+" has no time: --since and --until leave it out.")
		case n > 1:
			notes = append(notes, fmt.Sprintf("%d rows of %s have no time: --since and --until leave them out.", n, table))
		}
	}
	return notes, nil
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
