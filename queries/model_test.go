package queries

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestViewsSayWhatTheyRead compares what the program reads out of a view's SQL, and
// orders the views by, with what the engine understands.
func TestViewsSayWhatTheyRead(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	var before []string
	for _, v := range views {
		if slices.Contains(before, v.Name) {
			t.Errorf("two files make a view %s", v.Name)
		}
		q, err := c.parse(context.Background(), v.SQL)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		for _, ref := range q.references() {
			if _, isView := lookupView(ref.name); isView && !slices.Contains(v.reads, ref.name) {
				t.Errorf("%s reads %s, which the program does not see", v.Name, ref.name)
			}
		}
		for _, name := range v.reads {
			if !slices.ContainsFunc(q.references(), func(r reference) bool { return r.name == name && !r.evidence }) {
				t.Errorf("%s is taken to read %s, and does not", v.Name, name)
			}
			if !slices.Contains(before, name) {
				t.Errorf("%s stands before %s, which it reads", v.Name, name)
			}
		}
		before = append(before, v.Name)
	}
}

// TestNamesInSQL: names are those of relations, not of columns or in texts.
func TestNamesInSQL(t *testing.T) {
	for _, test := range []struct{ sql, want, reason string }{
		{"select 1 from a", "a", "at the end"},
		{"select x from a join b using (x) left join c on true", "a b c", "joined"},
		{"select 1 from evidence.sign_ins", "", "a table of the evidence, whatever stands in front of it"},
		{"select ' from a ' -- from b\nfrom c\nwhere true", "c", "texts and comments name nothing"},
		{"select 1 from unnest([1])", "", "a function"},
		{"select 1 from (select 2 from a)", "a", "in brackets"},
		{"select x is distinct from y.z from a", "a", "a comparison with a column"},
		{"SELECT 1 FROM A", "a", "in capitals"},
		{"select 1 from -- which?\n\ta", "a", "a comment between"},
		{"select 'it''s from b' from a", "a", "a quote in a text"},
		{"select 1 from 'file' a", "", "a text is no relation, and its name stands not right after from"},
		{"select 1 from a -- from b", "a", "a comment without an end"},
		{"select 'from a", "", "a text without an end"},
	} {
		if got := strings.Join(namesIn(test.sql), " "); got != test.want {
			t.Errorf("%s: %s: got %q, want %q", test.reason, test.sql, got, test.want)
		}
	}
}

func TestCallsInSQL(t *testing.T) {
	const sql = "select f(g(x)), h (x), 'i(x)', k -- j(x)\nfrom range(3) where L(x)"
	if got := strings.Join(callsIn(sql), " "); got != "f g range l" {
		t.Errorf("%s calls %q", sql, got)
	}
}

func TestBadModelHeaders(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"select 1", "no header"},
		{"-- description: x\nselect 1", "no columns"},
		{"-- description: x\n-- column a integer: y\n", "no SELECT"},
		{"-- description: x\n-- column a integer: y\n-- materialised: yes\nselect 1", "a key that is none"},
		{"-- description: x\n-- column a integer: y\n-- materialized: always\nselect 1", "a value that is none"},
	} {
		if _, err := parseView("x", test.text); err == nil {
			t.Errorf("%s: taken", test.reason)
		}
	}
	if _, err := parseMacro("x", "-- description: x\n1"); err == nil {
		t.Error("a macro without parameters: taken")
	}
}

// TestTheRunBringsItsOwnViews: what a case file says of a view or macro is never
// asked, so that a case of any origin is judged by this program.
func TestTheRunBringsItsOwnViews(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC,
		"create view addresses as select '203.0.113.1' as ip_address",
		"create view judged_sessions as select 'forged' as session_id, 0 as points, null::timestamp as last_seen",
		"create macro few(items) as 'forged'",
		`insert into sign_ins (file_id, record, id, event_time, status, session_id, ip_address) values (1, 1, 's1', '2026-10-01 08:00', 'success', 'one', '192.0.2.1')`)
	for question, want := range map[string]string{
		"select ip_address from addresses": "192.0.2.1",
		"select session_id from sessions":  "one",
		"select few(['a'])":                "a",
	} {
		if got := answer(t, c, question); got != want {
			t.Errorf("%s: got %q, want %q", question, got, want)
		}
	}
	if _, err := c.Query(context.Background(), "select * from evidence.addresses"); err == nil || !strings.Contains(err.Error(), "is no table of the evidence") {
		t.Errorf("a view of the case itself: got error %v, want that it is none", err)
	}
}

// TestLengthsAreWhole: date_diff counts the midnights, hours or minutes that begin between
// two times, so ten minutes may be a day. date_sub counts whole ones; days of a calendar
// are one date less another.
func TestLengthsAreWhole(t *testing.T) {
	files := 0
	for _, folder := range []string{".", "../ingest"} {
		err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".sql") {
				return err
			}
			files++
			text, err := os.ReadFile(filepath.Join(folder, path))
			for _, name := range []string{"date_diff", "datediff"} {
				if slices.Contains(callsIn(strings.ToLower(string(text))), name) {
					t.Errorf("%s calls %s, which counts borders, not lengths", path, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 200 {
		t.Errorf("%d files", files)
	}
}

// TestSpansInWords: lengths are of the time between, whatever borders lie in it.
func TestSpansInWords(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, test := range []struct{ earliest, latest, want, reason string }{
		{"2026-10-01 08:00:00", "2026-10-01 08:00:00", "1 minute", "nothing is rounded up to the least"},
		{"2026-10-01 08:00:00", "2026-10-01 08:04:01", "5 minutes", "minutes are rounded up"},
		{"2026-10-01 08:00:59", "2026-10-01 08:01:00.5", "1 minute", "a border between is no length"},
		{"2026-10-01 23:55:00", "2026-10-02 00:05:00", "10 minutes", "over midnight"},
		{"2026-10-01 23:00:00", "2026-10-03 22:59:59", "48 hours", "an instant short of two days"},
		{"2026-10-01 23:00:00", "2026-10-13 23:30:00", "12 days", "days"},
	} {
		if got := answer(t, c, "select span_text(timestamp '"+test.earliest+"', timestamp '"+test.latest+"')"); got != test.want {
			t.Errorf("%s: got %s, want %s", test.reason, got, test.want)
		}
	}
}

// TestModelFilesAreShort holds the model to files that can be read in one sitting.
func TestModelFilesAreShort(t *testing.T) {
	files := 0
	err := fs.WalkDir(modelFiles, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := modelFiles.ReadFile(path)
		if n := bytes.Count(text, []byte("\n")); n > 500 {
			t.Errorf("%s has %d lines", path, n)
		}
		return err
	})
	if err != nil || files < 30 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestViewsOverAllAreOfAll: what stands for all evidence reads nothing that the filters
// narrow, and the engine reads it.
func TestViewsOverAllAreOfAll(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, v := range views {
		if v.whole == "" {
			continue
		}
		if !isNeverFiltered(v.whole) {
			t.Errorf("%s reads what the filters narrow", v.whole)
		}
		if _, err := c.Query(context.Background(), "from "+v.whole); err != nil {
			t.Errorf("%s: %v", v.whole, err)
		}
	}
}
