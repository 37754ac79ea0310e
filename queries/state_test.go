package queries

import (
	"testing"
	"time"
)

// TestStateNames: lists of what is in the tenant supply names and own domains, beside
// the logs and after them.
func TestStateNames(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, event_time, user_id, user_principal_name, app_id, app_display_name) values
			(1, 1, timestamp '2026-10-01', 'U1', 'adele@contoso.com', 'A1', 'Teams'),
			(1, 2, timestamp '2026-10-01', 'U2', 'old@contoso.com', null, null)`,
		`insert into state_users (file_id, record, snapshot_time, id, user_principal_name, user_type) values
			(2, 1, timestamp '2026-11-01', 'u2', 'new@contoso.com', 'Member'),
			(2, 2, timestamp '2026-11-01', 'u3', 'megan@fabrikam.example', 'Member'),
			(2, 3, timestamp '2026-11-01', 'u4', 'bob_guest.example#ext#@contoso.onmicrosoft.com', 'Guest')`,
		`insert into state_applications (file_id, record, snapshot_time, app_id, display_name) values (3, 1, timestamp '2026-11-01', 'a1', 'Zoom'), (3, 2, timestamp '2026-11-01', 'a2', 'Helper')`,
		`insert into state_consents (file_id, record, snapshot_time, app_id, application) values (4, 1, timestamp '2026-11-01', 'a2', 'Other'), (4, 2, timestamp '2026-11-01', 'a3', 'Third')`,
		`insert into state_organization (file_id, record, snapshot_time, kind, domains) values (5, 1, timestamp '2026-11-01', 'organization', 'contoso.com, contoso.onmicrosoft.com'), (5, 2, timestamp '2026-11-01', 'Exchange', null)`,
	)
	for _, tt := range []struct{ reason, query, want string }{
		{"a list that is newer than the sign-ins has the newer name; a guest has that of the home account", "select user_id, user_principal_name from account_names order by all",
			"u1|adele@contoso.com\nu2|new@contoso.com\nu3|megan@fabrikam.example\nu4|bob@guest.example"},
		{"sign-ins name an application first, then the list of applications, then grants", "select app_id, app_display_name from app_names order by all",
			"a1|Teams\na2|Helper\na3|Third"},
		{"the domains of members and those that are verified, not that of a guest", "select domain from own_domains",
			"contoso.com\ncontoso.onmicrosoft.com\nfabrikam.example"},
	} {
		if got := answer(t, c, tt.query); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.reason, got, tt.want)
		}
	}
}

// TestStatesAreNoIncident: what stood when a dump was made is a finding, and nobody's act
// of that time.
func TestStatesAreNoIncident(t *testing.T) {
	takesLong(t)
	t.Parallel()
	rows := []string{
		`insert into state_mailboxes (file_id, record, snapshot_time, id, mailbox, forwarding_smtp_address) values (2, 1, timestamp '2026-11-01', 'm1', 'kim@contoso.com', 'x@evil.example')`,
	}
	forward := `insert into audit_events (file_id, record, event_time, id, operation, user_id, workload, raw) values
		(1, 1, timestamp '2026-10-31', 'a', 'Set-Mailbox', 'kim@contoso.com', 'Exchange', '{"Parameters":[{"Name":"Identity","Value":"kim@contoso.com"},{"Name":"ForwardingSmtpAddress","Value":"smtp:x@evil.example"}]}')`
	for _, tt := range []struct {
		reason, want string
		rows         []string
	}{
		{"the state alone", "state_sends_mail_outside|", rows},
		{"beside the act that a log has", "mailbox_forwards|1\nstate_sends_mail_outside|", append(rows, forward)},
	} {
		c := openCase(t, Filter{}, time.UTC, tt.rows...)
		incidents, ok := Lookup("findings")
		if !ok {
			t.Fatal("no report of findings")
		}
		if _, err := c.Run(t.Context(), incidents); err != nil { // which looks for them
			t.Fatal(err)
		}
		got := answer(t, c, "select finding, coalesce(incident::varchar, '') from all_findings left join incident_findings using (finding_id) order by all")
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.reason, got, tt.want)
		}
	}
}
