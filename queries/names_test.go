package queries

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSelect(t *testing.T) {
	names := func(reports []Report) (all []string) {
		for _, r := range reports {
			all = append(all, r.Name)
		}
		return all
	}
	all, err := Select([]string{"all"})
	if err != nil || len(all) != len(Reports()) {
		t.Errorf("all: got %v, %v, want every report", names(all), err)
	}
	for _, test := range []struct {
		reason string
		given  []string
		want   []string
	}{
		{"a report", []string{"files"}, []string{"files"}},
		{"in the order asked for", []string{"session_events", "files"}, []string{"session_events", "files"}},
		{"a group", []string{"evidence"}, []string{"files", "coverage", "coverage_daily", "coverage_users", "duplicates", "contradictions"}},
		{"a name that is both is the report", []string{"sessions"}, []string{"sessions"}},
		{"case and hyphens don't matter", []string{" Session-Events "}, []string{"session_events"}},
		{"once, however often asked for", []string{"coverage", "evidence", "coverage"}, []string{"coverage", "files", "coverage_daily", "coverage_users", "duplicates", "contradictions"}},
	} {
		got, err := Select(test.given)
		if err != nil || !slices.Equal(names(got), test.want) {
			t.Errorf("%s: got %v, %v, want %v", test.reason, names(got), err, test.want)
		}
	}
	for given, near := range map[string]string{
		"sesions":       "sessions",
		"session_event": "session_events",
		"covrage":       "coverage",
		"evidense":      "evidence",
		"file":          "files",
	} {
		if _, err := Select([]string{"files", given}); err == nil || !strings.Contains(err.Error(), near) {
			t.Errorf("%s: got error %v, want one that offers %s", given, err, near)
		}
	}
	for _, test := range []struct {
		reason, given string
		want          []string
	}{
		{"several reports are about it", "persistence", []string{"findings", "still_open", "directory_changes", "mailbox_changes"}},
		{"as a name would be typed", "Inbox-Rules", []string{"mailbox_changes"}},
		{"words of the field", "ioc", []string{"indicators"}},
		{"two words", "token theft", []string{"sessions", "token_lineage"}},
	} {
		if got, err := Select([]string{test.given}); err != nil || !slices.Equal(names(got), test.want) {
			t.Errorf("%s: got %v, %v, want %v", test.reason, names(got), err, test.want)
		}
	}
	for _, test := range []struct{ reason, given, want string }{
		{"not quite a topic", "inbox rule", `no report is called "inbox rule"; that is in mailbox_changes; --list names them all`},
		{"the second word of a topic", "escalation", `no report is called "escalation"; that is in directory_changes; --list names them all`},
		{"letters within a word are no topic", "ray", `no report is called "ray"; --list names them all`},
		{"nor is what every topic has", "s", `no report is called "s"; --list names them all`},
		{"a name is nearer than a topic", "risky_user", `no report is called "risky_user" (did you mean risky_users?); --list names them all`},
	} {
		if _, err := Select([]string{test.given}); err == nil || err.Error() != test.want {
			t.Errorf("%s: got error %v, want %s", test.reason, err, test.want)
		}
	}
	if _, err := Select([]string{"x' or 1=1 --"}); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("nothing is near that, got %v", err)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0},
		{"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"status", "satus", 1},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("%s to %s: got %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestDidYouMeanUser(t *testing.T) {
	known := []string{"adele vance", "adele.vance@contoso.com", "alex@contoso.com", "lee.gu@contoso.com"}
	for _, test := range []struct{ reason, asked, want string }{
		{"the surname is missing", "adele@contoso.com", " (did you mean adele.vance@contoso.com?)"},
		{"no name begins so: the nearest", "alec@contoso.com", " (did you mean alex@contoso.com?)"},
		{"a letter too many, and the surname is missing", "adelle@contoso.com", " (did you mean adele.vance@contoso.com?)"},
		{"only the domain is right", "zzzzz@contoso.com", ""},
		{"no address", "adele vanc", " (did you mean adele vance?)"},
	} {
		if got := didYouMeanUser(test.asked, known); got != test.want {
			t.Errorf("%s: %s: got %s, want %s", test.reason, test.asked, got, test.want)
		}
	}
}

func TestAbsentValues(t *testing.T) {
	t.Parallel()
	rows := []string{`insert into sign_ins (file_id, record, conditional_access_status, country, city, app_display_name, is_legacy_auth, user_agent)
		values (1, 1, 'not_applied', 'NL', 'Amsterdam', 'Microsoft Teams', false, 'Client=REST;axios/1.7.9;'), (1, 2, 'success', 'NL', 'Breda', 'Zoom', false, 'curl')`,
		`insert into sign_ins (file_id, record, city, correlation_id) select 1, 3 + i, 'Town ' || chr(65 + i::int), 'c' from range(20) as towns (i)`,
		`insert into sign_ins (file_id, record, id, correlation_id) select 1, 100 + i, 'id' || i, 'c' from range(1001) as ids (i)`}
	for _, test := range []struct {
		filter       Filter
		want, reason string
	}{
		{Filter{Columns: []ColumnFilter{{Column: "conditional_access_status", Values: []string{"notApplied"}}}},
			"No record has conditional_access_status notApplied; there are not_applied, success", "the portal's word is not ours"},
		{Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"nl", "Netherlands"}, Not: true}}},
			"No record has country Netherlands; there are NL", "what excludes nothing is told too; case does not matter"},
		{Filter{Columns: []ColumnFilter{{Column: "city", Values: []string{"amsterdm"}}}}, "No record has city amsterdm (did you mean Amsterdam?)", "many values: the nearest"},
		{Filter{Columns: []ColumnFilter{{Column: "city", Values: []string{"*xyz*"}}}},
			"No record has city *xyz*; there are Amsterdam, Breda, Town A, Town B, Town C, Town D, Town E, Town F, Town G, Town H, Town I, Town J and 10 more", "many values, none near"},
		{Filter{Columns: []ColumnFilter{{Column: "id", Values: []string{"id9999"}}}}, "No record has id id9999", "an identifier has no list"},
		{Filter{Columns: []ColumnFilter{{Column: "mfa_method", Values: []string{"SMS"}}}}, "No record has mfa_method SMS: none has any", "an empty column"},
		{Filter{Columns: []ColumnFilter{{Column: "correlation_id", Values: []string{""}}, {Column: "city", Values: []string{"town *"}}, {Column: "is_legacy_auth", Values: []string{"FALSE"}}}},
			"", "the empty value, a pattern and a boolean that some record has"},
		{Filter{Columns: []ColumnFilter{{Column: "record", Values: []string{""}}}}, "No record is without record", "a column that is always filled"},
		{Filter{Apps: []string{"Teams", "zoom"}}, "Application not found: Teams (did you mean microsoft teams?)", "a part of a name is not the name"},
		{Filter{UserAgents: []string{"Axios", "CURL"}}, "User agent not found: Axios as a whole; '*Axios*' would find it within others", "a part of one that is long; another is found whole"},
		{Filter{UserAgents: []string{"xyz", "curl"}}, "User agent not found: xyz", "no part of any"},
		{Filter{UserAgents: []string{"*axios*", "curl"}}, "", "the pattern finds it"},
	} {
		c := openCase(t, test.filter, time.UTC, rows...)
		got, none, err := c.Filters().NotFound(context.Background(), []Report{{Name: "query", SQL: "select 1 from sign_ins"}})
		if err != nil || none || strings.Join(got, "; ") != test.want {
			t.Errorf("%s:\n got %s, %v, %v\nwant %s", test.reason, strings.Join(got, "; "), none, err, test.want)
		}
	}
}
