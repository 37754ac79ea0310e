package queries

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"entrail/ingest/engine"
)

// Run asks a report.
func (c *Case) Run(ctx context.Context, r Report) (*Result, error) { return c.RunFirst(ctx, r, 0) }

// RunFirst asks a report for its first n rows (0 = all), and how many it has
// in all: the engine then sorts and hands over only those.
func (c *Case) RunFirst(ctx context.Context, r Report, n int) (*Result, error) {
	result, err := c.ask(ctx, r, n, true)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", r.Name, err)
	}
	return result, nil
}

// Query asks an ad-hoc question, which must be one SELECT. It sees what the
// reports see.
func (c *Case) Query(ctx context.Context, text string) (*Result, error) {
	if err := c.CheckQuery(ctx, text); err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	q, err := c.parse(ctx, text)
	if err == nil {
		err = q.checkNames()
	}
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	result, err := c.ask(ctx, Report{Name: "query", Title: "Query", Layout: Table, SQL: text}, 0, false)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	result.Own = true
	result.Notes = append(result.Notes, q.notesOnWords()...)
	return result, nil
}

// endReading gives up the answer that is still being read, if any.
func (c *Case) endReading() {
	if c.open != nil {
		c.open.Close()
		c.open = nil
	}
}

// read yields the rows of the answer that is open.
func (c *Case) read(rows *engine.Rows) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if c.open != rows {
			yield(nil, fmt.Errorf("the answer was already read, or another question was asked since"))
			return
		}
		defer c.endReading()
		each(rows, c.zone, yield)
	}
}

// each yields the rows with values of their columns' kinds, times in the zone.
func each(rows *engine.Rows, zone *time.Location, yield func([]any, error) bool) {
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			yield(nil, err)
			return
		}
		for i, v := range values {
			if at, ok := v.(time.Time); ok {
				values[i] = at.In(zone)
			}
		}
		if !yield(values, nil) {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(nil, err)
	}
}

// kindOf is the kind of a column of the engine's type.
func kindOf(typeName string) Kind {
	name, _, _ := strings.Cut(typeName, "(")
	if strings.HasSuffix(typeName, "]") { // a list
		return Text
	}
	switch name {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return Integer
	case "FLOAT", "DOUBLE", "DECIMAL":
		return Number
	case "BOOLEAN":
		return Boolean
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE":
		return Time
	}
	return Text
}
