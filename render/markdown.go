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

// Markdown writes headings and pipe tables (GitHub's flavour). Whatever a log
// holds is shown as text: no markup, no HTML, no link made from a bare address.
// The summary of a case is one page, see onepage.go, and a dossier as long as a ticket
// takes, see ticket.go.
func Markdown(w io.Writer, d Document) error {
	switch {
	case d.Brief:
		return onePage(w, d)
	case d.Whole != "":
		return ticket(w, d)
	}
	out := bufio.NewWriter(w)
	markdownHead(out, d)
	first := true
	for r, err := range handedOver(d).Results {
		if err != nil {
			return err
		}
		if !first {
			fmt.Fprintln(out)
		}
		first = false
		if err := markdownReport(out, r, d.Several); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n%s\n\n```json\n%s\n```\n", provenanceHeading, inMarkup.Replace(string(provenance(d))))
	return out.Flush()
}

// markdownHead writes the title and what must stand below it.
func markdownHead(out io.Writer, d Document) {
	if d.heading() != "" {
		fmt.Fprintf(out, "# %s\n\n", markdown(d.heading()))
	}
	if f := facts(d); len(f) > 0 {
		fmt.Fprintf(out, "%s\n\n", markdown(strings.Join(f, " · ")))
	}
	for _, f := range d.Filters {
		fmt.Fprintf(out, "- filter: %s\n", markdown(f))
	}
	for _, r := range d.Remarks {
		fmt.Fprintf(out, "- %s\n", markdown(r))
	}
	if len(d.Filters)+len(d.Remarks) > 0 {
		fmt.Fprintln(out)
	}
}

// provenanceHeading stands above the provenance.
const provenanceHeading = "## Provenance"

// markdownReport writes a report; of several, without raw records, which drown the rest.
func markdownReport(out *bufio.Writer, r *queries.Result, isOneOfSeveral bool) error {
	isTold := r.Report.Layout == queries.Totals || r.Report.Layout == queries.Story
	markdownProse(out, r, isTold && isOneOfSeveral)
	switch r.Report.Layout {
	case queries.Story:
		return markdownStory(out, r)
	case queries.Totals:
		return markdownTotals(out, r)
	case queries.Lanes: // a picture
		return nil
	}
	isLeftOut := func(c queries.Column) bool { return isOneOfSeveral && c.Style == queries.RawRecord }
	columns := slices.DeleteFunc(slices.Clone(r.Columns), isLeftOut)
	if r.Report.Layout == queries.Summary {
		return markdownSummary(out, r)
	}
	n := 0
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		if n == 0 {
			markdownHeader(out, columns, asCalled)
		}
		n++
		for i, v := range row {
			if isLeftOut(r.Columns[i]) {
				continue
			}
			out.WriteString("| ")
			out.WriteString(markdown(text(v)))
			out.WriteString(" ")
		}
		if _, err := out.WriteString("|\n"); err != nil {
			return fmt.Errorf("write Markdown: %w", err)
		}
	}
	if n == 0 {
		fmt.Fprintln(out, "No rows.")
	}
	return nil
}

// markdownProse writes what stands above the rows of a report; where it is short, of each
// text the first sentence, and no notes that the sentences of the page have already.
func markdownProse(out io.Writer, r *queries.Result, isShort bool) {
	fmt.Fprintf(out, "## %s\n\n", markdown(title(r)))
	for _, s := range []string{r.Report.Description, r.Report.Caveat} {
		if isShort {
			s, _ = firstSentence(s)
		}
		if s != "" {
			fmt.Fprintf(out, "%s\n\n", markdown(s))
		}
	}
	if isShort && r.Report.Layout == queries.Totals {
		return
	}
	for _, n := range r.Notes {
		fmt.Fprintf(out, "> %s\n\n", markdown(n))
	}
}

// markdownTotals writes a number a line.
func markdownTotals(out *bufio.Writer, r *queries.Result) error {
	all, err := totals(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(out, "No rows.")
	}
	for _, t := range all {
		said := "- **" + markdown(t.Item) + "**: " + markdown(t.Value)
		if t.Detail != "" {
			said += " · " + markdown(t.Detail)
		}
		if _, err := out.WriteString(said + "\n"); err != nil {
			return fmt.Errorf("write Markdown: %w", err)
		}
	}
	return nil
}

// markdownSummary writes a heading a section and a line an item, as they are read in a
// ticket: the cells of a table would be too narrow for the sentences in them.
func markdownSummary(out *bufio.Writer, r *queries.Result) error {
	all, err := parts(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(out, "No rows.")
	}
	for i, part := range all {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "### %s\n\n", markdown(part.Heading))
		for _, line := range part.Lines {
			said := "- **" + markdown(line.Item) + "**"
			before := ": "
			for _, text := range []string{line.Value, line.Detail} {
				if text != "" {
					said += before + markdown(text)
					before = " · "
				}
			}
			if _, err := out.WriteString(said + "\n"); err != nil {
				return fmt.Errorf("write Markdown: %w", err)
			}
		}
	}
	return nil
}

// asCalled is a column's name as it is.
func asCalled(name string) string { return name }

// markdownHeader writes the names of the columns, as they are called, or as people write them.
func markdownHeader(out *bufio.Writer, columns []queries.Column, called func(string) string) {
	rule := ""
	for i, name := range names(columns) {
		fmt.Fprintf(out, "| %s ", markdown(called(name)))
		if numeric(columns[i].Kind) {
			rule += "| ---: "
		} else {
			rule += "| --- "
		}
	}
	fmt.Fprintf(out, "|\n%s|\n", rule)
}

// markdown escapes one cell or paragraph. Line breaks become <br>.
func markdown(s string) string {
	s = strings.TrimSpace(visibleLines(s))
	var b strings.Builder
	before := ' '
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r == '\t':
			b.WriteRune(' ')
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == ':' && strings.HasPrefix(rest, "//"):
			b.WriteString("&#58;") // else https:// becomes a link
		case r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString("&#46;") // the same
		case r == '_' && isWord(before) && isWord(firstOf(rest)):
			b.WriteRune(r) // a snake_case name stays readable
		case strings.ContainsRune("\\`*_[]|~$", r),
			i == 0 && strings.ContainsRune("#>", r),
			i == 0 && strings.ContainsRune("-+", r) && !isWord(firstOf(rest)), // a list, a rule
			i > 0 && allDigits(s[:i]) && strings.ContainsRune(".)", r) && !isWord(firstOf(rest)):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// isWord says that r belongs to a word; firstOf has none for an empty text.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func firstOf(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
