package queries

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/parquet"
)

// askedOf is the text of a portable query, with its tables from a folder of Parquet.
func (p portable) askedOf(folder string) string {
	var tables []string
	for _, table := range p.needs {
		tables = append(tables, table+" as (from read_parquet("+engine.Literal(filepath.Join(folder, "log="+table, "*", "*", "*.parquet"))+", hive_partitioning = true, hive_types = {'day': date, 'bucket': varchar}))")
	}
	return "with " + strings.Join(tables, ", ") + " from (" + p.text + ")"
}

// reduce writes the answer of a query into a file, as DuckDB does for an analyst.
func reduce(t *testing.T, folder, name, file, options string) {
	t.Helper()
	p, ok := lookupPortable(name)
	if !ok {
		t.Fatalf("there is no query %s", name)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Exec(ctx, "copy ("+p.askedOf(folder)+") to "+engine.Literal(file)+" ("+options+")"); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// reducedCase is a tenant with what only all of it tells of adele: boris used the application
// files and added a member to a role before her, carol has the domain fabrikam.com, and five
// accounts share 203.0.113.9 on three days, which she uses on one. New in the tenant are her
// application evil and her act add application.
func reducedCase(t *testing.T) string {
	sql := []string{
		`insert into files (file_id, path, sha256, size_bytes, format, records, loaded, duplicates, rejected) values
			(1, 'a.json', 'aa', 7, 'entra_sign_ins', 20, 20, 0, 0), (2, 'b.json', 'bb', 8, 'entra_directory_audits', 4, 4, 0, 0), (3, 'c.csv', 'cc', 9, 'unified_audit_log', 1, 1, 0, 0)`,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, app_id, app_display_name, status, error_code, ip_address, raw) values
			(1, 1, 's1', '2026-10-01 08:00:00', 'boris@contoso.com', 'b-1', 'files', 'Files', 'success', 0, '192.0.2.1', '{}'),
			(1, 2, 's2', '2026-10-12 08:00:00', 'adele@contoso.com', 'a-1', 'files', 'Files', 'success', 0, '192.0.2.2', '{}'),
			(1, 3, 's3', '2026-10-12 09:00:00', 'adele@contoso.com', 'a-1', 'evil', 'Evil', 'failure', 65001, '192.0.2.2', '{}'),
			(1, 4, 's4', '2026-10-20 09:00:00', 'carol@fabrikam.com', 'c-1', 'files', 'Files', 'success', 0, '192.0.2.3', '{}'),
			(1, 5, 's5', '2026-10-13 09:00:00', 'adele@contoso.com', 'a-1', 'files', 'Files', 'success', 0, '203.0.113.9', '{}')`,
		`insert into directory_audits (file_id, record, id, event_time, activity, initiated_by, initiated_by_type, result, targets, raw) values
			(2, 1, 'd1', '2026-10-01 10:00:00', 'Consent to application', 'boris@contoso.com', 'user', 'success', 'Crm', '{}'),
			(2, 2, 'd2', '2026-10-02 10:00:00', 'Add member to role', 'boris@contoso.com', 'user', 'success', 'Crm', '{}'),
			(2, 3, 'd3', '2026-10-14 10:00:00', 'Add member to role', 'adele@contoso.com', 'user', 'success', 'Crm', '{}'),
			(2, 4, 'd4', '2026-10-14 11:00:00', 'Add application', 'adele@contoso.com', 'user', 'success', 'Crm', '{}')`,
		`insert into audit_events (file_id, record, id, event_time, user_id, operation, workload, record_type, object_id, raw) values
			(3, 1, 'u1', '2026-10-14 10:59:57', 'adele@contoso.com', 'Add application.', 'AzureActiveDirectory', 8, 'Crm', '{}')`,
	}
	var shared []string
	for i, name := range []string{"boris", "carol", "dora", "erik", "gina"} {
		for day := range 3 {
			shared = append(shared, fmt.Sprintf("(1, %d, 'x%[1]d', '2026-10-0%d 07:00:00', '%s@contoso.com', 'u-%[3]s', 'files', 'Files', 'success', 0, '203.0.113.9', '{}')", 6+3*i+day, 3+day, name))
		}
	}
	return newCase(t, append(sql, `insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, app_id, app_display_name, status, error_code, ip_address, raw) values `+strings.Join(shared, ", "))...)
}

// TestReductions: what a part of a tenant can't tell comes from the reductions that lie beside
// the Parquet, and then the answers about a user are those of the whole.
func TestReductions(t *testing.T) {
	takesLong(t)
	adele := Filter{Users: []string{"adele@contoso.com"}}
	whole := reducedCase(t)
	lake := t.TempDir()
	folder := filepath.Join(lake, "load=2026-10")
	if err := os.CopyFS(folder, os.DirFS(writeParquet(t, whole))); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(t.TempDir(), "part.duckdb")
	if _, _, err := readInto(t, part, adele, lake); err != nil {
		t.Fatal(err)
	}
	reductions := filepath.Join(lake, parquet.ReductionsFolder)
	for i, r := range parquet.Reductions {
		name := filepath.Join(reductions, r.Name+parquet.Ending)
		if i%2 == 1 { // as Spark does
			name = filepath.Join(reductions, r.Name, "part-00000.snappy.parquet")
		}
		reduce(t, folder, r.Name, name, "format parquet")
	}
	reduced := filepath.Join(t.TempDir(), "reduced.duckdb")
	if said, s, err := readInto(t, reduced, adele, lake); err != nil || len(said) > 0 || !s.Complete() {
		t.Fatalf("%v, %q, %+v", err, said, s)
	}
	ofWhole, ofPart, ofReduced := openPath(t, whole, adele, time.UTC), openPath(t, part, adele, time.UTC), openPath(t, reduced, adele, time.UTC)

	for _, test := range []struct{ reason, query, want string }{
		{"boris used the one before, in a partition that is not read; the other is new",
			"select string_agg(app_id || ' ' || first_seen || ' ' || first_user, ', ' order by app_id) from application_firsts", "evil 2026-10-12 09:00:00 adele@contoso.com, files 2026-10-01 08:00:00 boris@contoso.com"},
		{"first in the tenant, whose twin is three seconds before; only for her what boris did",
			"select string_agg(act_id || ' ' || rarity, ', ' order by act_id) from directory_acts where actor = 'adele@contoso.com'", "d3 first for this user in 13 days of log, d4 first in this tenant in 13 days of log"},
		{"a domain of an account that is not read", "select string_agg(domain, ' ' order by domain) from own_domains", "contoso.com fabrikam.com"},
		{"an address of many who are not read", "select string_agg(ip_address, ' ') from shared_addresses", "203.0.113.9"},
		{"the days of all", "select first_day || ' ' || last_day from sign_in_period", "2026-10-01 2026-10-20"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			if got := answer(t, ofWhole, test.query); got != test.want {
				t.Errorf("the whole: %s, want %s", got, test.want)
			}
			if got := answer(t, ofReduced, test.query); got != test.want {
				t.Errorf("the part with reductions: %s, want %s", got, test.want)
			}
			if got := answer(t, ofPart, test.query); got == test.want {
				t.Errorf("the part alone says so too, so that nothing was tried: %s", got)
			}
		})
	}
	for _, test := range []struct {
		name, noted string // what the reductions leave to be judged on the part
	}{
		{"app_new", ""},
		{"signin_daily", ""},
		{"findings", "first acts of directory administration"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _ := Lookup(test.name)
			want, err := ofWhole.Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			wanted := lines(t, want)
			got, err := ofReduced.Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if rows := lines(t, got); wanted == "" || rows != wanted {
				t.Errorf("%s\nof the whole, by the same filter:\n%s", rows, wanted)
			}
			onPart := slices.DeleteFunc(slices.Clone(got.Notes), func(note string) bool { return !strings.Contains(note, "Only a part") })
			if isNoted := len(onPart) > 0; isNoted != (test.noted != "") || isNoted && !strings.Contains(onPart[0], test.noted) {
				t.Errorf("the note on the part is %q, want %q", onPart, test.noted)
			}
		})
	}
	if got := answer(t, ofReduced, "select count(*) || ' ' || count(sha256) || ' ' || sum(records) || ' ' || count(*) filter (where contains(note, 'reduction query')) from evidence.files where contains(path, '/reductions/')"); got != "4 4 0 4" {
		t.Errorf("files, hashes, records, notes: %s", got)
	}
	if got := answer(t, ofReduced, "select count(*) from evidence.reductions where path not in (select path from evidence.files)"); got != "0" {
		t.Errorf("%s rows are of no file", got)
	}
	before := answer(t, ofReduced, "select count(*) from evidence.reductions")
	if _, s, err := readInto(t, reduced, adele, lake); err != nil || !s.Complete() {
		t.Fatalf("again: %v, %+v", err, s)
	}
	if got := answer(t, openPath(t, reduced, Filter{}, time.UTC), "select count(*) from evidence.reductions"); got != before {
		t.Errorf("%s rows after the lake was read again, %s before", got, before)
	}
}

// TestHostileReductions: what can't be the answer of a query is refused by its name, with what to do.
func TestHostileReductions(t *testing.T) {
	takesLong(t)
	folder := writeParquet(t, reducedCase(t))
	reductions := filepath.Join(folder, parquet.ReductionsFolder)
	for _, test := range []struct {
		reason, query, file, options, said string
		isFault                            bool
	}{
		{"a codec that is not read", "addresses_of_many", "addresses_of_many.parquet", "format parquet, compression brotli", "brotli, which is not read: write it with zstd or snappy; make it anew with what --show-sql addresses_of_many prints", true},
		{"the answer of another query", "sign_ins_by_address", "domains_of_accounts.parquet", "format parquet", `it has the column "day", which domains_of_accounts has not; make it anew with what --show-sql domains_of_accounts prints`, true},
		{"a text", "domains_of_accounts", "domains_of_accounts.csv", "format csv", "write it anew as domains_of_accounts.parquet", true},
		{"an answer that nothing needs", "session_moves", "session_moves.parquet", "format parquet", "", false},
	} {
		t.Run(test.reason, func(t *testing.T) {
			os.RemoveAll(reductions)
			name := filepath.Join(reductions, test.file)
			reduce(t, folder, test.query, name, test.options)
			said, s, err := readInto(t, filepath.Join(t.TempDir(), "case.duckdb"), Filter{}, folder)
			if err != nil || s.Complete() == test.isFault {
				t.Fatalf("%v, %+v", err, s)
			}
			if all := strings.Join(said, "\n"); !strings.Contains(all, test.said) || test.isFault && !strings.Contains(all, test.file) {
				t.Errorf("said %q, want %q", all, test.said)
			}
		})
	}
}
