package queries

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// TestSchemaIsTrue compares what --schema says with what the engine has.
func TestSchemaIsTrue(t *testing.T) {
	takesLong(t)
	c := openCase(t, Filter{}, time.UTC)
	tables := schema.Tables()
	for _, v := range views {
		tables = append(tables, v.Table)
	}
	if len(views) < 3 {
		t.Fatalf("only %d views found in model/", len(views))
	}
	for _, table := range tables {
		var said []string
		for _, column := range table.Columns {
			said = append(said, column.Name+"|"+strings.ToUpper(column.Type))
			if column.Comment == "" {
				t.Errorf("%s.%s is not explained", table.Name, column.Name)
			}
		}
		if table.Comment == "" {
			t.Errorf("%s is not explained", table.Name)
		}
		got := answer(t, c, "select column_name, upper(column_type) from (describe from "+table.Name+")")
		if want := strings.Join(said, "\n"); got != want {
			t.Errorf("%s has\n%s\nbut is described as\n%s", table.Name, got, want)
		}
	}
	for _, m := range macros {
		if m.Comment == "" {
			t.Errorf("macro %s is not explained", m.Name)
		}
	}
}

func TestListAndSchema(t *testing.T) {
	if got := strings.Count(lines(t, List()), "\n") + 1; got != len(Reports())+len(rules.All())+len(PortableNames())+len(Comparisons) {
		t.Errorf("list has %d lines for %d reports, %d findings, %d portable queries and %d comparisons", got, len(Reports()), len(rules.All()), len(PortableNames()), len(Comparisons))
	}
	schema := lines(t, Schema())
	for _, want := range []string{
		"sign_ins|session_id|varchar|joins to audit_events.session_id",
		"sessions|session_id|varchar|as Entra ID issued it",
		"events|||One timeline over all event tables.",
	} {
		if !strings.Contains(schema, want) {
			t.Errorf("schema lacks %q", want)
		}
	}
}

// TestShowSQLRunsInAShell runs what --show-sql prints the way its first lines
// say, with nothing of this program around it but the engine, on a case that has
// tables alone: all that a report stands on is printed with it.
func TestShowSQLRunsInAShell(t *testing.T) {
	takesLong(t)
	ctx := context.Background()
	path := newCase(t, filterRows...)
	c := openPath(t, path, Filter{}, time.UTC)
	shell := func() *engine.Engine {
		e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"attach " + engine.Literal(path) + " as evidence (read_only)", "use evidence"} {
			if err := e.Exec(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		return e
	}
	var names []string
	for _, r := range Reports() {
		names = append(names, r.Name)
	}
	for _, v := range views {
		names = append(names, v.Name)
	}
	var ofRules []string // what stands on findings, whose rules the program runs one by one
	for _, name := range names {
		text, err := ShowSQL(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "so it does not run in a shell") {
			ofRules = append(ofRules, name)
			continue
		}
		e := shell()
		rows, err := e.Query(ctx, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			e.Close()
			continue
		}
		n := 0
		for rows.Next() {
			n++
		}
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		rows.Close()
		e.Close()
		if report, ok := Lookup(name); ok {
			result, err := c.Run(ctx, report)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for range result.Rows {
				want++
			}
			if n != want || !strings.Contains(text, report.SQL[len(report.SQL)/2:len(report.SQL)-2]) {
				t.Errorf("%s: %d rows in a shell, %d here", name, n, want)
			}
		}
	}
	want := strings.Fields(`
		all_findings blast_radius finding_records findings findings findings_not_looked_for incident_accounts incident_doors
		incident_events incident_forwards incident_measures incident_numbers incident_own_addresses incident_periods incident_story incident_totals
		incident_traces incident_values incidents indicators mail_exposure open_doors record_weights rule_need_counts still_open story summary
		timeline totals verdict_sentences would_have_stopped`)
	slices.Sort(ofRules)
	if !slices.Equal(ofRules, want) {
		t.Errorf("said not to run in a shell: %q, want %q", ofRules, want)
	}
}

// TestShowSQL holds --show-sql to printing what a report stands on, with its
// comments, and views and macros by name.
func TestShowSQL(t *testing.T) {
	for _, test := range []struct {
		name   string
		want   []string // in this order
		reason string
	}{
		{"sessions", []string{"use evidence;", "temp macro listed(", "temp macro new_among(", "-- description: One row a session: what is counted", "temp table session_counts as", "-- Several users in a session: 3", "when points >= 7 then 'high'", "temp view sessions as", "-- title: Sessions"}, "a report, bottom up"},
		{"judged_sessions", []string{"temp table session_facts as", "temp table judged_sessions as", "select * from judged_sessions;"}, "a view"},
		{"minute_text", []string{"temp macro local_time(", "temp macro minute_text("}, "a macro"},
		{"home_account", []string{"The account behind a guest's name", "temp macro home_account("}, "a macro of loading"},
		{"evidence", []string{"-- title: Files", "-- title: Coverage"}, "a group"},
	} {
		text, err := ShowSQL(test.name)
		if err != nil {
			t.Fatal(err)
		}
		rest, ok := text, true
		for _, want := range test.want {
			if _, rest, ok = strings.Cut(rest, want); !ok {
				t.Errorf("%s (%s): lacks, in its place, %q", test.name, test.reason, want)
				break
			}
		}
	}
	if text, _ := ShowSQL("signin_status"); strings.Contains(text, "session_facts") {
		t.Error("signin_status is printed with what it does not read")
	}
	if _, err := ShowSQL("sesions"); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("a name that is none: got %v", err)
	}
}
