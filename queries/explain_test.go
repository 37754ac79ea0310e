package queries

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entrail/queries/rules"
)

func TestLeaves(t *testing.T) {
	for _, test := range []struct{ raw, want, reason string }{
		{`{"A":1,"b":{"c":[true,"x"]}}`, `A A 1; b.c[1] c true; b.c[2] c x`, "in their order, by path and field"},
		{`{"P":[{"Name":"RequestType","Value":"Login:login"}]}`, `P[1].Name Name RequestType; P[1].RequestType RequestType Login:login`, "a property's name is the field of its value"},
		{`{"M":[{"Name":"Role","NewValue":"a","OldValue":"b"}]}`, `M[1].Name Name Role; M[1].Role (new) Role a; M[1].Role (old) Role b`, "before and after"},
		{`{"D":"{\"UserType\":2}"}`, `D.UserType UserType 2`, "JSON in a string"},
		{`{"D":"{not json"}`, `D D {not json`, "what only looks like it"},
		{`{"n":null,"i":12345678901234567890}`, `i i 12345678901234567890`, "no value is none; a number keeps its digits"},
		{`{"A":1,"B":`, `A A 1`, "broken off: what is there"},
		{`no json`, ``, "none at all"},
	} {
		var got []string
		for _, l := range leaves(test.raw) {
			got = append(got, fmt.Sprintf("%s %s %s", l.path, l.field, l.value))
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s: %s: got %s, want %s", test.raw, test.reason, strings.Join(got, "; "), test.want)
		}
	}
}

func TestWords(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, app_id, app_display_name, user_id, user_principal_name) values
			(1, 1, '00000003-0000-0000-c000-000000000000', 'Attacker''s name for it', 'aaaa', 'adele@contoso.com'),
			(1, 2, 'bbbb', 'Expenses', '00000000-0000-0000-0000-000000000000', 'nobody@contoso.com')`)
	w, err := learnWords(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ field, value, want, reason string }{
		{"UserAuthenticationMethod", "1", "1 password in the cloud", "one bit"},
		{"UserAuthenticationMethod", "20", "4 Seamless single sign-on, 16 password hash synchronisation", "several"},
		{"UserAuthenticationMethod", "33", "1 password in the cloud, 32 a method that is not known", "a bit that no list has is said, not left out"},
		{"UserAuthenticationMethod", "0", "no method is set", "none"},
		{"UserAuthenticationMethod", "x", "", "no number"},
		{"UserType", "10", "a guest", "an enum of the audit log"},
		{"user_type", "guest", "an account of another tenant, invited", "the column of the sign-ins"},
		{"LogonType", "2", "a delegate", "an enum"},
		{"MailAccessType", "Sync", "a mail client took over the whole folder: treat every message in it as read", "in any case"},
		{"RecordType", "50", "ExchangeItemAggregated", "a record type"},
		{"error_code", "50126", "InvalidUserNameOrPassword: Wrong user name or password.", "an error code"},
		{"error_code", "999999999", "not in the list of error codes; https://login.microsoftonline.com/error?code=999999999 knows it", "an unknown one"},
		{"incoming_token_type", "primaryRefreshToken,saml11", "primaryrefreshtoken: the token of a registered device; saml11: a token of the federation server", "several in one"},
		{"AppId", "00000003-0000-0000-C000-000000000000", "the resource Microsoft Graph: mail, files, directory: the interface to all of it", "a well-known id is what it is, whatever a log calls it"},
		{"AppId", "bbbb", "the application Expenses, as the sign-ins name it", "learned"},
		{"user_id", "aaaa", "the user adele@contoso.com", "learned"},
		{"user_id", "00000000-0000-0000-0000-000000000000", "", "the id of nobody"},
		{"city", "50126", "", "a number elsewhere is none of these"},
	} {
		if got := w.of(test.field, test.value); got != test.want {
			t.Errorf("%s %s: %s: got %q, want %q", test.field, test.value, test.reason, got, test.want)
		}
	}
}

func TestExplainTies(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, session_id, correlation_id, unique_token_id, raw) values
			(1, 1, 'A1', '2026-10-01 08:00', 's1', 'c1', 'Tok', '{}'),
			(1, 2, 'a2', '2026-10-01 07:00', 'S1', 'c1', 'tok', '{}'),
			(1, 3, 'a3', '2026-10-01 06:00', 's2', '00000000-0000-0000-0000-000000000000', null, '{}')`,
		`insert into audit_events (file_id, record, id, event_time, session_id, sign_in_id, unique_token_id, operation, raw) values
			(2, 1, 'b1', '2026-10-01 09:00', 's1', 'a1', 'Tok', 'Send', '{}'),
			(2, 2, 'a1', '2026-10-01 08:00', 's1', null, null, 'UserLoggedIn', '{}')`,
		`insert into risk_detections (file_id, record, id, event_time, request_id, correlation_id, raw) values
			(3, 1, 'r1', '2026-10-01 08:01', 'a1', '00000000-0000-0000-0000-000000000000', '{}')`)
	results, err := c.Explain(context.Background(), "1:1")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range results {
		got[r.Report.Name] = lines(t, r)
	}
	// by hand: A1 is b1's issuer, a2's correlation, and all but a3 are its session's
	want := `risk detected in this sign-in|risk_detections|1|2026-10-01T08:01:00Z|2026-10-01T08:01:00Z
done with the token of this sign-in|audit_events|1|2026-10-01T09:00:00Z|2026-10-01T09:00:00Z
the same event in another log, or logged again|audit_events|1|2026-10-01T08:00:00Z|2026-10-01T08:00:00Z
with the same token|audit_events|1|2026-10-01T09:00:00Z|2026-10-01T09:00:00Z
of the same correlation|sign_ins|1|2026-10-01T07:00:00Z|2026-10-01T07:00:00Z
of the same session|audit_events|2|2026-10-01T08:00:00Z|2026-10-01T09:00:00Z
of the same session|sign_ins|1|2026-10-01T07:00:00Z|2026-10-01T07:00:00Z`
	if got["ties"] != want {
		t.Errorf("ties (a token's case counts, an id's not):\n%s\nwant\n%s", got["ties"], want)
	}
	if n := strings.Count(got["nearest"], "\n") + 1; n != 4 {
		t.Errorf("%d records tied, want 4, each once:\n%s", n, got["nearest"])
	}
	results, err = c.Explain(context.Background(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range results {
		names = append(names, r.Report.Name)
	}
	if want := "record ties nearest raw record_2 ties_2 nearest_2 raw_2"; strings.Join(names, " ") != want {
		t.Errorf("two records have the id: results %v, want %s", names, want)
	}
	if _, err := c.Explain(context.Background(), "a3'; drop table x --"); err == nil {
		t.Error("an id that is none was explained")
	}
}

// TestExplainHit holds that one finding is explained by its finding_id: its line with the
// number of its incident and times as the reports have them, its rule, and its evidence.
func TestExplainHit(t *testing.T) {
	ctx := context.Background()
	c := openCase(t, Filter{}, time.UTC,
		`insert into audit_events (file_id, record, id, event_time, operation, user_id, workload, raw) values
			(1, 7, 'r7', '2026-10-05 09:00', 'Set-Mailbox', 'kim@contoso.com', 'Exchange',
			'{"Parameters": [{"Name": "Identity", "Value": "kim@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:x@evil.example"}]}'),
			(1, 8, 'r8', '2026-10-20 09:00', 'Set-Mailbox', 'ola@contoso.com', 'Exchange',
			'{"Parameters": [{"Name": "Identity", "Value": "ola@contoso.com"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:y@evil.example"}]}')`)
	forwards, _ := rules.Lookup("mailbox_forwards") // alone: the others would take ten seconds
	if err := c.findings.lookFor(ctx, []rules.Rule{forwards}); err != nil {
		t.Fatal(err)
	}
	results, err := c.Explain(ctx, answer(t, c, "from findings select finding_id where who = 'ola@contoso.com'"))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 3 {
		t.Fatalf("got %d tables, want the hit, its rule and its evidence", len(results))
	}
	got := map[string]string{}
	for row, err := range results[0].Rows {
		if err != nil {
			t.Fatal(err)
		}
		got[row[0].(string)] = row[1].(string)
	}
	for field, want := range map[string]string{
		"who": "ola@contoso.com", "first_seen": "2026-10-20 09:00:00", "incident": "2", "evidence": "1:8",
	} {
		if got[field] != want {
			t.Errorf("%s: got %q, want %q", field, got[field], want)
		}
	}
}
