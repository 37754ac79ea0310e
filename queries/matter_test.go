package queries

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// matterRows are an old session in two countries at once, one old rule that hides mail,
// and what thirty quiet days brought after.
var matterRows = []string{
	`insert into sign_ins (file_id, record, id, event_time, user_principal_name, status, session_id, ip_address, country, autonomous_system_number, category) values
		(1, 1, 'loud1', '2026-09-01 08:00', 'b@contoso.com', 'success', 'loud', '192.0.2.2', 'DE', 1, 'interactive'),
		(1, 2, 'loud2', '2026-09-01 08:01', 'b@contoso.com', 'success', 'loud', '198.51.100.3', 'US', 2, 'interactive'),
		(1, 3, 'loud3', '2026-09-01 08:02', 'b@contoso.com', 'success', 'loud', '203.0.113.3', 'SG', 3, 'interactive')`,
	`insert into sign_ins (file_id, record, id, event_time, user_principal_name, status, session_id, ip_address, country, autonomous_system_number, category)
		select 1, 100 + i, 'quiet' || i, timestamp '2026-10-01' + to_days(i::int), 'a@contoso.com', 'success', 'quiet' || i, '192.0.2.1', 'DE', 1, 'interactive' from range(30) as days (i)`,
}

// TestPageShowsWhatMatters: where a page has no room for all rows, the session that asks
// for attention is there whole, however old, then the latest; in order of time, and the
// first note says what is missing.
func TestPageShowsWhatMatters(t *testing.T) {
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC, matterRows...)
	for _, name := range []string{"timeline", "session_events", "signin_list"} {
		report, _ := Lookup(name)
		result, err := c.RunPage(context.Background(), report, 5)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		id := -1
		for i, column := range result.Columns {
			if column.Name == "id" {
				id = i
			}
		}
		for row, err := range result.Rows {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, fmt.Sprint(row[id]))
		}
		want := "loud1 loud2 loud3 quiet28 quiet29"
		if name == "signin_list" { // newest first
			want = "quiet29 quiet28 loud3 loud2 loud1"
		}
		if got := strings.Join(ids, " "); got != want || result.Total != 33 || !result.MattersFirst {
			t.Errorf("%s: got %s of %d, want %s of 33", name, got, result.Total, want)
		}
		const missing = "28 of 33 rows are not here, of the time from 2026-10-01 00:00 to 2026-10-28 00:00. Here are all that are in the evidence of a finding or in a session to look at, 3, and the latest others."
		if len(result.Notes) == 0 || !strings.HasPrefix(result.Notes[0], missing) || !strings.Contains(result.Notes[0], "--report "+name+" -o "+name+".csv writes all") {
			t.Errorf("%s: notes %q, want the first to begin %q", name, result.Notes, missing)
		}
	}
}

// TestPageWithRoom: where there is room for all, nothing is chosen and nothing said; and
// a report that counts has its first rows.
func TestPageWithRoom(t *testing.T) {
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC, matterRows...)
	for name, rows := range map[string]int{"timeline": 33, "signin_users": 1} {
		report, _ := Lookup(name)
		result, err := c.RunPage(context.Background(), report, rows)
		if err != nil {
			t.Fatal(err)
		}
		if result.MattersFirst {
			t.Errorf("%s: some of its rows were chosen", name)
		}
	}
}

// TestPageOfMoreThanFits: what matters is more than the page holds, and it says so.
func TestPageOfMoreThanFits(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC, matterRows...)
	report, _ := Lookup("timeline")
	result, err := c.RunFirst(context.Background(), report, 2) // on a terminal, its first rows would be the oldest
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(lines(t, result), "loud"); got == 0 || result.Total != 33 || !strings.Contains(result.Notes[0], "Here are the weightiest of the 3") {
		t.Errorf("total %d, notes %q", result.Total, result.Notes)
	}
}

// TestRecordsOfReports: what a header names as the records of a report has those of each
// of its rows, for by them a page chooses.
func TestRecordsOfReports(t *testing.T) {
	takesLong(t)
	for _, c := range []*Case{openCase(t, Filter{}, time.UTC, matterRows...), askedTenant(t)} {
		for _, r := range Reports() {
			if r.recordsIn == "" {
				continue
			}
			counted := func(name, rows string) string {
				q := Report{Name: name, SQL: "select sum(hash(file_id, record, event_time) % 1000000007)::bigint as records, count(*) as n from " + rows}
				result, err := c.ask(context.Background(), q, 0, true)
				if err != nil {
					t.Fatal(name, err)
				}
				return lines(t, result)
			}
			if got, want := counted("records", r.recordsIn), counted("rows", ofReport+r.Name); got != want {
				t.Errorf("%s: %s has %s, its rows are of %s", r.Name, r.recordsIn, got, want)
			}
		}
	}
}
