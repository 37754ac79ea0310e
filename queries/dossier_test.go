package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDossierParts holds each part to what a report is held to: one SELECT,
// documented, totally ordered.
func TestDossierParts(t *testing.T) {
	takesLong(t)
	ctx := context.Background()
	forward, backward := askedTies(t)
	sessions, err := forward.Dossiers().sessions(ctx)
	if err != nil || len(sessions) == 0 {
		t.Fatalf("sessions %v, %v", sessions, err)
	}
	if _, err := forward.Dossiers().Session(ctx, sessions[0]); err != nil { // makes the table that parts read
		t.Fatal(err)
	}
	var silent []string
	for _, part := range dossierParts {
		if !strings.HasSuffix(part.Description, ".") || part.Group != "sessions" {
			t.Errorf("%s: a part has a description with a full stop, and the group sessions", part.Name)
		}
		if err := forward.CheckQuery(ctx, part.SQL); err != nil {
			t.Errorf("%s: not one SELECT: %v", part.Name, err)
		}
		checkOrdered(t, forward, part)
		silent = append(silent, part.Name)
	}
	for _, session := range sessions {
		one, err := forward.Dossiers().Session(ctx, session)
		if err != nil {
			t.Fatal(err)
		}
		other, err := backward.Dossiers().Session(ctx, session)
		if err != nil {
			t.Fatal(err)
		}
		if len(one) != len(other) {
			t.Fatalf("%d parts, or %d", len(one), len(other))
		}
		for i := range one {
			a, b := lines(t, one[i]), lines(t, other[i])
			if a != b {
				t.Errorf("part %s depends on the order in which records were loaded:\n%s", one[i].Report.Name, firstDifference(a, b))
			}
			silent = slices.DeleteFunc(silent, func(name string) bool { return name == one[i].Report.Name })
		}
	}
	if len(silent) > 0 {
		t.Errorf("no part %v in any dossier: they prove nothing", silent)
	}
}

// partOf is the part of that name, or an empty one.
func partOf(results []*Result, name string) *Result {
	for _, r := range results {
		if r.Report.Name == name {
			return r
		}
	}
	return &Result{}
}

// TestDossierIsWhole: the picture and the story hold every event of the
// session, whatever the filters, and no other one's.
func TestDossierIsWhole(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{IPs: []string{"192.0.2.1"}}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, session_id, user_principal_name, ip_address, country, autonomous_system_number, status, raw) values
			(1, 1, 'a', '2026-10-01 08:00', 's1', 'adele@contoso.com', '192.0.2.1', 'NL', 1, 'success', '{}'),
			(1, 2, 'b', '2026-10-01 09:00', 's1', 'adele@contoso.com', '198.51.100.1', 'RO', 2, 'success', '{}'),
			(1, 3, 'c', '2026-10-01 08:30', 's2', 'alex@contoso.com', '192.0.2.1', 'NL', 1, 'success', '{}')`,
		`insert into audit_events (file_id, record, id, event_time, session_id, user_id, operation, workload, record_type, ip_address, result_status, raw) values
			(2, 1, 'd', '2026-10-01 10:00', 's1', 'adele@contoso.com', 'Send', 'Exchange', 2, '198.51.100.1', 'Succeeded', 'no json'),
			(2, 2, 'e', '2026-10-01 09:30', null, 'adele@contoso.com', 'Consent to application.', 'AzureActiveDirectory', 8, '20.190.1.1', 'Success',
				'{"ModifiedProperties":[{"Name":"ConsentAction.Permissions","OldValue":"","NewValue":"Mail.Read"}]}'),
			(2, 3, 'f', '2026-10-01 11:00', null, 'adele@contoso.com', 'Consent to application.', 'AzureActiveDirectory', 8, '20.190.1.1', 'Success', '{}')`,
		`insert into graph_activity (file_id, record, id, event_time, session_id, request_method, request_uri, response_status_code, ip_address, raw) values
			(3, 1, 'g', '2026-10-01 10:30', 's1', 'GET', 'https://graph.microsoft.com/v1.0/me/messages', 200, '203.0.113.9', '{}'),
			(3, 2, 'h', '2026-10-01 10:30', 's2', 'GET', 'https://graph.microsoft.com/v1.0/me', 200, '203.0.113.9', '{}')`)
	results, err := c.Dossiers().Session(context.Background(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range results {
		got[r.Report.Name] = lines(t, r)
	}
	for _, test := range []struct{ part, want, reason string }{
		{"story", `2026-10-01T08:00:00Z|Sign-in||success|192.0.2.1 · NL AS1||1:1|{}
2026-10-01T09:00:00Z|Sign-in||success|198.51.100.1 · RO AS2|country NL to RO; network AS1 to AS2|1:2|{}
2026-10-01T09:30:00Z|Consent to application.|no session id, same user, within its time|Success|20.190.1.1||2:2|{"ModifiedProperties":[{"Name":"ConsentAction.Permissions","OldValue":"","NewValue":"Mail.Read"}]}
2026-10-01T10:00:00Z|Send|sent|Succeeded|198.51.100.1 · RO AS2 (learned)||2:1|
2026-10-01T10:30:00Z|Microsoft Graph: GET|https://graph.microsoft.com/v1.0/me/messages|200|203.0.113.9|address 198.51.100.1 to 203.0.113.9, network unknown|3:1|{}`, "all of the session and the consent within its time, with the place that sign-ins give for an address; a raw record that is no JSON tells nothing"},
		{"changes", "2026-10-01T09:30:00Z|consent to an application|Consent to application.|Success||ConsentAction.Permissions: Mail.Read|20.190.1.1|no session id: same user, same time|2:2",
			"a consent has no session id; the one after the session's end is not its"},
		{"sent", "2026-10-01T10:00:00Z|Send|Succeeded|adele@contoso.com|||||198.51.100.1 (RO AS2, learned)|2:1", "a record without its details is a record"},
	} {
		if got[test.part] != test.want {
			t.Errorf("%s: %s:\n%s\nwant\n%s", test.part, test.reason, got[test.part], test.want)
		}
	}
	const counts = "2 sign-ins, 1 audit event and 1 request to Microsoft Graph carry its session id. Records beside it, without its id: 1 within its time, 0 before or after. Events in the picture, which are those within its time with its id or without: 5."
	if about := partOf(results, "lanes").Report.Description; !strings.HasSuffix(about, counts) {
		t.Errorf("heading %s\nwant it to end %s", about, counts)
	}
	if n := strings.Count(got["lanes"], "\n") + 1; n != 5 {
		t.Errorf("%d fields in the picture, want two sign-ins, one mail, one request and one consent:\n%s", n, got["lanes"])
	}
	if notes := fmt.Sprint(partOf(results, "lanes").Notes); !strings.Contains(notes, "Mail that was read") || strings.Contains(notes, "What was sent") {
		t.Errorf("notes %s: want them to name what there is nothing of", notes)
	}
}

// TestDossierBeside: what carries no session id stands beside the session, with
// the reason why it does, and what failed is drawn as no sign-in of the user's.
func TestDossierBeside(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, session_id, correlation_id, user_principal_name, user_id, category, ip_address, country, autonomous_system_number, status, error_code, raw) values
			(1, 1, 'in', '2026-10-01 08:00', 's1', 'c1', 'Adele@contoso.com', 'oid-adele', 'interactive', '192.0.2.1', 'NL', 1, 'success', 0, '{}'),
			(1, 2, 'out', '2026-10-03 08:00', 's1', 'c2', 'adele@contoso.com', 'oid-adele', 'interactive', '192.0.2.1', 'NL', 1, 'success', 0, '{}'),
			(1, 3, 'spray', '2026-10-02 02:00', null, 'c3', 'adele@contoso.com', 'oid-adele', 'interactive', '203.0.113.5', 'BG', 9, 'failure', 50126, '{}'),
			(1, 4, 'earlier spray', '2026-10-01 02:00', null, 'c4', 'adele@contoso.com', 'oid-adele', 'interactive', '203.0.113.5', 'BG', 9, 'failure', 50126, '{}'),
			(1, 5, 'chain', '2026-10-01 07:59', null, 'c1', 'adele@contoso.com', 'oid-adele', 'interactive', '198.51.100.9', 'NL', 2, 'interrupted', 50074, '{}'),
			(1, 6, 'ended', '2026-10-03 09:00', null, 'c6', 'adele@contoso.com', 'oid-adele', 'non_interactive', '192.0.2.1', 'NL', 1, 'failure', 50173, '{}'),
			(1, 7, 'too late', '2026-10-04 08:01', null, 'c7', 'adele@contoso.com', 'oid-adele', 'non_interactive', '192.0.2.1', 'NL', 1, 'failure', 50173, '{}'),
			(1, 8, 'a colleague', '2026-10-03 09:00', null, 'c8', 'alex@contoso.com', 'oid-alex', 'non_interactive', '192.0.2.1', 'NL', 1, 'failure', 50173, '{}'),
			(1, 9, 'another session', '2026-10-02 09:00', 's2', 'c9', 'adele@contoso.com', 'oid-adele', 'interactive', '192.0.2.1', 'NL', 1, 'success', 0, '{}')`,
		`insert into audit_events (file_id, record, id, event_time, session_id, user_id, operation, object_id, workload, record_type, ip_address, error_number, raw) values
			(2, 1, 'spray in the audit log', '2026-10-02 02:00', null, 'adele@contoso.com', 'UserLoginFailed', 'app', 'AzureActiveDirectory', 15, '203.0.113.5', 50126, '{}'),
			(2, 2, 'reset', '2026-10-03 08:30', 's9', 'admin@contoso.com', 'Reset user password.', 'adele@contoso.com', 'AzureActiveDirectory', 8, '20.190.1.1', null, '{}'),
			(2, 3, 'of another', '2026-10-02 08:30', null, 'admin@contoso.com', 'Reset user password.', 'alex@contoso.com', 'AzureActiveDirectory', 8, '20.190.1.1', null, '{}')`,
		`insert into directory_audits (file_id, record, id, event_time, initiated_by, activity, targets, result, raw) values
			(3, 1, 'role', '2026-10-02 10:00', 'admin@contoso.com', 'Add member to role', 'Helpdesk, ADELE@contoso.com', 'success', '{}'),
			(3, 2, 'not of this name', '2026-10-02 10:00', 'admin@contoso.com', 'Add member to role', 'notadele@contoso.com', 'success', '{}')`)
	results, err := c.Dossiers().Session(context.Background(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // id to why it stands there
		"chain":                  "no session id, same user, same correlation id, before its first event",
		"spray":                  "no session id, in the user's name, within its time",
		"spray in the audit log": "no session id, in the user's name, within its time",
		"role":                   "no session id, done to the account, within its time",
		"reset":                  "session s9, done to the account, after its last event",
		"ended":                  "no session id, in the user's name, same address, after its last event",
	}
	const trace = "the first trace is of 2026-10-01 07:59:00, the last of 2026-10-03 09:00:00."
	if about := partOf(results, "lanes").Report.Description; !strings.HasSuffix(about, trace) || !strings.Contains(about, "without its id: 3 within its time, 3 before or after.") {
		t.Errorf("heading %s\nwant 3 and 3 records beside it, and %s", about, trace)
	}
	for _, r := range results {
		switch r.Report.Name {
		case "story":
			if story := lines(t, r); strings.Count(story, "|{}") != 6 || strings.Contains(story, "203.0.113.5") {
				t.Errorf("the story:\n%s\nwant two of the session, and the four beside it that are no spray", story)
			}
		case "beside":
			for row, err := range r.Rows {
				if err != nil {
					t.Fatal(err)
				}
				id, belongs := row[8].(string), row[7].(string)
				if want[id] != belongs {
					t.Errorf("beside it %s (%s), want %q", id, belongs, want[id])
				}
				delete(want, id)
			}
		case "lanes":
			failed := 0
			for row, err := range r.Rows {
				if err != nil {
					t.Fatal(err)
				}
				lane, network := row[0].(string), row[1].(string)
				switch {
				case lane == "no id: failed attempts" && network == "failed attempt in the user's name":
					failed += int(row[5].(int64))
				case strings.Contains(network, "BG") || strings.Contains(lane, "signed in"):
					t.Errorf("the lane %s shows the network %s of a failed attempt", lane, network)
				}
			}
			if failed != 2 {
				t.Errorf("%d failed attempts in the picture, want the 2 records within the session's time", failed)
			}
		}
	}
	for id, belongs := range want {
		t.Errorf("%s is not beside it, want it (%s)", id, belongs)
	}
}

// TestDossierCountermeasures: what came after a measure is counted of what the dossier is of
// alone, and it is said so; what the user did may be the owner's own. A change that stands
// beside it is not shown by the log to belong to it.
func TestDossierCountermeasures(t *testing.T) {
	const assumed = "1 more change stands beside it, made in the same name and within its time, but under no session id: consent to an application. No record says whether it belongs to it.|Must be assumed"
	for i, test := range []struct {
		filter        Filter
		want, without []string
		reason        string
	}{
		{
			Filter{Users: []string{"ann@contoso.com"}},
			[]string{
				"2 acts in this user's name succeeded after the first of these, the last at 2026-10-01 12:00. 1 attempt failed, the last at 2026-10-01 11:00. Some of this, or all, may be the owner's own.",
				"2 changes: consent to an application, password.|The log shows",
			},
			[]string{"stands beside it"}, "the read mail, the owner's sign-in and the refused one; the reset itself is none, and the consent is the user's",
		},
		{
			Filter{IPs: []string{"203.0.113.5"}},
			[]string{"Nothing from this address succeeded after the first of these, as far as these files go. 1 attempt failed, the last at 2026-10-01 11:00.|", assumed},
			[]string{"change:", "owner's own"}, "others succeeded from elsewhere",
		},
		{
			Filter{IPs: []string{"203.0.113.6", "203.0.113.5"}},
			[]string{"1 act from these addresses succeeded after the first of these, the last at 2026-10-01 11:30. 1 attempt failed, the last at 2026-10-01 11:00.|"},
			[]string{"owner's own"}, "the mail was read from the second",
		},
		{
			Filter{Sessions: []string{"s2"}},
			[]string{"1 act in this session succeeded after the first of these, the last at 2026-10-01 11:30.", assumed},
			[]string{"owner's own"}, "the session went on",
		},
		{
			Filter{Sessions: []string{"s1"}},
			[]string{"Nothing in this session succeeded after the first of these, as far as these files go.|"},
			[]string{"failed, the last", "stands beside it"}, "the consent came after its time",
		},
	} {
		t.Run(test.reason, func(t *testing.T) {
			oneInSix(t, i)
			c := openCase(t, test.filter, time.UTC,
				`insert into sign_ins (file_id, record, id, event_time, session_id, correlation_id, user_principal_name, user_id, category, ip_address, status, error_code, raw) values
					(1, 1, 'a', '2026-10-01 08:00', 's1', 'c1', 'ann@contoso.com', 'oid-ann', 'interactive', '192.0.2.1', 'success', 0, '{}'),
					(1, 2, 'b', '2026-10-01 09:00', 's2', 'c2', 'ann@contoso.com', 'oid-ann', 'interactive', '203.0.113.5', 'success', 0, '{}'),
					(1, 3, 'c', '2026-10-01 11:00', null, 'c3', 'ann@contoso.com', 'oid-ann', 'non_interactive', '203.0.113.5', 'failure', 50173, '{}'),
					(1, 4, 'd', '2026-10-01 12:00', 's3', 'c4', 'ann@contoso.com', 'oid-ann', 'interactive', '192.0.2.1', 'success', 0, '{}')`,
				`insert into audit_events (file_id, record, id, event_time, session_id, user_id, operation, object_id, workload, record_type, ip_address, result_status, raw) values
					(2, 1, 'e', '2026-10-01 09:30', null, 'ann@contoso.com', 'Consent to application.', 'app', 'AzureActiveDirectory', 8, '40.126.32.51', 'Success', '{}'),
					(2, 2, 'f', '2026-10-01 10:00', null, 'admin@contoso.com', 'Reset user password.', 'ann@contoso.com', 'AzureActiveDirectory', 8, '20.190.1.1', 'Success', '{}'),
					(2, 3, 'g', '2026-10-01 11:30', 's2', 'ann@contoso.com', 'MailItemsAccessed', null, 'Exchange', 50, '203.0.113.6', 'Succeeded', '{}')`)
			_, results, err := c.Dossiers().Asked(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			for r, err := range results {
				if err != nil {
					t.Fatal(err)
				}
				if r.Report.Name == "sentences" {
					said += lines(t, r)
				}
			}
			for _, want := range test.want {
				if !strings.Contains(said, want) {
					t.Errorf("no %q in\n%s", want, said)
				}
			}
			for _, without := range test.without {
				if strings.Contains(said, without) {
					t.Errorf("%q in\n%s", without, said)
				}
			}
		})
	}
}

// TestSheetNames: the name of a sheet is whole in a workbook, which takes 31 characters.
func TestSheetNames(t *testing.T) {
	for _, r := range slices.Concat(Reports(), dossierParts) {
		if name := cmp.Or(r.Sheet, r.Title); len([]rune(name)) > 31 {
			t.Errorf("%s: %q has more than 31 characters: give it a shorter name with `sheet`", r.Name, name)
		}
	}
}
