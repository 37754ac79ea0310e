package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

func TestReadCaseSheet(t *testing.T) {
	tests := []struct {
		reason, text string
		want         string // part of the error; empty = none
	}{
		{"nothing is known", "", ""},
		{"the form itself", CaseSheetForm, ""},
		{"everything that may stand there", `
			title = "Contoso"
			[trusted]
			networks = ["192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "AS64496", "as 64497"]
			accounts = ["adm@contoso.com"]
			[bad]
			addresses = ["203.0.113.77"]
			hashes = ["D41D8CD98F00B204E9800998ECF8427E"]
			domains = ["evil.example"]
			[[note]]
			finding = "0123456789abcdef"
			verdict = "benign"
			text = "a line\nand another"
			[[note]]
			record = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:12"
			verdict = "open"`, ""},
		{"a byte order mark, as Windows writes it", "\ufefftitle = \"x\"", ""},
		{"an unknown key is named, with its line and the nearest", "\ntitel = \"x\"", `line 2: there is no key "titel" (did you mean title`},
		{"the same within a table", "[trusted]\nnetwork = []", `line 2: there is no key "trusted.network" (did you mean networks`},
		{"the same in a note", "[[note]]\nuser = \"a\"\nverdikt = \"open\"", `did you mean verdict`},
		{"nothing is near: all are listed", "[bad]\nqqqq = []", `there are addresses, networks, agents`},
		{"a text where a list must be", "[trusted]\nnetworks = \"192.0.2.0/24\"", "line 2"},
		{"no TOML", "title = \n", "line 1"},
		{"a network that is none", "[trusted]\nnetworks = [\"192.0.2.0/33\"]", `trusted.networks: "192.0.2.0/33"`},
		{"an address that is none", "[bad]\naddresses = [\"evil\"]", "bad.addresses"},
		{"a domain with @", "[bad]\ndomains = [\"@evil.example\"]", "bad.domains"},
		{"a hash of another length", "[bad]\nhashes = [\"abc\"]", "want MD5, SHA-1 or SHA-256"},
		{"two letters would be in every agent", "[bad]\nagents = [\"ax\"]", "3 letters or more"},
		{"an empty entry would trust what has no name", "[trusted]\ndevices = [\" \"]", "empty entry"},
		{"a verdict of another kind", "[[note]]\nuser = \"a\"\nverdict = \"guilty\"", `verdict "guilty": one of confirmed, benign, open`},
		{"a note without a verdict", "[[note]]\nuser = \"a\"", "it has no verdict"},
		{"a note about nothing", "[[note]]\nverdict = \"open\"", "about nothing"},
		{"a note about two things", "[[note]]\nuser = \"a\"\nsession = \"b\"\nverdict = \"open\"", "session and user"},
		{"a range has no verdict", "[[note]]\naddress = \"192.0.2.0/24\"\nverdict = \"open\"", "want one address"},
		{"a terminal's command", "title = \"\\u001b[2J\"", "control character U+001B"},
		{"letters that turn the line around", "client = \"\u202e\"", "control character U+202E"},
		{"no UTF-8", "title = \"\xff\"", "UTF-8"},
		{"a number where a text must be", "trusted.networks = [1]", "line 1, column 21: want a text in quotes, not a value of the kind integer"},
		{"a date where a text must be", "title = 2026-01-01", "line 1, column 9: want a text in quotes, not a value of the kind local date"},
		{"a text where a list must be, in words", "[trusted]\nnetworks = \"192.0.2.0/24\"", "want a list of texts, in brackets, not a value of the kind "},
		{"a text where a table must be", "trusted = \"all\"", "want a table, see entrail --init-case, not a value of the kind "},
		{"a key as long as the sheet", "[" + strings.Repeat("a.", 50_000) + "a]\nb = 1", `..."; there are title, reference`},
		{"larger than any", "title = \"" + strings.Repeat("x", MaxCaseSheet) + "\"", "more than 262144 bytes"},
		{"a long title", "title = \"" + strings.Repeat("x", 1001) + "\"", "1001 characters"},
		{"a pattern where a name must be", "[trusted]\naccounts = [\"*@contoso.com\"]", "trusted.accounts: \"*@contoso.com\": * stands for nothing here"},
		{"a pattern where a part will do", "[bad]\nagents = [\"*axios*\"]", "leave out the *"},
		{"brackets without end", "title = " + strings.Repeat("[", MaxCaseSheet-100), "line 1"},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			_, err := ReadCaseSheet(test.text)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("taken; want an error with %q", test.want)
			case test.want != "" && !strings.Contains(err.Error(), test.want):
				t.Errorf("error %q, want %q in it", err, test.want)
			case err != nil && strings.Contains(err.Error(), "\n"):
				t.Errorf("error of several lines: %q", err)
			}
		})
	}
}

// TestCaseSheet holds what a sheet does to one finding: kim set a forward to outside, high,
// from 192.0.2.9 (AS64496), and signed in from there on a device.
func TestCaseSheet(t *testing.T) {
	takesLong(t)
	const (
		forward = `insert into audit_events (file_id, record, id, event_time, operation, user_id, workload, ip_address, session_id, raw) values (
			1, 7, 'r7', '2026-10-05 09:00:00', 'Set-Mailbox', 'kim@contoso.com', 'Exchange', '192.0.2.9', 's1',
			'{"Parameters": [{"Name": "Identity", "Value": "kim@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:x@evil.example"}]}')`
		file   = `insert into files (file_id, path, sha256) values (1, 'a.csv', repeat('ab', 32))`
		signIn = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, status, error_code, app_id)
			values (2, 1, 'i1', '2026-10-05 08:59:00', 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'success', 0, 'a')`
	)
	tests := []struct {
		reason, sheet string
		want          string // severity, verdict, known
	}{
		{"nothing is known", "", "high||"},
		{"its network is trusted: two grades", `trusted.networks = ["192.0.2.0/24"]`, "low||trusted: 192.0.2.0/24; was high"},
		{"the same by the number of the network", `trusted.networks = ["AS64496"]`, "low||trusted: AS64496; was high"},
		{"another network is trusted", `trusted.networks = ["192.0.3.0/24"]`, "high||"},
		{"its account is trusted", `trusted.accounts = ["Kim@contoso.com"]`, "low||trusted: kim@contoso.com; was high"},
		{"bad is stronger than trusted", "trusted.accounts = [\"kim@contoso.com\"]\nbad.addresses = [\"192.0.2.9\"]", "high||known to be bad: 192.0.2.9"},
		{"benign by its finding_id", "[[note]]\nfinding = \"FINDING\"\nverdict = \"benign\"\ntext = \"agreed\"", "info|benign|was high"},
		{"open by its session", "[[note]]\nsession = \"S1\"\nverdict = \"open\"", "high|open|"},
		{"confirmed by the log's own id", "[[note]]\nrecord = \"r7\"\nverdict = \"confirmed\"", "high|confirmed|"},
		{"confirmed by file and record", "[[note]]\nrecord = \"" + strings.Repeat("AB", 32) + ":7\"\nverdict = \"confirmed\"", "high|confirmed|"},
		{"another record of the file", "[[note]]\nrecord = \"" + strings.Repeat("ab", 32) + ":8\"\nverdict = \"confirmed\"", "high||"},
		{"by its user, and by its address: the nearer speaks", "[[note]]\naddress = \"192.0.2.9\"\nverdict = \"benign\"\n[[note]]\nuser = \"kim@contoso.com\"\nverdict = \"open\"", "high|open|"},
		{"benign by its only record", "[[note]]\nrecord = \"r7\"\nverdict = \"benign\"", "info|benign|was high"},
		{"benign by its only address", "[[note]]\naddress = \"192.0.2.9\"\nverdict = \"benign\"", "info|benign|was high"},
	}
	ctx := context.Background()
	forwards, _ := rules.Lookup("mailbox_forwards") // alone: the others would take ten seconds
	const ask = "from findings select coalesce(severity, '') || '|' || coalesce(verdict, '') || '|' || coalesce(known, '') as got, finding_id where finding = 'mailbox_forwards'"
	var id string
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			c := openCase(t, Filter{}, time.UTC, forward, file, signIn)
			sheet, err := ReadCaseSheet(strings.ReplaceAll(test.sheet, "FINDING", id))
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Sheet().Know(ctx, sheet); err != nil {
				t.Fatal(err)
			}
			if err := c.findings.lookFor(ctx, []rules.Rule{forwards}); err != nil {
				t.Fatal(err)
			}
			rows, err := c.all(ctx, ask)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != 1 {
				t.Fatalf("%d findings, want 1", len(rows))
			}
			id = rows[0][1].(string)
			if got := rows[0][0]; got != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// TestTrustedPlaces holds trust where a rule compares the places of an account: kim works at
// 192.0.2.9, and was an hour later in Tokyo, at 203.0.113.9, medium.
func TestTrustedPlaces(t *testing.T) {
	takesLong(t)
	const (
		columns = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, country, latitude, longitude, status, error_code) `
		home    = `, 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'NL', 52.4, 4.9, 'success', 0`
		tokyo   = `, 'interactive', 'kim@contoso.com', '203.0.113.9', 64500, 'JP', 35.7, 139.7, 'success', 0`
		days    = columns + `select 2, i, 'i' || i, timestamp '2026-10-01 08:00:00' + to_days(i::integer)` + home + ` from range(3) as t (i)`
		move    = columns + `select 2, 5, 'i5', timestamp '2026-10-03 09:00:00'` + tokyo
		further = columns + `select 2, 6, 'i6', timestamp '2026-10-03 09:30:00', 'interactive', 'kim@contoso.com', '198.51.100.9', 64501, 'JP', 35.7, 139.7, 'success', 0
			union all select 2, 7, 'i7', timestamp '2026-10-03 10:00:00'` + home
	)
	tests := []struct {
		reason, sheet string
		logs          []string
		want          string // severity, known
	}{
		{"nothing is known", "", []string{days, move}, "medium|"},
		{"the other place is a known trip", `trusted.networks = ["203.0.113.0/24"]`, []string{days, move}, "info|trusted: 203.0.113.0/24; was medium"},
		{"where kim always works explains nothing", `trusted.networks = ["192.0.2.0/24"]`, []string{days, move}, "medium|"},
		{"both", `trusted.networks = ["192.0.2.0/24", "203.0.113.0/24"]`, []string{days, move}, "info|trusted: 192.0.2.0/24, 203.0.113.0/24; was medium"},
		{"one of two other places", `trusted.networks = ["203.0.113.0/24"]`, []string{days, move, further}, "medium|"},
		{"bad is stronger", "trusted.networks = [\"203.0.113.0/24\"]\nbad.addresses = [\"192.0.2.9\"]", []string{days, move}, "high|known to be bad: 192.0.2.9; was medium"},
	}
	ctx := context.Background()
	travel, _ := rules.Lookup("impossible_travel") // alone: the others would take ten seconds
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			c := openCase(t, Filter{}, time.UTC, test.logs...)
			sheet, err := ReadCaseSheet(test.sheet)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Sheet().Know(ctx, sheet); err != nil {
				t.Fatal(err)
			}
			if err := c.findings.lookFor(ctx, []rules.Rule{travel}); err != nil {
				t.Fatal(err)
			}
			if got := answer(t, c, "from findings select severity || '|' || coalesce(known, '') where finding = 'impossible_travel'"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestTrustedDevicesAndApplications holds what is trusted to what it is trusted for: kim
// gave a code to a device, medium, with the application App A on the device d1, called
// KIM-PC; of the other findings some evidence has to do with another device, or with none.
func TestTrustedDevicesAndApplications(t *testing.T) {
	takesLong(t)
	const (
		app    = "aaaaaaaa-0000-4000-8000-00000000000a"
		byCode = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, status, error_code, app_id, app_display_name, authentication_protocol, device_id, device_name)
			values (2, 1, 'i1', '2026-10-05 08:59:00', 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'success', 0, '` + app + `', 'App A', 'deviceCode', 'd1', 'KIM-PC')`
		elsewhere = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, status, error_code, app_id, app_display_name, authentication_protocol, device_id, device_name)
			values (2, 2, 'i2', '2026-10-05 09:59:00', 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'success', 0, '` + app + `', 'App A', 'deviceCode', 'd2', 'OTHER-PC')`
		logged = `insert into audit_events (file_id, record, id, event_time, operation, record_type, user_id, workload, ip_address)
			values (3, 1, 'i1', '2026-10-05 08:59:00', 'UserLoggedIn', 15, 'kim@contoso.com', 'AzureActiveDirectory', '192.0.2.9')`
	)
	rule, _ := rules.Lookup("device_code_sign_in")
	for _, test := range []struct {
		reason, sheet string
		rows          []string
		want          string // severity, known
	}{
		{"nothing is known", "", []string{byCode}, "medium|"},
		{"the application by its name", `trusted.applications = ["app a"]`, []string{byCode}, "info|trusted: app a; was medium"},
		{"the application by its id", `trusted.applications = ["` + strings.ToUpper(app) + `"]`, []string{byCode}, "info|trusted: " + app + "; was medium"},
		{"another application, of which it is the beginning", `trusted.applications = ["App"]`, []string{byCode}, "medium|"},
		{"the device by its id", `trusted.devices = ["D1"]`, []string{byCode}, "info|trusted: the device; was medium"},
		{"the device by its name", `trusted.devices = ["kim-pc"]`, []string{byCode}, "info|trusted: the device; was medium"},
		{"another device", `trusted.devices = ["d2", "KIM"]`, []string{byCode}, "medium|"},
		{"one of two devices", `trusted.devices = ["d1"]`, []string{byCode, elsewhere}, "medium|"},
		{"both", `trusted.devices = ["d1", "OTHER-PC"]`, []string{byCode, elsewhere}, "info|trusted: the device; was medium"},
		{"the record of both logs", `trusted.devices = ["d1"]`, []string{byCode, logged}, "info|trusted: the device; was medium"},
		{"a bad address on a trusted device, with a trusted application", "trusted.devices = [\"d1\"]\ntrusted.applications = [\"App A\"]\nbad.addresses = [\"192.0.2.9\"]", []string{byCode}, "high|known to be bad: 192.0.2.9; was medium"},
		{"a bad application in a trusted network", "trusted.networks = [\"192.0.2.0/24\"]\nbad.applications = [\"" + app + "\"]", []string{byCode}, "high|known to be bad: " + app + "; was medium"},
		{"bad and trusted at once", "trusted.networks = [\"192.0.2.0/24\"]\nbad.networks = [\"192.0.2.8/29\"]", []string{byCode}, "high|known to be bad: 192.0.2.8/29; was medium"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			c := openCase(t, Filter{}, time.UTC, test.rows...)
			sheet, err := ReadCaseSheet(test.sheet)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Sheet().Know(context.Background(), sheet); err != nil {
				t.Fatal(err)
			}
			if err := c.findings.lookFor(context.Background(), []rules.Rule{rule}); err != nil {
				t.Fatal(err)
			}
			if got := answer(t, c, "select severity || '|' || coalesce(known, '') from all_findings"); got != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// TestBadThoughTrusted: what the sheet calls bad stays high where it trusts the account, the
// network and the application that had to do with it.
func TestBadThoughTrusted(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const row = `insert into audit_events (file_id, record, id, event_time, operation, user_id, workload, ip_address, user_agent, app_id, raw) values
		(1, 1, 'r1', '2026-10-05 09:00:00', 'Send', 'kim@contoso.com', 'Exchange', '192.0.2.9', 'Mozilla/5.0 axios/1.7', 'app-1',
			'{"Item": {"Subject": "Re: Bank details"}, "To": "x@evil.example"}')`
	rule, _ := rules.Lookup("known_bad_seen")
	trusted := Trusted{Accounts: []string{"kim@contoso.com"}, Networks: []string{"192.0.2.0/24"}, Applications: []string{"app-1"}}
	for _, test := range []struct {
		reason string
		bad    Bad
	}{
		{"an agent", Bad{Agents: []string{"axios"}}},
		{"a domain", Bad{Domains: []string{"evil.example"}}},
		{"a subject", Bad{Subjects: []string{"bank details"}}},
		{"an address", Bad{Addresses: []string{"192.0.2.9"}}},
		{"a network", Bad{Networks: []string{"192.0.2.0/28"}}},
		{"an application", Bad{Applications: []string{"app-1"}}},
	} {
		c := openCase(t, Filter{}, time.UTC, row)
		if err := c.Sheet().Know(t.Context(), CaseSheet{Trusted: trusted, Bad: test.bad}); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if err := c.findings.lookFor(t.Context(), []rules.Rule{rule}); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if got := answer(t, c, "select severity, contains(coalesce(known, ''), 'trusted') from all_findings"); got != "high|false" {
			t.Errorf("%s: got %v, want high|false", test.reason, got)
		}
	}
}

// TestBenignInPart: kim gave a code to a device twice, on one day, from two addresses: one
// finding. Who notes one of its records or addresses as benign has not acquitted the other.
func TestBenignInPart(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const rows = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, status, error_code, app_id, authentication_protocol) values
		(2, 1, 'i1', '2026-10-05 08:59:00', 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'success', 0, 'a', 'deviceCode'),
		(2, 2, 'i2', '2026-10-05 09:59:00', 'interactive', 'kim@contoso.com', '192.0.2.10', 64496, 'success', 0, 'a', 'deviceCode')`
	rule, _ := rules.Lookup("device_code_sign_in")
	note := func(thing Note, verdict string) Note {
		thing.Verdict, thing.Text = verdict, "asked"
		return thing
	}
	for _, test := range []struct {
		reason string
		notes  []Note
		want   string // severity, verdict, note
	}{
		{"one record of two", []Note{note(Note{Record: "i1"}, "benign")}, "medium|open|Benign in part: asked"},
		{"both records", []Note{note(Note{Record: "i1"}, "benign"), note(Note{Record: "i2"}, "benign")}, "info|benign|asked"},
		{"one record twice", []Note{note(Note{Record: "i1"}, "benign"), note(Note{Record: "I1"}, "benign")}, "medium|open|Benign in part: asked"},
		{"one record is confirmed", []Note{note(Note{Record: "i1"}, "benign"), note(Note{Record: "i2"}, "confirmed")}, "medium|confirmed|asked"},
		{"one address of two", []Note{note(Note{Address: "192.0.2.9"}, "benign")}, "medium|open|Benign in part: asked"},
		{"both addresses", []Note{note(Note{Address: "192.0.2.9"}, "benign"), note(Note{Address: "192.0.2.10"}, "benign")}, "info|benign|asked"},
		{"one record, and the user whole", []Note{note(Note{Record: "i1"}, "benign"), note(Note{User: "kim@contoso.com"}, "confirmed")}, "medium|confirmed|asked"},
		{"the user", []Note{note(Note{User: "Kim@contoso.com"}, "benign")}, "info|benign|asked"},
	} {
		c := openCase(t, Filter{}, time.UTC, rows)
		if err := c.Sheet().Know(t.Context(), CaseSheet{Notes: test.notes}); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if err := c.findings.lookFor(t.Context(), []rules.Rule{rule}); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if got := answer(t, c, "select severity || '|' || verdict || '|' || note from all_findings"); got != test.want {
			t.Errorf("%s: got %v, want %s", test.reason, got, test.want)
		}
	}
}

// TestIdleTrust: what the sheet trusts and nobody here has is named, whatever kind it is, and
// nothing else.
func TestIdleTrust(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const rows = `insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, ip_address, autonomous_system_number, status, app_id, app_display_name, device_id, device_name) values
		(2, 1, 'i1', '2026-10-05 08:59:00', 'interactive', 'kim@contoso.com', '192.0.2.9', 64496, 'success', 'a-1', 'App A', 'd1', 'KIM-PC')`
	all := Trusted{Networks: []string{"192.0.2.0/24", "AS64496"}, Devices: []string{"D1", "kim-pc"}, Applications: []string{"A-1", "app a"}, Accounts: []string{"Kim@contoso.com"}}
	for _, test := range []struct {
		reason  string
		trusted Trusted
		want    string
	}{
		{"all is there", all, ""},
		{"nothing is trusted", Trusted{}, ""},
		{"another network", Trusted{Networks: []string{"192.0.3.0/24"}}, "network 192.0.3.0/24"},
		{"another network by its number", Trusted{Networks: []string{"AS64497"}}, "network AS64497"},
		{"another device", Trusted{Devices: []string{"kim"}}, "device kim"},
		{"another application", Trusted{Applications: []string{"App"}}, "application app"},
		{"another account", Trusted{Accounts: []string{"lee@contoso.com"}}, "account lee@contoso.com"},
		{"many", Trusted{Accounts: []string{"a", "b", "c", "d", "e", "f", "g"}}, "account a, account b, account c, account d, account e, and 2 more"},
	} {
		c := openCase(t, Filter{}, time.UTC, rows)
		if err := c.Sheet().Know(t.Context(), CaseSheet{Trusted: test.trusted}); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		got, err := c.Sheet().Unmatched(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if text := strings.TrimPrefix(strings.Join(got, "\n"), "What the case sheet trusts, and no record of these files has: "); text != test.want {
			t.Errorf("%s: it says %q, want %q", test.reason, text, test.want)
		}
	}
}

// TestKnownBadInEveryLog walks the tables that are a log: what the case sheet calls bad is
// a finding wherever a record bears it, in each of the columns that can, and what is
// near it is none.
func TestKnownBadInEveryLog(t *testing.T) {
	const sheet = `
		[bad]
		addresses = ["203.0.113.9"]
		agents = ["evilagent"]
		applications = ["Evil App"]
		domains = ["evil.example"]
		subjects = ["bank details"]
		hashes = ["d41d8cd98f00b204e9800998ecf8427e"]`
	type borne struct{ bad, near string }   // values of a column
	columns := map[string]map[string]borne{ // by thing and column
		"address": {
			"ip_address": {"203.0.113.9", "203.0.113.90"},
			"to_ip":      {"203.0.113.9", "203.0.113.90"},
			"target_ip":  {"203.0.113.9", "203.0.113.90"},
		},
		"user agent": {"user_agent": {"Mozilla/5.0 EvilAgent/1", "Mozilla/5.0"}},
		"application": {
			"app_id":                 {"Evil App", "Evil App 2"},
			"client_app_id":          {"evil app", "evil"},
			"app_display_name":       {"evil app", "evil"},
			"service_principal_name": {"EVIL APP", "Evil Apps"},
		},
		"domain": {
			"user_principal_name": {"kim@evil.example", "kim@notevil.example"},
			"request_uri":         {"https://graph.microsoft.com/v1.0/users/kim@evil.example", "https://graph.microsoft.com/v1.0/users/kim@evil.example.org"},
			"raw":                 {`{"Link": "https:\/\/login.evil.example\/a"}`, `{"Link": "https:\/\/evil-example\/a"}`},
		},
		"subject": {
			"subject": {"Re: Bank details", "Re: bank"},
			"raw":     {`{"Item": {"Subject": "Re: Bank details"}}`, `{"Item": {"Folder": "Bank details"}}`},
		},
		"hash": {"raw": {`{"SHA": "D41D8CD98F00B204E9800998ECF8427E"}`, `{"SHA": "D41D8CD98F00B204E9800998ECF8427E00"}`}},
	}
	// Columns that have the name, and never bear the thing in that log: a new log is a branch of
	// the rule, and stands here where one of its columns can't bear a thing.
	never := map[string]bool{
		"sign_ins application service_principal_name": true,                                    // its name is app_display_name too
		"sign_ins domain raw":                         true, "graph_activity domain raw": true, // an address stands in columns of theirs
		"sign_ins hash raw": true, "graph_activity hash raw": true, // no file is in them
		"directory_audits subject raw": true, // no mail is in the others
		"sign_ins subject raw":         true, "graph_activity subject raw": true, "risk_detections subject raw": true, "risky_users subject raw": true,
		"provisioning_events subject raw": true, "url_clicks subject raw": true, "identity_logons subject raw": true, "azure_activity subject raw": true,
		"message_trace subject raw": true, "emails subject raw": true, "alerts subject raw": true, // they have a column for it
	}
	var rows, want []string
	for _, log := range schema.Logs() {
		borneBy := 0
		for thing, byColumn := range columns {
			for column, v := range byColumn {
				if !log.Has(column) || never[log.Name+" "+thing+" "+column] || thing == "domain" && column == "user_principal_name" && log.Name != "sign_ins" {
					continue
				}
				borneBy++
				id := log.Name + " " + thing + " " + column
				want = append(want, id)
				for i, value := range []string{v.bad, v.near} {
					rows = append(rows, fmt.Sprintf("insert into %s (file_id, record, id, event_time, %s) values (1, %d, '%s', '2026-10-05 09:00:00', %s)",
						log.Name, column, len(rows)+1, id+[]string{"", ", near"}[i], engine.Literal(value)))
				}
			}
		}
		if borneBy == 0 {
			t.Errorf("nothing of the case sheet is looked for in %s", log.Name)
		}
	}
	rows = append(rows, "insert into alerts (file_id, record, id, event_time, ip_address) values (1, 9999, 'several', '2026-10-05 09:00:00', '198.51.100.1, 203.0.113.9')")
	want = append(want, "several")
	c := openCase(t, Filter{}, time.UTC, rows...)
	known, err := ReadCaseSheet(sheet)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Sheet().Know(context.Background(), known); err != nil {
		t.Fatal(err)
	}
	rule, _ := rules.Lookup("known_bad_seen")
	for _, log := range schema.Logs() {
		if !slices.Contains(rule.Needs, log.Name) {
			t.Errorf("known_bad_seen does not look in %s: a log is a branch of its CTE logged, and named in its `-- needs:`", log.Name)
		}
	}
	lookFor(t, c, rule)
	slices.Sort(want)
	got := answer(t, c, "select distinct r.id from (select unnest(records) as r from rule_hits) order by 1")
	if one := strings.Join(want, "\n"); one != got {
		t.Errorf("records that bear what is bad (add to never in this test what a column can't bear): want, or got:\n%s", firstDifference(one, got))
	}
}

// forwarded are two mailboxes that send all mail outside, each from an address of its own:
// two findings of high severity, and so two incidents.
const forwarded = `
	insert into audit_events (file_id, record, id, event_time, workload, operation, record_type, user_id, ip_address, session_id, raw) values
		(1, 1, 'u1', '2026-10-05 10:00', 'Exchange', 'Set-Mailbox', 1, 'kim@contoso.com', '203.0.113.9', 's1-of-kim',
			'{"Parameters": [{"Name": "Identity", "Value": "kim@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:x@evil.example"}]}'),
		(1, 2, 'u2', '2026-10-05 11:00', 'Exchange', 'Set-Mailbox', 1, 'lee@contoso.com', '198.51.100.4', 's2-of-lee',
			'{"Parameters": [{"Name": "Identity", "Value": "lee@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:y@bad.example"}]}')`

// TestSheetIsOfWhatIsAskedFor: what the case sheet trusts holds where an incident or a
// finding is asked for, as it does in the reports.
func TestSheetIsOfWhatIsAskedFor(t *testing.T) {
	takesLong(t)
	t.Parallel()
	path := newCase(t, forwarded)
	sheet := CaseSheet{Trusted: Trusted{Networks: []string{"198.51.100.0/24"}}} // Lee's
	c := openKnowing(t, 1, path, Filter{Incidents: []string{"1"}}, time.UTC, sheet)
	results, err := c.Dossiers().Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, partOf(results, "sentences")); !strings.Contains(got, "High: the account kim@contoso.com") {
		t.Errorf("the incident of an address that is not trusted is told as\n%s", got)
	}
	if got := answer(t, c, "select who, severity from all_findings order by 1"); got != "kim@contoso.com|high\nlee@contoso.com|low" {
		t.Errorf("the findings of the forwards are\n%s", got)
	}
	c, err = Open(t.Context(), path, engine.Options{Temp: t.TempDir(), Threads: 1}, Filter{Incidents: []string{"2"}}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Sheet().Know(t.Context(), sheet); err != nil {
		t.Fatal(err)
	}
	const none = "no incident 2 in this evidence, judged with the case sheet"
	if err := c.Filters().WantFindings(t.Context()); err == nil || !strings.Contains(err.Error(), none) {
		t.Errorf("the incident of a trusted address: %v, want %q", err, none)
	}
}

// TestVerdictsInDossiers: a dossier has the sentences of the case sheet that concern what it
// is of, and no others.
func TestVerdictsInDossiers(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{Users: []string{"lee@contoso.com"}}, time.UTC, forwarded)
	kim := answer(t, c, "select finding_id from all_findings where who = 'kim@contoso.com'")
	sheet := CaseSheet{Notes: []Note{
		{Finding: kim, Verdict: "confirmed", Text: "Kim says so."},
		{Address: "198.51.100.4", Verdict: "open"},
		{Session: "S2-OF-LEE", Verdict: "confirmed", Text: "stolen"},
		{User: "lee@contoso.com", Verdict: "open", Text: "on leave"},
		{Record: "u1", Verdict: "confirmed"},
		{Address: "192.0.2.1", Verdict: "benign"},
	}}
	ofKim := []string{"(kim@contoso.com): Kim says so.", "record u1."}
	ofLee := []string{"Open: address 198.51.100.4.", "session s2-of-lee: stolen.", "Open: user lee@contoso.com: on leave."}
	if err := c.Sheet().Know(t.Context(), sheet); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		of         string
		tell       func() ([]*Result, error)
		want, none []string
	}{
		{"the incident of Kim", func() ([]*Result, error) { return c.Dossiers().Incident(t.Context(), 1) }, ofKim, ofLee},
		{"the incident of Lee", func() ([]*Result, error) { return c.Dossiers().Incident(t.Context(), 2) }, ofLee, ofKim},
		{"the session of Lee", func() ([]*Result, error) { return c.Dossiers().Session(t.Context(), "s2-of-lee") }, ofLee, ofKim},
		{"the user Lee", func() ([]*Result, error) { return c.Dossiers().Shown(t.Context(), "Lee") }, ofLee, ofKim},
	} {
		results, err := test.tell()
		if err != nil {
			t.Fatalf("%s: %v", test.of, err)
		}
		sentences := lines(t, partOf(results, "sentences"))
		if got := strings.Count(sentences, "|The examiner says|"); got != len(test.want) {
			t.Errorf("%s: %d sentences of the examiner, want %d", test.of, got, len(test.want))
		}
		for _, want := range test.want {
			if !strings.Contains(sentences, want) {
				t.Errorf("%s: no %q in\n%s", test.of, want, sentences)
			}
		}
		for _, none := range test.none {
			if strings.Contains(sentences, none) {
				t.Errorf("%s: %q is of another", test.of, none)
			}
		}
	}
}

// TestNotesOnBeginnings: a note may have the first 8 characters of a session's id, where no
// other session begins so.
func TestNotesOnBeginnings(t *testing.T) {
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, event_time, session_id) values
			(1, 1, '2026-10-05 08:00', '4b22b1c5-0001'), (1, 2, '2026-10-05 08:01', '7C1F0E2D-0001'), (1, 3, '2026-10-05 08:02', '7c1f0e2d-0002'), (1, 4, '2026-10-05 08:03', '7c1f0e2d-00021')`,
		`insert into audit_events (file_id, record, event_time, session_id) values (2, 1, '2026-10-05 09:00', '4B22B1C5-0001'), (2, 2, '2026-10-05 09:01', '99d0aa11-0001')`)
	var notes []Note
	for _, session := range []string{"4B22B1C5", "99d0aa11-00", "7c1f0e2d", "7c1f0e2d-0002", "4b22b1c", "4b22b1c6"} {
		notes = append(notes, Note{Session: session, Verdict: "open"})
	}
	if err := c.Sheet().Know(t.Context(), CaseSheet{Notes: notes}); err != nil {
		t.Fatal(err)
	}
	const want = "4b22b1c5-0001\n99d0aa11-0001\n7c1f0e2d\n7c1f0e2d-0002\n4b22b1c\n4b22b1c6"
	if got := answer(t, c, "select value from sheet_notes order by position"); got != want {
		t.Errorf("the notes are about\n%s", got)
	}
	unmatched, err := c.Sheet().Unmatched(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const is = " of the case sheet is about nothing in these files: there is no session "
	if one, other := strings.Join(unmatched, "\n"), strings.Join([]string{
		"Note 3" + is + "7c1f0e2d, several begin so; give more of it: 7c1f0e2d-0001, 7c1f0e2d-0002, 7c1f0e2d-00021",
		"Note 5" + is + "4b22b1c; give 8 characters of the id or more",
		"Note 6" + is + "4b22b1c6",
	}, "\n"); one != other {
		t.Errorf("it says\n%s\nwant\n%s", one, other)
	}
}
