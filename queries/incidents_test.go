package queries

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// TestIncidentsOf holds what joins findings, and what does not: each finding is written as
// its name, its rank (1 = critical), the hours at which it began and ended, and what it
// bears. An incident is the names of its findings; the context stands behind a bar.
func TestIncidentsOf(t *testing.T) {
	begin := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)
	at := func(id string, rank int64, first, last int, change func(f *joinable)) joinable {
		f := joinable{id: id, rank: rank, first: begin.Add(time.Duration(first) * time.Hour), last: begin.Add(time.Duration(last) * time.Hour)}
		change(&f)
		return f
	}
	who := func(name string) func(*joinable) { return func(f *joinable) { f.who = []string{name} } }
	whoOf := func(names ...string) func(*joinable) { return func(f *joinable) { f.who = names } }
	target := func(name string) func(*joinable) { return func(f *joinable) { f.target = name } }
	session := func(id string) func(*joinable) { return func(f *joinable) { f.session = id } }
	address := func(list ...string) func(*joinable) { return func(f *joinable) { f.addresses = list } }
	trace := func(list ...string) func(*joinable) { return func(f *joinable) { f.traces = list } }
	for _, test := range []struct {
		reason   string
		findings []joinable
		want     string
	}{
		{"one of high severity is an incident by itself", []joinable{at("a", 2, 0, 0, who("kim"))}, "a"},
		{"one of medium severity is none", []joinable{at("a", 3, 0, 0, who("kim"))}, ""},
		{"two of medium severity by one account are", []joinable{at("a", 3, 0, 0, who("kim")), at("b", 3, 1, 1, who("kim"))}, "a b"},
		{"two of low severity are none", []joinable{at("a", 4, 0, 0, who("kim")), at("b", 4, 1, 1, who("kim"))}, ""},
		{"who acts in one is acted on in the other", []joinable{at("a", 2, 0, 0, who("kim")), at("b", 3, 1, 1, target("kim"))}, "a b"},
		{"one of several who acted", []joinable{at("a", 2, 0, 0, whoOf("ann", "kim")), at("b", 3, 1, 1, who("Kim"))}, "a b"},
		{"two logs spell a name in two ways", []joinable{at("a", 2, 0, 0, target("Payroll API")), at("b", 3, 1, 1, target("payroll api"))}, "a b"},
		{"a name is no part of another", []joinable{at("a", 2, 0, 0, target("Payroll API")), at("b", 3, 1, 1, target("Payroll"))}, "a"},
		{"72 hours apart", []joinable{at("a", 2, 0, 1, who("kim")), at("b", 3, 73, 80, who("kim"))}, "a b"},
		{"73 hours apart", []joinable{at("a", 2, 0, 1, who("kim")), at("b", 2, 74, 80, who("kim"))}, "a; b"},
		{"a session joins over any time", []joinable{at("a", 2, 0, 1, session("s")), at("b", 3, 500, 501, session("s"))}, "a b"},
		{"another session does not", []joinable{at("a", 2, 0, 1, session("s")), at("b", 2, 1, 1, session("r"))}, "a; b"},
		{"one address of several", []joinable{at("a", 2, 0, 1, address("192.0.2.1", "192.0.2.2")), at("b", 3, 1, 1, address("192.0.2.2"))}, "a b"},
		{"an address that is no account", []joinable{at("a", 2, 0, 1, address("kim")), at("b", 2, 1, 1, who("kim"))}, "a; b"},
		{"a device", []joinable{at("a", 2, 0, 1, trace("device d")), at("b", 3, 1, 1, trace("device d", "token t"))}, "a b"},
		{"an application of that id is no device", []joinable{at("a", 2, 0, 1, trace("device d")), at("b", 2, 1, 1, trace("application d"))}, "a; b"},
		{"a third joins by the second", []joinable{
			at("a", 2, 0, 1, who("kim")),
			at("b", 3, 1, 1, func(f *joinable) { f.who, f.addresses = []string{"kim"}, []string{"192.0.2.1"} }),
			at("c", 3, 2, 2, address("192.0.2.1")),
		}, "a b c"},
		{"nothing joins by what is of low severity", []joinable{
			at("a", 2, 0, 1, who("kim")), at("b", 2, 1, 1, who("ola")),
			at("c", 4, 1, 1, func(f *joinable) { f.who, f.target = []string{"kim"}, "ola" }),
		}, "a | c; b"},
		{"context of nothing is left out", []joinable{at("a", 2, 0, 1, who("kim")), at("b", 4, 1, 1, who("ola"))}, "a"},
		{"two of one month, and what is unrelated to either", []joinable{
			at("a", 1, 0, 4, who("kim")), at("c", 2, 300, 300, who("ola")),
			at("b", 3, 5, 5, func(f *joinable) { f.who, f.addresses = []string{"kim"}, []string{"192.0.2.1"} }),
			at("d", 3, 301, 310, func(f *joinable) { f.who, f.addresses = []string{"ola"}, []string{"192.0.2.9"} }),
			at("e", 3, 302, 302, who("per")), at("f", 4, 3, 3, address("192.0.2.7")),
		}, "a b; c d"},
		{"the gravest first, then the one of more findings", []joinable{
			at("a", 2, 0, 1, who("kim")), at("b", 2, 0, 1, who("ola")), at("c", 3, 0, 1, who("ola")),
		}, "b c; a"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			slices.SortStableFunc(test.findings, func(a, b joinable) int {
				return cmp.Or(cmp.Compare(a.rank, b.rank), a.first.Compare(b.first))
			})
			var got []string
			for _, members := range incidentsOf(test.findings) {
				var seeds, context []string
				for i, m := range members {
					if (m.by == "") != (i == 0) {
						t.Errorf("%s is joined by %q", m.finding.id, m.by)
					}
					if m.finding.isSeed() {
						seeds = append(seeds, m.finding.id)
					} else {
						context = append(context, m.finding.id)
					}
				}
				one := strings.Join(seeds, " ")
				if len(context) > 0 {
					one += " | " + strings.Join(context, " ")
				}
				got = append(got, one)
			}
			if one := strings.Join(got, "; "); one != test.want {
				t.Errorf("got %q, want %q", one, test.want)
			}
		})
	}
}

// TestManyFindings holds that putting findings together does not compare each with each:
// 40,000 of as many accounts are done in a moment, and so are those of one account.
func TestManyFindings(t *testing.T) {
	for _, accounts := range []int{40_000, 1} {
		var findings []joinable
		for i := range 40_000 {
			findings = append(findings, joinable{
				id: fmt.Sprint(i), rank: 2, who: []string{fmt.Sprint("user", i%accounts)},
				first: time.Unix(int64(i), 0), last: time.Unix(int64(i), 0),
			})
		}
		began := time.Now()
		if got := len(incidentsOf(findings)); got != accounts {
			t.Errorf("%d accounts: %d incidents", accounts, got)
		}
		if took := time.Since(began); took > 20*time.Second { // each with each: minutes
			t.Errorf("%d accounts took %s", accounts, took)
		}
	}
}

// column lists the values of a column of the rows that the others allow.
func (answer table) column(name string, allow func(value func(name string) string) bool) (values []string) {
	for _, row := range answer.rows {
		value := func(name string) string {
			i := slices.IndexFunc(answer.columns, func(c Column) bool { return c.Name == name })
			switch v := row[i].(type) {
			case nil:
				return ""
			case time.Time:
				return v.Format(time.RFC3339)
			default:
				return fmt.Sprint(v)
			}
		}
		if allow(value) {
			values = append(values, value(name))
		}
	}
	return values
}

// TestIncidentOfTenant holds the reports on the incident of the sample tenant to what its
// generator knows by itself: the intrusion is whole and first, the password spray of two
// weeks before is an incident of its own, and nobody else's work is part of either.
func TestIncidentOfTenant(t *testing.T) {
	takesLong(t)
	_, tenant := loadTenant(t)
	known := tenant.Incident
	c := askedTenant(t)
	theirs := append([]string{known.PhishingIPAddress}, known.AttackerIPAddresses...)
	spray := slices.Clone(known.SprayIPAddresses)
	slices.Sort(theirs)
	slices.Sort(spray)
	all := append(slices.Clone(spray), theirs...)
	slices.Sort(all)
	everything := func(func(string) string) bool { return true }
	is := func(column string, wanted ...string) func(func(string) string) bool {
		return func(value func(string) string) bool { return slices.Contains(wanted, value(column)) }
	}
	for _, test := range []struct {
		reason, report, column string
		rows                   func(value func(string) string) bool
		want                   []string
	}{
		{"the intrusion, then the spray", "incidents", "ip_addresses", everything, []string{strings.Join(theirs, ", "), strings.Join(spray, ", ")}},
		{"one is critical", "incidents", "severity", is("incident", "1"), []string{"critical"}},
		{"by the victim's account alone", "incidents", "who", is("incident", "1"), []string{known.User}},
		{"in the stolen session alone", "incidents", "session_ids", is("incident", "1"), []string{known.SessionID}},
		{"since the sign-in through the proxy", "incidents", "first_seen", is("incident", "1"), []string{known.First.Format(time.RFC3339)}},
		{"each message that was read, and no other", "mail_exposure", "mailbox", func(value func(string) string) bool {
			return value("action") == "read" && value("basis") == "certain"
		}, slices.Repeat([]string{known.User}, known.MessagesAccessed)},
		{"what is open of the intrusion", "still_open", "object", is("incident", "1"), []string{known.User, known.AppName, known.AppName}},
		{"the rule is one of them", "still_open", "object", func(value func(string) string) bool {
			return value("incident") == "1" && value("kind") == "inbox rule" && strings.Contains(value("detail"), `"`+known.RuleName+`"`)
		}, []string{known.User}},
		{"what is open of anybody else's work is no incident", "still_open", "incident", func(value func(string) string) bool {
			return value("actor") != known.User && value("incident") != ""
		}, nil},
		{"their addresses, and none of the tenant's", "indicators", "value", is("type", "ip address"), all},
		{"their session", "indicators", "value", is("type", "session id"), []string{known.SessionID}},
		{"their rule", "indicators", "value", is("type", "mail rule"), []string{known.RuleName}},
		{"their application", "indicators", "value", is("name", known.AppName), []string{known.AppID}},
	} {
		got := wholeReport(t, c, test.report).column(test.column, test.rows)
		if test.report == "still_open" || test.report == "indicators" {
			slices.Sort(got)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s, %s: got %q, want %q", test.report, test.reason, got, test.want)
		}
	}
}

// TestTwoIncidents plants two intrusions, hours apart, as records in a month in which else
// nothing bad happened: they stay two, each with its own people and addresses alone, and
// none of the month's own findings joins either.
func TestTwoIncidents(t *testing.T) {
	takesLong(t)
	t.Parallel()
	quiet, err := quietCase()
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(id, user, address, operation, hour, parameters string) string {
		return fmt.Sprintf(`{"CreationTime": "2026-10-14T%s:00:00", "Id": %q, "Operation": %q, "RecordType": 1, "ResultStatus": "True", "UserType": 2, "Workload": "Exchange", "ClientIP": %q, "UserId": %q, "ObjectId": %[5]q, "Parameters": [%s]}`,
			hour, id, operation, address, user, parameters)
	}
	directory := func(id, user, address, operation, hour, target, property, value string) string {
		return fmt.Sprintf(`{"CreationTime": "2026-10-14T%s:30:00", "Id": %q, "Operation": %q, "RecordType": 8, "ResultStatus": "Success", "UserType": 0, "Workload": "AzureActiveDirectory", "ClientIP": %q, "UserId": %q, "ObjectId": %q, "ModifiedProperties": [{"Name": %q, "OldValue": "", "NewValue": %q}], "Target": [{"ID": %[6]q, "Type": 5}], "Actor": [{"ID": %[5]q, "Type": 5}]}`,
			hour, id, operation, address, user, target, property, value)
	}
	const clerk, admin, clerkFrom, adminFrom = "planted.clerk@contoso.com", "planted.admin@contoso.com", "203.0.113.21", "203.0.113.99"
	records := []string{
		exchange("p1", clerk, clerkFrom, "New-InboxRule", "09", `{"Name": "Name", "Value": "."}, {"Name": "SubjectContainsWords", "Value": "invoice"}, {"Name": "DeleteMessage", "Value": "True"}`),
		exchange("p2", clerk, clerkFrom, "Set-Mailbox", "10", `{"Name": "Identity", "Value": "planted.clerk@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:drop@collector.example"}`),
		directory("q1", admin, adminFrom, "Add member to role.", "09", "planted.new@contoso.com", "Role.DisplayName", "Global Administrator"),
		directory("q2", admin, adminFrom, "Disable Strong Authentication.", "11", "planted.new@contoso.com", "StrongAuthenticationRequirement", "[]"),
	}
	path := filepath.Join(t.TempDir(), "planted.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(records, "\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	c := openBeside(t, quiet, path)
	defer c.Close()
	report := wholeReport(t, c, "incidents")
	everything := func(func(string) string) bool { return true }
	who := report.column("who", everything)
	slices.Sort(who)
	if want := []string{admin, clerk}; !slices.Equal(who, want) {
		t.Errorf("the incidents are those of %q, want %q", who, want)
	}
	addresses := report.column("ip_addresses", everything)
	slices.Sort(addresses)
	if want := []string{clerkFrom, adminFrom}; !slices.Equal(addresses, want) {
		t.Errorf("the incidents came from %q, want %q", addresses, want)
	}
	planted := answer(t, c, "select count(*) from files where path like '%planted.jsonl'")
	others := answer(t, c, "select count(*) from incident_findings as i join finding_records as r using (finding_id) join files as f using (file_id) where f.path not like '%planted.jsonl'")
	if planted != "1" || others != "0" {
		t.Errorf("%s findings of the month's own are in an incident, want none", others)
	}
}

// TestTrustedTrip holds what a case sheet does on the sample tenant: a network that it
// trusts takes the line of somebody on the way out of the first page, and not those of an
// address that it calls bad, though it trusts that too.
func TestTrustedTrip(t *testing.T) {
	takesLong(t)
	const traveller = "ruben.visser@contoso.com"
	path, tenant := loadTenant(t)
	bad := tenant.Incident.AttackerIPAddresses[0]
	abroad := answer(t, askedTenant(t), "select any_value(autonomous_system_number) from sign_ins where country = 'DE' and user_principal_name = '"+traveller+"'")
	sheet, err := ReadCaseSheet(fmt.Sprintf("trusted.networks = [%q, \"AS%s\"]\nbad.addresses = [%q]", bad, abroad, bad))
	if err != nil {
		t.Fatal(err)
	}
	c := openPath(t, path, Filter{}, time.UTC)
	if err := c.Sheet().Know(t.Context(), sheet); err != nil {
		t.Fatal(err)
	}
	page := func(c *Case) table {
		whole := wholeReport(t, c, "findings")
		return table{whole.columns, whole.rows[:firstPage]}
	}
	ofTrip := func(value func(string) string) bool {
		return value("who") == traveller && value("finding") == "new_place_of_user"
	}
	ofBad := func(value func(string) string) bool { return strings.Contains(value("ip_addresses"), bad) }
	before, after := page(askedTenant(t)), page(c)
	if got := before.column("finding", ofTrip); len(got) != 1 {
		t.Errorf("lines of the trip on the first page, without the sheet: %q", got)
	}
	if got := after.column("finding", ofTrip); len(got) > 0 {
		t.Errorf("lines of the trip on the first page, with the sheet: %q", got)
	}
	if one, other := before.column("finding", ofBad), after.column("finding", ofBad); len(one) == 0 || len(other) < len(one) {
		t.Errorf("lines of the bad address on the first page: %q without the sheet, %q with it", one, other)
	}
	if got := after.column("severity", ofBad); slices.ContainsFunc(got, func(s string) bool { return s != "critical" && s != "high" }) {
		t.Errorf("lines of the bad address are %q, want high or more", got)
	}
}

// TestNotLookedForInAPart takes a part away from a log, or some days from all of it, where the
// log as a whole goes on from the first day to the last.
func TestNotLookedForInAPart(t *testing.T) {
	takesLong(t)
	t.Parallel()
	month := func(rows string) string { // rows of each day d of a month
		return "insert into audit_events (file_id, record, event_time, workload, operation) " +
			"select 1, 3 * d + n, timestamp '2026-10-01' + to_days(d::int) + to_hours(9), w, 'FileAccessed' " +
			"from range(30) as t (d), (values (0, 'Exchange'), (1, 'SharePoint'), (2, 'AzureActiveDirectory')) as u (n, w) where " + rows
	}
	const signIns = "insert into sign_ins (file_id, record, event_time, category) select 2, d, timestamp '2026-10-01' + to_days(d::int), "
	for _, test := range []struct {
		reason string
		rows   []string
		rule   string
		want   string // looked_for, not_loaded, hole; none = not listed
	}{
		{"all is there", []string{month("true")}, "inbox_rule_hides_mail", ""},
		{"a workload is missing", []string{month("w <> 'Exchange'")}, "inbox_rule_hides_mail", "not looked for|audit_events (Exchange)|"},
		{"another workload is missing", []string{month("w <> 'SharePoint'")}, "inbox_rule_hides_mail", ""},
		{"either of two workloads will do", []string{month("true")}, "mass_download", ""},
		{"neither is there", []string{month("w <> 'SharePoint'")}, "mass_download", "not looked for|audit_events (SharePoint or OneDrive)|"},
		{"a workload is not said", []string{strings.Replace(month("n = 0"), "w, 'FileAccessed'", "null, 'FileAccessed'", 1)}, "inbox_rule_hides_mail", ""},
		{"ten days are missing", []string{month("d not between 10 and 19")}, "inbox_rule_hides_mail",
			"for a part of the time||audit_events (Exchange): none for 10 days, from 2026-10-11 to 2026-10-20"},
		{"ten days of another workload are", []string{month("w = 'Exchange' or d not between 10 and 19")}, "inbox_rule_hides_mail", ""},
		{"weekends are", []string{month("d % 7 < 5")}, "inbox_rule_hides_mail", ""},
		{"a log of a few days has quiet ones", []string{month("d in (0, 3, 9, 14, 29)")}, "inbox_rule_hides_mail", ""},
		{"of the sign-ins one category", []string{signIns + "'non_interactive' from range(30) as t (d)"}, "service_principal_new_place", "not looked for|sign_ins (service_principal)|"},
		{"of two categories one", []string{signIns + "'non_interactive' from range(30) as t (d)"}, "one_factor_was_enough", "in a part of the logs|sign_ins (interactive)|"},
		{"both", []string{signIns + "['interactive', 'non_interactive'][1 + d % 2] from range(30) as t (d)"}, "one_factor_was_enough", ""},
	} {
		c := openCase(t, Filter{}, time.UTC, test.rows...)
		got := answer(t, c, "select concat_ws('|', looked_for, coalesce(not_loaded, ''), coalesce(hole, '')) from report_findings_not_looked_for where finding = '"+test.rule+"'")
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
	}
}

// TestNotLookedFor takes away one log after the other, all others being there: each rule
// that needs it is listed, and no other, by what its header says that it needs.
func TestNotLookedFor(t *testing.T) {
	takesLong(t)
	needed := map[string]bool{}
	for _, r := range rules.All() {
		for _, need := range r.Needs {
			needed[need] = true
		}
	}
	row := func(table, at string) string {
		s, _ := schema.Lookup(table)
		if !s.Has("event_time") {
			return fmt.Sprintf("insert into %s (file_id, record) values (1, 1)", table)
		}
		return fmt.Sprintf("insert into %s (file_id, record, event_time) values (1, 1, '%s')", table, at)
	}
	listed := func(rows []string) string {
		t.Helper()
		c := openCase(t, Filter{}, time.UTC, rows...)
		var lines []string
		report := wholeReport(t, c, "findings_not_looked_for")
		finding := report.column("finding", func(func(string) string) bool { return true })
		how := report.column("looked_for", func(func(string) string) bool { return true })
		missing := report.column("not_loaded", func(func(string) string) bool { return true })
		for i := range finding {
			lines = append(lines, finding[i]+": "+how[i]+" "+missing[i])
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	everywhere := slices.Sorted(maps.Keys(needed))
	for _, away := range append(everywhere, "") {
		var rows, want []string
		for _, table := range everywhere {
			if table != away {
				rows = append(rows, row(table, "2026-10-05 09:00:00"))
			}
		}
		for _, r := range rules.All() {
			switch {
			case len(r.Needs) == 1 && r.Needs[0] == away:
				want = append(want, r.Name+": not looked for "+away)
			case slices.Contains(r.Needs, away):
				want = append(want, r.Name+": in a part of the logs "+away)
			}
		}
		slices.Sort(want)
		if got := listed(rows); got != strings.Join(want, "\n") {
			t.Errorf("without %q: want, or got:\n%s", away, firstDifference(strings.Join(want, "\n"), got))
		}
	}
	// The directory audit log covers the first of three days only.
	var rows, want []string
	for _, table := range everywhere {
		rows = append(rows, row(table, "2026-10-05 09:00:00"))
		if s, _ := schema.Lookup(table); s.Has("event_time") && table != "directory_audits" {
			rows = append(rows, strings.Replace(row(table, "2026-10-07 09:00:00"), "(1, 1,", "(1, 2,", 1))
		}
	}
	for _, r := range rules.All() {
		if slices.Equal(r.Needs, []string{"directory_audits"}) {
			want = append(want, r.Name+": for a part of the time ")
		}
	}
	if got := listed(rows); got != strings.Join(want, "\n") {
		t.Errorf("a log that covers a part of the time: want, or got:\n%s", firstDifference(strings.Join(want, "\n"), got))
	}
}
