package render

import (
	"strings"
	"testing"

	"entrail/queries"
)

func storyDocument(width int) Document {
	codes := result(queries.Report{Name: "codes", Title: "Codes", Group: "signins"}, []queries.Column{column("code", queries.Integer)}, []any{int64(50126)})
	story := result(queries.Report{Name: "story", Title: "What happened", Group: "incident", Layout: queries.Story, Description: "In sentences."},
		[]queries.Column{
			column("incident", queries.Integer), column("topic", queries.Text), styled("sentence", queries.Sentences),
			column("basis", queries.Text), column("look_in", queries.Text), column("look_for", queries.Text),
		},
		[]any{int64(1), "Who and when", "The account \x1b[31m<b>adele</b> is affected.", "The log shows", "codes", "50126"},
		[]any{int64(1), "Mail that was read", "All mail in 1 folder (\\Inbox) must be taken as read, for a mail program copied the folder whole, message by message.", "Must be assumed", "mail_exposure", nil},
		[]any{int64(1), "Mail that was read", "What else was read is not known.", "The files can't say", nil, nil},
	)
	story.Notes = []string{"Nothing is loaded into graph_activity."}
	d := document(codes, story)
	d.Width = width
	return d
}

// A dossier for a ticket has its numbers a line each, and no raw records; a report that
// is asked for alone has them.
func TestMarkdownOfSeveral(t *testing.T) {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	results := func() []*queries.Result {
		return []*queries.Result{
			result(queries.Report{Name: "totals", Title: "In numbers", Layout: queries.Totals},
				[]queries.Column{text("item"), text("value"), text("detail"), text("look_in")}, []any{"Messages read", "99", "two folders", "x"}, []any{"Sent", "4", nil, nil}),
			result(queries.Report{Name: "events", Title: "Events"}, []queries.Column{text("what"), styled("raw", queries.RawRecord)}, []any{"read", `{"a":1}`}),
		}
	}
	page := render(t, Markdown, document(results()...))
	for _, want := range []string{"- **Messages read**: 99 · two folders\n- **Sent**: 4\n", "| what |\n| --- |\n| read |\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "raw") {
		t.Errorf("a raw record in\n%s", page)
	}
	if alone := render(t, Markdown, document(results()[1])); !strings.Contains(alone, `{"a":1}`) {
		t.Errorf("the report alone has lost its raw records:\n%s", alone)
	}
}

// TestFirstScreen: numbers and the sentences that answer first come before the picture, the
// others and what the numbers consist of below it, and nothing is lost. What is not on paper
// is told once, below the sentences.
func TestFirstScreen(t *testing.T) {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	story := result(queries.Report{Name: "story", Title: "What happened", Group: "incident", Layout: queries.Story, Description: "In sentences.", Caveat: "Read the rows."},
		[]queries.Column{
			column("incident", queries.Integer), text("topic"), styled("sentence", queries.Sentences), text("basis"), text("look_in"), text("look_for"), text("part"), column("is_first", queries.Boolean),
		},
		[]any{int64(1), "Who", "First of who.", "The log shows", nil, nil, nil, true},
		[]any{int64(1), "In whose name", "Not first.", "The files can't say", nil, nil, nil, false},
		[]any{int64(1), "Mail", "First of mail.", "The log shows", nil, nil, nil, true},
		[]any{int64(1), "Mail", "Second of mail.", "Must be assumed", nil, nil, nil, true},
		[]any{int64(1), "Mail", "Third of mail.", "Must be assumed", nil, nil, nil, false},
	)
	numbers := result(queries.Report{Name: "totals", Title: "In numbers", Group: "incident", Layout: queries.Totals, Description: "Counted."},
		[]queries.Column{text("item"), text("value"), text("detail"), text("look_in")}, []any{"Messages read", "2", "in two mailboxes", nil}, []any{"How long", "3 days", nil, nil})
	driven := drivenDocument()
	var picture, events *queries.Result
	for r := range driven.Results {
		switch {
		case r.Report.Layout == queries.Lanes:
			picture = r
		case r.Report.Name == "events":
			events = r
		}
	}
	page := render(t, HTML, document(story, numbers, picture, events))
	at := 0
	for _, want := range []string{
		`id="totals" class="strip"`, "Messages read</dt><dd><strong>2</strong></dd>", `id="story"`, `<dl class="story short">`, "<dt>Who</dt>", "First of who.", "<dt>Mail</dt>",
		"First of mail.", "Second of mail.", `<p class="paper">Annexes`, `id="lanes"`, `id="read_with_this"`, "In sentences.", "Not first.", "<dt>Mail</dt>", "Third of mail.", "Counted.", "Messages read: 2 (in two mailboxes).", "Read the rows.",
		`<a href="#totals">In numbers</a> <span>2 numbers`, `<a href="#story">What happened</a> <span>3 sentences`, `<a href="#lanes">`, `<a href="#read_with_this">Read with this</a> <span>4 sentences`,
	} {
		next := strings.Index(page[at:], want)
		if next < 0 {
			t.Fatalf("no %q after %.200q", want, page[max(at-200, 0):at])
		}
		at += next
	}
	for _, once := range []string{"First of mail.", `<p class="paper">Annexes`} {
		if n := strings.Count(page, once); n != 1 {
			t.Errorf("%q stands %d times on the page", once, n)
		}
	}
}
