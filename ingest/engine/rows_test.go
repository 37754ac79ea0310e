package engine

import (
	"context"
	"testing"
)

// TestQueryFirst holds the total to the number of rows that the whole statement has.
func TestQueryFirst(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Options{Temp: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Exec(ctx, "create table numbers as select i, i % 7 as rest, 'text ' || i as text from range(300000) as numbers (i)"); err != nil {
		t.Fatal(err)
	}
	if err := e.Lock(ctx); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		statement   string
		n           int
		rows, total int64
		reason      string
	}{
		{"select * from numbers order by text", 10, 10, 300_000, "rows of a table"},
		{"select * from numbers where i < 250000 and rest > 0 order by text", 10, 10, 214_285, "some of them: 250,000 but 35,715 that 7 divides"},
		{"select rest, count(*) from numbers group by rest order by rest", 10, 7, 7, "fewer than asked for"},
		{"select * from numbers where i < 0 order by i", 10, 0, 0, "none"},
		{"select * from numbers order by i", 299_999, 299_999, 300_000, "all but one"},
		{`with sevenths as materialized (select * from numbers where rest = 0 order by i limit 1000)
			select a.i, b.i from sevenths as a join sevenths as b using (rest) where a.i < 70 order by 1, 2`, 3, 3, 10_000, "a step before has its own order and limit"},
		{`with sevenths as materialized (select * from numbers where rest = 0 limit 5)
			select a.i from sevenths as a join sevenths as b using (i) order by 1`, 10, 5, 5, "fewer, of a step that is worked out before"},
		{"select * from numbers where i % 3 = 0 and i < 30 order by i", 50, 10, 10, "fewer, though a scan is told what comes too late"},
		{"select i from numbers where i < 3 union all select rest from numbers where i = 7", 10, 4, 4, "fewer, of two parts without an order"},
		{"select * from numbers order by i", 300_000, 300_000, 300_000, "as many as asked for"},
		{`with sevenths as materialized (select * from numbers where rest = 0)
			select a.i from sevenths as a join sevenths as b using (i) order by 1`, 10, 10, 42_858, "more, of a step that is worked out before: the multiples of 7 from 0 to 299,999"},
		{`with late as materialized (select * from numbers order by text limit 70000)
			select n.i from numbers as n left join late using (i) order by n.i`, 10, 10, 300_000, "a step before chooses for itself, and so does the last one"},
		{`select i, exists (from numbers as b where b.i = numbers.rest and b.text > 'text 3') as is_late
			from numbers order by i`, 10, 10, 300_000, "a question about each row"},
		{`select rest, exists (from numbers as b where b.i = grouped.rest and b.text > 'text 3') as is_late
			from (select distinct i // 3 as third, rest from numbers where i < 30000) as grouped order by all`, 10, 10, 30_000, "a question about each group: of three rows in a row no two have one rest"},
		{"select i from numbers union all select rest from numbers order by 1", 3, 3, 600_000, "two parts"},
		{"select * from numbers", 10, 10, 300_000, "no order: the engine reads no more than it needs, and is asked for the total"},
	} {
		rows, total, err := e.QueryFirst(ctx, test.statement, test.n)
		if err != nil {
			t.Fatal(test.reason, err)
		}
		var n int64
		for rows.Next() {
			n++
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if n != test.rows || total != test.total {
			t.Errorf("%s: %d rows of %d, want %d of %d", test.reason, n, total, test.rows, test.total)
		}
	}
}
