package queries

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	report := func(sql string, needs ...string) Report {
		return Report{Name: "test", SQL: sql, Needs: needs, FilledBy: "the log of logs"}
	}
	country := Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"DE"}}}}
	for _, test := range []struct {
		reason string
		filter Filter
		report Report
		rows   []string
		want   []string // parts of the notes, in their order
	}{
		{"all is there and shown: nothing to say", Filter{}, report("select 1 from sign_ins", "sign_ins"), filterRows, nil},
		{"nothing loaded is not nothing found", Filter{}, report("select 1 from risk_detections", "risk_detections"), filterRows,
			[]string{"Not loaded, which is not the same as nothing found. This report needs the log of logs."}},
		{"one of two tables loaded", Filter{}, report("select 1 from sign_ins, risk_detections", "sign_ins", "risk_detections"), filterRows,
			[]string{"Not among the files, and so not looked at here: risk detections."}},
		{"loaded, but the filters show none", Filter{Users: []string{"nobody"}}, report("select 1 from sign_ins", "sign_ins"), filterRows,
			[]string{"The filters exclude all 4 records"}},
		{"of tables without the column nothing is shown", country, report("select 1 from sign_ins, audit_events, directory_audits"), filterRows,
			[]string{"--filter country=DE: audit_events, directory_audits have no column country; the rows from there are left out."}},
		{"but by an exclusion", Filter{NotApps: []string{"outlook"}}, report("select 1 from sign_ins, directory_audits"), filterRows,
			[]string{"--not-app: directory_audits has no application; the rows from there stay."}},
		{"only tables that are read are spoken of", country, report("select 1 from sign_ins"), filterRows, nil},
		{"a session is filtered by the log that can be, and shown whole", country, report("select 1 from sessions"), filterRows,
			[]string{"audit_events has no column country", "A session that the filters let through is shown with all its events."}},
		{"tables by way of a view", country, report("select 1 from events"), filterRows, []string{"audit_events, directory_audits, risky_users have no column country"}},
		{"a table by way of its child rows", Filter{Sessions: []string{"sid-1"}}, report("select 1 from directory_audit_changes, sign_ins"), filterRows,
			[]string{"--session: directory_audits has no session"}},
		{"a column that is shown is looked at there", country, report("select 'NL' as country from audit_events"), filterRows, []string{"No record has country DE; there are NL"}},
		{"a column named like a table is none", country, report("select id as audit_events from sign_ins"), filterRows, nil},
		{"what names all evidence is not filtered", country, report("select 1 from evidence.files"), filterRows, []string{"The filters do not apply here"}},
		{"and needs no words without a filter", Filter{}, report("select 1 from evidence.files"), filterRows, nil},
		{"events without a time are told of when times are asked for", Filter{Since: Moment{Back: time.Hour}}, report("select 1 from sign_ins"),
			append([]string{"insert into sign_ins (id) values ('timeless')"}, filterRows...), []string{"1 row of sign_ins has no time"}},
	} {
		c := openCase(t, test.filter, time.UTC, test.rows...)
		r, err := c.Run(context.Background(), test.report)
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		ok := len(r.Notes) == len(test.want)
		for i := range min(len(r.Notes), len(test.want)) {
			ok = ok && strings.Contains(r.Notes[i], test.want[i])
		}
		if !ok {
			t.Errorf("%s: got notes %q, want %q", test.reason, r.Notes, test.want)
		}
	}
}

// TestNotesOnWords: DuckDB's words for its own user are no column of ours.
func TestNotesOnWords(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC, filterRows...)
	for _, test := range []struct {
		reason, query string
		notes         int
	}{
		{"a keyword in place of a column", "select user, count(*) from sign_ins group by all", 1},
		{"wherever it stands", "select 1 from sign_ins where Session_User = 'x' and current_user = 'y'", 2},
		{"a column that the query names so", "with s as (select user_id as user from sign_ins) select s.user, user from s", 0},
		{"our column", "select user_principal_name from sign_ins", 0},
	} {
		result, err := c.Query(context.Background(), test.query)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, note := range result.Notes {
			if strings.Contains(note, "DuckDB's own word") {
				n++
			}
		}
		if n != test.notes {
			t.Errorf("%s: notes %q, want %d on words", test.reason, result.Notes, test.notes)
		}
	}
}

// TestNotesOnFilters: only of tables that hold something it is said that they are shown whole.
func TestNotesOnFilters(t *testing.T) {
	c := openCase(t, Filter{Sessions: []string{"sid-1"}}, time.UTC, filterRows...)
	result, err := c.Query(context.Background(), "select * from events")
	if err != nil {
		t.Fatal(err)
	}
	const want = "--session: directory_audits, risky_users have no session; the rows from there are left out."
	if !slices.Contains(result.Notes, want) {
		t.Errorf("notes %q, want %q", result.Notes, want)
	}
}
