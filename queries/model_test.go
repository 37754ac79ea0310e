package queries

import (
	"bytes"
	"context"
	"io/fs"
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
		refs, err := c.references(context.Background(), v.SQL)
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		for _, ref := range refs {
			if _, isView := lookupView(ref.name); isView && !slices.Contains(v.reads, ref.name) {
				t.Errorf("%s reads %s, which the program does not see", v.Name, ref.name)
			}
		}
		for _, name := range v.reads {
			if !slices.ContainsFunc(refs, func(r reference) bool { return r.name == name && !r.evidence }) {
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
