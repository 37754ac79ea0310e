package queries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/engine"
)

// What a page shows of a report that has more rows than the page has room for. To cut
// records off by their age could leave out the very ones that the page is for, so
// those that matter go first (record_weights), and then the latest.

// RunPage asks a report for the n rows (0 = all) that a page has room for. Where each
// row is a record, they are those that matter most, in the report's own order.
func (c *Case) RunPage(ctx context.Context, r Report, n int) (*Result, error) {
	r.MattersFirst = true
	return c.RunFirst(ctx, r, n)
}

// isOfRecords tells of the columns of an answer that each row is a record.
func isOfRecords(columns []string) bool {
	return slices.Contains(columns, "file_id") && slices.Contains(columns, "record")
}

// chosen is what a page shows of an answer, and what not.
type chosen struct {
	total       int64 // rows
	shown       int64 // of them, those chosen
	mattering   int64 // of them, those of records that matter
	first, last time.Time
	statement   string // gives the rows chosen
}

// page chooses what a page of the first rows shows, where each row is a record and there
// are more; else it is nil.
//
// What the report's header names as its records has one row for each of its rows, with
// nothing but what chooses them. The report then works out the rest for those alone,
// which are where is_on_page is true.
func (a *asking) page(ctx context.Context, statement string) (*chosen, error) {
	if a.how.columns == nil {
		var err error
		if a.how.columns, err = a.c.filters.columnsShown(ctx, a.report, a.refs); err != nil {
			return nil, err
		}
	}
	if !isOfRecords(a.how.columns) || !slices.Contains(a.how.columns, "event_time") {
		return nil, nil
	}
	isApart := a.report.hasRecordsIn(a.how)
	statements := []string{
		"set variable first_rows = null",
		"create or replace table page_records_rows as select file_id, record, count(*) as row_count, min(event_time) as event_time from (\n" +
			statement + "\n) group by file_id, record",
		"create or replace view page_records as from page_records_rows",
	}
	if isApart {
		if err := a.c.define(ctx, true, a.report.recordsIn); err != nil {
			return nil, err
		}
		statements = []string{"create or replace view page_records as select file_id, record, 1 as row_count, event_time from " + a.report.recordsIn}
	}
	for _, s := range statements {
		if err := a.c.engine.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	page, ok, err := a.choose(ctx)
	if err != nil || !ok {
		return nil, err
	}
	page.statement = statement
	if !isApart && !(a.report.isLate() && !slices.Contains(a.how.actions, onShown)) {
		// Several threads that leave rows out of an ordered answer lose its order.
		page.statement = "select * exclude (page_place)\nfrom (select *, row_number() over () as page_place from (\n" + statement +
			"\n))\nwhere (file_id, record) in (select file_id, record from page_shown)\norder by page_place"
	}
	return &page, nil
}

// isLate tells of a report that it works out the rows for the records on a page alone.
func (r Report) isLate() bool { return slices.Contains(callsIn(r.SQL), "is_on_page") }

// hasRecordsIn tells whether the report's header names what has the record of each row
// that is shown.
func (r Report) hasRecordsIn(how applied) bool {
	return r.recordsIn != "" && !slices.Contains(how.actions, onShown)
}

// answerLate puts a statement whose rows are records to the engine, for the first rows
// and how many it has in all. Which records these are is asked first: for that the engine
// works out no more than their order.
func (a *asking) answerLate(ctx context.Context, statement string) (rows *engine.Rows, total int64, err error) {
	first := fmt.Sprintf("%s\nlimit %d", statement, a.first)
	for _, s := range []string{
		"set variable first_rows = null",
		"create or replace table page_shown as select file_id, record from (\n" + first + "\n)",
	} {
		if err := a.c.engine.Exec(ctx, s); err != nil {
			return nil, 0, err
		}
	}
	all := "(\n" + statement + "\n)"
	if a.report.hasRecordsIn(a.how) {
		if err := a.c.define(ctx, true, a.report.recordsIn); err != nil {
			return nil, 0, err
		}
		all = a.report.recordsIn
	}
	if total, err = a.c.engine.Count(ctx, all); err != nil {
		return nil, 0, err
	}
	rows, err = a.answerOnPage(ctx, first)
	return rows, total, err
}

// answerOnPage puts a statement to the engine while the records of page_shown are those
// on the page.
func (a *asking) answerOnPage(ctx context.Context, statement string) (*engine.Rows, error) {
	const onPage = "create or replace macro is_on_page(file, number) as "
	if err := a.c.engine.Exec(ctx, onPage+"(file, number) in (select file_id, record from page_shown)"); err != nil {
		return nil, err
	}
	rows, err := a.c.engine.Query(ctx, statement)
	if err != nil {
		return nil, errors.Join(err, a.c.engine.Exec(context.WithoutCancel(ctx), onPage+"true"))
	}
	// The answer lies whole in memory.
	if err := a.c.engine.Exec(ctx, onPage+"true"); err != nil {
		rows.Close()
		return nil, err
	}
	return rows, nil
}

// choose chooses, of page_records, those of the first rows. ok is false where they have no more.
func (a *asking) choose(ctx context.Context) (page chosen, ok bool, err error) {
	// The rows are counted before what weighs them is worked out, which takes longer.
	rows, err := a.c.all(ctx, "select coalesce(sum(row_count), 0)::bigint from page_records")
	if err != nil {
		return page, false, err
	}
	if page.total = rows[0][0].(int64); page.total <= int64(a.first) {
		return page, false, nil
	}
	if err := a.c.define(ctx, false, "record_weights"); err != nil {
		return page, false, err
	}
	// Each record has a row at least, so none behind the first n can be chosen.
	const byWeight = "order by weight nulls last, event_time desc nulls last, file_id, record"
	err = a.c.engine.Exec(ctx, fmt.Sprintf(`
		create or replace table page_shown as
		select *
		from (
			select r.*, w.weight
			from page_records as r
			left join record_weights as w using (file_id, record)
			%[2]s
			limit %[1]d
		)
		window by_weight as (%[2]s)
		qualify sum(row_count) over by_weight <= %[1]d or row_number() over by_weight = 1`, a.first, byWeight))
	if err != nil {
		return page, false, err
	}
	rows, err = a.c.all(ctx, `
		with missing as (
			select min(event_time) as first_event, max(event_time) as last_event
			from page_records
			anti join page_shown using (file_id, record)
		)
		select
			(select coalesce(sum(row_count), 0)::bigint from page_records semi join record_weights using (file_id, record)),
			(select coalesce(sum(row_count), 0)::bigint from page_shown),
			first_event,
			last_event
		from missing`)
	if err != nil {
		return page, false, err
	}
	page.mattering, page.shown = rows[0][0].(int64), rows[0][1].(int64)
	page.first, _ = rows[0][2].(time.Time)
	page.last, _ = rows[0][3].(time.Time)
	return page, true, nil
}

// note says what is missing of a report on a page, and how to have it.
func (p chosen) note(r Report, zone *time.Location) string {
	missing := p.total - p.shown
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %s are not here", missing, rowsOf(p.total))
	if !p.first.IsZero() {
		const minutes = "2006-01-02 15:04"
		fmt.Fprintf(&b, ", of the time from %s to %s", p.first.In(zone).Format(minutes), p.last.In(zone).Format(minutes))
	}
	switch {
	case p.mattering == 0:
		b.WriteString(". None of them is in the evidence of a finding, or in a session to look at; those here are the latest")
	case p.mattering <= p.shown:
		fmt.Fprintf(&b, ". Here are all that are in the evidence of a finding or in a session to look at, %d, and the latest others", p.mattering)
	default:
		fmt.Fprintf(&b, ". Here are the weightiest of the %d that are in the evidence of a finding or in a session to look at", p.mattering)
	}
	fmt.Fprintf(&b, ". --report %s -o %[1]s.csv writes all.", r.Name)
	return b.String()
}

func rowsOf(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
