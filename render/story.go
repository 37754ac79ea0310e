package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"entrail/queries"
)

// storyLine is a sentence of the layout story, everything in it safe to show.
type storyLine struct {
	Topic    string // empty where it is that of the sentence before
	Sentence string
	Basis    string
	Class    string // of the basis, for the style sheet
	LookIn   string // the report, or the part of a dossier, that has its rows; empty = none
	IsReport bool   // --report takes its name
	LookFor  string // a text by which they are found there; empty = none
	Dossier  string // the group of the incident's own parts, such as "Incident 1"
	Part     string // the one of these that has the rows and no others; empty = none
	Anchor   string // of the report, where it is on the page
}

// basisClasses tell the style sheet how sure a sentence is, by its first word.
var basisClasses = map[string]string{"The log shows": "shows", "Must be assumed": "assumed", "The files can't say": "unknown"}

// storyLines reads the sentences.
func storyLines(r *queries.Result) ([]storyLine, error) {
	var all []storyLine
	before := ""
	for row, err := range rows(r) {
		if err != nil {
			return nil, err
		}
		l := storyLine{
			Topic: visible(text(row[1])), Sentence: visible(text(row[2])), Basis: visible(text(row[3])),
			LookIn: visible(text(row[4])), LookFor: visible(text(row[5])),
		}
		if len(row) > 6 && row[0] != nil {
			l.Dossier, l.Part = "Incident "+visible(text(row[0])), visible(text(row[6]))
		}
		l.Class = basisClasses[l.Basis]
		_, isReport := queries.Lookup(l.LookIn)
		l.IsReport = isReport && (r.Report.Group == "" || slices.Contains(queries.Groups, r.Report.Group)) // a part of a dossier may have the name of one
		if l.Topic == before {
			l.Topic = ""
		} else {
			before = l.Topic
		}
		all = append(all, l)
	}
	return all, nil
}

// story prints each sentence beside its topic, with its basis and where its rows are.
func (p *page) story(r *queries.Result) error {
	all, err := storyLines(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		p.line("", "no rows")
	}
	if p.d.Brief {
		return p.digest(all)
	}
	topic := 0
	for _, l := range all {
		topic = max(topic, cells.StringWidth(l.Topic))
	}
	topic = min(topic, 22)
	for _, l := range all {
		says := l.Sentence + " [" + l.Basis
		if l.IsReport {
			says += "; -r " + l.LookIn
		}
		label := cells.FillRight(cells.Truncate(l.Topic, topic, "…"), topic) + "  "
		if err := p.hanging("", label, wrap(says+"]", min(p.room(label), proseWide))); err != nil {
			return err
		}
	}
	return nil
}

// Bounds of the digest, so that it is seen at one look.
const (
	digestLines = 16  // of sentences: 25 with the title and what to ask next
	digestWide  = 120 // of a line where there is no terminal
)

// inShort leaves sentences out: the third of a topic and those after it, and while there
// are more than that, from the last on, those that go on with a topic, then those before
// the last three, which say what was looked at and what is missing.
func inShort(all []storyLine, most int) []storyLine {
	var shown []storyLine
	of := 0 // this topic
	for _, l := range all {
		if of++; l.Topic != "" {
			of = 1
		}
		if of <= 2 {
			shown = append(shown, l)
		}
	}
	for len(shown) > most {
		at := len(shown) - 4
		for i, l := range slices.Backward(shown) {
			if l.Topic == "" {
				at = i
				break
			}
		}
		shown = slices.Delete(shown, at, at+1)
	}
	return shown
}

// digest prints each sentence on one line, the first that need it on two, and cuts what
// is too long: -r story has it.
func (p *page) digest(all []storyLine) error {
	width := p.d.Width
	if width <= 0 {
		width = digestWide
	}
	topic := 0
	for _, l := range all {
		topic = max(topic, cells.StringWidth(l.Topic))
	}
	topic = min(topic, 22)
	shown := inShort(all, digestLines-1) // the first says who and when, and has two
	left := len(all) - len(shown)
	spare := digestLines - len(shown)
	room := max(width-topic-2, narrowest)
	for _, l := range shown {
		label := cells.FillRight(cells.Truncate(l.Topic, topic, "…"), topic) + "  "
		says := l.Sentence
		if l.Class != "shows" {
			says = strings.ToLower(l.Basis) + ": " + says
		}
		lines := wrap(says, room)
		if len(lines) > 1 && spare > 0 {
			spare--
			lines = []string{lines[0], cells.Truncate(strings.Join(lines[1:], " "), room, "…")}
		} else {
			lines = []string{cells.Truncate(says, room, "…")}
		}
		if word, rest, found := strings.Cut(lines[0], ":"); found && p.d.Color {
			if style := rankStyles[queries.Rank(strings.ToLower(word))]; style != "" {
				lines[0] = style + word + reset + ":" + rest
			}
		}
		if err := p.hanging(bold, label, lines); err != nil {
			return err
		}
	}
	if left > 0 {
		p.prose(dim, "… ", counted(left, "more sentence")+": -r story")
	}
	for _, next := range p.d.Next {
		if err := p.line(dim, cells.Truncate(visible(next), width, "…")); err != nil {
			return err
		}
	}
	return nil
}

// markdownStory writes the sentences as a list.
func markdownStory(w io.Writer, r *queries.Result) error {
	all, err := storyLines(r)
	if err != nil {
		return err
	}
	topic := ""
	for _, l := range all {
		if l.Topic != "" {
			topic = l.Topic
		}
		where := ""
		if l.IsReport {
			where = "; `" + strings.ReplaceAll(l.LookIn, "`", "") + "`"
		}
		if _, err := fmt.Fprintf(w, "- **%s**: %s *(%s%s)*\n", markdown(topic), markdown(l.Sentence), markdown(l.Basis), where); err != nil {
			return fmt.Errorf("write Markdown: %w", err)
		}
	}
	return nil
}

// total is a number of the layout totals, everything in it safe to show.
type total struct {
	Item, Value, Detail string
	LookIn              string // the report that has its rows
	Anchor              string // of it, where it is on the page
}

func totals(r *queries.Result) ([]total, error) {
	var all []total
	for row, err := range rows(r) {
		if err != nil {
			return nil, err
		}
		all = append(all, total{Item: visible(text(row[0])), Value: visible(text(row[1])), Detail: visible(text(row[2])), LookIn: visible(text(row[3]))})
	}
	return all, nil
}
