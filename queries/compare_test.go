package queries

import (
	"context"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// comparison asks a report of a comparison.
func comparison(t *testing.T, here, earlier, name string) string {
	t.Helper()
	c, err := Compare(context.Background(), here, earlier, CaseSheet{}, engine.Options{Temp: t.TempDir(), Threads: 1}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, r := range Comparisons {
		if r.Name == name {
			result, err := c.Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			return lines(t, result)
		}
	}
	t.Fatalf("no report %s", name)
	return ""
}

// TestCompareRecords holds the pairs to the rule of one record, in a log with ids and in
// records without one.
func TestCompareRecords(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const files = "insert into files (file_id, path, format, sha256) values (1, 'a', 'unified_audit_log', 'x'), (2, 'b', 'unified_audit_log', 'y')"
	event := func(file, record, id, user, ip, raw string) string {
		return "insert into audit_events (file_id, record, id, event_time, operation, user_id, ip_address, raw) values (" +
			strings.Join([]string{file, record, id, "'2026-10-01 08:00:00'", "'Send'", user, ip, raw}, ", ") + ")"
	}
	for _, test := range []struct {
		earlier, here string
		want          string // log, in both, changed, contradicting, came, disappeared
		reason        string
	}{
		{
			event("1", "1", "'a'", "'u'", "'192.0.2.1'", `'{"Id": "a", "UserId": "u"}'`),
			event("2", "7", "'A'", "'u'", "'192.0.2.1'", `'{"UserId": "U", "Id": "A"}'`),
			"1 0 0 0 0", "the same record in another file, written otherwise",
		},
		{
			event("1", "1", "'a'", "'u'", "null", `'{"Id": "a"}'`),
			event("1", "1", "'a'", "'u'", "'192.0.2.1'", `'{"Id": "a", "ClientIP": "192.0.2.1"}'`),
			"1 1 0 0 0", "one says more",
		},
		{
			event("1", "1", "'a'", "'u'", "'192.0.2.2'", `'{"Id": "a", "ClientIP": "192.0.2.2"}'`),
			event("1", "1", "'a'", "'u'", "'192.0.2.1'", `'{"Id": "a", "ClientIP": "192.0.2.1"}'`),
			"0 0 1 0 0", "they contradict each other",
		},
		{
			event("1", "1", "null", "'u'", "null", `'{"UserId": "u"}'`),
			event("1", "4", "null", "'u'", "null", `'{ "UserId": "u" }'`),
			"1 0 0 0 0", "no ids, one body",
		},
		{
			event("1", "1", "null", "'u'", "null", `'{"UserId": "u"}'`),
			event("1", "1", "null", "'v'", "null", `'{"UserId": "v"}'`),
			"0 0 0 1 1", "no ids, two bodies",
		},
		{
			event("1", "1", "'a'", "'u'", "null", `'{"Id": "a"}'`),
			event("1", "1", "'b'", "'u'", "null", `'{"Id": "b"}'`),
			"0 0 0 1 1", "another id",
		},
	} {
		got := comparison(t, newCase(t, files, test.here), newCase(t, files, test.earlier), "compare")
		fields := strings.Split(got, "|")
		if len(fields) < 9 {
			t.Errorf("%s: %q", test.reason, got)
			continue
		}
		if got := strings.Join([]string{fields[3], fields[4], fields[5], fields[6], fields[8]}, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.reason, got, test.want)
		}
	}
}

// TestCompareForged refuses a case in which records were multiplied, and one with something
// in it that would run.
func TestCompareForged(t *testing.T) {
	twice := []string{
		"insert into sign_ins (file_id, record, id, event_time) values (1, 1, 'a', '2026-10-01'), (1, 1, 'b', '2026-10-01')",
	}
	index := []string{"create index evil on sign_ins (lower(id))"}
	for want, statements := range map[string][]string{"two rows are one record of one file": twice, "index": index} {
		_, err := Compare(context.Background(), newCase(t), newCase(t, statements...), CaseSheet{}, engine.Options{Temp: t.TempDir(), Threads: 1}, time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}
