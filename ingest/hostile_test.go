package ingest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// change runs statements in the case, as whoever had it before could have done.
func (c *loaded) change(statements ...string) {
	c.t.Helper()
	c.endReading()
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: c.t.TempDir(), Threads: 1})
	if err != nil {
		c.t.Fatal(err)
	}
	defer e.Close()
	if err := e.Extend(ctx, c.path); err != nil {
		c.t.Fatal(err)
	}
	if err := e.Use(ctx); err != nil {
		c.t.Fatal(err)
	}
	for _, s := range statements {
		if err := e.Exec(ctx, s); err != nil {
			c.t.Fatalf("%s: %v", s, err)
		}
	}
	if err := e.Detach(ctx); err != nil {
		c.t.Fatal(err)
	}
}

// TestMacrosOfACaseDoNotAct adds a log to a case that came with macros of its own,
// of the names that the load calls: what is stored must be as in a new case.
func TestMacrosOfACaseDoNotAct(t *testing.T) {
	takesLong(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("the secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	const log = "../testdata/formats/powershell_sign_ins.json"
	rows := "select columns(* exclude file_id)::varchar from sign_ins order by record"
	want := load(t, log).ask(rows)
	if len(want) == 0 {
		t.Fatal("the log has no sign-in")
	}
	for _, test := range []struct{ reason, statement string }{
		{"a macro of ours that reads a file", "create or replace macro filled(text) as coalesce(nullif(text, ''), '') || (select content from read_text(" + engine.Literal(secret) + "))"},
		{"a macro of ours that says something else", "create or replace macro bare_ip(text) as '192.0.2.1'"},
		{"one of another number of parameters", "create or replace macro utc(text, zone) as timestamp '2000-01-01'"},
		{"a function of the engine", "create macro lower(text) as 'mallory@contoso.com'"},
		{"another, which takes JSON apart", "create macro from_json(body, structure) as null"},
		{"an operator of the engine", `create macro "="(a, b) as true`},
		{"a table macro", "create macro filled_table() as table select 1"},
		{"a view of a name that the load gives to its own", "create view source as select 1 as record"},
		{"the analyst's own view", "create view mine as select count(*) as n from sign_ins"},
	} {
		c := load(t, "../testdata/formats/graph_activity.json")
		c.change(test.statement)
		c.add(log)
		if got := c.ask(rows); !slices.Equal(got, want) {
			t.Errorf("%s: the sign-ins are\n%s\nwant\n%s", test.reason, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if c.summary.Loaded != int64(len(want)) {
			t.Errorf("%s: %d loaded, want %d", test.reason, c.summary.Loaded, len(want))
		}
		if strings.Contains(test.statement, "view mine") {
			if got := c.ask("select n from mine"); !slices.Equal(got, []string{strconv.Itoa(len(want))}) {
				t.Errorf("the analyst's view says %v afterwards", got)
			}
		}
	}
}

// TestChangedCasesAreNotAddedTo: see TestCheck of package schema for all changes.
func TestChangedCasesAreNotAddedTo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reason     string
		statements []string
		err        string
	}{
		{"meta is a view", []string{"drop table meta", "create view meta as select 'schema_version' as key, '8' as value"}, "isn't a case"},
		{"a default that the load would fill in", []string{"alter table sign_ins alter user_id set default 'mallory'"}, "another definition of the table sign_ins"},
		{"an index that each row would go through", []string{"create index i on sign_ins ((user_id || id))"}, "has the index i"},
		{"an older schema", []string{"update meta set value = '1' where key = 'schema_version'"}, "schema version 1"},
	} {
		c := load(t, "../testdata/formats/graph_activity.json")
		c.change(test.statements...)
		_, err := Load(t.Context(), c.path, []string{"../testdata/formats/powershell_sign_ins.json"}, Options{Engine: engine.Options{Temp: t.TempDir()}})
		if err == nil || !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: the error is %v, want %q", test.reason, err, test.err)
		}
	}
}
