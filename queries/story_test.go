package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

// storyOf are the sentences of the report story: topic, sentence, basis.
func storyOf(t *testing.T, c *Case) string {
	t.Helper()
	report, _ := Lookup("story")
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(c.shown(row[1]) + ": " + c.shown(row[2]) + " [" + c.shown(row[3]) + "]\n")
	}
	return all.String()
}

// TestStoryOfTenant holds the sentences to what the generator of the sample did.
func TestStoryOfTenant(t *testing.T) {
	story := storyOf(t, askedTenant(t))
	for _, test := range []struct{ want, reason string }{
		{"Who and when: Critical: the account adele.vance@contoso.com is affected, from 2026-10-06 07:41 to 2026-10-12 10:52 (6 days).", "the session's first act and the last attempt"},
		{"in Canada, Lithuania, Romania and used 1 session", "the relay, the reader and the traveller"},
		{"99 messages were read, one by one, in adele.vance@contoso.com. [The log shows]", "the generator's list of ids"},
		{"All mail in 2 folders (\\Inbox, \\Sent Items) must be taken as read: a mail program copied them whole. [Must be assumed]", "two Sync records"},
		{"4 messages were sent (the log does not name the recipients; a message trace does), 8 messages were deleted. [The log shows]", "the generator's count"},
		{"26 files were downloaded", "the generator's count"},
		{"3 acts came after the first of these, the last at 2026-10-12 09:31", "the token outlived the reset"},
		{"Still open: 3 things", "the rule, the application and its permission"},
		{"Incident 2: Medium: no account of the tenant is named as the actor; 24 accounts were tried", "the spray, in one sentence: nobody got in"},
		{"Not loaded, which is not the same as nothing found: directory audit log, risk detections", "what the sample has no export of"},
	} {
		if !strings.Contains(story, test.want) {
			t.Errorf("%s: no %q in\n%s", test.reason, test.want, story)
		}
	}
	if strings.Contains(story, "Incident 2: Medium: the account adele") || strings.Contains(story, "No incident") {
		t.Errorf("another incident is told whole, or none:\n%s", story)
	}
}

// TestStoryWithoutIncident: a quiet log is told as what it is, and what is not loaded
// is not called nothing found.
func TestStoryWithoutIncident(t *testing.T) {
	story := storyOf(t, openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, ip_address, country, status, error_code, category, raw) values
			(1, 1, 'a', '2026-10-01 08:00', 'ann@contoso.com', '192.0.2.1', 'NL', 'success', 0, 'interactive', '{}'),
			(1, 2, 'b', '2026-10-02 08:00', 'ann@contoso.com', '192.0.2.1', 'NL', 'success', 0, 'interactive', '{}')`))
	for _, want := range []string{
		"No incident: Nothing was found by the rules that could be asked of these files. That is no proof that nothing happened.",
		"Looked at: 2 events by 1 account or application, from 2026-10-01 08:00 to 2026-10-02 08:00.",
		"Not loaded, which is not the same as nothing found: ",
		"unified audit log",
	} {
		if !strings.Contains(story, want) {
			t.Errorf("no %q in\n%s", want, story)
		}
	}
	if strings.Contains(story, "affected") {
		t.Errorf("somebody is called affected:\n%s", story)
	}
}
