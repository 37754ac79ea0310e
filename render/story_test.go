package render

import "entrail/queries"

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
