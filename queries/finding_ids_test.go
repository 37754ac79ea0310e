package queries

import (
	"context"
	"testing"
	"time"
)

// TestFindingIDsAreUnique: a rule may name two acts in the same records, and each is one line
// with an id of its own. The id of an act that is alone in its records follows from these.
func TestFindingIDsAreUnique(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	ctx := context.Background()
	if err := c.findings.list(ctx); err != nil {
		t.Fatal(err)
	}
	const hit = `
		insert into rule_hits (finding, severity, what, first_seen, last_seen, events, act, records)
		select 'mail_read_in_bulk', 'medium', act, timestamp '2026-10-05 09:00:00', timestamp '2026-10-05 09:00:00', 1, act, records
		from (values
			('many', [{'file_id': 1, 'record': 1, 'id': 'r1'}]),
			('by an application', [{'file_id': 1, 'record': 1, 'id': 'r1'}]),
			('alone', [{'file_id': 1, 'record': 2, 'id': 'r2'}])
		) as h(act, records)`
	if err := c.engine.Exec(ctx, hit); err != nil {
		t.Fatal(err)
	}
	c.findings.isLookedFor = true // what the rules would find stands there
	if err := c.define(ctx, false, "all_findings"); err != nil {
		t.Fatal(err)
	}
	if got, want := answer(t, c, "from all_findings select count(*), count(distinct finding_id), list_sort(list(what))::varchar"), "3|3|[alone, by an application, many]"; got != want {
		t.Errorf("findings, ids: got %s, want %s", got, want)
	}
	if got := answer(t, c, "from all_findings select finding_id = left(md5('mail_read_in_bulk|r2'), 16) where what = 'alone'"); got != "true" {
		t.Errorf("the id of what is alone in its records is another than before: %s", got)
	}
}
