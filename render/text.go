package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"entrail/queries"
)

// The colours of a terminal page: bold headings, dim prose, yellow for what
// the reader must not miss. Log fields are never coloured, only our own words
// of severity are.
const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	yellow = "\x1b[33m"
	red    = "\x1b[1;31m"
	reset  = "\x1b[0m"
)

// rankStyles are the colours of a severity, by its rank.
var rankStyles = [...]string{"", "", yellow, red}

const (
	gap       = 2    // blanks between two columns
	proseWide = 100  // prose is wrapped here, or at the terminal's edge
	widest    = 64   // without a terminal, a cell wider than this pushes the rest of its row aside
	sentence  = 30   // prose is given this much room at least, and goes on below
	roomy     = 120  // of a terminal as wide, the columns that matter most are whole
	sampled   = 1000 // rows that decide the widths; later ones stream
	blocks    = 3    // up to so many rows are shown as name: value blocks when a table is too wide
)

// Text writes a page for the terminal, or for a text file with Width 0. The
// rows come first; how to read them, and what to beware of, stands below.
//
// A table that is wider than the terminal is fitted: sentences go on in further
// lines, paths lose their folders, other long texts are cut with "…",
// numbers, times and ids never; columns that are empty, or still find no room,
// are left out and named below the table, and a text that all rows have is said
// once above them.
// Rows beyond Limit are counted; where the report has a heat map, its figures stand
// for more rows than that.
func Text(w io.Writer, d Document) error {
	p := &page{out: bufio.NewWriter(w), d: d}
	err := p.all()
	if flushed := p.out.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("write text: %w", flushed)
	}
	return err
}

type page struct {
	out   *bufio.Writer
	d     Document
	lines int // written
}

func (p *page) all() error {
	if p.d.heading() != "" {
		p.line(bold, visible(p.d.heading()))
	}
	p.prose(dim, "", strings.Join(facts(p.d), " · "))
	if len(p.d.Filters) > 0 {
		p.prose(yellow, "filters: ", visible(strings.Join(p.d.Filters, "; ")))
		for _, r := range p.d.Remarks {
			p.prose(yellow, "", visible(r)+".")
		}
	}
	for r, err := range p.d.Results {
		if err != nil {
			return err
		}
		if err := p.report(r); err != nil {
			return err
		}
	}
	return nil
}

func (p *page) report(r *queries.Result) error {
	p.line("", "")
	if r.Report.Layout == queries.Summary {
		return p.summary(r)
	}
	if p.d.Brief && r.Report.Layout == queries.Story && !r.NotLoaded {
		return p.story(r)
	}
	heading := visible(title(r))
	if p.d.Color {
		p.line("", bold+heading+reset+dim+"  "+visible(r.Report.Name)+reset)
	} else {
		p.line("", heading+"  ("+visible(r.Report.Name)+")")
	}
	// One line tells what it is, the rest is for those who wonder.
	first, rest := firstSentence(visible(r.Report.Description))
	p.prose(dim, "", first)
	p.line("", "")
	var err error
	switch r.Report.Layout {
	case queries.Record:
		err = p.record(r)
	case queries.Raw:
		err = p.raw(r)
	case queries.Story:
		err = p.story(r)
	default:
		err = p.table(r)
	}
	if err != nil {
		return err
	}
	if rest != "" || r.Report.Caveat != "" || len(r.Notes) > 0 {
		p.line("", "")
	}
	p.prose(dim, "", rest)
	p.prose(yellow, "caution: ", visible(r.Report.Caveat))
	p.notes(r)
	return nil
}

// firstSentence cuts a text after its first sentence.
func firstSentence(s string) (first, rest string) {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1], s[i+2:]
	}
	return s, ""
}

func (p *page) notes(r *queries.Result) {
	for _, n := range r.Notes {
		p.prose(yellow, "note: ", visible(n))
	}
}

// table prints the rows, and says what it left out.
func (p *page) table(r *queries.Result) error {
	head := names(r.Columns)
	var sample [][]string
	var lay layout
	n, hidden := 0, 0
	var grid *chart
	if p.d.Width > 0 && p.d.Limit > 0 {
		grid = newGrid(r)
	}
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		if grid != nil {
			grid.add(row)
		}
		if p.d.Limit > 0 && n >= p.d.Limit {
			hidden++
			continue
		}
		n++
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = visible(p.cell(v))
		}
		if n <= sampled {
			sample = append(sample, line)
			continue
		}
		if n == sampled+1 {
			lay = p.layout(r, head, sample, false)
			p.start(head, lay, sample)
		}
		if err := p.row("", lay, line); err != nil {
			return err
		}
	}
	hidden = max(hidden, int(r.Total)-n)
	if n == 0 {
		p.line("", "no rows")
		return nil
	}
	if grid != nil && hidden > 0 && n <= sampled && len(grid.points) == n+hidden {
		if lines := grid.grid(p.d.Width); lines != nil {
			p.prose("", "", fmt.Sprintf("%s by %s and %s:", grid.Y[0], grid.Group, grid.X))
			p.line(bold, lines[0])
			for _, l := range lines[1:] {
				p.line("", l)
			}
			p.prose(dim, "… ", fmt.Sprintf("the %s of the table, with more columns: --limit 0 shows all", counted(n+hidden, "row")))
			return nil
		}
	}
	if n <= sampled {
		lay = p.layout(r, head, sample, true)
		if len(lay.omitted) > 0 && n <= blocks && hidden == 0 {
			return p.blocks(head, r.Columns, sample)
		}
		p.prose(dim, "in these rows: ", strings.Join(lay.shared, "; "))
		p.start(head, lay, sample)
	}
	only := ""
	if p.d.Several {
		only = "-r " + visible(r.Report.Name) + " "
	}
	if hidden > 0 {
		p.prose(dim, "… ", fmt.Sprintf("%s: --limit 0 shows all, %s-o FILE.csv writes them", counted(hidden, "more row"), only))
	}
	if len(lay.omitted) > 0 {
		p.prose(dim, "… ", fmt.Sprintf("%s (%s| less -S, or %s-o FILE.xlsx): %s",
			counted(len(lay.omitted), "more column"), only, only, strings.Join(lay.omitted, ", ")))
	}
	if len(lay.empty) > 0 {
		p.prose(dim, "… ", "empty in these rows: "+strings.Join(lay.empty, ", "))
	}
	return nil
}

// cell is a value as the table shows it: on a terminal, times to the second.
func (p *page) cell(v any) string {
	if t, ok := v.(time.Time); ok && p.d.Width > 0 {
		v = t.Truncate(time.Second)
	}
	return text(v)
}

// start prints the header and the sample.
func (p *page) start(head []string, lay layout, sample [][]string) {
	rule := make([]string, len(head))
	for i, c := range lay.shown {
		rule[c] = strings.Repeat("─", lay.widths[i])
	}
	p.row(bold, lay, head)
	p.row(dim, lay, rule)
	for _, line := range sample {
		p.row("", lay, line)
	}
}

// layout is how each of the columns that are shown is set.
type layout struct {
	shown   []int // indexes of columns
	widths  []int
	right   []bool
	wrapped []bool   // longer cells go on in further lines
	paths   []bool   // longer cells lose their folders
	ranked  []bool   // cells have the colour of their severity
	cut     bool     // longer cells are shortened
	shared  []string // names and values of columns that say the same in all rows
	omitted []string
	empty   []string
}

// layout fits the table; isAll says that the sample is all of it.
func (p *page) layout(r *queries.Result, head []string, sample [][]string, isAll bool) layout {
	lay := p.fitted(r, head, sample, isAll, false)
	if len(lay.omitted) > 0 && isAll && len(sample) > blocks {
		return p.fitted(r, head, sample, isAll, true)
	}
	return lay
}

// order is in which order the columns are shown: on a terminal, those first that the
// report wants there.
func (p *page) order(r *queries.Result, head []string) []int {
	if p.d.Width > 0 {
		return inReadingOrder(r.Columns, r.Report.OnTerminal)
	}
	order := make([]int, len(head))
	for i := range order {
		order[i] = i
	}
	return order
}

// fitted fits the table; shares says that texts that all rows have are left out
// to make room for the others.
func (p *page) fitted(r *queries.Result, head []string, sample [][]string, isAll, shares bool) layout {
	columns := r.Columns
	lay := layout{cut: p.d.Width > 0}
	var natural, floor []int
	prose := max(sentence, p.d.Width*3/10) // of the first column of sentences: they have room before ids have
	for _, i := range p.order(r, head) {
		name := head[i]
		wide, isSame := cells.StringWidth(name), true
		for _, line := range sample {
			wide = max(wide, cells.StringWidth(line[i]))
			isSame = isSame && line[i] == sample[0][i]
		}
		isText := columns[i].Kind == queries.Text
		switch {
		case !lay.cut || !isAll || !isSame || i == 0:
		case sample[0][i] == "":
			lay.empty = append(lay.empty, name)
			continue
		case shares && isText && wide >= narrowest:
			lay.shared = append(lay.shared, name+" "+sample[0][i])
			continue
		}
		least := wide
		switch {
		case columns[i].Style == queries.Sentences && isText:
			least = min(wide, prose)
			prose = sentence
		case isText && slices.Contains(r.Report.OnTerminal, columns[i].Name) && wide <= identifier && p.d.Width >= roomy:
			// what matters most, such as who it was, is whole
		case isText && !(class(columns[i]) == "m" && wide <= identifier):
			least = min(wide, narrowest)
		}
		lay.shown = append(lay.shown, i)
		lay.right = append(lay.right, numeric(columns[i].Kind))
		lay.wrapped = append(lay.wrapped, isText && columns[i].Style == queries.Sentences)
		lay.paths = append(lay.paths, isText && columns[i].Style == queries.Path)
		lay.ranked = append(lay.ranked, columns[i].Style == queries.Severity)
		natural = append(natural, wide)
		floor = append(floor, least)
	}
	if !lay.cut {
		for _, wide := range natural {
			lay.widths = append(lay.widths, min(wide, widest))
		}
		return lay
	}
	lay.widths = fit(natural, floor, p.d.Width)
	for _, i := range lay.shown[len(lay.widths):] {
		lay.omitted = append(lay.omitted, head[i])
	}
	lay.shown = lay.shown[:len(lay.widths)]
	return lay
}

// fit shares width among the first columns that get at least their floor in
// it, one column at least: those that need less than an equal share get what
// they need, the others an equal share of what is left.
func fit(natural, floor []int, width int) []int {
	shown, used := 0, -gap
	for shown < len(floor) && (shown == 0 || used+gap+floor[shown] <= width) {
		used += gap + floor[shown]
		shown++
	}
	widths := slices.Clone(floor[:shown])
	widths[0] = min(widths[0], width) // the one column of a very narrow terminal
	for spare := width - used; spare > 0; spare-- {
		narrow := -1 // the narrowest column that wants more
		for i, w := range widths {
			if w < natural[i] && (narrow < 0 || w < widths[narrow]) {
				narrow = i
			}
		}
		if narrow < 0 {
			break
		}
		widths[narrow]++
	}
	return widths
}

func (p *page) row(style string, lay layout, line []string) error {
	lines := make([][]string, len(lay.shown))
	height := 1
	for i, c := range lay.shown {
		lines[i] = lay.cell(i, line[c])
		height = max(height, len(lines[i]))
	}
	for n := range height {
		var b strings.Builder
		for i, w := range lay.widths {
			cell := ""
			if n < len(lines[i]) {
				cell = lines[i][n]
			}
			if i > 0 {
				b.WriteString(strings.Repeat(" ", gap))
			}
			blank := strings.Repeat(" ", max(0, w-cells.StringWidth(cell)))
			if style := rankStyles[queries.Rank(cell)]; lay.ranked[i] && style != "" && p.d.Color {
				cell = style + cell + reset
			}
			switch {
			case lay.right[i]:
				b.WriteString(blank + cell)
			default:
				b.WriteString(cell + blank)
			}
		}
		if err := p.line(style, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// cell is a cell of the i-th column shown, in as many lines as it takes.
func (lay layout) cell(i int, cell string) []string {
	w := lay.widths[i]
	have := cells.StringWidth(cell)
	switch {
	case have <= w:
	case lay.wrapped[i]:
		return wrap(cell, w)
	case lay.cut && lay.paths[i]:
		name := cell[strings.LastIndexAny(cell, `/\`)+1:]
		if name != "" && len(name) < len(cell) {
			cell = "…/" + name
		}
		return fold(cell, w)
	case lay.cut:
		return []string{cells.Truncate(cell, w, "…")}
	}
	return []string{cell}
}

// blocks prints each row as lines of name and value, nothing cut.
func (p *page) blocks(head []string, columns []queries.Column, lines [][]string) error {
	label := 0
	for _, name := range head {
		label = max(label, cells.StringWidth(name)+gap)
	}
	for n, line := range lines {
		if n > 0 {
			p.line("", "")
		}
		for i, name := range head {
			values := fold(line[i], p.d.Width-label)
			if columns[i].Style == queries.Sentences {
				values = wrap(line[i], p.d.Width-label)
			}
			if err := p.hanging(bold, cells.FillRight(name, label), values); err != nil {
				return err
			}
		}
	}
	return nil
}

// prose prints a paragraph, wrapped between words, if there is one.
func (p *page) prose(style, label, s string) {
	if s == "" {
		return
	}
	width := proseWide
	if p.d.Width > 0 {
		width = min(width, p.d.Width)
	}
	indent := cells.StringWidth(label)
	for i, line := range wrap(s, width-indent) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		p.line(style, label+line)
	}
}

// hanging prints lines of plain text to the right of a label.
func (p *page) hanging(style, label string, lines []string) error {
	indent := strings.Repeat(" ", cells.StringWidth(label))
	if style != "" && p.d.Color {
		label = style + label + reset
	}
	for i, line := range lines {
		if i > 0 {
			label = indent
		}
		if err := p.line("", strings.TrimRight(label+line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// line prints one line; an error stays with the writer and shows at the flush.
func (p *page) line(style, s string) error {
	if style != "" && p.d.Color && s != "" {
		s = style + s + reset
	}
	p.lines++
	_, err := p.out.WriteString(s + "\n")
	return err
}
