package queries

import (
	"context"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// hostile is what somebody may have put into a case before handing it over. The
// views would say 666 if anybody asked them.
var hostile = []string{
	"insert into sign_ins by name select 1 as file_id, 1 as record, 'the id' as id, timestamp '2026-10-01' as event_time, 'ann@contoso.com' as user_principal_name",
	"create view mine as select 666 as n",
	"create or replace view events as select timestamp '2026-10-01' as event_time, '666' as id",
	"create or replace view error_codes as select 666 as error_code",
	"create or replace macro home_account(account) as '666'",
	"create macro lower(text) as '666'",
	`create macro "="(a, b) as false`,
	"create macro coalesce_all(text) as '666'",
	"create macro duckdb_tables() as table select 666 as n",
	"create macro range(n) as table select 666 as n",
	"create schema other",
	"create view other.sign_ins as select 666 as n",
	"create view other.mine as select 666 as n",
	"create macro other.trim(text) as '666'",
}

// TestCaseIsReadAsData asks a hostile case: no name may lead to what it brought.
func TestCaseIsReadAsData(t *testing.T) {
	takesLong(t)
	for _, filter := range []Filter{{}, {Users: []string{"ann@contoso.com"}}} {
		c := openCase(t, filter, time.UTC, hostile...)
		for _, test := range []struct{ reason, query, want string }{
			{"a table", "select id from sign_ins", "the id"},
			{"a table of evidence", "select id from evidence.sign_ins", "the id"},
			{"the same, in full", "select id from evidence.main.sign_ins", "the id"},
			{"a view of ours", "select id from events", "the id"},
			{"a lookup of ours", "select count(*) from error_codes where error_code = 666", "0"},
			{"a macro of ours", "select home_account('Ann@Contoso.com')", "ann@contoso.com"},
			{"a function of the engine", "select lower('A')", "a"},
			{"another", "select trim(' A ')", "A"},
			{"an operator of the engine", "select 1 = 1", "true"},
			{"a table function of the engine", "select count(*) from range(3)", "3"},
		} {
			if got := answer(t, c, test.query); got != test.want {
				t.Errorf("%s: %s says %q, want %q", test.reason, test.query, got, test.want)
			}
		}
		for _, query := range []string{
			"select * from mine",
			"select * from evidence.mine",
			"select * from EVIDENCE.Mine",
			`select * from "evidence"."main"."mine"`,
			"select * from evidence.events",
			"select * from evidence.other.mine",
			"select * from evidence.other.sign_ins",
			"select * from other.mine",
			"from evidence.mine",
			"describe evidence.mine",
			"select * from (describe evidence.mine)",
			"summarize evidence.mine",
			"select * from (summarize evidence.mine)",
			"pivot evidence.mine on n using count(*)",
			"select (select n from evidence.mine)",
			"with m as (from evidence.mine) from m",
			"select * from sign_ins where exists (from evidence.mine)",
			"select evidence.lower('A')",
			"select evidence.main.lower('A')",
			"select evidence.other.trim('A')",
			"select 'A'.evidence.lower()",
			"select * from evidence.duckdb_tables()",
			"select * from evidence.main.range(3)",
			"select coalesce_all('A')",
		} {
			r, err := c.Query(context.Background(), query)
			if err == nil {
				t.Errorf("%s: answered %q", query, lines(t, r))
			}
		}
		for _, r := range Reports() {
			result, err := c.Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(t, result); strings.Contains(got, "666") {
				t.Errorf("the report %s says %q", r.Name, got)
			}
		}
	}
}

// TestChangedCasesAreNotOpened: see TestCheck of package schema for all changes.
func TestChangedCasesAreNotOpened(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ reason, statement, want string }{
		{"a view in a table's place", "drop table meta; create view meta as select 'schema_version' as key, '8' as value", "isn't a case"},
		{"a generated column", "create or replace table risky_users (id varchar, raw varchar as (id || 'x'))", "another definition of the table risky_users"},
		{"an index on an expression", "create index i on sign_ins ((id || user_id))", "has the index i"},
		{"a table of somebody's own", "create table notes (text varchar)", "has the table notes"},
		{"a case as it was made", "select 1", ""},
	} {
		c, err := Open(context.Background(), newCase(t, test.statement), engine.Options{Temp: t.TempDir()}, Filter{}, time.UTC)
		if err == nil {
			c.Close()
		}
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: the error is %v, want %q", test.reason, err, test.want)
		}
	}
}
