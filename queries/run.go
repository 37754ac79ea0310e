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

// ask answers a report, or another question in the form of one, with the first n
// rows of its SQL (0 = all).
func (c *Case) ask(ctx context.Context, r Report, n int, isReport bool) (*Result, error) {
	c.endReading()
	q, err := c.parse(ctx, r.SQL)
	if err != nil {
		return nil, err
	}
	refs, asked := q.references(), r
	if r, err = c.withVerdicts(ctx, r); err != nil {
		return nil, err
	}
	how, err := c.filters.judge(ctx, r, refs)
	if err != nil {
		return nil, err
	}
	_, isListed := Lookup(r.Name)
	if err := c.filters.inapplicable(r, how); err != nil && (isListed || r.isQuestion()) { // not a part of a dossier
		return nil, err
	}
	var off []int
	for i, action := range how.actions {
		if action == onShown {
			off = append(off, i)
		}
	}
	if err := c.filters.narrow(ctx, off); err != nil {
		return nil, err
	}
	if err := c.defineAll(ctx, refs, isReport); err != nil {
		return nil, err
	}
	notes, isLoaded, err := c.notesOn(ctx, r, refs, how)
	if err != nil {
		return nil, err
	}
	statement, onValues, err := c.filters.narrowShown(ctx, r, how)
	if err != nil {
		return nil, err
	}
	notes = append(notes, onValues...)
	var rows *engine.Rows
	var total int64
	var page *chosen
	if n > 0 && isLoaded && r.MattersFirst {
		if page, err = c.pageOf(ctx, r, refs, &how, statement, n); err != nil {
			return nil, err
		}
	}
	switch {
	case page != nil:
		total = page.total
		rows, err = c.answerOnPage(ctx, page.statement)
	case n > 0 && isLoaded && !r.MattersFirst && r.isLate():
		rows, total, err = c.answerLate(ctx, r, how, statement, n)
	case isReport:
		rows, total, err = c.answer(ctx, statement, n, len(off) == 0)
	default:
		rows, err = c.answerShown(ctx, statement)
	}
	if err != nil {
		return nil, err
	}
	c.open = rows
	if page != nil {
		notes = append([]string{page.note(r, c.zone)}, notes...)
	}
	result := answered(r, rows)
	result.Report.SQL = asked.SQL
	if c.isNoted && isReport {
		result.showVerdicts()
	}
	result.Notes, result.NotLoaded, result.IsWhole, result.MattersFirst = notes, !isLoaded, !how.isNarrowed(), page != nil
	if total > int64(n) {
		result.Total = total
	}
	result.Rows = c.read(rows)
	return result, nil
}

// answered is a result with the columns of rows.
func answered(r Report, rows *engine.Rows) *Result {
	result := &Result{Report: r}
	for _, column := range rows.Columns {
		result.Columns = append(result.Columns, Column{column.Name, kindOf(column.Type), r.Styles[column.Name]})
	}
	return result
}

// answerShown puts a question of one's own to the engine, which may ask for values
// of any type.
func (c *Case) answerShown(ctx context.Context, statement string) (*engine.Rows, error) {
	if err := c.engine.Exec(ctx, "set variable first_rows = null"); err != nil {
		return nil, err
	}
	return c.engine.QueryShown(ctx, statement)
}

// defineAll makes the views that a question names, and those below them.
func (c *Case) defineAll(ctx context.Context, refs []reference, isReport bool) error {
	for _, ref := range refs {
		if ref.evidence {
			continue
		}
		if err := c.define(ctx, isReport, ref.name); err != nil {
			return err
		}
	}
	return nil
}

// answer puts a statement to the engine, for its first n rows and how many it has
// in all, or for all rows (n = 0), which need no total. Where the statement tells
// the first rows itself, it may work out no more.
func (c *Case) answer(ctx context.Context, statement string, n int, tellsFirst bool) (rows *engine.Rows, total int64, err error) {
	if n == 0 {
		if err := c.engine.Exec(ctx, "set variable first_rows = null"); err != nil {
			return nil, 0, err
		}
		rows, err = c.engine.Query(ctx, statement)
		return rows, 0, err
	}
	first := "null"
	if tellsFirst {
		first = fmt.Sprint(n)
	}
	if err := c.engine.Exec(ctx, "set variable first_rows = "+first); err != nil {
		return nil, 0, err
	}
	return c.engine.QueryFirst(ctx, statement, n)
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
