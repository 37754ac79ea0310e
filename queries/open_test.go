package queries

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

func TestOpenRefuses(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other.duckdb")
	e, err := engine.New(context.Background(), engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Create(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	if err := e.Exec(context.Background(), "create table t (i integer)"); err != nil {
		t.Fatal(err)
	}
	e.Close()
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := newCase(t)
	bytes, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(bytes), "schema_version")
	if at < 0 {
		t.Fatal("the case does not say its version")
	}
	bytes[at] ^= 0xff
	if err := os.WriteFile(damaged, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	cut := newCase(t)
	if err := os.Truncate(cut, int64(len(bytes)/2)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ reason, path, want string }{
		{"a block of meta that isn't what was written", damaged, "the case database is damaged"},
		{"half a file", cut, "the case database is damaged"},
		{"a case of a later version", newCase(t, "update meta set value = '99' where key = 'schema_version'"), "schema version 99"},
		{"a case without a version", newCase(t, "delete from meta"), "isn't a case"},
		{"another program's database", other, "isn't a case"},
		{"no database", text, "notes.txt"},
		{"no file", filepath.Join(t.TempDir(), "none.duckdb"), "none.duckdb"},
	} {
		c, err := Open(context.Background(), test.path, engine.Options{Temp: t.TempDir()}, Filter{}, time.UTC)
		if err == nil {
			c.Close()
			t.Errorf("%s: opened", test.reason)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), filepath.Base(test.path)) {
			t.Errorf("%s: got error %q, want one with %q that names the file", test.reason, err, test.want)
		}
	}
}

// TestQueryIsLockedIn tries to get out: to read a file, write one, change the
// evidence, the session or a setting, or ask two things at once.
func TestQueryIsLockedIn(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := newCase(t, filterRows...)
	before := hash(t, path)
	c := openPath(t, path, Filter{}, time.UTC)
	file := engine.Literal(secret)
	out := engine.Literal(filepath.Join(dir, "out"))
	for _, query := range []string{
		"select * from read_csv(" + file + ")",
		"select * from read_text(" + file + ")",
		"select * from read_blob(" + file + ")",
		"select * from " + engine.Identifier(secret),
		"select * from " + file,
		"select * from glob(" + engine.Literal(dir+"/*") + ")",
		"select * from query('select * from read_csv(" + strings.ReplaceAll(file, "'", "''") + ")')",
		"copy sign_ins to " + out,
		"copy (select 1) to " + out,
		"export database " + out,
		"attach " + out + " as other",
		"attach ':memory:' as other",
		"install inet",
		"load inet",
		"insert into evidence.sign_ins (id) values ('x')",
		"update evidence.sign_ins set id = 'x'",
		"delete from evidence.sign_ins",
		"drop table evidence.sign_ins",
		"create table t as select 1",
		"create view evidence.v as select 1",
		"create or replace view sign_ins as select 1 as id",
		"create macro local_time(x) as x",
		"set memory_limit = '1GB'",
		"set enable_external_access = true",
		"set variable since = 1",
		"reset lock_configuration",
		"pragma enable_profiling",
		"call pragma_version()",
		"use evidence",
		"checkpoint evidence",
		"detach evidence",
		"begin transaction",
		"prepare p as select 1",
		"explain analyze delete from evidence.sign_ins",
		"vacuum",
		"delete from evidence.sign_ins; select 1",
		"select 1; delete from evidence.sign_ins",
		"select 1; select 2",
		"with gone as (delete from evidence.sign_ins returning *) select * from gone",
		"",
		"-- nothing",
		";",
		"selec 1",
	} {
		r, err := c.Query(context.Background(), query)
		if err != nil {
			continue
		}
		for _, rowErr := range r.Rows {
			err = rowErr
		}
		if err == nil {
			t.Errorf("%s: answered", query)
		}
	}
	if got := answer(t, c, "select count(*) from sign_ins"); got != "4" {
		t.Errorf("afterwards there are %s sign-ins, want 4", got)
	}
	if err := c.engine.Exec(context.Background(), "delete from evidence.sign_ins"); err == nil {
		t.Error("the engine itself let rows of the evidence be deleted")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if hash(t, path) != before {
		t.Error("the case file is not what it was")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
}

func hash(t *testing.T, path string) [32]byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(content)
}

func TestQueryAnswers(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC, filterRows...)
	for _, test := range []struct{ query, want string }{
		{"select app_display_name, count(*) from sign_ins group by all order by 2 desc, 1 nulls first limit 2", "|1\nIt's_odd|1"},
		{"from sign_ins select id order by id limit 1;", "s1"},
		{"select 'a;b' -- and; more", "a;b"},
		{"select sum(record) from sign_ins", "10"},
		{"select [1, 2], {'a': 1}, date '2026-10-01', 1.5::decimal(4, 2), null", `[1,2]|{"a":1}|2026-10-01|1.5|`},
		{"values (true, 1::double)", "true|1"},
		{"select getvariable('since')", ""},
		{"select 170141183460469231731687303715884105727::hugeint as big", "170141183460469231731687303715884105727"},
	} {
		if got := answer(t, c, test.query); got != test.want {
			t.Errorf("%s: got %q, want %q", test.query, got, test.want)
		}
	}
	since := openCase(t, Filter{Since: Moment{Time: time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)}}, time.UTC, filterRows...)
	if got := answer(t, since, "select getvariable('since'), getvariable('until')"); got != "2026-10-02T00:00:00Z|" {
		t.Errorf("the run's period: got %s", got)
	}
}

func TestAnswersAreReadOnce(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC, filterRows...)
	ctx := context.Background()
	first, err := c.Query(ctx, "select id from sign_ins order by id")
	if err != nil {
		t.Fatal(err)
	}
	for range first.Rows { // given up after one row
		break
	}
	second, err := c.Query(ctx, "select 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range first.Rows {
		if err == nil {
			t.Error("an answer was read on after another question")
		}
	}
	if got := lines(t, second); got != "1" {
		t.Errorf("got %s, want 1", got)
	}
}

func TestCancel(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if r, err := c.Query(ctx, "select count(*) from range(100000000000) where hash(range) = 1"); err == nil {
		for _, err = range r.Rows {
		}
		if err == nil {
			t.Error("a question without end was answered")
		}
	}
	if got := answer(t, c, "select 1"); got != "1" {
		t.Errorf("afterwards: got %s, want 1", got)
	}
}
