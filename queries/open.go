package queries

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// Case is a case file open for questions: attached read-only, with the run's
// filters in front of its tables, and locked. It is not safe for concurrent
// use.
type Case struct {
	engine *engine.Engine
	zone   *time.Location
	filter Filter
	begun  []beginning      // of session ids, where --session gave no more
	counts map[string]int64 // rows a table, by its name or evidence.NAME; see count
	open   *engine.Rows     // the answer being read, if any

	defined               map[string]definition // what define has made of the views
	hasRules, hasFindings bool                  // see findings.go
	placed                string                // the run's own SELECT of addresses, of Place; empty = that of the model

	// Set by putFilters, by table: the SQL of the filters that narrow it, the
	// flags that can't, and how many rows have no time to be filtered by.
	conditionsOf map[string][]string
	wholeFor     map[string][]string
	timeless     map[string]int64
}

// Open attaches the case file read-only and puts the filters in front of it.
// Times are shown, and days, weeks and hours counted, in zone.
//
// An unknown filter column or a bad IP address is an error here too, but
// Filter.Check tells before anything is loaded.
func Open(ctx context.Context, path string, o engine.Options, f Filter, zone *time.Location) (*Case, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	e, err := engine.New(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Case{engine: e, zone: zone, filter: f, counts: map[string]int64{}, defined: map[string]definition{}}
	if err := c.prepare(ctx, path); err != nil {
		e.Close()
		return nil, err
	}
	return c, nil
}

// prepare attaches the case, shuts the engine in and makes sure that its tables are
// ours before it reads a word of it: whoever made the file could have put into it
// what opens others. Its views and macros are never asked: the run has its own.
func (c *Case) prepare(ctx context.Context, path string) error {
	if err := c.engine.Attach(ctx, path); err != nil {
		return err
	}
	if err := c.engine.Lock(ctx); err != nil {
		return err
	}
	if err := schema.Check(ctx, c.engine, "evidence"); err != nil {
		return fmt.Errorf("open case %s: %w", path, err)
	}
	first, last, err := c.period(ctx)
	if err != nil {
		return err
	}
	if err := c.defineMacros(ctx, first, last); err != nil {
		return err
	}
	if err := c.makeSheetTables(ctx); err != nil {
		return fmt.Errorf("make room for the case sheet: %w", err)
	}
	if err := c.completeSessions(ctx); err != nil {
		return fmt.Errorf("look for the sessions: %w", err)
	}
	if err := c.putFilters(ctx, last); err != nil {
		return fmt.Errorf("apply the filters: %w", err)
	}
	return nil
}

// period returns the times of the oldest and the newest event in evidence;
// zero when there is none.
func (c *Case) period(ctx context.Context) (first, last time.Time, err error) {
	var parts []string
	for _, t := range eventTables() {
		parts = append(parts, "select min(event_time) as first, max(event_time) as last from evidence."+t.Name)
	}
	rows, err := c.all(ctx, "select min(first), max(last) from ("+strings.Join(parts, " union all ")+")")
	if err != nil {
		return first, last, fmt.Errorf("find the period of the evidence: %w", err)
	}
	first, _ = rows[0][0].(time.Time)
	last, _ = rows[0][1].(time.Time)
	return first, last, nil
}

// defineMacros makes what views and questions call in the run's own database, with
// the run's time zone.
func (c *Case) defineMacros(ctx context.Context, first, last time.Time) error {
	for _, m := range macros {
		definition := m.SQL
		if m.Name == "local_time" {
			definition = localTime(c.zone, first, last)
		}
		if err := c.engine.Exec(ctx, "create macro "+definition); err != nil {
			return fmt.Errorf("define %s: %w", m.Name, err)
		}
	}
	return nil
}

// all reads a small answer whole.
func (c *Case) all(ctx context.Context, statement string) ([][]any, error) {
	if err := c.define(ctx, false, namesIn(statement)...); err != nil {
		return nil, err
	}
	rows, err := c.engine.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, rows.Err()
}

// Close frees the case. The file is as it was.
func (c *Case) Close() error {
	c.endReading()
	return c.engine.Close()
}
