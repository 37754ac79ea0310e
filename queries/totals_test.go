package queries

import (
	"context"
	"slices"
	"testing"
	"time"
)

// totalsOf are the lines of the report totals: item, number, detail.
func totalsOf(t *testing.T, c *Case) []string {
	t.Helper()
	report, _ := Lookup("totals")
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	return totalsIn(t, c, result)
}

func totalsIn(t *testing.T, c *Case, result *Result) []string {
	t.Helper()
	var all []string
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c.shown(row[0])+": "+c.shown(row[1])+" ("+c.shown(row[2])+")")
	}
	return all
}

// TestTotalsOfTenant holds the numbers to what the generator of the sample did.
func TestTotalsOfTenant(t *testing.T) {
	t.Parallel()
	takesLong(t)
	path, truth := loadTenant(t)
	c := openPath(t, path, Filter{}, time.UTC)
	got := totalsOf(t, c)
	for _, test := range []struct{ want, reason string }{
		{"Accounts misused: 1 (adele.vance@contoso.com)", "one account was taken over"},
		{"Addresses: 4 (Canada, Lithuania, Romania)", "the relay, the reader's two and the traveller's"},
		{"Messages read: 99 (in adele.vance@contoso.com; 2 whole folders must be assumed)", "the generator's list of ids, and two Sync records"},
		{`Messages sent: 4 ("Updated bank details for invoice 2026-0917")`, "the generator's count, and the subject that the log has"},
		{"Messages deleted: 8 ()", "the generator's count"},
		{"Files downloaded: 26 (2 opened)", "the generator's count"},
	} {
		if !slices.Contains(got, test.want) {
			t.Errorf("%s: no %q in %q", test.reason, test.want, got)
		}
	}
	// A dossier has the same numbers after its sentences: that of the incident, and of its session.
	ofIncident, err := c.Dossiers().Incident(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if has := totalsIn(t, c, ofIncident[1]); !slices.Equal(has, got[:len(got)-1]) { // without the findings of the case
		t.Errorf("the numbers of the dossier of the incident are %q, want %q", has, got)
	}
	// Its sentences lead to its own parts, not to reports of the case.
	parts := map[string]bool{"changes": true, "coverage": true, "findings_not_looked_for": true} // of these a dossier may have none
	for _, part := range ofIncident {
		parts[part.Report.Name] = true
	}
	for row, err := range ofIncident[0].Rows {
		if err != nil {
			t.Fatal(err)
		}
		if lookIn := c.shown(row[4]); !parts[lookIn] {
			t.Errorf("%s leads to %s, which is no part of the dossier", c.shown(row[1]), lookIn)
		}
	}
	ofSession, err := c.Dossiers().Session(context.Background(), truth.Incident.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	has := totalsIn(t, c, ofSession[1])
	for _, want := range []string{
		"Accounts: 1 (adele.vance@contoso.com)", "Messages read: 99 (in adele.vance@contoso.com; 2 whole folders must be assumed)", "Messages sent: 4 ()",
		"Files downloaded: 26 (2 opened)",
		"Still open: 3 (application eM Backup for 0utlook, inbox rule of adele.vance@contoso.com, permission of the application eM Backup for 0utlook)",
	} {
		if !slices.Contains(has, want) {
			t.Errorf("the session's dossier: no %q in %q", want, has)
		}
	}
}

// TestTotalsWithoutTheLog: what no loaded log tells is not known, and not none.
func TestTotalsWithoutTheLog(t *testing.T) {
	takesLong(t)
	t.Parallel()
	quiet := totalsOf(t, openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, country, status, error_code, category, raw) values
			(1, 1, 'a', '2026-10-01 08:00', 'ann@contoso.com', '192.0.2.1', 'NL', 'success', 0, 'interactive', '{}')`))
	if len(quiet) > 0 {
		t.Errorf("numbers of an incident that there is none of: %q", quiet)
	}
	// A spray that gets in: an incident, and no audit log.
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, country, status, error_code, category, raw)
			select 1, i, 'f' || i, timestamp '2026-10-01 08:00' + to_seconds(i), 'user' || i || '@contoso.com', '203.0.113.5', 'RO', 'failure', 50126, 'interactive', '{}'
			from range(1, 41) as r(i)`,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, country, status, error_code, category, raw)
			values (1, 100, 's', '2026-10-01 08:10', 'user7@contoso.com', '203.0.113.5', 'RO', 'success', 0, 'interactive', '{}')`)
	got := totalsOf(t, c)
	for _, want := range []string{"Messages read: not known ()", "Files downloaded: not known ()", "Still open: none known ()"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}
