package render

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entrail/queries"
)

// evidenceHash is the hash of the list of evidence: the SHA-256 of the hashes of its
// files, a line each, in the order of the list.
func evidenceHash(d Document) string {
	var list strings.Builder
	for _, s := range d.Sources {
		list.WriteString(s.SHA256 + "\n")
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(list.String())))
}

// paperCSS is what stands around a printed page: the title, the number of the
// page, and the hash of the list of evidence.
func paperCSS(d Document) string {
	evidence := ""
	if len(d.Sources) > 0 {
		evidence = "evidence " + evidenceHash(d)
	}
	head := d.heading()
	if d.Case.Reference != "" {
		head = d.Case.Reference + " · " + head
	}
	return fmt.Sprintf(`@page { @top-left { content: %s } @bottom-left { content: %s } @bottom-right { content: "page " counter(page) " of " counter(pages) } }`,
		cssString(cells.Truncate(visible(head), 120, "…")), cssString(evidence))
}

// cssString quotes a text for a style sheet, each character by its number.
func cssString(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\%06x`, r)
	}
	return `"` + b.String() + `"`
}

// How a table is set on paper.
const (
	paperLine    = 212 // characters of the small type that a line holds, about
	paperPadding = 2   // of them, between two columns
	wideTable    = 15  // from so many columns on, each row is a paragraph
	paperSample  = 400 // rows that are looked at to set the widths
	maxUnder     = 300 // rows of a table with columns below others: a browser sets it slowly
)

// setPaper adds to the style sheet how the section's tables stand on paper, where a
// browser would give a column of long texts more room than serves it.
func (p *htmlPage) setPaper(s *section, layout queries.Layout) {
	rows := s.Rows
	if len(s.Sessions) > 0 {
		rows = nil
		for _, session := range s.Sessions {
			rows = append(rows, session.Rows...)
		}
	}
	if len(rows) == 0 {
		return
	}
	p.papers++
	s.Paper = "p" + strconv.Itoa(p.papers)
	number := max(len(strconv.Itoa(rows[len(rows)-1].Number))+paperPadding, 6)
	css, under := "", make([]bool, len(s.Head))
	if layout != queries.Record && len(rows) <= maxUnder {
		under = columnsUnder(s.Head, rows)
	}
	switch {
	case len(s.Head) >= wideTable && s.IsTable:
		left := columnsLeftOut(s.Head, rows, paperLine-number)
		css = without(s.Paper, left) + inColumnsOf(s.Paper, number, paperWidths(s.Head, rows, left, paperLine-number))
		if n := countOf(left); n > 0 {
			s.LeftOut = fmt.Sprintf("%d of %d columns are on paper; the page itself has all.", len(left)-n, len(left))
		}
	case len(s.Head) >= wideTable:
		always, said := columnsSaidOnce(s.Head, rows)
		css = without(s.Paper, always) + asParagraphs(s.Paper, s.Head, rows, s.Leading)
		s.LeftOut = said
		s.Paper += " wide"
	case slices.Contains(under, true):
		css = withLinesUnder(s.Paper, number, s.Head, paperWidths(s.Head, rows, under, paperLine-number), under)
		s.Paper += " under"
	default:
		css = inColumnsOf(s.Paper, number, paperWidths(s.Head, rows, under, paperLine-number))
	}
	p.paperCSS += "\n@media print {" + css + " }"
}

// columnsSaidOnce are the columns that have the same in every row, and the sentence that
// says it above the table.
func columnsSaidOnce(head []headCell, rows []bodyRow) (always []bool, said string) {
	always = make([]bool, len(head))
	var all []string
	for c, h := range head {
		first := rows[0].Cells[c]
		isSame := func(row bodyRow) bool { return row.Cells[c].Text == first.Text }
		if h.Style == queries.Severity || first.Text == "" || first.Short != "" || len(rows) < alwaysTold || !every(rows, isSame) {
			continue
		}
		always[c] = true
		all = append(all, strings.Join(h.Parts, "")+": "+first.Text)
	}
	if len(all) == 0 {
		return always, ""
	}
	return always, "In each row, " + strings.Join(all, "; ") + "."
}

func every(rows []bodyRow, is func(bodyRow) bool) bool {
	return !slices.ContainsFunc(rows, func(row bodyRow) bool { return !is(row) })
}

// asParagraphs sets each row as a paragraph: in its first line the columns that matter most,
// then the sentence among them, if it is longer than a few words, and the rest in small type,
// each value behind its heading.
func asParagraphs(table string, head []headCell, rows []bodyRow, leading int) string {
	const fewWords = 60 // characters
	var b strings.Builder
	says := slices.IndexFunc(head[:min(leading, len(head))], func(h headCell) bool { return h.Style == queries.Sentences })
	if says >= 0 && every(rows, func(row bodyRow) bool { return cells.StringWidth(row.Cells[says].Text) <= fewWords }) {
		says = -1
	}
	for i, h := range head {
		cell := fmt.Sprintf(" .%s td:nth-child(%d)", table, i+2)
		switch {
		case h.Style == queries.Severity:
		case i == says:
			b.WriteString(cell + " { order: 1; flex-basis: 100%; font-size: 9px }")
		case i >= leading:
			b.WriteString(cell + " { order: 2; font-size: 8px }")
			fallthrough
		default:
			b.WriteString(cell + "::before { content: " + cssString(strings.Join(h.Parts, "")+": ") + " }")
		}
	}
	return b.String()
}

// withLinesUnder sets some columns on lines of their own below the rest of their row.
func withLinesUnder(table string, number int, head []headCell, widths []int, under []bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, " .%s tr { display: grid; grid-template-columns: %dfr", table, number)
	for _, w := range widths {
		if w > 0 {
			fmt.Fprintf(&b, " %dfr", w)
		}
	}
	b.WriteString(" }")
	for i, h := range head {
		if under[i] {
			fmt.Fprintf(&b, " .%s :is(th, td:empty):nth-child(%d) { display: none } .%[1]s td:nth-child(%[2]d) { grid-column: 3 / -1; order: 1 } .%[1]s td:nth-child(%[2]d)::before { content: %[3]s }",
				table, i+2, cssString(strings.Join(h.Parts, "")+": "))
		}
	}
	return b.String()
}

// inColumnsOf sets the columns as wide as they are said to be, in characters; number
// is the width of that of the row.
func inColumnsOf(table string, number int, widths []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, " .%s { table-layout: fixed } .%[1]s .no { width: %.1f%% }", table, 100*float64(number)/paperLine)
	for i, w := range widths {
		if w > 0 {
			fmt.Fprintf(&b, " .%s th:nth-child(%d) { width: %.1f%% }", table, i+2, 100*float64(w)/paperLine)
		}
	}
	return b.String()
}

// without leaves columns out.
func without(table string, left []bool) string {
	var b strings.Builder
	for i := range left {
		if left[i] {
			fmt.Fprintf(&b, " .%s :is(th, td):nth-child(%d) { display: none }", table, i+2)
		}
	}
	return b.String()
}

func countOf(all []bool) int {
	n := 0
	for _, is := range all {
		if is {
			n++
		}
	}
	return n
}

// columnsLeftOut are the columns of a table for reference that have no room on a line of
// paper: those that say nothing, and the last ones.
func columnsLeftOut(head []headCell, rows []bodyRow, line int) []bool {
	const most = 40 // characters that a column of texts is given here
	left := make([]bool, len(head))
	for c, h := range head {
		wide := 0
		for word := range strings.FieldsSeq(strings.Join(h.Parts, "")) {
			wide = max(wide, cells.StringWidth(word)+1)
		}
		isEmpty := true
		for _, row := range rows {
			if text := row.Cells[c].Text; text != "" {
				isEmpty = false
				wide = max(wide, min(cells.StringWidth(text), most))
			}
		}
		if left[c] = isEmpty || wide+paperPadding > line; !left[c] {
			line -= wide + paperPadding
		}
	}
	return left
}

// columnsUnder are the columns that stand on a line of their own below the rest of their
// row, because what they hold is long, and is in few rows or longer than any column.
func columnsUnder(head []headCell, rows []bodyRow) []bool {
	const long, sentence = 60, 100
	under := make([]bool, len(head))
	for c, h := range head {
		if h.Class == "n" || h.Class == "t" {
			continue
		}
		filled, longest, sum := 0, 0, 0
		for _, row := range rows {
			if cell := row.Cells[c]; cell.Annex == "" && cell.Text != "" {
				w := cells.StringWidth(cell.Text)
				filled, longest, sum = filled+1, max(longest, w), sum+w
			}
		}
		under[c] = longest > long && (2*filled < len(rows) || sum > sentence*filled)
	}
	return under
}

// paperWidths shares a line among the columns so that the rows take few lines: each
// column begins as wide as its longest text, and where that is too much, what costs
// fewest lines is taken away. What has no place on paper has the width 0.
func paperWidths(head []headCell, rows []bodyRow, under []bool, line int) []int {
	if len(rows) > paperSample { // evenly taken
		every := len(rows) / paperSample
		var some []bodyRow
		for i := 0; i < len(rows); i += every {
			some = append(some, rows[i])
		}
		rows = some
	}
	widths, least := make([]int, len(head)), make([]int, len(head))
	texts := make([][]int, len(rows))
	for r, row := range rows {
		texts[r] = make([]int, len(head))
		for c, cell := range row.Cells[:len(head)] {
			text := cell.Text
			if cell.Annex != "" {
				text = cell.Short + ", in the annex"
			}
			if cell.Raw == "" && !under[c] {
				texts[r][c] = cells.StringWidth(text)
				widths[c] = max(widths[c], texts[r][c]+1)
			}
		}
	}
	tooMuch := -line
	for c, h := range head {
		if under[c] || slices.ContainsFunc(rows, func(row bodyRow) bool { return row.Cells[c].Raw != "" }) {
			widths[c] = 0 // also where a row has no raw record
			continue
		}
		for word := range strings.FieldsSeq(strings.Join(h.Parts, "")) {
			least[c] = max(least[c], cells.StringWidth(word)+1) // which is bold
		}
		switch kind := strings.Fields(h.Class + " -")[0]; kind {
		case "n", "t":
			least[c] = max(least[c], widths[c])
		case "m":
			least[c] = max(least[c], min(widths[c], 10), longestPart(rows, c))
		default:
			least[c] = max(least[c], min(widths[c], 10))
		}
		widths[c] = min(max(widths[c], least[c]), line)
		tooMuch += widths[c] + paperPadding
	}
	for tooMuch > 0 {
		c, less := leastMissed(texts, widths, least, tooMuch)
		if less == 0 {
			break
		}
		widths[c] -= less
		tooMuch -= less
	}
	sum := 0
	for c := range widths {
		if widths[c] > 0 {
			widths[c] += paperPadding
		}
		sum += widths[c]
	}
	for c := range widths { // what is left is shared
		widths[c] = widths[c] * line / max(sum, 1)
	}
	return widths
}

// longestPart is how wide the longest id or address is that stays whole on paper, where it
// is typed off: of a finding, of IPv4.
func longestPart(rows []bodyRow, column int) int {
	const whole = 16
	longest := 0
	for _, row := range rows {
		for part := range strings.FieldsSeq(row.Cells[column].Text) {
			if w := cells.StringWidth(part); w <= whole && row.Cells[column].Annex == "" {
				longest = max(longest, w+1)
			}
		}
	}
	return longest
}

// leastMissed is the column of which some room, of what is too much, is missed least: it
// costs fewest lines for each character. No room = every column has its least.
func leastMissed(texts [][]int, widths, least []int, tooMuch int) (column, less int) {
	type tallest struct{ first, second, column int } // of a row: the lines of its cells
	tall := make([]tallest, len(texts))
	for r := range texts {
		tall[r] = tallest{1, 1, -1}
		for c, w := range texts[r] {
			if widths[c] == 0 {
				continue
			}
			if n := linesIn(w, widths[c]); n > tall[r].first {
				tall[r] = tallest{n, tall[r].first, c}
			} else {
				tall[r].second = max(tall[r].second, n)
			}
		}
	}
	best := math.Inf(1)
	for c, width := range widths {
		for d := 1; d <= min(tooMuch, width-least[c]); d++ {
			cost := 0
			for r := range texts {
				others := tall[r].first
				if tall[r].column == c {
					others = tall[r].second
				}
				cost += max(others, linesIn(texts[r][c], width-d)) - tall[r].first
			}
			if each := float64(cost) / float64(d); each <= best {
				best, column, less = each, c, d
			}
		}
	}
	return column, less
}

// linesIn is how many lines a text takes in a column; words leave some of a line empty.
func linesIn(text, width int) int {
	if text > width {
		text += text / 12
	}
	return max(1, (text+width-1)/width)
}
