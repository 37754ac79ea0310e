package queries

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/ingest/parquet"
)

// parquetCase is a case with something of each kind of place. The buckets that are wanted
// of it come from md5sum: adele@contoso.com 4, the service principal's id c,
// admin@contoso.com a.
var parquetCase = []string{
	`insert into files (file_id, path, sha256, size_bytes, format, records, loaded, duplicates, rejected) values
		(1, 'a.json', 'aa', 7, 'entra_sign_ins', 5, 4, 1, 0), (2, 'b.csv', 'bb', 8, 'unified_audit_log', 2, 2, 0, 0), (3, 'steps.csv', 'cc', 9, 'portal_auth_details', 2, 2, 0, 0)`,
	`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, service_principal_id, session_id, raw) values
		(1, 1, 'one', '2026-10-01 23:59:59.999999', 'Adele@contoso.com', 'a-1', null, 's1', '{"id": "one"}'),
		(1, 2, 'two', '2026-10-02 00:00:00', 'adele@contoso.com', 'a-1', null, 's1', '{}'),
		(1, 3, 'three', '2026-10-02 12:00:00', '', null, '11111111-2222-3333-4444-555555555555', null, '{}'),
		(1, 4, 'four', null, null, null, null, null, '{}')`,
	`insert into sign_in_policies (parent_file_id, parent_record, sign_in_id, event_time, policy_name) values (1, 1, 'one', '2026-10-01 23:59:59.999999', 'MFA')`,
	// by the id alone; and of a sign-in that is not there
	`insert into sign_in_steps (file_id, record, sign_in_id, step_time, method, raw) values (3, 1, 'two', '2026-10-05 00:00:00', 'Password', '{}'), (3, 2, 'gone', '2026-10-05 00:00:00', 'Text', '{}')`,
	`insert into duplicates (file_id, record, kept_file_id, kept_record, identical) values (1, 5, 1, 3, false)`,
	`insert into copies.sign_ins (file_id, record, id, event_time, user_principal_name) values (1, 5, 'three', '2026-10-09', 'other@contoso.com')`,
	`insert into risk_history (file_id, record, kept_file_id, kept_record, log) values (1, 9, 1, 2, 'sign_ins')`,
	`insert into audit_events (file_id, record, id, event_time, user_id, object_id, session_id, raw) values
		(2, 1, 'five', '2026-10-03 08:00:00', 'admin@contoso.com', 'Boris@contoso.com', 's1', '{}')`,
	`insert into state_users (file_id, record, id, snapshot_time, user_principal_name, raw) values (2, 2, 'b', '2026-10-04 00:00:00', 'boris@contoso.com', '{}')`,
}

// onParquet asks an engine that may read the folder.
func onParquet(t *testing.T, query string) string {
	t.Helper()
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	rows, err := e.Query(ctx, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		var line []string
		for _, v := range values {
			text, _ := v.(string)
			line = append(line, text)
		}
		all = append(all, strings.Join(line, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func writeParquet(t *testing.T, casePath string) string {
	t.Helper()
	folder := t.TempDir()
	if _, err := WriteParquet(context.Background(), casePath, folder, "test", engine.Options{Temp: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestWriteParquet(t *testing.T) {
	folder := writeParquet(t, newCase(t, parquetCase...))
	for _, test := range []struct{ reason, query, want string }{
		{"a user is one bucket however the name is spelt, the day that of UTC; without a user it is the id, without anybody none",
			"select id, day::varchar, bucket from sign_ins order by id",
			"four||none\none|2026-10-01|4\nthree|2026-10-02|c\ntwo|2026-10-02|4"},
		{"times are to the microsecond, and Parquet says that they are UTC",
			"select typeof(event_time), epoch_us(event_time)::varchar from sign_ins where id = 'one'",
			"TIMESTAMP WITH TIME ZONE|1790899199999999"},
		{"a policy lies with its sign-in", "select policy_name, day::varchar, bucket from sign_in_policies", "MFA|2026-10-01|4"},
		{"a step that knows the id alone lies with the sign-in, whatever its own time; one of no sign-in by its time",
			"select method, day::varchar, bucket from sign_in_steps order by method", "Password|2026-10-02|4\nText|2026-10-05|none"},
		{"what was taken out lies with what stayed, and so does what it says by itself",
			"select 'duplicate', day::varchar, bucket from duplicates union all select user_principal_name, day::varchar, bucket from copies_sign_ins",
			"duplicate|2026-10-02|c\nother@contoso.com|2026-10-02|c"},
		{"a column that is called as a partition has another name", "select log_, day::varchar, bucket from risk_history", "sign_ins|2026-10-02|4"},
		{"what stood lies at its day, the books of the case at none", "select 'users', day::varchar, bucket from state_users union all select path, day::varchar, bucket from files order by all",
			"a.json||none\nb.csv||none\nsteps.csv||none\nusers|2026-10-04|none"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			query := test.query
			for _, table := range []string{"sign_ins", "sign_in_policies", "sign_in_steps", "duplicates", "copies_sign_ins", "risk_history", "state_users", "files"} {
				query = strings.ReplaceAll(query, "from "+table, "from read_parquet("+engine.Literal(filepath.Join(folder, "log="+table, "*", "*", "*.parquet"))+", hive_partitioning = true, hive_types = {'day': date, 'bucket': varchar})")
			}
			if got := onParquet(t, query); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestUserPartitions: where the index says that a user's records lie.
func TestUserPartitions(t *testing.T) {
	folder := writeParquet(t, newCase(t, parquetCase...))
	index := "select in_log, in_bucket, first_day::varchar, last_day::varchar from " + engine.Literal(filepath.Join(folder, "lookups", "user_partitions.parquet"))
	names := "select other_name from " + engine.Literal(filepath.Join(folder, "lookups", "user_names.parquet"))
	for _, test := range []struct{ reason, query, want string }{
		{"the user's own, and what another name did in the same session", index + " where name = 'adele@contoso.com' order by all", "audit_events|a|2026-10-03|2026-10-03\nsign_ins|4|2026-10-01|2026-10-02"},
		{"whom something was done to lies with who did it, and so does the session of that", index + " where name = 'boris@contoso.com' order by all", "audit_events|a|2026-10-03|2026-10-03\nsign_ins|4|2026-10-01|2026-10-02"},
		{"one who shares no session", index + " where name = '11111111-2222-3333-4444-555555555555'", ""},
		{"an account by its id", names + " where name = 'a-1'", "adele@contoso.com"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			if got := onParquet(t, test.query); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// readInto reads inputs into a case file, and gives what is said on the way.
func readInto(t *testing.T, casePath string, f Filter, inputs ...string) (said []string, s ingest.Summary, err error) {
	t.Helper()
	s, err = ingest.Load(context.Background(), casePath, inputs, ingest.Options{
		Engine:     engine.Options{Temp: t.TempDir(), Threads: 1},
		Partitions: f.Partitions(),
		Warn:       func(sentence string) { said = append(said, sentence) },
	})
	return said, s, err
}

// tablesOf is every table of a case as text, but for what tells of the load itself.
func tablesOf(t *testing.T, path string) map[string]string {
	t.Helper()
	c := openPath(t, path, Filter{}, time.UTC)
	all := map[string]string{}
	for _, table := range parquet.Tables() {
		query := "select * from evidence." + parquet.InCase(table.Name) + " order by all"
		switch table.Name {
		case "meta":
			continue
		case "files":
			query = "select * exclude (note) from evidence.files where format <> 'parquet' order by all"
		}
		rows, err := c.all(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		all[table.Name] = fmt.Sprint(rows)
	}
	return all
}

// TestReadParquet: a case that was written and read again is that case.
func TestReadParquet(t *testing.T) {
	t.Parallel()
	path := newCase(t, parquetCase...)
	folder := writeParquet(t, path)
	again := filepath.Join(t.TempDir(), "again.duckdb")
	said, s, err := readInto(t, again, Filter{}, folder)
	if err != nil || len(said) > 0 || !s.Complete() {
		t.Fatalf("%v, %q, %+v", err, said, s)
	}
	want, got := tablesOf(t, path), tablesOf(t, again)
	for name, rows := range want {
		if got[name] != rows {
			t.Errorf("%s:\n%s\nwant\n%s", name, got[name], rows)
		}
	}
	c := openPath(t, again, Filter{}, time.UTC)
	if got := answer(t, c, "select count(*), count(sha256), sum(records)::bigint, min(file_id) from files where format = 'parquet' and path like '%log=%'"); got != "14|14|0|4" {
		t.Errorf("Parquet files, with a hash, records: %s", got)
	}
	if c.Extent().Part() != "" {
		t.Errorf("all was read, and yet: %s", c.Extent().Part())
	}
	// A second time there is nothing to add.
	before := tablesOf(t, again)
	if said, s, err := readInto(t, again, Filter{}, folder); err != nil || !s.Complete() || len(said) != 1 || !strings.Contains(said[0], "already in the case") {
		t.Errorf("again: %v, %q, %+v", err, said, s)
	}
	for name, rows := range tablesOf(t, again) {
		if before[name] != rows {
			t.Errorf("%s changed when the folder was read again:\n%s\nwas\n%s", name, rows, before[name])
		}
	}
}

// TestReadPart: which partitions are read, and what is said of the others.
func TestReadPart(t *testing.T) {
	takesLong(t)
	folder := writeParquet(t, newCase(t, parquetCase...))
	moment := func(s string) Moment {
		m, err := ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, test := range []struct {
		reason       string
		filter       Filter
		events, rest string // ids of events; steps, duplicates, states
		isPart       bool
	}{
		{"all", Filter{}, "five four one three two", "2 1 1", false},
		{"a user, with the session's events of another name", Filter{Users: []string{"adele@contoso.com"}}, "five one two", "1 0 1", true},
		{"the same by the id", Filter{Users: []string{"A-1"}}, "five one two", "1 0 1", true},
		{"whom something was done to", Filter{Users: []string{"boris@contoso.com"}}, "five one two", "1 0 1", true},
		{"a service principal is no user, and --user shows none of it", Filter{Users: []string{"11111111-2222-3333-4444-555555555555"}}, "", "0 0 1", true},
		{"nobody of that name", Filter{Users: []string{"nobody@contoso.com"}}, "", "0 0 1", true},
		{"a pattern is none of an index: all", Filter{Users: []string{"ad*"}}, "five four one three two", "2 1 1", false},
		{"a session may be anybody's, at any time: all", Filter{Sessions: []string{"s1"}, Since: moment("2026-10-03")}, "five four one three two", "2 1 1", false},
		{"from a day on; what has no time may be of any", Filter{Since: moment("2026-10-02")}, "five four three two", "2 1 1", true},
		{"until a time of day, which needs that day", Filter{Until: moment("2026-10-02T00:00:00.5")}, "four one three two", "1 1 1", true},
		{"until midnight, which does not", Filter{Until: moment("2026-10-02")}, "four one", "0 0 1", true},
		{"a day back from the newest event, which is in the morning of the 3rd", Filter{Since: moment("24h")}, "five four three two", "2 1 1", true},
	} {
		t.Run(test.reason, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "part.duckdb")
			if said, s, err := readInto(t, path, test.filter, folder); err != nil || len(said) > 0 || !s.Complete() {
				t.Fatalf("%v, %q, %+v", err, said, s)
			}
			c := openPath(t, path, Filter{}, time.UTC)
			if got := answer(t, c, "select coalesce(string_agg(id, ' ' order by id), '') from (select id from sign_ins union all select id from audit_events)"); got != test.events {
				t.Errorf("events: %s, want %s", got, test.events)
			}
			if got := answer(t, c, "select (select count(*) from sign_in_steps) || ' ' || (select count(*) from duplicates) || ' ' || (select count(*) from state_users)"); got != test.rest {
				t.Errorf("steps, duplicates, states: %s, want %s", got, test.rest)
			}
			if (c.Extent().Part() != "") != test.isPart {
				t.Errorf("it says %q", c.Extent().Part())
			}
			if got := answer(t, c, "select count(*) from files where records <> loaded + duplicates + rejected"); got != "0" {
				t.Errorf("the books of %s files don't balance", got)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "part.duckdb")
	if _, _, err := readInto(t, path, Filter{Users: []string{"adele@contoso.com"}}, folder); err != nil {
		t.Fatal(err)
	}
	c := openPath(t, path, Filter{}, time.UTC)
	for name, isNoted := range map[string]bool{"app_new": true, "signin_status": false} {
		r, _ := Lookup(name)
		result, err := c.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.Join(result.Notes, " "), "Only a part of the evidence was read: 9 of 14 Parquet files") != isNoted {
			t.Errorf("the notes on %s are %q", name, result.Notes)
		}
	}
}

// TestParquetOfSeveral: what stands in two folders, or in a folder and an export, counts once, as
// it does where the exports are read together.
func TestParquetOfSeveral(t *testing.T) {
	takesLong(t)
	export := func(ids ...string) string {
		var b strings.Builder
		for _, id := range ids {
			extra := ""
			if name, risk, ok := strings.Cut(id, "+"); ok {
				id, extra = name, `, "riskState": "`+risk+`"`
			}
			fmt.Fprintf(&b, `{"id": %q, "createdDateTime": "2026-10-01T08:00:00Z", "appId": "b", "userPrincipalName": "c@contoso.com", "status": {"errorCode": 0}%s}`+"\n", id, extra)
		}
		name := filepath.Join(t.TempDir(), ids[0]+".json")
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	first, second, third := export("one", "two", "two+atRisk"), export("two+remediated", "three"), export("three", "two", "four")
	folderOf := func(inputs ...string) string {
		path := filepath.Join(t.TempDir(), "case.duckdb")
		if _, _, err := readInto(t, path, Filter{}, inputs...); err != nil {
			t.Fatal(err)
		}
		return writeParquet(t, path)
	}
	together := filepath.Join(t.TempDir(), "together.duckdb")
	if _, _, err := readInto(t, together, Filter{}, first, second, third); err != nil {
		t.Fatal(err)
	}
	counts := "select (select count(*) || ' sign-ins ' || string_agg(risk_state, ' ' order by id) from sign_ins) || ', ' || (select count(*) || ' duplicates' from duplicates) || ', ' || (select count(*) || ' earlier risks' from risk_history)"
	want := answer(t, openPath(t, together, Filter{}, time.UTC), counts)
	if !strings.HasPrefix(want, "4 sign-ins") {
		t.Fatal(want)
	}
	for _, test := range []struct {
		reason string
		inputs [][]string // of one load each
	}{
		{"three folders", [][]string{{folderOf(first), folderOf(second), folderOf(third)}}},
		{"one after the other", [][]string{{folderOf(first)}, {folderOf(second)}, {folderOf(third)}}},
		{"a folder, and exports beside it", [][]string{{folderOf(first), second, third}}},
		{"exports, then a folder", [][]string{{first, second}, {folderOf(third)}}},
		{"a folder, then an export that is in it already", [][]string{{folderOf(first, second)}, {first, third}}},
	} {
		t.Run(test.reason, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "case.duckdb")
			for _, inputs := range test.inputs {
				if _, s, err := readInto(t, path, Filter{}, inputs...); err != nil || !s.Complete() {
					t.Fatalf("%v, %+v", err, s)
				}
			}
			c := openPath(t, path, Filter{}, time.UTC)
			if test.reason != "a folder, then an export that is in it already" { // whose duplicates are two more
				if got := answer(t, c, counts); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			if got := answer(t, c, "select count(*) from sign_ins"); got != "4" {
				t.Errorf("%s sign-ins", got)
			}
			if got := answer(t, c, "select count(*) from files where records <> loaded + duplicates + rejected"); got != "0" {
				t.Errorf("the books of %s files don't balance", got)
			}
		})
	}
}

// TestHostileParquet: what somebody has done to a folder is said, and the rest is read.
func TestHostileParquet(t *testing.T) {
	takesLong(t)
	rows := func(folder, options string, columns string) {
		t.Helper()
		ctx := context.Background()
		e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		from := filepath.Join(folder, "log=audit_events", "day=2026-10-03", "bucket=a")
		if err := e.Exec(ctx, "copy (select "+columns+" from read_parquet("+engine.Literal(filepath.Join(from, "data_0.parquet"))+", hive_partitioning = false)) to "+
			engine.Literal(filepath.Join(from, "more.parquet"))+" (format parquet, "+options+")"); err != nil {
			t.Fatal(err)
		}
	}
	write := func(folder, name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	good := writeParquet(t, newCase(t, parquetCase...))
	for _, test := range []struct {
		reason string
		do     func(folder string)
		said   string // in a warning, or as an error
		events string // that are read all the same; "error" = none
	}{
		{"a codec that is not read", func(f string) { rows(f, "compression brotli", "* replace ('six' as id, 3::bigint as record)") }, "is compressed with brotli, which is not read", "five"},
		{"a foreign column", func(f string) { rows(f, "compression zstd", "*, 1 as colour") }, `it has the column "colour", which audit_events has not`, "five"},
		{"rows of a file that there is not", func(f string) { rows(f, "compression zstd", "* replace (99::integer as file_id)") }, "1 row was left out, for the folder's table files has no file that it belongs to", "five"},
		{"rows of no file", func(f string) { rows(f, "compression zstd", "* replace (null::integer as file_id)") }, "1 row was left out", "five"},
		{"a row that is there twice", func(f string) { rows(f, "compression zstd", "* replace ('six' as id)") }, "a partition is there twice, or was changed", "error"},
		{"a partition copied as it is", func(f string) {
			text, err := os.ReadFile(filepath.Join(f, "log=audit_events", "day=2026-10-03", "bucket=a", "data_0.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			write(f, "log=audit_events/day=2026-10-03/bucket=a/copy.parquet", string(text))
		}, "already in the case", "five"},
		{"no Parquet, but called so", func(f string) {
			write(f, "log=audit_events/day=2026-10-03/bucket=b/x.parquet", "PAR1 and no more than that PAR1")
		}, "a Parquet file that is not read: the footer", "five"},
		{"a table of another origin", func(f string) { write(f, "log=orders/day=2026-10-03/bucket=b/x.parquet", "PAR1") }, "a Parquet file of another origin", "five"},
		{"the list of exports is gone", func(f string) { os.RemoveAll(filepath.Join(f, "log=files")) }, "the table files is missing", "nothing"},
		{"the manifest is of another version", func(f string) {
			text, err := os.ReadFile(filepath.Join(f, "schema.json"))
			if err != nil {
				t.Fatal(err)
			}
			write(f, "schema.json", string(bytes.Replace(text, []byte(`"layout_version": 1`), []byte(`"layout_version": 2`), 1)))
		}, "the Parquet was written with layout 2", "nothing"},
		{"a partition is gone", func(f string) { os.RemoveAll(filepath.Join(f, "log=audit_events")) }, "", ""},
	} {
		t.Run(test.reason, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "parquet")
			if err := os.CopyFS(folder, os.DirFS(good)); err != nil {
				t.Fatal(err)
			}
			test.do(folder)
			path := filepath.Join(t.TempDir(), "case.duckdb")
			said, s, err := readInto(t, path, Filter{}, folder)
			if test.events == "error" {
				if err == nil || !strings.Contains(err.Error(), test.said) {
					t.Errorf("the error is %v, want %q", err, test.said)
				}
				return
			}
			if err != nil || !strings.Contains(strings.Join(said, "\n"), test.said) {
				t.Fatalf("%v, said %q, want %q", err, said, test.said)
			}
			if isFault := test.said != "" && test.said != "already in the case"; s.Complete() == isFault {
				t.Errorf("complete: %v", s.Complete())
			}
			c := openPath(t, path, Filter{}, time.UTC)
			events, signIns := test.events, "4"
			if events == "nothing" {
				events, signIns = "", "0"
			}
			if got := answer(t, c, "select coalesce(string_agg(id, ' '), '') from audit_events"); got != events {
				t.Errorf("audit events: %q, want %q", got, events)
			}
			if got := answer(t, c, "select count(*) from sign_ins"); got != signIns {
				t.Errorf("%s sign-ins, want %s", got, signIns)
			}
			if got := answer(t, c, "select count(*) from files where records <> loaded + duplicates + rejected"); got != "0" {
				t.Errorf("the books of %s files don't balance", got)
			}
			if (c.Extent().Part() != "") != (test.reason == "a partition is gone") {
				t.Errorf("it says %q", c.Extent().Part())
			}
		})
	}
}
