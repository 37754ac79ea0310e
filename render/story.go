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
	Of       string // its topic, wherever it stands
	IsFirst  bool   // it stands on the first screen of a page
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

// storyLines reads the sentences, of which some stories say more than others.
func storyLines(r *queries.Result) ([]storyLine, error) {
	place := map[string]int{}
	for i, c := range r.Columns {
		place[c.Name] = i
	}
	var all []storyLine
	before := ""
	for row, err := range rows(r) {
		if err != nil {
			return nil, err
		}
		value := func(column string) any {
			if i, ok := place[column]; ok {
				return row[i]
			}
			return nil
		}
		says := func(column string) string { return visible(text(value(column))) }
		l := storyLine{
			Topic: says("topic"), Of: says("topic"), Sentence: says("sentence"), Basis: says("basis"),
			LookIn: says("look_in"), LookFor: says("look_for"), Part: says("part"), Class: basisClasses[says("basis")],
		}
		if incident := says("incident"); incident != "" {
			l.Dossier = "Incident " + incident
		}
		l.IsFirst, _ = value("is_first").(bool)
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

// topic has the sentences of one topic, as a page has them.
type topic struct {
	Topic string
	Lines []storyLine
}

// Topics are the sentences by topic.
func (s *section) Topics() []topic { return byTopic(s.Story) }

func byTopic(lines []storyLine) []topic {
	var all []topic
	for _, l := range lines {
		if n := len(all); n == 0 || all[n-1].Topic != l.Of {
			all = append(all, topic{Topic: l.Of})
		}
		last := &all[len(all)-1]
		last.Lines = append(last.Lines, l)
	}
	return all
}

// IsShort says that the sentences are those of a first screen, where those of a topic go on in one line.
func (s *section) IsShort() bool { return len(s.Story) > 0 && s.Story[0].IsFirst }

// firstScreen puts the numbers before the few sentences that answer first, then the picture,
// and last what is to be read with these: the other sentences, and what the numbers consist of.
func (p *htmlPage) firstScreen(first []*section) []*section {
	at := slices.IndexFunc(first, (*section).hasMore)
	if at < 0 {
		return first
	}
	screen, s, others := slices.Clone(first[:at]), first[at], first[at+1:]
	beside := &section{
		Page: p, Anchor: p.anchor("read_with_this"), Title: "Read with this", Group: s.Group, Region: "Read with this",
		Description: s.Description, HowToRead: s.HowToRead, Caveat: s.Caveat, Notes: s.Notes,
	}
	p.HasLead = true
	s.Description, s.HowToRead, s.Caveat, s.Notes = "", "", "", nil
	all := s.Story
	s.Story = nil
	for _, l := range all {
		if l.IsFirst {
			s.Story = append(s.Story, l)
		} else {
			beside.Story = append(beside.Story, l)
		}
	}
	if len(others) > 0 && len(others[0].Totals) > 0 {
		numbers := others[0]
		screen, others = append(screen, numbers), others[1:]
		numbers.IsStrip = true
		beside.Story = append(beside.Story, numbers.inSentences()...)
		numbers.Description = ""
	}
	screen = append(screen, s)
	for len(others) > 0 && len(others[0].Pictures) > 0 {
		screen, others = append(screen, others[0]), others[1:]
	}
	s.Count, beside.Count = counted(len(s.Story), "sentence"), counted(len(beside.Story), "sentence")
	return slices.Concat(screen, []*section{beside}, others)
}

// inSentences says of numbers what they are, and what those consist of that are more than one.
func (s *section) inSentences() []storyLine {
	all := []storyLine{{Of: s.Title, Sentence: s.Description}}
	for _, t := range s.Totals {
		if t.Detail != "" {
			all = append(all, storyLine{Of: s.Title, Sentence: t.Item + ": " + t.Value + " (" + t.Detail + ")."})
		}
	}
	return all
}

// hasMore says that some of its sentences answer first, and others do not.
func (s *section) hasMore() bool {
	return slices.ContainsFunc(s.Story, func(l storyLine) bool { return l.IsFirst }) && slices.ContainsFunc(s.Story, func(l storyLine) bool { return !l.IsFirst })
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
