package queries

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// parquetCase is a case with something of each kind of place. The buckets that are wanted
// of it come from md5sum: adele@contoso.com 4, the service principal's id c,
// admin@contoso.com a.
var parquetCase = []string{
	`insert into files (file_id, path, sha256, format, records, loaded, duplicates, rejected) values
		(1, 'a.json', 'aa', 'entra_sign_ins', 5, 4, 1, 0), (2, 'b.csv', 'bb', 'unified_audit_log', 1, 1, 0, 0), (3, 'steps.csv', 'cc', 'portal_auth_details', 1, 1, 0, 0)`,
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
