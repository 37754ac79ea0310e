package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestNotes(t *testing.T) {
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
			[]string{"Nothing is loaded into risk_detections"}},
		{"loaded, but the filters show none", Filter{Users: []string{"nobody"}}, report("select 1 from sign_ins", "sign_ins"), filterRows,
			[]string{"The filters exclude all 4 records"}},
		{"a table without the column stays whole", country, report("select 1 from sign_ins, audit_events, directory_audits"), filterRows,
			[]string{"--filter country does not apply to audit_events, directory_audits"}},
		{"only tables that are read are spoken of", country, report("select 1 from sign_ins"), filterRows, nil},
		{"a session is filtered by the log that can be, and shown whole", country, report("select 1 from sessions"), filterRows,
			[]string{"A session that the filters let through is shown with all its events."}},
		{"a column that neither log has", Filter{Columns: []ColumnFilter{{Column: "targets", Values: []string{"x"}}}}, report("select 1 from sessions"), filterRows,
			[]string{"--filter targets does not apply to sessions", "shown with all its events"}},
		{"tables by way of a view", country, report("select 1 from events"), filterRows, []string{"--filter country does not apply to audit_events, directory_audits, risky_users, provisioning_events"}},
		{"a table by way of its child rows", Filter{Sessions: []string{"sid-1"}}, report("select 1 from directory_audit_changes"), filterRows,
			[]string{"--session does not apply to directory_audits"}},
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
