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
	path, _ := loadTenant(t)
	got := totalsOf(t, openPath(t, path, Filter{}, time.UTC))
	for _, test := range []struct{ want, reason string }{
		{"Accounts affected: 1 (adele.vance@contoso.com)", "one account was taken over"},
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
}

// TestTotalsWithoutTheLog: what no loaded log tells is not known, and not none.
func TestTotalsWithoutTheLog(t *testing.T) {
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
