package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entrail/queries"
)

// How much a page takes: A4 in letters of 10 points, with margins.
const (
	pageLines    = 54
	pageWide     = 95  // characters of a line
	pageEnd      = 5   // lines below the stories
	storyLeast   = 8   // lines that each story has, whatever else is on the page
	sentenceMost = 420 // characters of a sentence
)

// onePage writes the summary of a case in Markdown: the numbers, what happened, what cannot be
// concluded, on one page. Where there is no room for all sentences, those that answer first are
// here, and the others are counted.
func onePage(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	markdownHead(out, d)
	used := pageEnd + 2 + linesOnPage(strings.Join(facts(d), " · ")) + len(d.Filters) + len(d.Remarks)
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		switch r.Report.Layout {
		case queries.Totals:
			err = pageTotals(out, r, &used)
		case queries.Story:
			err = pageStory(out, r, &used)
		default:
			err = markdownReport(out, r, true)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "All of it: %s. Evidence: %s, SHA-256 of the list of their hashes %s.\n", inCode(d.Whole), counted(len(d.Sources), "file"), evidenceHash(d))
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

// linesOnPage is how many lines a text takes on the page.
func linesOnPage(s string) int { return len(wrap(s, pageWide)) }

// pageTotals writes the numbers in one paragraph; what they consist of is in the sentences.
func pageTotals(out io.Writer, r *queries.Result, used *int) error {
	all, err := totals(r)
	if err != nil || len(all) == 0 {
		return err
	}
	var plain, set []string
	for _, t := range all {
		plain = append(plain, t.Item+" "+t.Value)
		set = append(set, markdown(t.Item)+" **"+markdown(t.Value)+"**")
	}
	*used += 1 + linesOnPage(strings.Join(plain, " · "))
	fmt.Fprintln(out, strings.Join(set, " · "))
	return nil
}

// pageStory writes a point a topic, as many sentences as there is room for.
func pageStory(out io.Writer, r *queries.Result, used *int) error {
	all, err := storyLines(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return nil
	}
	usual := all[0].Basis // said once
	said := inSentence(usual)
	if slices.ContainsFunc(all, func(l storyLine) bool { return l.Basis != usual }) {
		said += ", where a sentence does not say otherwise"
	}
	fmt.Fprintf(out, "## %s (%s)\n\n", markdown(title(r)), markdown(said))
	*used += 3
	for _, n := range r.Notes {
		fmt.Fprintf(out, "> %s\n\n", markdown(n))
		*used += linesOnPage(n)
	}
	room := max(pageLines-*used, storyLeast)
	if r.Report.Name == "story" { // what can't be concluded has room too
		room -= storyLeast
	}
	onPage := func(l storyLine) int {
		says := l.Of + ": " + l.Sentence
		if l.Basis != usual {
			says += " (" + l.Basis + ")"
		}
		return linesOnPage(says)
	}
	whole := func(l storyLine) []string { return []string{cells.Truncate(l.Sentence, sentenceMost, "…")} }
	shown := fitting(all, room, whole, onPage)
	for _, l := range shown {
		*used += onPage(l)
	}
	for _, t := range byTopic(shown) {
		fmt.Fprintf(out, "- **%s**:", markdown(t.Topic))
		for _, l := range t.Lines {
			fmt.Fprintf(out, " %s", markdown(l.Sentence))
			if l.Basis != usual {
				fmt.Fprintf(out, " *(%s)*", markdown(inSentence(l.Basis)))
			}
		}
		fmt.Fprintln(out)
	}
	if left := len(all) - len(shown); left > 0 {
		fmt.Fprintf(out, "- %s: `-r %s`\n", counted(left, "more sentence"), r.Report.Name)
		*used++
	}
	return nil
}

// inSentence is a basis as it goes on in a sentence.
func inSentence(basis string) string {
	r, size := utf8.DecodeRuneInString(basis)
	return string(unicode.ToLower(r)) + basis[size:]
}
