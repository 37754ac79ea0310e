package render

import "entrail/queries"

func summaryDocument(width int) Document {
	r := result(queries.Report{Name: "summary", Title: "Summary", Group: "summary", Layout: queries.Summary},
		[]queries.Column{column("section", queries.Text), column("item", queries.Text), column("value", queries.Text), styled("detail", queries.Sentences)},
		[]any{"Evidence", "files", "4", "3 read whole, 1 not recognised"},
		[]any{"Evidence", "records", "12,412", nil},
		[]any{"Sign-ins", "busiest user", "megan.bowen@contoso.com", "2,012 sign-ins to 14 applications from 3 countries, one of them not seen before 2026-W38"},
		[]any{"Sign-ins", "東京", "\x1b[31m3", "a\nb"},
	)
	r.Notes = []string{"--ip could not be applied to the audit log"}
	d := document(r)
	d.Width = width
	return d
}
