package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"

	"entrail/queries"
)

// ticketBytes is about how long a dossier in Markdown may be: a field of Jira's takes
// 32,767 characters, a comment of GitHub's 65,536.
const ticketBytes = 31 << 10

// ticketCell is how many characters of a cell stand in a ticket.
const ticketCell = 360

// alwaysTold is how many rows a table must have for a value that all of them share to
// stand above it and not in each.
const alwaysTold = 3

// ticket writes a dossier as long as a ticket takes. Its sentences are whole. What a table
// has no room for is counted below it, and the head names the command that gives all.
func ticket(w io.Writer, d Document) error {
	var head bytes.Buffer
	markdownHead(&head, d)
	var parts []*ticketPart
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		p, err := newTicketPart(r)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	parts = inTurnOf(parts)
	evidence := fmt.Sprintf("\nFrom %s of evidence; the SHA-256 of the list of their hashes is %s.\n", counted(len(d.Sources), "file"), evidenceHash(d))
	whole := fmt.Sprintf("As long as a ticket takes; the whole dossier: %s\n\n", inCode(d.Whole))
	if fitTicket(parts, ticketBytes-head.Len()-len(whole)-len(evidence)) {
		head.WriteString(whole)
	}
	out := bufio.NewWriter(w)
	out.Write(head.Bytes())
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(out)
		}
		p.write(out)
	}
	out.WriteString(evidence)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

// inTurnOf has the parts stand under what they are of, where the dossier is of several things:
// each begins with the name of the first part, and the text that goes with its picture names
// it. Where it is of one, the title does, and a picture without notes has nothing to say.
func inTurnOf(parts []*ticketPart) []*ticketPart {
	if len(parts) == 0 {
		return nil
	}
	begins := func(p *ticketPart) bool { return p.name == parts[0].name }
	if !slices.ContainsFunc(parts[1:], begins) {
		return slices.DeleteFunc(parts, func(p *ticketPart) bool { return p.isPicture && !p.hasNotes })
	}
	var all []*ticketPart
	thing := 0 // where its parts begin
	for _, p := range parts {
		if begins(p) {
			thing = len(all)
		}
		if p.isPicture {
			all = slices.Insert(all, thing, p)
			continue
		}
		p.level = "#"
		all = append(all, p)
	}
	return all
}

// inCode sets a text as code, which has no escapes.
func inCode(s string) string {
	return "`" + strings.ReplaceAll(visible(s), "`", "'") + "`"
}

// ticketPart is a part of a dossier: a table, or a text that is told whole.
type ticketPart struct {
	name                string // of its report
	isPicture, hasNotes bool
	level               string // put before its heading

	text   bytes.Buffer // above the table
	header string
	rows   []ticketRow
	all    int // rows, whether they are here or not
	across int // columns
	weight int // by which it gets room
	isCut  bool

	// isFromTop says that its rows stand in the order in which they matter: the first
	// ones stay where there is no room for all.
	isFromTop bool
}

// ticketRow is a row as it is written, or one that says how many others stood there. kind
// is what was done, where the rows of a table tell it.
type ticketRow struct {
	text, kind string
	isEvidence bool // of a finding
	isGap      bool
}

func newTicketPart(r *queries.Result) (*ticketPart, error) {
	p := &ticketPart{name: r.Report.Name, isPicture: r.Report.Layout == queries.Lanes, hasNotes: len(r.Notes) > 0, weight: 2}
	if r.Report.Layout != queries.Table && r.Report.Layout != queries.Record {
		out := bufio.NewWriter(&p.text)
		if err := markdownReport(out, r, true); err != nil {
			return nil, err
		}
		return p, out.Flush()
	}
	markdownProse(&p.text, r, true)
	var lines [][]any
	for row, err := range rows(r) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, row)
	}
	columns := p.choose(r, lines)
	var shown []queries.Column
	for _, i := range columns {
		shown = append(shown, r.Columns[i])
	}
	var header bytes.Buffer
	out := bufio.NewWriter(&header)
	markdownHeader(out, shown, heading)
	out.Flush()
	p.header, p.all, p.across = header.String(), len(lines), len(columns)
	isRanked := slices.ContainsFunc(r.Columns, func(c queries.Column) bool { return c.Style == queries.Severity })
	p.isFromTop = isRanked || r.Report.Layout == queries.Record
	switch {
	case isRanked, r.Report.Repeats != "": // what stands out, and the story
		p.weight = 5
	case r.Report.Layout == queries.Record:
		p.weight = 1
	}
	repeats := slices.IndexFunc(r.Columns, func(c queries.Column) bool { return c.Name == r.Report.Repeats })
	for _, line := range lines {
		row := ticketRow{isEvidence: r.IsEvidence(line)}
		for _, i := range columns {
			row.text += "| " + p.cell(r.Columns[i], line[i]) + " "
		}
		row.text += "|\n"
		if repeats >= 0 {
			row.kind = markdown(text(line[repeats]))
		}
		p.rows = append(p.rows, row)
	}
	return p, nil
}

// choose returns the columns that stand in the table: none that is empty, none that has
// the same in every row, which is said above it, no raw records, and of a record not what
// each field means.
func (p *ticketPart) choose(r *queries.Result, lines [][]any) []int {
	var columns []int
	var always []string
	for i, c := range r.Columns {
		values := map[string]bool{}
		for _, line := range lines {
			values[text(line[i])] = true
		}
		switch {
		case c.Style == queries.RawRecord, len(values) == 1 && values[""], r.Report.Layout == queries.Record && i > 1:
		case i > 0 && len(values) == 1 && len(lines) >= alwaysTold:
			always = append(always, markdown(heading(c.Name))+": "+p.cell(c, lines[0][i]))
		default:
			columns = append(columns, i)
		}
	}
	if len(always) > 0 {
		fmt.Fprintf(&p.text, "In each row, %s.\n\n", strings.Join(always, "; "))
	}
	return columns
}

// cell is a value that is not too long for a ticket.
func (p *ticketPart) cell(c queries.Column, v any) string {
	cell := newCell(text(v), "", ticketCell)
	switch {
	case cell.Short == "":
		return markdown(cell.Text)
	case c.Style == queries.IDs:
		p.isCut = true
		return counted(strings.Count(strings.TrimSpace(cell.Text), "\n")+1, "ID")
	}
	p.isCut = true
	return markdown(cell.Short) + " (" + cell.Length + ")"
}

// fitTicket leaves rows out of the largest tables until all parts are together as long as
// they may be, and says whether anything was left out.
func fitTicket(parts []*ticketPart, most int) (isCut bool) {
	var tables []*ticketPart
	var sizes, weights []int
	for _, p := range parts {
		size := p.size()
		if len(p.rows) == 0 {
			most -= size
			continue
		}
		tables, sizes, weights = append(tables, p), append(sizes, size), append(weights, p.weight)
	}
	for i, room := range shares(sizes, weights, most) {
		tables[i].cut(room)
	}
	return slices.ContainsFunc(parts, func(p *ticketPart) bool { return p.isCut })
}

// size is how many bytes the part takes.
func (p *ticketPart) size() int {
	return p.text.Len() + len(p.header) + sizeOf(p.rows)
}

func sizeOf(rows []ticketRow) int {
	n := 0
	for _, row := range rows {
		n += len(row.text)
	}
	return n
}

// cut leaves as many rows as the part has room for: the first ones of a table that begins
// with what matters most, of any other those that inTurn puts first.
func (p *ticketPart) cut(most int) {
	const ofSentence = 120 // bytes of what is said of those that are missing
	if p.size() <= most {
		return
	}
	p.isCut = true
	most -= p.text.Len() + len(p.header) + ofSentence
	order := p.inTurn()
	n := 0
	for room := most; n < len(order) && room >= len(p.rows[order[n]].text); n++ {
		room -= len(p.rows[order[n]].text)
	}
	stays := make([]bool, len(p.rows))
	for _, i := range order[:n] {
		stays[i] = true
	}
	short := p.withGaps(stays)
	for n > 0 && sizeOf(short) > most { // the gaps take room too
		n--
		stays[order[n]] = false
		short = p.withGaps(stays)
	}
	p.rows = short
}

// withGaps are the rows that stay, and where the table tells what was done, one in place of
// those missing between them.
func (p *ticketPart) withGaps(stays []bool) []ticketRow {
	var short []ticketRow
	for at := 0; at < len(p.rows); {
		end := at
		for end < len(p.rows) && stays[end] == stays[at] {
			end++
		}
		switch {
		case stays[at]:
			short = append(short, p.rows[at:end]...)
		case p.rows[at].kind != "":
			short = append(short, p.gap(p.rows[at:end]))
		}
		at = end
	}
	return short
}

// inTurn is the order in which rows get room: those that are evidence of a finding, then the
// others. Of both, the first of each kind, then those of the rarest kind; and where as much
// speaks for several, they are taken from all over the table, which is all over the time.
func (p *ticketPart) inTurn() []int {
	order := make([]int, len(p.rows))
	for i := range order {
		order[i] = i
	}
	if p.isFromTop {
		return order
	}
	type kind struct {
		isEvidence bool
		name       string
	}
	kindOf := func(i int) kind { return kind{p.rows[i].isEvidence, p.rows[i].kind} }
	times, rank := map[kind]int{}, make([]int, len(p.rows))
	for i := range p.rows {
		times[kindOf(i)]++
		rank[i] = times[kindOf(i)] // 1 = the first of its kind
	}
	const others = 1 << 32 // behind all evidence
	for i, row := range p.rows {
		switch {
		case row.kind == "":
			rank[i] = 0
		case rank[i] > 1:
			rank[i] = 1 + times[kindOf(i)]
		}
		if !row.isEvidence {
			rank[i] += others
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	for at := 0; at < len(order); {
		end := at
		for end < len(order) && rank[order[end]] == rank[order[at]] {
			end++
		}
		copy(order[at:end], scattered(order[at:end]))
		at = end
	}
	return order
}

// scattered puts the first, then the middle, then the middles of both halves, and so on:
// however few are taken, they are from all over.
func scattered(all []int) []int {
	var order []int
	width := bits.Len(uint(max(len(all)-1, 0)))
	for n := range 1 << width {
		if at := int(bits.Reverse64(uint64(n)) >> (64 - width)); at < len(all) {
			order = append(order, all[at])
		}
	}
	return order
}

// gap is a row that stands for others, and says what they were.
func (p *ticketPart) gap(rows []ticketRow) ticketRow {
	const named = 2
	var kinds []string
	for _, row := range rows {
		if !slices.Contains(kinds, row.kind) {
			kinds = append(kinds, row.kind)
		}
	}
	says := counted(len(rows), "more row") + ": " + strings.Join(kinds[:min(len(kinds), named)], ", ")
	if len(kinds) > named {
		says += " and others"
	}
	return ticketRow{text: "| … | " + says + strings.Repeat(" |", max(p.across-1, 1)) + "\n", isGap: true}
}

// write writes the part, and how many of its rows are here.
func (p *ticketPart) write(out io.Writer) {
	io.WriteString(out, p.level)
	out.Write(p.text.Bytes())
	if p.all == 0 {
		return
	}
	here := 0
	if len(p.rows) > 0 {
		io.WriteString(out, p.header)
	}
	for _, row := range p.rows {
		io.WriteString(out, row.text)
		if !row.isGap {
			here++
		}
	}
	if here < p.all {
		fmt.Fprintf(out, "\n%s of %s are here; the whole dossier has all.\n", grouped(here), counted(p.all, "row"))
	}
}
