package queries

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
)

// TestWhereAFilterActs: on the logs that a report is about, before it counts; else on
// the rows that it shows; else nowhere, and then it is refused.
func TestWhereAFilterActs(t *testing.T) {
	t.Parallel()
	path := newCase(t, filterRows...)
	column := func(text string) Filter {
		f, err := ParseColumn(text)
		if err != nil {
			t.Fatal(err)
		}
		return Filter{Columns: []ColumnFilter{f}}
	}
	for _, test := range []struct {
		reason  string
		filter  Filter
		sql     string
		needs   string
		want    string // its rows
		refused string // part of the error
	}{
		{"a column of the log: before counting", column("country=DE"), "select count(*) from sign_ins", "", "2", ""},
		{"one that is shown and of the log: on the log, whatever is shown under its name", column("country=DE"), "select 'all' as country, count(*) from sign_ins", "", "all|2", ""},
		{"one that is only shown: on what is shown", column("kind=Send"), "select operation as kind, count(*) from audit_events group by all order by all", "", "Send|2", ""},
		{"a part of it that is left out", column("kind!=Send"), "select operation as kind, count(*) from audit_events group by all order by all", "", "FileAccessed|1", ""},
		{"what is shown in order stays so", column("n!=3,5*"), "select i as n from audit_events, range(60) as numbers (i) where id = 'a1' and i in (9, 3, 7, 51, 1) order by n desc", "", "9\n7\n1", ""},
		{"a range on addresses that are shown", column("at=203.0.113.0/24"), "select ip_address as at from audit_events order by all", "", "203.0.113.5", ""},
		{"a range on lists of them", column("at!=203.0.113.0/24"), "select string_agg(ip_address, ', ' order by id) as at from audit_events group by session_id order by all", "", "203.0.114.1\n", ""},
		{"a log that is read by the way does not count: the report is about another", column("country=DE"),
			"select a.id, 'NL' as country from audit_events as a left join sign_ins as s on s.id = 's1' order by all", "audit_events", "", ""},
		{"records of two logs, of which one has the column: the column that they all show", column("country=NL"),
			"select file_id, record, country from sign_ins union all select file_id, record, 'NL' from audit_events order by all", "", "2|1|NL\n2|2|NL\n2|3|NL", ""},
		{"what is counted of two logs, of which one has it: that log's rows", column("country=DE"),
			"select country, count(*) from (select country from sign_ins union all select 'XX' from audit_events) group by all", "", "DE|1\nde|1", ""},
		{"a column of one log that the answer has for another thing: on the answer", column("severity=high"),
			"select 'high' as severity, count(*) from sign_ins union all select 'low', count(*) from alerts order by all", "", "high|4", ""},
		{"neither", column("country=DE"), "select id from audit_events", "", "", "--filter country=DE does not apply to report test, which has no column country; it shows id, and has the columns of audit_events"},
		{"neither, and one near it is shown", column("contry=DE"), "select country from sign_ins", "", "", "(did you mean country?)"},
		{"SQL as a column", column(`1=1 or "x"=x`), "select country from sign_ins", "", "", "has no column"},
		{"an application of a log that has none", Filter{Apps: []string{"outlook"}}, "select id from directory_audits", "", "", "--app does not apply to report test: its records, of directory_audits, have no application"},
		{"nor can one be left out of it", Filter{NotApps: []string{"outlook"}}, "select id from directory_audits", "", "", "--not-app does not apply"},
		{"of all evidence nothing is left out", Filter{Users: []string{"bobby"}}, "select count(*) from evidence.sign_ins", "", "4", ""},
	} {
		c := openOn(t, 1, path, test.filter, time.UTC)
		r := Report{Name: "test", SQL: test.sql, Needs: strings.Fields(test.needs)}
		err := c.Filters().Inapplicable(context.Background(), r)
		var why *Inapplicable
		if test.refused != "" {
			if !errors.As(err, &why) || !strings.Contains(err.Error(), test.refused) {
				t.Errorf("%s: got error %v, want one with %q", test.reason, err, test.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		result, err := c.Run(context.Background(), r)
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		if got := lines(t, result); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.reason, got, test.want)
		}
	}
}

// TestFilterActsOnEachReportItsOwnWay: one run asks several reports, and what was
// worked out for one is not taken for another.
func TestFilterActsOnEachReportItsOwnWay(t *testing.T) {
	c := openCase(t, Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"NG"}}}}, time.UTC, filterRows...)
	onTables := Report{Name: "tables", SQL: "select id from sign_ins order by id", Needs: []string{"sign_ins"}}
	onSessions := Report{Name: "sessions of the tables", SQL: "select session_id from sessions order by 1", Needs: []string{"sign_ins"}}
	onShown := Report{Name: "shown", SQL: "select id, if(id = 'a3', 'NG', 'DE') as country from audit_events order by id", Needs: []string{"audit_events"}}
	for i, ask := range []struct {
		report Report
		want   string
	}{{onTables, "s2"}, {onSessions, "sid-2"}, {onShown, "a3|NG"}, {onTables, "s2"}, {onSessions, "sid-2"}, {onShown, "a3|NG"}} {
		result, err := c.Run(context.Background(), ask.report)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(t, result); got != ask.want {
			t.Errorf("question %d, %s: got %q, want %q", i, ask.report.Name, got, ask.want)
		}
	}
}

// TestWhatIsNotFilteredSaysSo: a report that shows of nobody what it shows of all says
// that the filters do not apply.
func TestWhatIsNotFilteredSaysSo(t *testing.T) {
	takesLong(t)
	path := filepath.Join(t.TempDir(), "case.duckdb")
	_, err := ingest.Load(t.Context(), path, []string{"../testdata/contoso"}, ingest.Options{Engine: engine.Options{Temp: t.TempDir()}, Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	whole, nobody := openPath(t, path, Filter{}, time.UTC), openPath(t, path, Filter{Users: []string{"nobody@example.com"}}, time.UTC)
	said := 0
	for _, report := range Reports() {
		if nobody.Filters().Inapplicable(t.Context(), report) != nil {
			continue
		}
		all, err := whole.Run(t.Context(), report)
		if err != nil {
			t.Fatal(err)
		}
		want := lines(t, all)
		shown, err := nobody.Run(t.Context(), report)
		if err != nil {
			t.Fatal(err)
		}
		saysSo := slices.Contains(shown.Notes, "The filters do not apply here: all evidence is shown.")
		if isSame := lines(t, shown) == want; isSame != saysSo && want != "" {
			t.Errorf("%s: filtered and not it is the same: %v; it says so: %v", report.Name, isSame, saysSo)
		}
		if saysSo {
			said++
		}
	}
	if said < 5 {
		t.Errorf("%d reports say that they are not filtered: files, coverage and others are not", said)
	}
}

// TestFirstRowsOfWhatIsShown: the first rows asked for are of those that the filter
// lets through, and the total is of these.
func TestFirstRowsOfWhatIsShown(t *testing.T) {
	c := openCase(t, Filter{Columns: []ColumnFilter{{Column: "parity", Values: []string{"even"}}}}, time.UTC, filterRows...)
	r := Report{Name: "test", SQL: "select i, if(i % 2 = 0, 'even', 'odd') as parity from audit_events, range(100) as numbers (i) where id = 'a1' order by i desc"}
	result, err := c.RunFirst(context.Background(), r, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := lines(t, result), "98|even\n96|even\n94|even"; got != want || result.Total != 50 || result.IsWhole {
		t.Errorf("got %q, total %d, whole %v; want %q of 50", got, result.Total, result.IsWhole, want)
	}
}
