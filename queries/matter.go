package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
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

// pageOf chooses what a page of n rows shows of a report, where each row is a record
// and there are more; else it is nil.
func (c *Case) pageOf(ctx context.Context, r Report, refs []reference, how *applied, statement string, n int) (*chosen, error) {
	if how.columns == nil {
		var err error
		if how.columns, err = c.filters.columnsShown(ctx, r, refs); err != nil {
			return nil, err
		}
	}
	if !isOfRecords(how.columns) || !slices.Contains(how.columns, "event_time") {
		return nil, nil
	}
	page, ok, err := c.choose(ctx, statement, n)
	if err != nil || !ok {
		return nil, err
	}
	return &page, nil
}

// choose chooses, of the answer of a statement whose rows are records, n rows. ok is
// false where it has no more.
func (c *Case) choose(ctx context.Context, statement string, n int) (page chosen, ok bool, err error) {
	if err := c.engine.Exec(ctx, "set variable first_rows = null"); err != nil {
		return page, false, err
	}
	// The records' rows are counted before what weighs them is worked out, which takes
	// longer.
	err = c.engine.Exec(ctx, `
		create or replace table page_records as
		select file_id, record, count(*) as row_count, min(event_time) as event_time
		from (`+statement+`
		)
		group by file_id, record`)
	if err != nil {
		return page, false, err
	}
	rows, err := c.all(ctx, "select coalesce(sum(row_count), 0)::bigint from page_records")
	if err != nil {
		return page, false, err
	}
	if page.total = rows[0][0].(int64); page.total <= int64(n) {
		return page, false, nil
	}
	if err := c.define(ctx, false, "record_weights"); err != nil {
		return page, false, err
	}
	err = c.engine.Exec(ctx, fmt.Sprintf(`
		create or replace table page_choice as
		select
			r.*,
			w.weight,
			sum(r.row_count) over by_weight <= %d or row_number() over by_weight = 1 as is_chosen
		from page_records as r
		left join record_weights as w using (file_id, record)
		window by_weight as (order by w.weight nulls last, r.event_time desc nulls last, r.file_id, r.record)`, n))
	if err != nil {
		return page, false, err
	}
	rows, err = c.all(ctx, `
		select
			coalesce(sum(row_count) filter (where weight is not null), 0)::bigint,
			coalesce(sum(row_count) filter (where is_chosen), 0)::bigint,
			min(event_time) filter (where not is_chosen),
			max(event_time) filter (where not is_chosen)
		from page_choice`)
	if err != nil {
		return page, false, err
	}
	page.mattering, page.shown = rows[0][0].(int64), rows[0][1].(int64)
	page.first, _ = rows[0][2].(time.Time)
	page.last, _ = rows[0][3].(time.Time)
	page.statement = "select *\nfrom (\n" + statement + "\n)\nwhere (file_id, record) in (select (file_id, record) from page_choice where is_chosen)"
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
