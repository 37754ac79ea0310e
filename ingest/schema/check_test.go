package schema

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// newCase makes the file of an empty case, and then changes it.
func newCase(t *testing.T, changes ...string) string {
	t.Helper()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "case.duckdb")
	e := newEngine(t)
	if err := e.Create(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		t.Fatal(err)
	}
	if err := CreateTables(ctx, e); err != nil {
		t.Fatal(err)
	}
	if err := CreateMacros(ctx, e); err != nil {
		t.Fatal(err)
	}
	version := "insert into meta (key, value) values ('schema_version', '" + Version + "')"
	for _, s := range append([]string{version, "commit"}, changes...) {
		if err := e.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := e.Detach(ctx); err != nil {
		t.Fatal(err)
	}
	return path
}

func newEngine(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.New(context.Background(), engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// TestCheck changes one thing of a case at a time, as whoever sends it could.
func TestCheck(t *testing.T) {
	const rejects = "create or replace table rejects (file_id integer, record bigint, line bigint, reason varchar, excerpt varchar"
	for _, test := range []struct {
		reason  string
		changes []string
		err     string // "" = it is a case
	}{
		{"a case as it was made", nil, ""},
		{"a view of the analyst's own is not looked at", []string{"create view mine as select count(*) as n from sign_ins"}, ""},
		{"nor is a view that reads a file", []string{"create view v as select * from read_text('/no/such/file')"}, ""},
		{"nor a macro", []string{"create or replace macro filled(text) as 'x'", "create macro t() as table select 1"}, ""},
		{"a remark on a table says nothing to the engine", []string{"comment on table sign_ins is 'hello'"}, ""},
		{"more rows of codes are data", []string{"insert into legacy_clients values ('telnet')"}, ""},

		{"meta is a view", []string{"alter table meta rename to kept", "drop table kept", "create view meta as select 'schema_version' as key, '8' as value"}, "isn't a case"},
		{"meta is a view over a table macro", []string{"drop table meta", "create macro m() as table select 'schema_version' as key, '8' as value", "create view meta as select * from m()"}, "isn't a case"},
		{"meta works out its value", []string{"create or replace table meta (key varchar, value varchar as (key || getvariable('x')), tool_version varchar, written_at timestamp)"}, "isn't a case"},
		{"another table is a view", []string{"drop table sign_ins", "create view sign_ins as select 1 as id"}, "lacks the table sign_ins"},
		{"a table is not there", []string{"drop table risky_users"}, "lacks the table risky_users"},
		{"a table more", []string{"create table notes (text varchar)"}, "has the table notes"},
		{"a table in another folder", []string{"create schema other", "create table other.sign_ins (id varchar)"}, "has the table other.sign_ins"},
		{"a column more", []string{"alter table rejects add column note varchar"}, "another definition of the table rejects"},
		{"a column less", []string{"alter table rejects drop column excerpt"}, "another definition of the table rejects"},
		{"a column of another type", []string{"alter table rejects alter record type varchar"}, "another definition of the table rejects"},
		{"columns in another order", []string{"create or replace table rejects (file_id integer, line bigint, record bigint, reason varchar, excerpt varchar)"}, "another definition of the table rejects"},
		{"a default", []string{"alter table rejects alter reason set default getvariable('x')"}, "another definition of the table rejects"},
		{"a default that calls a macro", []string{"create macro m(a) as a + 1", "alter table rejects alter record set default m(1)"}, "another definition of the table rejects"},
		{"a generated column", []string{strings.Replace(rejects, "excerpt varchar", "excerpt varchar as (reason || 'x')", 1) + ")"}, "another definition of the table rejects"},
		{"a check", []string{rejects + ", check (length(reason) > 0))"}, "another definition of the table rejects"},
		{"a key", []string{rejects + ", primary key (record))"}, "another definition of the table rejects"},
		{"a value that must be there", []string{"alter table rejects alter reason set not null"}, "another definition of the table rejects"},
		{"another order of letters", []string{strings.Replace(rejects, "reason varchar", "reason varchar collate nocase", 1) + ")"}, "another definition of the table rejects"},
		{"a name that looks like two columns", []string{`create or replace table rejects (file_id integer, "record BIGINT, line" bigint, reason varchar, excerpt varchar)`}, "another definition of the table rejects"},
		{"an index", []string{"create index i on rejects (record)"}, "has the index i"},
		{"an index on an expression", []string{"create index i on meta ((key || value))"}, "has the index i"},
		{"a sequence", []string{"create sequence s"}, "has the sequence s"},
		{"a type", []string{"create type t as enum ('a')"}, "has the type t"},

		{"an older schema", []string{"update meta set value = '1'"}, "schema version 1, this entrail reads version"},
		{"an older schema with other tables", []string{"update meta set value = '1'", "drop table graph_activity"}, "schema version 1, this entrail reads version"},
		{"no version", []string{"delete from meta"}, "isn't a case"},
		{"two versions", []string{"insert into meta select * from meta"}, "isn't a case"},
		{"no tables", []string{"drop table meta"}, "isn't a case"},
	} {
		path := newCase(t, test.changes...)
		e := newEngine(t)
		if err := e.Extend(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		err := Check(t.Context(), e, "evidence")
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: the error is %v, want %q", test.reason, err, test.err)
		}
		if n, err := e.Count(t.Context(), "duckdb_schemas() where schema_name = 'own'"); n != 0 || err != nil {
			t.Errorf("%s: left %d schemas in the engine, %v", test.reason, n, err)
		}
		e.Close()
	}
}

// TestCheckIsNotFooled has a case with macros of the names of what Check calls.
func TestCheckIsNotFooled(t *testing.T) {
	path := newCase(t,
		"create table notes (text varchar)",
		"create macro duckdb_tables() as table select null as schema_name where false",
		"create macro replace(a, b, c) as 'x'",
		`create macro "="(a, b) as false`,
	)
	e := newEngine(t)
	if err := e.Extend(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), e, "evidence"); err == nil || !strings.Contains(err.Error(), "has the table notes") {
		t.Errorf("the error is %v", err)
	}
	if err := DropMacros(t.Context(), e, "evidence"); err != nil {
		t.Fatal(err)
	}
	if n, err := e.Count(t.Context(), "duckdb_functions() where database_name = 'evidence'"); n != 0 || err != nil {
		t.Errorf("%d macros stay, %v", n, err)
	}
}
