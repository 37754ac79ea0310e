package queries

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	generator "entrail/testdata/tenant"
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
		{"Who and when: Critical: the account adele.vance@contoso.com shows signs of misuse, from 2026-10-06 07:41 to 2026-10-12 09:31 (6 days).", "the session's first act and its last: what came later failed"},
		{"in Canada, Lithuania and Romania (203.0.113.140, 203.0.113.141, 203.0.113.201, 203.0.113.77), in 1 session.", "the relay, the reader and the traveller"},
		{"99 messages were read, one by one, in the mailbox adele.vance@contoso.com. [The log shows]", "the generator's list of ids"},
		{"All mail in 2 folders (\\Inbox, \\Sent Items) must be taken as read: a mail program copied them whole. [Must be assumed]", "two Sync records"},
		{"4 messages were sent (\"Updated bank details for invoice 2026-0917\"). 8 messages were deleted. [The log shows]", "the generator's count, and its subject"},
		{"Mail sent, deleted: To whom they were sent is not known: the audit log does not tell, a message trace of Exchange does. [The files can't say]", "what no record says is not called shown"},
		{"which does not mean that the owner did it. [The files can't say]", "a caution is nothing that the log shows"},
		{"What else was done: 4 kinds of act were found: ", "in short, before each is told"},
		{"; Mailbox forwards to outside (failed).", "it was refused"},
		{"Also touched: eM Backup for 0utlook. [The log shows]", "as the log writes it, though the rule compares it in lower case"},
		{"26 files were downloaded", "the generator's count"},
		{"3 acts of the intruder succeeded after the first of these, the last at 2026-10-12 09:31. 3 attempts failed, the last at 2026-10-12 12:52.", "the token outlived the reset; each attempt is in two logs"},
		{"Still open: 3 things", "the rule, the application and its permission"},
		{"from 203.0.113.77 (Lithuania AS65549) without a registered device", "a lay reader knows no codes of countries"},
		{"in the session followed (downloaded, inbox rule, ", "nor of operations"},
		{"permission of the application eM Backup for 0utlook. Check in the tenant whether they are still there.", "three of them"},
		{"because the logs that show them are missing", "what was not looked for"},
		{"Incident 2: Medium: 24 accounts were tried, and none is seen to have been used", "the spray, in one sentence: nobody got in"},
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
	takesLong(t)
	t.Parallel()
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
	if strings.Contains(story, "misuse") {
		t.Errorf("somebody is called misused:\n%s", story)
	}
}

// TestStoryOfIntrusions holds the sentences about intrusions that the sample does not
// have to what their generator did: who, when, how, what was taken, what is open still.
func TestStoryOfIntrusions(t *testing.T) {
	takesLong(t)
	for _, name := range generator.Intrusions {
		t.Run(name, func(t *testing.T) {
			made := generator.New(generator.Options{Intrusion: name})
			folder := t.TempDir()
			logs, path := filepath.Join(folder, "logs"), filepath.Join(folder, "case.duckdb")
			if err := made.WriteMonth(logs); err != nil {
				t.Fatal(err)
			}
			if _, err := ingest.Load(context.Background(), path, []string{logs}, ingest.Options{Engine: engine.Options{Temp: folder}}); err != nil {
				t.Fatal(err)
			}
			c, err := Open(context.Background(), path, engine.Options{Temp: folder}, Filter{}, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			story, is := storyOf(t, c), made.Answers()
			minute := func(at time.Time) string { return at.Format("2006-01-02 15:04") }
			want := map[string][]string{
				// both were tried in vain before
				"Who and when": slices.Concat(is.Users, []string{"the account ", ", attempts from ", "in from " + minute(is.First) + " to " + minute(is.Last)}),
				"How it began": slices.Concat(is.Users, []string{minute(is.First)}),
				"From where":   slices.Concat(is.Addresses, []string{fmt.Sprintf("from %d address", len(is.Addresses)), fmt.Sprintf("in %d session", len(is.Sessions))}),
				"Mail read":    slices.Concat(is.Mailboxes, []string{fmt.Sprintf("%d messages were read, one by one", is.Messages)}),
				"Still open":   slices.Concat(is.Open, []string{"Nothing that was made or changed in the incident"}),
			}
			// neither deletes mail
			if want["Mail sent, deleted"] = []string{"No record of these logs shows that mail was sent or deleted"}; is.Sent > 0 {
				want["Mail sent, deleted"] = []string{fmt.Sprintf("%d messages were sent", is.Sent), "No record of these logs shows that mail was deleted"}
			}
			if is.Forward != "" {
				want["Mail sent on"] = []string{is.Forward}
			}
			if len(is.Files) > 0 {
				want["Files"] = []string{fmt.Sprintf("%d files were downloaded. Downloaded: %s", len(is.Files), is.Files[0])}
			}
			if len(is.Open) > 0 {
				want["Still open"] = slices.Concat(is.Open, []string{fmt.Sprintf("%d things", len(is.Open))})
			}
			if want["Countermeasures"] = []string{"These files show no password reset and no end of sessions"}; is.Contained != nil {
				want["Countermeasures"] = []string{
					minute(*is.Contained), fmt.Sprintf("%d attempts failed", is.Attempts), "After the first of these no act of the intruder succeeded",
				}
			}
			for topic, texts := range want {
				said := ""
				for line := range strings.Lines(story) {
					if strings.HasPrefix(line, topic+": ") {
						said += line
					}
				}
				for _, text := range texts {
					if !strings.Contains(said, text) {
						t.Errorf("%s: no %q in %q", topic, text, said)
					}
				}
			}
			for _, topic := range []string{"Mail sent on", "Incident 2"} {
				if _, ok := want[topic]; !ok && strings.Contains(story, topic) {
					t.Errorf("%s: nothing of it happened\n%s", topic, story)
				}
			}
		})
	}
}

// TestStoryOfManyIncidents: what was done is said once, by kind, where there is more of a
// kind; things left open are counted by kind, where they are many; and after the fourth
// incident the others are counted.
func TestStoryOfManyIncidents(t *testing.T) {
	takesLong(t)
	t.Parallel()
	exchange := func(record, day int, user, operation, parameters string) string {
		return fmt.Sprintf(`insert into audit_events (file_id, record, id, event_time, record_type, workload, operation, user_id, ip_address, result_status, is_system, raw)
			values (2, %d, 'e%[1]d', timestamp '2026-01-01 09:00' + to_days(%d), 1, 'Exchange', '%s', '%s@contoso.com', '203.0.113.%[2]d', 'True', false, '{"Parameters":[%[5]s]}')`,
			record, day, operation, user, parameters)
	}
	forward := `{"Name":"Identity","Value":"%s@contoso.com"},{"Name":"ForwardingSmtpAddress","Value":"smtp:drop%s@collector.example"}`
	var records []string
	for i, user := range []string{"ann", "bob", "cho", "dan", "eve", "fay"} {
		records = append(records, exchange(i+1, 10*i, user, "Set-Mailbox", fmt.Sprintf(forward, user, user)))
	}
	for i := range 5 { // Ann's incident is the gravest: it has the most findings
		records = append(records, exchange(100+i, 0, "ann", "New-InboxRule",
			fmt.Sprintf(`{"Name":"Name","Value":".%d"},{"Name":"SubjectContainsWords","Value":"invoice"},{"Name":"MoveToFolder","Value":"RSS Feeds"}`, i)))
	}
	story := storyOf(t, openCase(t, Filter{}, time.UTC, records...))
	for _, test := range []struct{ want, reason string }{
		{"High: the account ann@contoso.com shows signs of misuse, at 2026-01-01 09:00; mail is sent on after that. ", "all within a minute: no period; a forward without an end"},
		{"And 3 more acts of this kind. [The log shows]", "five rules of one kind: one began it, one is told, the others are counted"},
		{"6 things that were made or changed were not removed again, as far as these files go: ", "a forward and five rules"},
		{"inbox rule (5)", "more than three of a kind are counted"},
		{"forward of a mailbox of ann@contoso.com", "fewer have their names"},
		{"Incident 4: High: the account dan@contoso.com shows signs of misuse, at 2026-01-31 09:00; mail is sent on after that. One finding: ", "the last with a sentence of its own"},
		{"Other incidents: 2 more incidents (2 high), between 2026-02-10 09:00 and 2026-02-20 09:00. [The log shows]", "Eve's and Fay's"},
	} {
		if !strings.Contains(story, test.want) {
			t.Errorf("%s: no %q in\n%s", test.reason, test.want, story)
		}
	}
	if began, done := strings.Index(story, "How it began: "), strings.Index(story, "What else was done: "); began < 0 || done < began {
		t.Errorf("no sentence on what else was done:\n%s", story)
	}
	for _, unwanted := range []string{"Incident 5", "eve@"} {
		if strings.Contains(story, unwanted) {
			t.Errorf("%q in\n%s", unwanted, story)
		}
	}
}

// TestStoryLeavesHomeOut: a finding that compares two places names the user's own home
// too, from where the user goes on to work; that is no trace of the intruder, and a
// rule that the user set there is none that the intruder left.
func TestStoryLeavesHomeOut(t *testing.T) {
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, app_id, app_display_name, ip_address, country, autonomous_system_number, status, error_code, category, session_id, user_agent, raw)
			select 1, d, 'home' || d, timestamp '2026-10-01 09:00' + to_days(d::integer), 'ann@contoso.com', 'u1', 'a1', 'Outlook', '192.0.2.1', 'NL', 64501, 'success', 0, 'interactive', 'h' || d, 'Edge', '{}'
			from range(12) as days (d)`,
		`insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, app_id, app_display_name, ip_address, country, autonomous_system_number, status, error_code, category, session_id, user_agent, raw) values
			(1, 100, 'away', '2026-10-09 09:40', 'ann@contoso.com', 'u1', 'a1', 'Outlook', '203.0.113.9', 'RO', 65550, 'success', 0, 'interactive', 'h8', 'Firefox', '{}')`,
		`insert into audit_events (file_id, record, id, event_time, record_type, workload, operation, user_id, ip_address, session_id, result_status, is_system, raw) values
			(2, 1, 'rule', '2026-10-09 09:50', 1, 'Exchange', 'New-InboxRule', 'ann@contoso.com', '203.0.113.9', 'h8', 'True', false,
				'{"Parameters":[{"Name":"Name","Value":"."},{"Name":"SubjectContainsWords","Value":"invoice"},{"Name":"MoveToFolder","Value":"RSS Feeds"}]}'),
			(2, 2, 'read', '2026-10-11 09:10', 50, 'Exchange', 'MailItemsAccessed', 'ann@contoso.com', '192.0.2.1', 'h10', 'Succeeded', false,
				'{"MailboxOwnerUPN":"ann@contoso.com","Folders":[{"Path":"\\Inbox","FolderItems":[{"InternetMessageId":"<1>"}]}]}'),
			(2, 3, 'news', '2026-10-08 09:30', 1, 'Exchange', 'New-InboxRule', 'ann@contoso.com', '192.0.2.1', 'h7', 'True', false,
				'{"Parameters":[{"Name":"Name","Value":"Newsletters"},{"Name":"From","Value":"news@letters.example"},{"Name":"MoveToFolder","Value":"Newsletters"}]}')`)
	if n := answer(t, c, "select count(*) from all_findings where list_contains(addresses, '192.0.2.1') and severity_rank <= 3"); n != "1" {
		t.Fatalf("%s findings of medium severity or more name the home, want 1", n)
	}
	story := storyOf(t, c)
	for _, want := range []string{"to 2026-10-09 09:50", "It was done from 1 address in Romania (203.0.113.9), in 1 session.", "No record names mail that was read", "1 thing that was made or changed was not removed"} {
		if !strings.Contains(story, want) {
			t.Errorf("no %q in\n%s", want, story)
		}
	}
}

// TestStoryCountsFindings: findings of one severity are counted each, not once.
func TestStoryCountsFindings(t *testing.T) {
	takesLong(t)
	t.Parallel()
	trusted := CaseSheet{Trusted: Trusted{Networks: []string{"198.51.100.0/24", "203.0.113.0/24"}}}
	story := storyOf(t, openKnowing(t, 1, newCase(t, forwarded), Filter{}, time.UTC, trusted))
	const want = "No incident: 2 findings were made (2 low), and none of them belong together as an incident."
	if !strings.Contains(story, want) {
		t.Errorf("no %q in\n%s", want, story)
	}
}
