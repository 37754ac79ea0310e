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
	engine  *engine.Engine
	zone    *time.Location
	filters *Filters
	open    *engine.Rows // the answer being read, if any

	defined  map[string]definition // what define has made of the views
	findings *findings
	sheet    *Sheet
	extent   Extent
	placed   string // the run's own SELECT of addresses, of Place; empty = that of the model
}

// Open attaches the case file read-only and puts the filters in front of it.
// Times are shown, and days, weeks and hours counted, in zone. Where findings or incidents
// are asked for, WantFindings has to look for them before the first question.
//
// A bad IP address is an error here too, but Filter.Check tells before anything is
// loaded.
func Open(ctx context.Context, path string, o engine.Options, f Filter, zone *time.Location) (*Case, error) {
	return open(ctx, o, f, zone, func(e *engine.Engine) error {
		if err := e.Attach(ctx, path); err != nil {
			return err
		}
		if err := e.Lock(ctx); err != nil {
			return err
		}
		// Whoever made the file could have put into it what opens others: its tables
		// are ours, or not a word of it is read. Its views and macros are never asked:
		// the run has its own.
		if err := schema.Check(ctx, e, "evidence"); err != nil {
			return fmt.Errorf("open case %s: %w", path, err)
		}
		return nil
	})
}

// OpenEmpty opens a case without evidence, in memory, which can tell of questions what
// does not depend on any.
func OpenEmpty(ctx context.Context, o engine.Options, f Filter) (*Case, error) {
	return open(ctx, o, f, time.UTC, func(e *engine.Engine) error {
		for _, s := range []string{"attach ':memory:' as evidence", "use evidence"} {
			if err := e.Exec(ctx, s); err != nil {
				return err
			}
		}
		if err := schema.CreateTables(ctx, e); err != nil {
			return err
		}
		if err := e.Exec(ctx, "use memory"); err != nil {
			return err
		}
		return e.Lock(ctx)
	})
}

// Filters are those of the run.
func (c *Case) Filters() *Filters { return c.filters }

// Sheet is what the run has of the case sheet.
func (c *Case) Sheet() *Sheet { return c.sheet }

// Extent is what of the tenant's evidence the case has.
func (c *Case) Extent() Extent { return c.extent }

// open opens what attach attaches as evidence, with the filters in front of it.
func open(ctx context.Context, o engine.Options, f Filter, zone *time.Location, attach func(*engine.Engine) error) (*Case, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	e, err := engine.New(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Case{engine: e, zone: zone, defined: map[string]definition{}}
	c.filters, c.findings, c.sheet = &Filters{c: c, filter: f, counts: map[string]int64{}}, &findings{c: c}, &Sheet{c: c}
	err = attach(e)
	if err == nil {
		err = c.prepare(ctx)
	}
	if err != nil {
		e.Close()
		return nil, err
	}
	return c, nil
}

// prepare makes what every question stands on.
func (c *Case) prepare(ctx context.Context) error {
	first, last, err := c.period(ctx)
	if err != nil {
		return err
	}
	err = c.engine.Together(ctx, func() error {
		if err := c.defineMacros(ctx, first, last); err != nil {
			return err
		}
		if err := makeSheetTables(ctx, c.engine); err != nil {
			return fmt.Errorf("make room for the case sheet: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.extent, err = readExtent(ctx, c); err != nil {
		return fmt.Errorf("look for what was left out: %w", err)
	}
	if err := c.filters.completeSessions(ctx); err != nil {
		return fmt.Errorf("look for the sessions: %w", err)
	}
	for _, apply := range []func() error{
		func() error { return c.filters.makeConditions(ctx, last) },
		func() error { return c.filters.countTimeless(ctx) },
		func() error { return c.filters.narrow(ctx, nil) },
	} {
		if err := apply(); err != nil {
			return fmt.Errorf("apply the filters: %w", err)
		}
	}
	return nil
}

// period returns the times of the oldest and the newest event in evidence;
// zero when there is none.
func (c *Case) period(ctx context.Context) (first, last time.Time, err error) {
	var parts []string
	for _, t := range schema.Logs() {
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
	return c.engine.All(ctx, statement)
}

// File is a file of the evidence.
type File struct {
	Path    string
	Format  string // empty = not recognised
	SHA256  string // lower-case hex
	Size    int64  // bytes
	Records int64
}

// Files lists the files of the evidence, in the order in which they were read.
func (c *Case) Files(ctx context.Context) ([]File, error) {
	rows, err := c.all(ctx, `
		select path, coalesce(format, ''), coalesce(sha256, ''), coalesce(size_bytes, 0), coalesce(records, 0)
		from evidence.files
		order by file_id`)
	if err != nil {
		return nil, fmt.Errorf("list the files of the evidence: %w", err)
	}
	var all []File
	for _, row := range rows {
		all = append(all, File{row[0].(string), row[1].(string), row[2].(string), row[3].(int64), row[4].(int64)})
	}
	return all, nil
}

// Close frees the case. The file is as it was.
func (c *Case) Close() error {
	c.endReading()
	return c.engine.Close()
}
