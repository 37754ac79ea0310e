package render

import (
	"fmt"
	"io"
	"strings"

	"entrail/queries"
)

// storyLine is a sentence of the layout story, everything in it safe to show.
type storyLine struct {
	Topic    string // empty where it is that of the sentence before
	Sentence string
	Basis    string
	Class    string // of the basis, for the style sheet
	LookIn   string // the report that has its rows; empty = none
	LookFor  string // a text by which they are found there; empty = none
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
		l.Class = basisClasses[l.Basis]
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
	topic := 0
	for _, l := range all {
		topic = max(topic, cells.StringWidth(l.Topic))
	}
	topic = min(topic, 22)
	for _, l := range all {
		says := l.Sentence + " [" + l.Basis
		if l.LookIn != "" {
			says += "; -r " + l.LookIn
		}
		label := cells.FillRight(cells.Truncate(l.Topic, topic, "…"), topic) + "  "
		if err := p.hanging("", label, wrap(says+"]", min(p.room(label), proseWide))); err != nil {
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
		if l.LookIn != "" {
			where = "; `" + strings.ReplaceAll(l.LookIn, "`", "") + "`"
		}
		if _, err := fmt.Fprintf(w, "- **%s**: %s *(%s%s)*\n", markdown(topic), markdown(l.Sentence), markdown(l.Basis), where); err != nil {
			return fmt.Errorf("write Markdown: %w", err)
		}
	}
	return nil
}
