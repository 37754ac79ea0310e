package queries

import (
	"slices"
	"strings"
	"testing"
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
		{"a group", []string{"evidence"}, []string{"files", "coverage", "coverage_daily", "coverage_users"}},
		{"a name that is both is the report", []string{"sessions"}, []string{"sessions"}},
		{"case and hyphens don't matter", []string{" Session-Events "}, []string{"session_events"}},
		{"once, however often asked for", []string{"coverage", "evidence", "coverage"}, []string{"coverage", "files", "coverage_daily", "coverage_users"}},
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
	for _, test := range []struct{ reason, given, want string }{
		{"several reports are about it", "persistence", `no report is called "persistence"; that is in directory_changes and mailbox_changes; --list names them all`},
		{"two words", "inbox rule", `no report is called "inbox rule"; that is in mailbox_changes; --list names them all`},
		{"as a name would be typed", "Inbox-Rules", `no report is called "Inbox-Rules"; that is in mailbox_changes; --list names them all`},
		{"the second word of a topic", "spray", `no report is called "spray"; that is in signin_failures, signin_ips and audit_logons; --list names them all`},
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
		{"no name begins so: the nearest", "alec@contoso.com", " (did you mean alex@contoso.com or lee.gu@contoso.com?)"},
		{"no address", "adele vanc", " (did you mean adele vance?)"},
	} {
		if got := didYouMeanUser(test.asked, known); got != test.want {
			t.Errorf("%s: %s: got %s, want %s", test.reason, test.asked, got, test.want)
		}
	}
}
