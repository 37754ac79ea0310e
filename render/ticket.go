package render

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
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

// inCode sets a text as code, which has no escapes.
func inCode(s string) string {
	return "`" + strings.ReplaceAll(visible(s), "`", "'") + "`"
}

// ticketPart is a part of a dossier: a table, or a text that is told whole.
type ticketPart struct {
	text   bytes.Buffer // above the table
	header string
	rows   []ticketRow
	all    int // rows, whether they are here or not
	across int // columns
	weight int // by which it gets room
	isCut  bool
}

// ticketRow is a row as it is written, or one that says how many others stood there. kind
// is what was done, where the rows of a table tell it.
type ticketRow struct {
	text, kind string
	isGap      bool
}

func newTicketPart(r *queries.Result) (*ticketPart, error) {
	p := &ticketPart{weight: 2}
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
	markdownHeader(out, shown)
	out.Flush()
	p.header, p.all, p.across = header.String(), len(lines), len(columns)
	isRanked := slices.ContainsFunc(r.Columns, func(c queries.Column) bool { return c.Style == queries.Severity })
	switch {
	case isRanked, r.Report.Repeats != "": // what stands out, and the story
		p.weight = 5
	case r.Report.Layout == queries.Record:
		p.weight = 1
	}
	repeats := slices.IndexFunc(r.Columns, func(c queries.Column) bool { return c.Name == r.Report.Repeats })
	for _, line := range lines {
		row := ticketRow{}
		for _, i := range columns {
			row.text += "| " + p.cell(r.Columns[i], line[i]) + " "
		}
		row.text += "|\n"
		if repeats >= 0 {
			row.kind = text(line[repeats])
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
			always = append(always, markdown(c.Name)+": "+p.cell(c, lines[0][i]))
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
	n := p.text.Len() + len(p.header)
	for _, row := range p.rows {
		n += len(row.text)
	}
	return n
}

// cut leaves as many rows as the part has room for: the first ones, or of a table that
// tells what was done those of what was done seldom.
func (p *ticketPart) cut(most int) {
	const (
		ofSentence = 120 // bytes of what is said of those that are missing
		ofGap      = 30  // for each row that stays, on average
	)
	if p.size() <= most {
		return
	}
	p.isCut = true
	most -= p.text.Len() + len(p.header) + ofSentence
	stays := make([]bool, len(p.rows))
	for _, i := range p.seldomFirst() {
		if most -= len(p.rows[i].text); p.rows[i].kind != "" {
			most -= ofGap
		}
		if most < 0 {
			break
		}
		stays[i] = true
	}
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
	p.rows = short
}

// seldomFirst is the order in which rows get room: the first of each kind, then those of the
// rarest kind. Rows without a kind come as they stand.
func (p *ticketPart) seldomFirst() []int {
	times, rank := map[string]int{}, make([]int, len(p.rows))
	order := make([]int, len(p.rows))
	for i, row := range p.rows {
		order[i] = i
		times[row.kind]++
		rank[i] = times[row.kind] // 1 = the first of its kind
	}
	for i, row := range p.rows {
		switch {
		case row.kind == "":
			rank[i] = 0
		case rank[i] > 1:
			rank[i] = 1 + times[row.kind]
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	return order
}

// gap is a row that stands for others, and says what they were.
func (p *ticketPart) gap(rows []ticketRow) ticketRow {
	const named = 2
	var kinds []string
	for _, row := range rows {
		if kind := markdown(row.kind); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
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
