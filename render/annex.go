package render

import (
	"html/template"
	"strconv"
	"strings"
)

// A sheet is a page of an annex on paper. It is set in lines of one length, broken
// anywhere, so that the sheets are counted here and not by a browser: page one says
// how many there are. style.css has the same numbers.
const (
	sheetWide  = 210 // characters of a line
	sheetLines = 64  // of a sheet, without its heading
)

// annex is what stands at the end of a page because a table has no room for it on
// paper: raw records, and long lists of ids. On a screen it is what the cells lead to.
type annex struct {
	Anchor, Title string
	Noun          string // of an entry
	Letter        string // set once it is known which there are
	Sheets        []annexSheet

	Missing int // entries for which there was no room
	entries int
	size    int               // bytes
	lines   int               // that are taken of the last sheet
	known   map[string]string // addresses of the entries, by what they hold
}

type annexSheet struct {
	Number  int
	Entries []annexEntry
}

// annexEntry is an entry, or what is left of one that is longer than a sheet.
type annexEntry struct {
	Address string // empty = it goes on from the sheet before
	Heading string
	Row     string // the address of the row that it belongs to
	Text    string
}

// inText escapes what a browser would take for a mark-up in a text. Quotes stay, which
// raw records are full of: as the template would write them they take a third of the annex.
var inText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Lines is the entry's text for the inside of an element.
func (e annexEntry) Lines() template.HTML { return template.HTML(inText.Replace(e.Text)) }

// add puts a text, everything in it safe to show, into the annex and returns its address.
// A text that is there already is not put in twice.
func (a *annex) add(heading, row, text string) string {
	if address := a.known[text]; address != "" {
		return address
	}
	if a.known == nil {
		a.known = map[string]string{}
	}
	a.entries++
	address := a.Anchor + "-" + strconv.Itoa(a.entries)
	a.known[text] = address
	a.size += len(text)
	entry := annexEntry{Address: address, Heading: heading, Row: row}
	const ofHeading = 2 // lines
	if need := ofHeading + linesOf(text); len(a.Sheets) == 0 || a.lines+min(need, sheetLines) > sheetLines {
		a.turn()
	}
	for {
		a.lines += ofHeading
		entry.Text, text = cutAtLine(text, sheetLines-a.lines)
		a.lines += linesOf(entry.Text)
		last := &a.Sheets[len(a.Sheets)-1]
		last.Entries = append(last.Entries, entry)
		if text == "" {
			return address
		}
		a.turn()
		entry = annexEntry{Heading: heading + ", continued", Row: row}
	}
}

// turn begins a new sheet.
func (a *annex) turn() {
	a.Sheets = append(a.Sheets, annexSheet{Number: len(a.Sheets) + 1})
	a.lines = 0
}

// Count says how much is in it: "237 records, 63 pages".
func (a *annex) Count() string {
	return counted(a.entries, a.Noun) + ", " + counted(len(a.Sheets), "page")
}

// More says how much there was no room for; empty = nothing.
func (a *annex) More() string {
	if a.Missing == 0 {
		return ""
	}
	return were(a.Missing, "more "+a.Noun)
}

// Pages is how many sheets it has.
func (a *annex) Pages() int { return len(a.Sheets) }

// linesOf is how many lines of a sheet a text takes.
func linesOf(text string) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (cells.StringWidth(line)+sheetWide-1)/sheetWide)
	}
	return n
}

// cutAtLine parts a text after so many lines of a sheet.
func cutAtLine(text string, lines int) (head, rest string) {
	at := 0
	for range lines {
		line, _, isMore := strings.Cut(text[at:], "\n")
		part := cells.Truncate(line, sheetWide, "")
		at += len(part)
		switch {
		case len(part) < len(line):
		case isMore:
			at++
		default:
			return text, ""
		}
	}
	return text[:at], text[at:]
}

// inColumns sets ids, one a line, side by side where they are short enough for it.
func inColumns(ids string) string {
	all := strings.Split(ids, "\n")
	wide := 0
	for _, id := range all {
		wide = max(wide, cells.StringWidth(id)+2)
	}
	across := max(1, sheetWide/wide)
	var b strings.Builder
	for i, id := range all {
		switch {
		case i == len(all)-1:
			b.WriteString(id)
		case i%across == across-1:
			b.WriteString(id + "\n")
		default:
			b.WriteString(cells.FillRight(id, wide))
		}
	}
	return b.String()
}

// Filled are those of the page that hold something, lettered.
func (p *htmlPage) Filled() []*annex {
	var all []*annex
	for _, a := range []*annex{&p.ids, &p.records} {
		if a.entries > 0 {
			a.Letter = string(rune('A' + len(all)))
			all = append(all, a)
		}
	}
	return all
}
