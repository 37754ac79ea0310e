package queries

import (
	"context"
	"fmt"

	"entrail/ingest/engine"
)

// asking is a question on the way to its answer: a report, or another question in the form
// of one.
type asking struct {
	c      *Case
	report Report // as this run asks it
	refs   []reference
	how    applied // the filters
	first  int     // rows wanted of its SQL; 0 = all
}

// ask answers a report, or another question in the form of one, with the first n
// rows of its SQL (0 = all).
func (c *Case) ask(ctx context.Context, r Report, n int, isReport bool) (*Result, error) {
	c.endReading()
	q, err := c.parse(ctx, r.SQL)
	if err != nil {
		return nil, err
	}
	a := &asking{c: c, refs: q.references(), first: n}
	if a.report, err = c.sheet.withVerdicts(ctx, r); err != nil {
		return nil, err
	}
	if a.how, err = c.filters.judge(ctx, a.report, a.refs); err != nil {
		return nil, err
	}
	_, isListed := Lookup(r.Name)
	if err := c.filters.inapplicable(a.report, a.how); err != nil && (isListed || a.report.isQuestion()) { // not a part of a dossier
		return nil, err
	}
	var off []int
	for i, action := range a.how.actions {
		if action == onShown {
			off = append(off, i)
		}
	}
	if err := c.filters.narrow(ctx, off); err != nil {
		return nil, err
	}
	if err := c.defineAll(ctx, a.refs, isReport); err != nil {
		return nil, err
	}
	notes, isLoaded, err := a.notes(ctx)
	if err != nil {
		return nil, err
	}
	statement, onValues, err := c.filters.narrowShown(ctx, a.report, a.how)
	if err != nil {
		return nil, err
	}
	notes = append(notes, onValues...)
	var rows *engine.Rows
	var total int64
	var page *chosen
	if n > 0 && isLoaded && a.report.MattersFirst {
		if page, err = a.page(ctx, statement); err != nil {
			return nil, err
		}
	}
	switch {
	case page != nil:
		total = page.total
		rows, err = a.answerOnPage(ctx, page.statement)
	case n > 0 && isLoaded && !a.report.MattersFirst && a.report.isLate():
		rows, total, err = a.answerLate(ctx, statement)
	case isReport:
		rows, total, err = a.answer(ctx, statement, len(off) == 0)
	default:
		rows, err = a.answerShown(ctx, statement)
	}
	if err != nil {
		return nil, err
	}
	c.open = rows
	if page != nil {
		notes = append([]string{page.note(a.report, c.zone)}, notes...)
	}
	result := answered(a.report, rows)
	result.Report.SQL = r.SQL
	if c.sheet.isNoted && isReport {
		result.showVerdicts()
	}
	result.Notes, result.NotLoaded, result.IsWhole, result.MattersFirst = notes, !isLoaded, !a.how.isNarrowed(), page != nil
	if total > int64(n) {
		result.Total = total
	}
	result.Rows = c.read(rows)
	return result, nil
}

// answer puts a statement to the engine, for the first rows and how many it has in all,
// or for all rows, which need no total. Where the statement tells
// the first rows itself, it may work out no more.
func (a *asking) answer(ctx context.Context, statement string, tellsFirst bool) (rows *engine.Rows, total int64, err error) {
	if a.first == 0 {
		if err := a.c.engine.Exec(ctx, "set variable first_rows = null"); err != nil {
			return nil, 0, err
		}
		rows, err = a.c.engine.Query(ctx, statement)
		return rows, 0, err
	}
	first := "null"
	if tellsFirst {
		first = fmt.Sprint(a.first)
	}
	if err := a.c.engine.Exec(ctx, "set variable first_rows = "+first); err != nil {
		return nil, 0, err
	}
	return a.c.engine.QueryFirst(ctx, statement, a.first)
}

// answerShown puts a question of one's own to the engine, which may ask for values
// of any type.
func (a *asking) answerShown(ctx context.Context, statement string) (*engine.Rows, error) {
	if err := a.c.engine.Exec(ctx, "set variable first_rows = null"); err != nil {
		return nil, err
	}
	return a.c.engine.QueryShown(ctx, statement)
}

// answered is a result with the columns of rows.
func answered(r Report, rows *engine.Rows) *Result {
	result := &Result{Report: r}
	for _, column := range rows.Columns {
		result.Columns = append(result.Columns, Column{column.Name, kindOf(column.Type), r.Styles[column.Name]})
	}
	return result
}
