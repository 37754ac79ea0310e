package queries

import (
	"context"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// filterRows: a row a name; the tests name the rows that must be left.
var filterRows = []string{
	`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_display_name, user_id, sign_in_identifier, app_id, app_display_name, ip_address, session_id, country, error_code, is_compliant) values
		(1, 1, 's1', timestamp '2026-10-01 00:00:00', 'adele@contoso.com', 'Adele Vance', 'OID-ADELE', 'adele@contoso.com', 'app-owa', 'Outlook', '203.0.113.5', 'sid-1', 'DE', 0, true),
		(1, 2, 's2', timestamp '2026-10-02 00:00:00', 'bob@contoso.com', 'Bob 100%', 'oid-bob', 'bobby', 'app-x', 'It''s_odd', '2001:DB8:0:0::1', 'sid-2', 'NG', 50126, false),
		(1, 3, 's3', timestamp '2026-10-03 00:00:00', 'ghost@contoso.com', null, '00000000-0000-0000-0000-000000000000', null, null, null, '::ffff:203.0.113.77', null, null, 50034, null),
		(1, 4, 's4', timestamp '2026-10-04 00:00:00', 'ghoul@contoso.com', null, '00000000-0000-0000-0000-000000000000', null, 'app-y', 'Itsxodd', 'not an address', null, 'de', 50034, null)`,
	`insert into sign_in_policies (parent_file_id, parent_record, sign_in_id, policy_id, result) values (1, 1, 's1', 'p1', 'success'), (1, 2, 's2', 'p2', 'failure'), (9, 2, 's2', 'another of this id', 'failure')`,
	`insert into sign_in_steps (sign_in_id, method) values ('s1', 'Password'), ('s2', 'Portal'), ('gone', 'Password')`,
	`insert into audit_events (file_id, record, id, event_time, user_id, user_key, app_id, client_app_id, ip_address, session_id, operation) values
		(2, 1, 'a1', timestamp '2026-10-01 10:00:00', 'adele@contoso.com', 'k1', null, 'app-owa', '203.0.113.5', 'sid-1', 'Send'),
		(2, 2, 'a2', timestamp '2026-10-02 10:00:00', 'oid-adele', 'k2', 'APP-X', null, '203.0.114.1', 'sid-3', 'FileAccessed'),
		(2, 3, 'a3', timestamp '2026-10-31 00:00:00', 'bob@contoso.com', 'oid-adele', null, null, null, 'sid-2', 'Send')`,
	`insert into directory_audits (file_id, record, id, event_time, initiated_by, targets, ip_address) values
		(3, 1, 'd1', timestamp '2026-10-01', 'admin@contoso.com', 'Group A, Adele@contoso.com', '2001:db8::2'),
		(3, 2, 'd2', timestamp '2026-10-01', 'bob@contoso.com', 'notadele@contoso.com', null)`,
	`insert into directory_audit_changes (parent_file_id, parent_record, audit_id, property) values (3, 1, 'd1', 'p'), (3, 2, 'd2', 'q')`,
	`insert into risky_users (file_id, record, id, event_time, user_principal_name) values (4, 1, 'oid-adele', timestamp '2026-10-01', 'adele@contoso.com')`,
	`insert into files (file_id, path) values (1, 'signins.csv')`,
	`update sign_ins set autonomous_system_number = 64499 + record, user_agent = case record when 1 then 'axios/1.7' else 'Mozilla/5.0 (KHTML, like Gecko)' end where record < 3`,
	`update audit_events set user_agent = 'axios/1.6' where id = 'a2'`,
}

func TestFilter(t *testing.T) {
	column := func(texts ...string) (all []ColumnFilter) {
		for _, text := range texts {
			c, err := ParseColumn(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		return all
	}
	moment := func(text string) Moment {
		m, err := ParseTime(text)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	const everyAudit, everyDirectory = "a1 a2 a3", "d1 d2"
	path := newCase(t, filterRows...)
	for i, test := range []struct {
		reason                     string
		filter                     Filter
		signIns, audits, directory string
	}{
		{"no filter shows everything", Filter{}, "s1 s2 s3 s4", everyAudit, everyDirectory},

		{"a user by name is found in the audit log under the object id too, in directory audits as a target", Filter{Users: []string{"ADELE@contoso.com"}}, "s1", "a1 a2 a3", "d1"},
		{"by display name", Filter{Users: []string{"adele vance"}}, "s1", "a1 a2 a3", "d1"},
		{"by object id", Filter{Users: []string{"oid-ADELE"}}, "s1", "a1 a2 a3", "d1"},
		{"by what was typed as user name", Filter{Users: []string{"bobby"}}, "s2", "a3", "d2"},
		{"two users: either", Filter{Users: []string{"adele@contoso.com", "bobby"}}, "s1 s2", "a1 a2 a3", "d1 d2"},
		{"names that are no account share the zero id, and nothing else", Filter{Users: []string{"ghost@contoso.com"}}, "s3", "", ""},
		{"a wildcard", Filter{Users: []string{"gho*@contoso.com"}}, "s3 s4", "", ""},
		{"% is a letter, not a wildcard", Filter{Users: []string{"Bob 100%"}}, "s2", "a3", "d2"},
		{"% matches nothing else", Filter{Users: []string{"a%"}}, "", "", ""},
		{"a name within another is not that name", Filter{Users: []string{"dele@contoso.com"}}, "", "", ""},

		{"a network: of logs that do not tell it, by the addresses that sign-ins had in it", Filter{Networks: []string{"AS64500"}}, "s1", "a1", ""},
		{"two networks, without AS", Filter{Networks: []string{"64500", "64501"}}, "s1 s2", "a1", ""},
		{"a number is not the beginning of another", Filter{Networks: []string{"6450"}}, "", "", ""},
		{"a user agent by a part", Filter{UserAgents: []string{"*AXIOS*"}}, "s1", "a2", ""},
		{"a user agent is no part of another", Filter{UserAgents: []string{"axios"}}, "", "", ""},

		{"an application by name is found in the audit log by its id", Filter{Apps: []string{"outlook"}}, "s1", "a1", ""},
		{"an application by id", Filter{Apps: []string{"app-x"}}, "s2", "a2", ""},
		{"an application with a quote and an underscore", Filter{Apps: []string{"it's_odd"}}, "s2", "a2", ""},
		{"_ is a letter in a wildcard too", Filter{Apps: []string{"It*_odd"}}, "s2", "a2", ""},

		{"a session", Filter{Sessions: []string{"SID-1"}}, "s1", "a1", ""},
		{"sessions by wildcard", Filter{Sessions: []string{"sid-*"}}, "s1 s2", "a1 a2 a3", ""},

		{"one address", Filter{IPs: []string{"203.0.113.5"}}, "s1", "a1", ""},
		{"an IPv4 range holds IPv4 in IPv6 clothes", Filter{IPs: []string{"203.0.113.0/24"}}, "s1 s3", "a1", ""},
		{"the edge of a range", Filter{IPs: []string{"203.0.112.0/23"}}, "s1 s3", "a1", ""},
		{"a range given by an address within", Filter{IPs: []string{"203.0.114.77/24"}}, "", "a2", ""},
		{"IPv6, however it is spelt", Filter{IPs: []string{"2001:db8::1"}}, "s2", "", ""},
		{"an IPv6 range", Filter{IPs: []string{"2001:db8::/32"}}, "s2", "", "d1"},
		{"a range in IPv6 clothes", Filter{IPs: []string{"::ffff:203.0.113.0/120"}}, "s1 s3", "a1", ""},

		{"a column, without regard to case; of tables without it nothing is shown", Filter{Columns: column("country=de")}, "s1 s4", "", ""},
		{"a column's two values", Filter{Columns: column("country=de,ng")}, "s1 s2 s4", "", ""},
		{"not a value: what is unknown stays, and so do tables without the column", Filter{Columns: column("country!=DE")}, "s2 s3", everyAudit, everyDirectory},
		{"an empty value is a missing one", Filter{Columns: column("country=")}, "s3", everyAudit, everyDirectory},
		{"not missing", Filter{Columns: column("country!=")}, "s1 s2 s4", "", ""},
		{"a number", Filter{Columns: column("error_code=50034")}, "s3 s4", "", ""},
		{"a number's wildcard", Filter{Columns: column("error_code=50*")}, "s2 s3 s4", "", ""},
		{"a boolean", Filter{Columns: column("is_compliant=TRUE")}, "s1", "", ""},
		{"two columns narrow together", Filter{Columns: column("error_code=50034", "country=de")}, "s4", "", ""},
		{"a column named with a hyphen", Filter{Columns: column("App-Display-Name=outlook")}, "s1", "", ""},
		{"a value in quotes may have a comma", Filter{Columns: column(`targets="Group A, Adele@contoso.com"`)}, "", "", "d1"},

		{"a range of addresses", Filter{Columns: column("ip_address=203.0.113.0/24")}, "s1 s3", "a1", ""},
		{"what lies in a range is left out, what has no address stays", Filter{Columns: column("ip_address!=203.0.113.0/24,2001:db8::/32")}, "s4", "a2 a3", "d2"},
		{"a range and a pattern", Filter{Columns: column("ip_address=203.0.114.0/24,not*")}, "s4", "a2", ""},
		{"more values than stand in the SQL", Filter{Columns: column("id=s2,a1,d1," + strings.Repeat("x,", 30) + "y*")}, "s2", "a1", "d1"},
		{"a wildcard of other tables lets the rows without the column through", Filter{Columns: column("country=*")}, "s1 s2 s3 s4", everyAudit, everyDirectory},

		{"a user to be left out is so by every name", Filter{NotUsers: []string{"ADELE@contoso.com"}}, "s2 s3 s4", "", "d2"},
		{"a pattern of users to be left out", Filter{NotUsers: []string{"*ghost@*", "bob*"}}, "s1 s4", "a1 a2", "d1"},
		{"a range to be left out, however spelt", Filter{NotIPs: []string{"203.0.113.0/24"}}, "s2 s4", "a2 a3", everyDirectory},
		{"an application to be left out; tables without one stay", Filter{NotApps: []string{"outlook"}}, "s2 s3 s4", "a2 a3", everyDirectory},
		{"some to be shown, but for one", Filter{Users: []string{"*@contoso.com"}, NotUsers: []string{"gho*"}}, "s1 s2", "a1 a2 a3", "d1 d2"},

		{"SQL in a user is a name", Filter{Users: []string{"' or 1=1 --"}}, "", "", ""},
		{"SQL in a user's wildcard is a name", Filter{Users: []string{"*' or 1=1 --"}}, "", "", ""},
		{"SQL in an application is a name", Filter{Apps: []string{"') or true or ('"}}, "", "", ""},
		{"SQL in a session is a name", Filter{Sessions: []string{"x') union select '"}}, "", "", ""},
		{"SQL in a value is a value", Filter{Columns: column("operation=' or 1=1 --")}, "", "", ""},
		{"an escape in a wildcard is a letter", Filter{Columns: column("operation=^*")}, "", "", ""},
		{"a backslash and a NUL are letters", Filter{Users: []string{"\\'\x00*"}}, "", "", ""},
		{"bytes that are no text match nothing", Filter{Users: []string{"\xff\xfe"}}, "", "", ""},

		{"since is inclusive", Filter{Since: moment("2026-10-03")}, "s3 s4", "a3", ""},
		{"until is exclusive", Filter{Until: moment("2026-10-02T00:00:00Z")}, "s1", "a1", "d1 d2"},
		{"an offset", Filter{Since: moment("2026-10-04T02:00:00+02:00")}, "s4", "a3", ""},
		{"days count back from the newest event, of whichever table", Filter{Since: moment("27d")}, "s4", "a3", ""},
		{"hours too", Filter{Since: moment("649h")}, "s4", "a3", ""},
		{"since and until", Filter{Since: moment("2026-10-02"), Until: moment("2026-10-03")}, "s2", "a2", ""},

		{"flags narrow together", Filter{Users: []string{"adele@contoso.com"}, IPs: []string{"203.0.113.0/24"}}, "s1", "a1", ""},
	} {
		t.Run(test.reason, func(t *testing.T) {
			oneInSix(t, i)
			t.Parallel()
			c := openOn(t, 1, path, test.filter, time.UTC)
			got := answer(t, c, `
				select
					coalesce(string_agg(id, ' ' order by id) filter (where source = 'sign_ins'), ''),
					coalesce(string_agg(id, ' ' order by id) filter (where source = 'audit_events'), ''),
					coalesce(string_agg(id, ' ' order by id) filter (where source = 'directory_audits'), '')
				from events`)
			if want := test.signIns + "|" + test.audits + "|" + test.directory; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			got = answer(t, c, "select (select count(*) from evidence.sign_ins), (select count(*) from files), (select count(*) from events where false)")
			if got != "4|1|0" {
				t.Errorf("evidence and files are never filtered, got %s", got)
			}
		})
	}
}

func TestChildRowsFollowTheirParent(t *testing.T) {
	t.Parallel()
	c := openCase(t, Filter{Users: []string{"bobby"}}, time.UTC, filterRows...)
	for query, want := range map[string]string{
		"select policy_id from sign_in_policies":             "p2",
		"select method from sign_in_steps":                   "Portal",
		"select property from directory_audit_changes":       "q",
		"select count(*) from evidence.sign_in_steps":        "3",
		"select string_agg(id, ' ' order by id) from events": "a3 d2 s2",
	} {
		if got := answer(t, c, query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	whole := openCase(t, Filter{}, time.UTC, filterRows...)
	if got := answer(t, whole, "select count(*) from sign_in_steps"); got != "3" {
		t.Errorf("without a filter a step without its sign-in stays: got %s rows, want 3", got)
	}
}

// Steps and properties of provisioning that come as CSV tell the change alone.
func TestChangesFollowTheirEvent(t *testing.T) {
	c := openCase(t, Filter{Users: []string{"bobby"}}, time.UTC,
		`insert into provisioning_events (file_id, record, change_id, source_identity) values (1, 1, 'c1', 'adele'), (1, 2, 'c2', 'bobby')`,
		`insert into provisioning_steps (parent_file_id, parent_record, change_id, name) values (null, null, 'c1', 'a'), (null, null, 'c2', 'b'), (1, 2, 'c2', 'c'), (1, 1, 'c2', 'd')`,
		`insert into provisioning_changes (parent_file_id, parent_record, change_id, property) values (null, null, 'c1', 'a'), (null, null, 'c2', 'b')`)
	for query, want := range map[string]string{
		"select string_agg(name, ' ' order by name) from provisioning_steps": "b c",
		"select property from provisioning_changes":                          "b",
	} {
		if got := answer(t, c, query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// TestGuestByEitherName: sign-ins have a guest under the name at home, the audit log under
// the one that the tenant made of it; --user finds both by either.
func TestGuestByEitherName(t *testing.T) {
	t.Parallel()
	path := newCase(t,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_display_name, user_id) values
			(1, 1, 's1', '2026-10-01 08:00', 'Bob@partner.com', 'Bob', 'oid-bob'),
			(1, 2, 's2', '2026-10-01 08:00', 'bob_partner.com@contoso.com', 'Another', 'oid-other'),
			(1, 3, 's3', '2026-10-01 08:00', 'eve_x@partner.com', 'Eve', 'oid-eve')`,
		`insert into audit_events (file_id, record, id, event_time, user_id) values
			(2, 1, 'a1', '2026-10-01 09:00', 'bob_partner.com#EXT#@contoso.onmicrosoft.com'),
			(2, 2, 'a2', '2026-10-01 09:00', 'bob_x_partner.com#ext#@contoso.onmicrosoft.com'),
			(2, 3, 'a3', '2026-10-01 09:00', 'oid-bob'),
			(2, 4, 'a4', '2026-10-01 09:00', 'eve_x_partner.com#ext#@contoso.onmicrosoft.com')`,
		`insert into directory_audits (file_id, record, id, event_time, initiated_by, targets) values
			(3, 1, 'd1', '2026-10-01 10:00', 'admin@contoso.com', 'Group A, bob_partner.com#EXT#@contoso.onmicrosoft.com')`)
	for _, test := range []struct {
		reason, want string
		filter       Filter
	}{
		{"by the name at home", "a1 a3 d1 s1", Filter{Users: []string{"bob@partner.com"}}},
		{"by the name in the tenant", "a1 a3 d1 s1", Filter{Users: []string{"bob_partner.com#ext#@contoso.onmicrosoft.com"}}},
		{"by the display name", "a1 a3 d1 s1", Filter{Users: []string{"bob"}}},
		{"all of the partner's", "a1 a2 a3 a4 d1 s1 s3", Filter{Users: []string{"*@partner.com"}}},
		{"with an underscore in the name at home", "a4 s3", Filter{Users: []string{"eve_x@partner.com"}}},
		{"left out by either", "a2 a4 s2 s3", Filter{NotUsers: []string{"bob@partner.com"}}},
	} {
		c := openOn(t, 1, path, test.filter, time.UTC)
		if got := strings.ReplaceAll(answer(t, c, "select id from events order by id"), "\n", " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
		if absent, _, err := c.Filters().NotFound(context.Background(), nil); err != nil || len(absent) > 0 {
			t.Errorf("%s: said to be absent: %q, %v", test.reason, absent, err)
		}
	}
}

func TestSessionsAreShownWhole(t *testing.T) {
	t.Parallel()
	path := newCase(t, filterRows...)
	for i, test := range []struct {
		reason, want string
		filter       Filter
	}{
		{"every session", "sid-1 sid-2 sid-3", Filter{}},
		{"an address seen in it brings the session, with all its events", "sid-1", Filter{IPs: []string{"203.0.113.5"}}},
		{"a column that only one log has is looked for there", "sid-2", Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"NG"}}}}},
		{"a column of the other log", "sid-3", Filter{Columns: []ColumnFilter{{Column: "operation", Values: []string{"File*"}}}}},
		{"columns of both logs must both be met", "sid-2", Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"NG"}}, {Column: "operation", Values: []string{"Send"}}}}},
		{"one to be left out of either log", "sid-2 sid-3", Filter{NotIPs: []string{"203.0.113.5"}}},
	} {
		t.Run(test.reason, func(t *testing.T) {
			oneInSix(t, i)
			c := openOn(t, 1, path, test.filter, time.UTC)
			got := strings.ReplaceAll(answer(t, c, "select session_id from sessions order by 1"), "\n", " ")
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	c := openCase(t, Filter{Columns: []ColumnFilter{{Column: "country", Values: []string{"NG"}}}}, time.UTC, filterRows...)
	if got := answer(t, c, "select sign_ins, audit_events from sessions"); got != "1|1" {
		t.Errorf("a session keeps the events that the filter hides: got %s, want 1|1", got)
	}
}

func TestFilterErrors(t *testing.T) {
	path := newCase(t)
	for _, test := range []struct {
		reason, want string
		filter       Filter
	}{
		{"more patterns than can be compared", "501 values with a *", Filter{Users: strings.Split(strings.Repeat("a*,", 500)+"b*", ",")}},
		{"the same of a column", "501 values with a *", Filter{Columns: []ColumnFilter{{Column: "id", Values: strings.Split(strings.Repeat("a*,", 500)+"b*", ",")}}}},
		{"no address to be left out", `ip "10.0.0"`, Filter{NotIPs: []string{"10.0.0"}}},
		{"no address", `ip "10.0.0"`, Filter{IPs: []string{"10.0.0"}}},
		{"no range", `ip "10.0.0.0/33"`, Filter{IPs: []string{"10.0.0.0/33"}}},
		{"an empty period", "since is not before until", Filter{Since: Moment{Time: time.Unix(10, 0)}, Until: Moment{Time: time.Unix(10, 0)}}},
	} {
		err := test.filter.Check()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %q", test.reason, err, test.want)
		}
		if c, openErr := Open(context.Background(), path, engine.Options{Temp: t.TempDir()}, test.filter, time.UTC); openErr == nil {
			c.Close()
			t.Errorf("%s: opened", test.reason)
		}
	}
}

func TestParseColumn(t *testing.T) {
	for _, test := range []struct {
		text, column string
		values       []string
		not          bool
	}{
		{"status=failure", "status", []string{"failure"}, false},
		{"Status!=failure,success", "status", []string{"failure", "success"}, true},
		{"user_agent=a=b", "user_agent", []string{"a=b"}, false},
		{"user_agent=a!=b", "user_agent", []string{"a!=b"}, false},
		{"country=", "country", []string{""}, false},
		{`app_display_name="A, B",C`, "app_display_name", []string{"A, B", "C"}, false},
		{`user_agent=say "x"`, "user_agent", []string{`say "x"`}, false},
	} {
		got, err := ParseColumn(test.text)
		if err != nil || got.Column != test.column || strings.Join(got.Values, "|") != strings.Join(test.values, "|") || got.Not != test.not {
			t.Errorf("%s: got %+v, %v", test.text, got, err)
		}
	}
	for _, text := range []string{"", "status", "=x", "!=x"} {
		if got, err := ParseColumn(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	newest := time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct{ text, want string }{
		{"2026-10-01", "2026-10-01T00:00:00Z"},
		{"2026-10-01T08:00:00Z", "2026-10-01T08:00:00Z"},
		{"2026-10-01T08:00:00+02:00", "2026-10-01T06:00:00Z"},
		{"2026-10-06 07:41", "2026-10-06T07:41:00Z"},
		{"2026-10-06T07:41", "2026-10-06T07:41:00Z"},
		{"2026-10-06 07:41:08", "2026-10-06T07:41:08Z"},
		{"2026-10-06T07:41:08", "2026-10-06T07:41:08Z"},
		{"2026-10-06T07:30Z", "2026-10-06T07:30:00Z"},
		{"2026-10-06T07:30+02:00", "2026-10-06T05:30:00Z"},
		{"2026-10-06 07:30:05+02:00", "2026-10-06T05:30:05Z"},
		{"2026-10-01T08:00:00.5Z", "2026-10-01T08:00:00Z"},
		{"2026/10/06", "2026-10-06T00:00:00Z"},
		{"2026/10/06 07:30", "2026-10-06T07:30:00Z"},
		{"1w", "2026-10-24T12:00:00Z"},
		{"30d", "2026-10-01T12:00:00Z"},
		{"24h", "2026-10-30T12:00:00Z"},
		{"1mo", "2026-09-30T12:00:00Z"}, // September has no 31st
		{"8mo", "2026-02-28T12:00:00Z"},
		{"12mo", "2025-10-31T12:00:00Z"},
	} {
		m, err := ParseTime(test.text)
		if err != nil || m.at(newest).UTC().Format(time.RFC3339) != test.want {
			t.Errorf("%s: got %v, %v, want %s", test.text, m.at(newest).UTC(), err, test.want)
		}
	}
	for _, text := range []string{"", "0d", "-1d", "30", "30m", "2026-13-01", "01/10/2026", "2026/13/01", "2026-10/01", "2026/1/2", "2026-10-01T", "2026-10-01T08:00 CET", "0w", "0mo", "1m", "1 mo", "2026-10-01 25:00", "9999999999d"} {
		if m, err := ParseTime(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, m)
		}
	}
}
