package queries

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestSessionRules holds each rule to its header and to the fixtures of the report
// sessions: they have a session for each weight, one that the rule passes over, and
// none with points that the header does not say.
func TestSessionRules(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Glob("testdata/reports/sessions*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatal("no fixtures", err)
	}
	hits := map[string]int64{}  // by rule and points
	rules := map[string]int64{} // sessions by rule
	var sessions int64
	for _, path := range fixtures {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := readFixture(t, archive)
		c := openCase(t, Filter{}, f.zone, f.rows...)
		rows, err := c.all(context.Background(), "select rule, points, count(*) from session_findings group by all")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			rule, points, n := row[0].(string), row[1].(int64), row[2].(int64)
			hits[fmt.Sprint(rule, points)] += n
			rules[rule] += n
		}
		rows, err = c.all(context.Background(), "select count(*) from judged_sessions")
		if err != nil {
			t.Fatal(err)
		}
		sessions += rows[0][0].(int64)
	}
	for _, r := range sessionRules {
		if rules[r.Name] == sessions {
			t.Errorf("%s: no near miss: the rule speaks of all %d sessions of testdata/reports/sessions*.txtar", r.Name, sessions)
		}
		for _, w := range r.Weights {
			key := fmt.Sprint(r.Name, w.Points)
			if hits[key] == 0 {
				t.Errorf("%s: no session of testdata/reports/sessions*.txtar has its %d points", r.Name, w.Points)
			}
			delete(hits, key)
		}
	}
	for key, n := range hits {
		t.Errorf("%s: %d sessions have points that no header says", key, n)
	}
}

func TestSessionRuleHeader(t *testing.T) {
	const whole = "-- title: A\n-- points: 2\n-- techniques: T1078\n-- kind: act\nselect 1"
	for _, test := range []struct{ file, text, reason, want string }{
		{"07_a", whole, "whole", ""},
		{"a", whole, "no number, so no place", "a.sql: want NN_NAME, a title, points, techniques, a kind of entry, act, place, and one SELECT"},
		{"07_a", "-- title: A\n-- points: none\nselect 1", "no number of points", `07_a.sql: points: "none": want a number above 0, then when`},
		{"07_a", "-- title: A\n-- points: 0\nselect 1", "points that count for nothing", `07_a.sql: points: "0": want a number above 0, then when`},
		{"07_a", whole[:len(whole)-len("select 1")], "no SELECT", "07_a.sql: want NN_NAME, a title, points, techniques, a kind of entry, act, place, and one SELECT"},
		{"07_a", "-- weight: 2\n" + whole, "an unknown key", `07_a.sql: unknown header key "weight"`},
	} {
		_, err := parseSessionRule(test.file, test.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
	}
}
