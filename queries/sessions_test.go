package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestSessionsOnce holds a run to working out the sessions once, and only when
// they are asked for.
func TestSessionsOnce(t *testing.T) {
	c := openCase(t, Filter{Users: []string{"a@contoso.com"}}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, status, session_id) values
			(1, 1, 's1', '2026-10-01 08:00', 'a@contoso.com', 'success', 'one'),
			(1, 2, 's2', '2026-10-01 08:00', 'b@contoso.com', 'success', 'two')`)
	const tables = "select count(*) from duckdb_tables() where table_name = 'sessions_rows'"
	report, _ := Lookup("signin_users")
	if _, err := c.Run(context.Background(), report); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, c, tables); got != "0" {
		t.Error("a report that reads no sessions had them worked out")
	}
	const question = "select session_id, sign_ins from sessions"
	first := answer(t, c, question)
	if first != "one|1" {
		t.Errorf("got %s, want the one session that the filter shows", first)
	}
	if got := answer(t, c, tables); got != "1" {
		t.Error("the sessions are not kept")
	}
	if got := answer(t, c, "select session_id from judged_sessions order by 1"); got != "one\ntwo" {
		t.Errorf("judged_sessions are %q, want both, whatever the filters", got)
	}
	// What is kept is what is read from then on.
	if err := c.engine.Exec(context.Background(), "update sessions_rows set sign_ins = 7"); err != nil {
		t.Fatal(err)
	}
	if got := answer(t, c, question); got != "one|7" {
		t.Errorf("asked again, the answer is %s: it was worked out anew", got)
	}
}

// TestSessionsAreFilteredByAnyName: the filters also hold where a question names the
// sessions otherwise than as a table of its FROM.
func TestSessionsAreFilteredByAnyName(t *testing.T) {
	takesLong(t)
	t.Parallel()
	for _, question := range []string{
		"select count from (summarize sessions) where column_name = 'session_id'",
		"select count(*) from (describe sessions) as columns where (select count(*) from sessions) = 1 and column_name = 'session_id'",
		"with sessions as (from sessions) select count(*) from sessions",
		"select count(*) from memory.main.shown_sessions",
	} {
		c := openCase(t, Filter{Users: []string{"a@contoso.com"}}, time.UTC,
			`insert into sign_ins (file_id, record, id, event_time, user_principal_name, status, session_id) values
				(1, 1, 's1', '2026-10-01 08:00', 'a@contoso.com', 'success', 'one'),
				(1, 2, 's2', '2026-10-01 08:00', 'b@contoso.com', 'success', 'two')`)
		if got := answer(t, c, question); got != "1" {
			t.Errorf("%s: got %s, want the one session that the filter shows", question, got)
		}
	}
}

// TestPoliciesOfASignInWithoutAnID: policies are those of the record, not of the id.
func TestPoliciesOfASignInWithoutAnID(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, event_time, category, user_principal_name, status, session_id) values
			(1, 1, '2026-10-01 08:00', 'interactive', 'a@contoso.com', 'success', 'one'),
			(1, 2, '2026-10-01 08:00', 'interactive', 'b@contoso.com', 'success', 'two')`,
		`insert into sign_in_policies (parent_file_id, parent_record, policy_name, result) values
			(1, 1, 'Require MFA', 'success'), (1, 2, 'Block', 'failure')`)
	if got, want := answer(t, c, "select session_id, root_policies from sessions order by 1"), "one|Require MFA success\ntwo|Block failure"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFirstSessionsAreOfThoseShown: of the first rows asked for, the first that the
// filters show are told, not the first of all.
func TestFirstSessionsAreOfThoseShown(t *testing.T) {
	c := openCase(t, Filter{Users: []string{"a@contoso.com"}}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, status, session_id, ip_address, country) values
			(1, 1, 's1', '2026-10-01 08:00', 'a@contoso.com', 'success', 'quiet', '192.0.2.1', 'DE'),
			(1, 2, 's2', '2026-10-01 08:00', 'b@contoso.com', 'success', 'loud', '192.0.2.2', 'DE'),
			(1, 3, 's3', '2026-10-01 08:01', 'b@contoso.com', 'success', 'loud', '192.0.2.3', 'FR')`)
	report, _ := Lookup("sessions")
	whole, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	want := lines(t, whole)
	first, err := c.RunFirst(context.Background(), report, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, first); got != want || !strings.HasPrefix(got, "quiet|") || !strings.Contains(got, "|192.0.2.1|") {
		t.Errorf("the first session shown is\n%s\nof all\n%s\nwant quiet from 192.0.2.1", got, want)
	}
}
