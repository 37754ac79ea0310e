package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"entrail/queries"
)

func TestShorter(t *testing.T) {
	for _, test := range []struct {
		reason, sentence string
		want             []string
	}{
		{"one that is short already", "It was done.", []string{"It was done."}},
		{"sentences that follow go first", "It was done. Nobody saw it. 3 tried.", []string{"It was done. Nobody saw it. 3 tried.", "It was done. Nobody saw it.", "It was done."}},
		{"brackets that name things", "Mail in 2 folders (\\Inbox) was read.", []string{"Mail in 2 folders (\\Inbox) was read.", "Mail in 2 folders was read."}},
		{"brackets that say what became of it stay", "He forwarded mail (failed).", []string{"He forwarded mail (failed)."}},
		{"the list of what is counted", "3 rules were made: a; b (failed); c.", []string{"3 rules were made: a; b (failed); c.", "3 rules were made."}},
		{"a time is no count", "2026-10-06 07:41: adele signed in.", []string{"2026-10-06 07:41: adele signed in."}},
		{"what a log holds ends no sentence", `4 were sent ("Pay. Now (1"). 8 were deleted.`, []string{`4 were sent ("Pay. Now (1"). 8 were deleted.`, `4 were sent ("Pay. Now (1").`}},
		{"nor does a name", "It was a.vance@contoso.com. It was not.", []string{"It was a.vance@contoso.com. It was not.", "It was a.vance@contoso.com."}},
	} {
		if got := shorter(storyLine{Sentence: test.sentence}); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
		}
	}
}

// TestDigest: however wide a terminal is, the digest has 25 lines at most, no sentence loses its
// end, and those that are left out are counted.
func TestDigest(t *testing.T) {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	say := func(topic, sentence, basis string, isFirst bool) []any {
		return []any{int64(1), topic, sentence, basis, nil, nil, nil, isFirst}
	}
	shows := "The log shows"
	rows := [][]any{
		say("Who and when", "Critical: the account adele.vance@contoso.com shows signs of misuse, from 2026-10-06 07:41 to 2026-10-12 09:31 (6 days). 13 findings belong together.", shows, true),
		say("In whose name", "Who sat at the keyboard is not known.", "The files can't say", false),
		say("How it began", "2026-10-06 07:41: adele.vance@contoso.com signed in to OfficeHome from 203.0.113.77 (Lithuania AS65549) without a registered device, and was asked for the second factor and all else anew.", shows, true),
		say("From where", "It was done from 4 addresses in Canada, Lithuania and Romania (203.0.113.140, 203.0.113.141).", shows, true),
		say("Mail read", "99 messages were read, one by one, in the mailbox adele.vance@contoso.com.", shows, true),
		say("Mail read", `All mail in 2 folders (\Inbox, \Sent Items) must be taken as read.`, "Must be assumed", true),
		say("Files", "26 files were downloaded. Downloaded: Invoice 2026-0880.pdf, Invoice 2026-0883.pdf, Invoice 2026-0889.pdf, Invoice 2026-0892.pdf.", shows, true),
		say("What else was done", "4 kinds of act were found: Inbox rule hides mail; Application that intruders bring along; Mail sent, and its traces wiped; Mailbox forwards to outside (failed).", shows, true),
		say("Countermeasures", "2026-10-12 09:05 the password was reset (adele.vance@contoso.com). 3 acts of the intruder succeeded after that.", shows, true),
		say("Still open", "3 things were not removed again: inbox rule of adele.vance@contoso.com, application eM Backup for 0utlook, permission of the application. Check in the tenant.", "Must be assumed", true),
	}
	for i := range 12 {
		rows = append(rows, []any{int64(i + 2), fmt.Sprintf("Incident %d", i+2), "Medium: 24 accounts were tried, and none is seen to have been used, from 2026-09-24 02:10 to 2026-09-24 05:01.", shows, nil, nil, nil, false})
	}
	rows = append(rows, say("Not in these files", "Not loaded: directory audit log, risk detections, risky users, provisioning log. 11 kinds of attack were not looked for.", "The files can't say", true))
	story := queries.Report{Name: "story", Title: "What happened", Layout: queries.Story, Group: "incident"}
	columns := []queries.Column{column("incident", queries.Integer), text("topic"), text("sentence"), text("basis"), text("look_in"), text("look_for"), text("part"), column("is_first", queries.Boolean)}
	for _, test := range []struct {
		width int
		want  []string
	}{
		{80, []string{"Who and when: Critical: ", "Still open: must be assumed: 3 things were not removed again", "Not in these files: Not loaded", "next:  -r summary   -o case.html\n"}},
		{120, []string{"Who and when        Critical: ", "What else was done  4 kinds of act were found: Inbox rule hides mail", "next:  -r summary     all of it\n"}},
		{200, []string{"Invoice 2026-0892.pdf.", "3 acts of the intruder succeeded"}},
		{0, []string{"Who and when        Critical: "}},
	} {
		d := document(result(story, columns, rows...))
		d.Brief, d.Width, d.Next = true, test.width, []string{"", "next:  -r summary     all of it", "       -o case.html   one page"}
		page := render(t, Text, d)
		if n := strings.Count(page, "\n"); n > 25 {
			t.Errorf("%d columns: %d lines", test.width, n)
		}
		for line := range strings.SplitSeq(page, "\n") {
			if strings.HasSuffix(line, "…") || test.width > 0 && cells.StringWidth(line) > test.width {
				t.Errorf("%d columns: a line has no end, or no room: %q", test.width, line)
			}
		}
		for _, want := range append(test.want, " more sentences: -r story\n") {
			if !strings.Contains(page, want) {
				t.Errorf("%d columns: no %q in\n%s", test.width, want, page)
			}
		}
	}
}
