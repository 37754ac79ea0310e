package answer

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"

	"entrail/queries"
	"entrail/render"
	"entrail/render/console"
)

// asked is the question as it was put, without its filters.
func (c *call) asked() string {
	switch {
	case c.Query != "":
		return "--query " + c.Query
	case c.Explain != "":
		return "--explain " + c.Explain
	}
	var names []string
	for _, r := range c.Reports {
		names = append(names, r.Name)
	}
	return "--report " + strings.Join(names, ",")
}

// request is the question as another run must be asked it.
func (c *call) request() render.Request {
	r := render.Request{Format: c.Format.Name, Ending: c.Format.Endings[0], To: render.ToFile, Options: c.Options, Inputs: c.Inputs}
	switch {
	case c.Folder:
		r.To = render.ToFolder
	case c.Output == "-":
		r.To = render.ToStream
	}
	if c.before != nil { // what they were called then
		r.Inputs = c.before.InputsAs(r.Inputs)
	}
	return r
}

// whole is the command that gives all of a dossier.
func (c *call) whole() string {
	const most = 200 // bytes of a command that is still read
	asked := strings.Join(c.Options, " ")
	if len(asked) > most || strings.ContainsFunc(asked, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -=.,:@_/", r)
	}) {
		return "the same command with -o FILE.html"
	}
	return strings.Join(slices.Concat([]string{"entrail EVIDENCE"}, c.Options, []string{"-o FILE.html"}), " ")
}

// next is what a reader of the digest may ask.
var next = []string{
	"",
	"next:  -r summary                        all of the summary",
	"       -r findings                       what happened, the most severe first",
	"       --incident 1 -o incident.html     the dossier of an incident",
	"       -o case.html                      everything in one page, to hand over",
}

// document is everything on the page but the results.
func (c *call) document(stdout io.Writer) render.Document {
	d := render.Document{
		Title:     "Microsoft 365 and Entra ID logs",
		Version:   c.version,
		Generated: c.clock,
		Zone:      c.Zone.String(),
		Filters:   c.Words,
		Remarks:   c.Remarks,
		Places:    c.Places,
		Case: render.CaseHead{
			Title: c.Sheet.Title, Reference: c.Sheet.Reference, Client: c.Sheet.Client,
			Examiner: c.Sheet.Examiner, Classification: c.Sheet.Classification,
		},
		Noted:   len(c.Sheet.Notes) > 0,
		Asked:   c.asked(),
		Request: c.request(),
		Others:  c.Others,
		Chosen:  !c.Unasked,
		Several: len(c.Reports) > 1 || c.Explain != "",
		RawCSV:  c.RawCSV,
		Bare:    c.Bare,
		Annexes: c.Annex == "all" || c.Dossier && c.Annex == "",
	}
	switch {
	case c.Explain != "":
		d.Title = "Record " + c.Explain
	case c.Compare != "":
		d.Title = "Two exports compared"
	}
	if c.IsShort() {
		d.Whole, d.Brief = c.whole(), !c.Dossier
	}
	if len(c.Reports) == 1 && c.Reports[0].Layout == queries.Sessions {
		d.Title = "Audit events"
		if len(c.Filter.Users) > 0 {
			d.Title += " for " + strings.Join(c.Filter.Users, ", ")
		}
	}
	if c.Limited {
		d.Limit = c.Limit
	}
	if c.Unasked && c.Format.Name == "text" {
		d.Brief, d.Next = true, next
	}
	if c.Output == "-" && c.Format.Name == "text" && console.IsTerminal(stdout) {
		d.Limit = c.Limit
		d.Width, _, _ = term.GetSize(int(stdout.(*os.File).Fd()))
		d.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && console.Ready(stdout.(*os.File))
	}
	return d
}

// sourcesOf lists the evidence for the page.
func sourcesOf(ctx context.Context, evidence *queries.Case) ([]render.Source, error) {
	files, err := evidence.Files(ctx)
	if err != nil {
		return nil, err
	}
	var all []render.Source
	for _, f := range files {
		all = append(all, render.Source(f))
	}
	return all, nil
}
