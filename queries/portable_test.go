package queries

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// TestPortableForm: a name of one thing only, a header, and no word that an engine has for
// itself. That three engines run them alike is a step of .ci/run.
func TestPortableForm(t *testing.T) {
	own := regexp.MustCompile(`(?i)\b(filter\s*\(|group by all|order by all|arg_max|arg_min|any_value|string_agg|listagg|date_trunc|interval|::|ilike|exclude|qualify|regexp\w*|median|mode)`)
	for _, p := range portables {
		if word := own.FindString(p.text); word != "" {
			t.Errorf("%s: %q isn't portable", p.Name, word)
		}
		if !regexp.MustCompile(`(?s)\norder by [^()]+\n$`).MatchString(p.text) {
			t.Errorf("%s: the last line is no order by", p.Name)
		}
		_, isReport := Lookup(p.Name)
		_, isRule := rules.Lookup(p.Name)
		_, isView := lookupView(p.Name)
		_, isTable := schema.Lookup(p.Name)
		if isReport || isRule || isView || isTable || slices.Contains(Groups, p.Name) {
			t.Errorf("%s is the name of something else too", p.Name)
		}
		sheet, err := ShowSQL(p.Name)
		if err != nil || !strings.Contains(sheet, p.text[:len(p.text)-1]+";\n") {
			t.Errorf("--show-sql %s: %v\n%s", p.Name, err, sheet)
		}
	}
	if len(portables) < 10 {
		t.Errorf("%d queries, want ten or more", len(portables))
	}
}

// TestPortableAnswers asks a small tenant each query, in DuckDB, over Parquet: a hit, and
// what comes close and is none. The numbers were counted by hand.
func TestPortableAnswers(t *testing.T) {
	t.Parallel()
	var failures []string
	for i := range 12 { // from one address ten users, from another nine
		for _, from := range []struct {
			address string
			users   int
		}{{"192.0.2.10", 10}, {"192.0.2.9", 9}} {
			if i < from.users {
				n := string(rune('a' + i))
				failures = append(failures, "(1, "+string(rune('0'+len(failures)/10))+string(rune('0'+len(failures)%10))+", 'f"+n+from.address+"', '2026-10-02 10:00:0"+string(rune('0'+i%10))+"', '"+n+"@contoso.com', '"+from.address+"', null, null, 50126, 'app', null)")
			}
		}
	}
	for i := range 10 { // one user ten times, let in after; another nine times
		for _, from := range []struct {
			user  string
			times int
		}{{"guessed@contoso.com", 10}, {"clumsy@contoso.com", 9}} {
			if i < from.times {
				failures = append(failures, "(2, "+string(rune('0'+i))+", 'g"+string(rune('0'+i))+from.user[:1]+"', '2026-10-03 10:00:0"+string(rune('0'+i))+"', '"+from.user+"', '198.51.100.1', null, null, 50126, 'app', null)")
			}
		}
	}
	folder := writeParquet(t, newCase(t,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, autonomous_system_number, country, error_code, app_id, session_id) values
			(3, 1, 'one', '2026-10-01 08:00:00', 'adele@contoso.com', '203.0.113.1', 64501, 'DE', 0, 'mail', 'S1'),
			(3, 2, 'two', '2026-10-01 09:00:00', 'adele@contoso.com', '203.0.113.1', 64501, 'DE', 0, 'mail', 's1'),
			(3, 3, 'three', '2026-10-02 09:00:00', 'adele@contoso.com', '203.0.113.7', 64502, 'LT', 0, 'files', 's1'),
			(3, 4, 'four', '2026-10-02 09:30:00', 'adele@contoso.com', '203.0.113.8', 64502, 'LT', 500121, 'files', null),
			(3, 5, 'in', '2026-10-03 11:00:00', 'guessed@contoso.com', '198.51.100.1', 64503, 'NL', 0, 'mail', null),
			(3, 6, 'before', '2026-10-03 09:00:00', 'clumsy@contoso.com', '198.51.100.1', 64503, 'NL', 0, 'mail', null)`,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, autonomous_system_number, country, error_code, app_id, session_id) values `+strings.Join(failures, ", "),
		`insert into audit_events (file_id, record, id, event_time, user_id, operation, workload, ip_address, object_id, session_id, is_system) values
			(4, 1, 'a1', '2026-10-02 09:10:00', 'adele@contoso.com', 'New-InboxRule', 'Exchange', '203.0.113.7', 'rule', 's1', false),
			(4, 2, 'a2', '2026-10-02 09:11:00', 'adele@contoso.com', 'MailItemsAccessed', 'Exchange', '203.0.113.7', null, 's1', null),
			(4, 3, 'a3', '2026-10-02 09:12:00', 'boris@contoso.com', 'MailItemsAccessed', 'Exchange', '203.0.113.1', null, null, false),
			(4, 4, 'a4', '2026-10-02 09:13:00', 'boris@contoso.com', 'New-InboxRule', 'Exchange', null, null, null, true)`,
		`insert into directory_audits (file_id, record, id, event_time, activity, initiated_by, initiated_by_type) values
			(5, 1, 'd1', '2026-10-01 09:00:00', 'Add user', 'carol@fabrikam.com', 'user'),
			(5, 2, 'd2', '2026-10-02 09:00:00', 'Add user', 'carol@fabrikam.com', 'user'),
			(5, 3, 'd3', '2026-10-02 09:00:00', 'Update user', 'robot@other.example', 'app')`,
		// from one address five accounts on three days, from another four
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, status)
			select 6, row_number() over (), 'o' || row_number() over (), '2026-10-11 08:00:00'::timestamp + to_days(d::integer), name || '@contoso.com', ip_address, 'success'
			from range(3) as days(d)
			cross join (values ('adele', 5), ('guessed', 4), ('clumsy', 3), ('a', 2), ('b', 1)) as names(name, n)
			cross join (values ('203.0.113.50', 1), ('203.0.113.51', 2)) as addresses(ip_address, least_n)
			where n >= least_n`))
	var tested []string
	for _, test := range []struct{ name, reason, columns, where, want string }{
		{"sign_ins_by_user", "a day of a user: a failure counts as such", "sign_ins, successes, failures, addresses, networks, countries, applications, sessions", "user_name = 'adele@contoso.com' and day = '2026-10-02'", "2|1|1|2|1|1|1|1"},
		{"sign_ins_by_address", "users by address", "sign_ins, successes, failures, users", "ip_address = '192.0.2.10'", "10|0|10|10"},
		{"sign_ins_by_application", "who uses one", "sign_ins, successes, accounts, addresses", "app_id = 'mail' and day = '2026-10-03'", "2|2|2|1"},
		{"audit_by_user", "the services' own records are none of the user's", "user_name, operation, events", "true", "adele@contoso.com|MailItemsAccessed|1\nadele@contoso.com|New-InboxRule|1\nboris@contoso.com|MailItemsAccessed|1"},
		{"session_summaries", "both logs, and the id in either case", "session_id, users, sign_ins, audit_events, addresses, networks, countries", "true", "s1|1|3|2|2|2|2"},
		{"session_moves", "the one sign-in that went on from elsewhere", "id, address_before, ip_address, network_before, country_before, country", "true", "three|203.0.113.1|203.0.113.7|64501|DE|LT"},
		{"password_sprays", "ten users are a spray, nine are not", "ip_address, users_refused, refusals, users_let_in", "true", "192.0.2.10|10|10|0"},
		{"password_guesses", "ten refusals, and let in after the first; nine are too few", "user_principal_name, refusals, addresses, first_success", "true", "guessed@contoso.com|10|1|2026-10-03 11:00:00+00"},
		{"first_country_of_user", "a country that only a failure was from is none", "country, sign_ins, id", "user_principal_name = 'adele@contoso.com'", "DE|2|one\nLT|1|three"},
		{"first_use_of_application", "who was first, and how many followed; what only failed is not used", "app_id, account, sign_ins, accounts, days", "true", "mail|adele@contoso.com|4|3|2\nfiles|adele@contoso.com|1|1|1"},
		{"first_operation_of_user", "how many accounts do it", "user_id, operation, id, events, users_of_operation", "true", "adele@contoso.com|MailItemsAccessed|a2|1|2\nadele@contoso.com|New-InboxRule|a1|1|1\nboris@contoso.com|MailItemsAccessed|a3|1|2"},
		{"domains_of_accounts", "who acts for a person; an application's name is none", "domain, is_sure, accounts", "true", "contoso.com|1|14\nfabrikam.com|1|1"},
		{"first_sign_in_to_application", "failures count, and of those at one time the first by name", "app_id, first_account, sign_ins", "app_id is not null", "app|a@contoso.com|38\nfiles|adele@contoso.com|2\nmail|adele@contoso.com|4"},
		{"first_directory_acts", "each account's first of each act", "activity, account, records, first_event", "true", "add user|carol@fabrikam.com|2|2026-10-01 09:00:00+00\nupdate user|robot@other.example|1|2026-10-02 09:00:00+00"},
		{"addresses_of_many", "five accounts on three days; four are too few", "ip_address, accounts, days", "true", "203.0.113.50|5|3"},
	} {
		tested = append(tested, test.name)
		t.Run(test.name, func(t *testing.T) {
			p, ok := lookupPortable(test.name)
			if !ok {
				t.Fatal("there is no such query")
			}
			got := onParquet(t, "select concat_ws('|', "+strings.ReplaceAll(test.columns, ", ", "::varchar, ")+"::varchar) from ("+p.askedOf(folder)+") where "+test.where)
			if got != test.want {
				t.Errorf("%s: got\n%s\nwant\n%s", test.reason, got, test.want)
			}
		})
	}
	for _, p := range portables {
		if !slices.Contains(tested, p.Name) {
			t.Errorf("%s is not asked here", p.Name)
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "schema.json"))
	if err != nil || !json.Valid(text) {
		t.Errorf("schema.json: %v", err)
	}
}
