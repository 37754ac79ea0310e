package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// aboutWidths are the widths, in characters, of the columns of About.
var aboutWidths = []float64{34, 12, 22, 70, 70}

// howToRead is what a reader of a workbook must know of all its sheets.
var howToRead = []string{
	"Each sheet is one report, and its name below leads to it. The buttons in its header sort and filter it.",
	"An empty cell is not in the log. Numbers and times are real ones; a ' or a mark like <ESC> stands for what a log held that could act or hide.",
	"The columns called file ID and record lead back to the evidence: the number of a file in the report Files, and of the record in it.",
}

// about fills the first sheet.
func (b *workbook) about() error {
	for i, w := range aboutWidths {
		column := string(rune('A' + i))
		if err := b.file.SetColWidth("About", column, column, w); err != nil {
			return err
		}
	}
	if err := b.printWide("About"); err != nil {
		return err
	}
	p := &aboutPage{workbook: b}
	p.put(b.style.title, visible(b.d.heading()))
	p.keep(p.file.SetRowHeight("About", p.row, titleHigh))
	for _, fact := range facts(b.d) {
		p.put(b.style.fact, fact)
	}
	p.put(b.style.link, "To the list of sheets")
	toSheets := p.row
	p.row++
	if len(b.d.Filters) > 0 {
		p.put(b.style.heading, "Filters: this workbook shows a part of the evidence")
		for _, filter := range b.d.Filters {
			p.put(b.style.fact, visible(filter))
		}
		for _, remark := range b.d.Remarks {
			p.put(b.style.fact, visible(remark))
		}
		p.row++
	}
	p.sentences()
	p.put(b.style.heading, "How to read it")
	for _, sentence := range howToRead {
		p.put(b.style.fact, sentence)
	}
	p.row++
	p.put(b.style.heading, "Sheets")
	p.keep(p.file.SetCellHyperLink("About", "A"+strconv.Itoa(toSheets), "'About'!A"+strconv.Itoa(p.row), "Location"))
	p.put(b.style.head, "sheet", "rows", "report", "what it shows", "notes")
	if n := len(b.charts) + len(b.days); n > 0 {
		p.put(b.style.wrap, chartSheet, n, "", "The pictures of the reports in this workbook.")
		p.link("'" + chartSheet + "'!A1")
	}
	for _, s := range b.sheets {
		p.put(b.style.wrap, s.name, s.rows, visible(s.result.Report.Name), visible(s.result.Report.Description), b.remarks(s))
		p.link("'" + s.name + "'!A1")
	}
	if len(b.empty) > 0 {
		p.row++
		p.put(b.style.heading, "Reports without rows")
		p.put(b.style.head, "title", "rows", "report", "why")
		for _, r := range b.empty {
			why := strings.Join(visibleAll(r.Notes), " ")
			p.put(b.style.wrap, visible(title(r)), 0, visible(r.Report.Name), cmp.Or(why, "No rows."))
		}
	}
	if len(b.d.Others) > 0 {
		p.row++
		p.put(b.style.heading, "Other reports: --report NAME -o FILE.xlsx")
		p.put(b.style.head, "title", "", "report", "what it shows")
		for _, r := range b.d.Others {
			first, _ := firstSentence(r.Description)
			p.put(b.style.wrap, visible(r.Title), "", visible(r.Name), visible(first))
		}
	}
	if len(b.d.Sources) > 0 {
		p.row++
		p.put(b.style.heading, "Files of evidence")
		p.put(b.style.head, "bytes", "records", "format", "file", "SHA-256")
		for _, s := range handedOver(b.d).Sources {
			p.put(b.style.wrap, s.Size, s.Records, visible(s.Format), visible(s.Path), visible(s.SHA256))
		}
	}
	p.prove()
	b.frontRows = p.row
	if p.err != nil {
		return p.err
	}
	return b.arrange()
}

// aboutPage writes About row by row and keeps the first error.
type aboutPage struct {
	*workbook
	row int
	err error
}

func (p *aboutPage) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// put writes the next row. A row of wrapped texts gets the height that they
// need: not every program works it out.
func (p *aboutPage) put(style int, values ...any) {
	p.row++
	lines := 1
	for i, v := range values {
		cell := string(rune('A'+i)) + strconv.Itoa(p.row)
		p.keep(p.file.SetCellValue("About", cell, v))
		p.keep(p.file.SetCellStyle("About", cell, cell, style))
		if s, ok := v.(string); ok && style == p.style.wrap {
			n := 0
			for part := range strings.SplitSeq(s, "\n") {
				n += len(wrap(part, int(aboutWidths[i])-3))
			}
			lines = max(lines, n)
		}
	}
	if lines > 1 {
		p.keep(p.file.SetRowHeight("About", p.row, min(15*float64(lines), excelize.MaxRowHeight)))
	}
}

// sentences writes the numbers and the stories.
func (p *aboutPage) sentences() {
	called := func(title string, thing int) string {
		if len(p.things) > 1 {
			return p.ofThing(title, thing)
		}
		return title // that of the workbook says what it is of
	}
	for _, numbers := range p.totals {
		if len(numbers.all) == 0 {
			continue
		}
		p.put(p.style.heading, called("In numbers", numbers.thing))
		for _, t := range numbers.all {
			p.put(p.style.wrap, t.Item, t.Value, "", t.Detail)
		}
		p.row++
	}
	for _, story := range p.stories {
		p.put(p.style.heading, called(story.title, story.thing))
		for _, l := range story.lines {
			p.put(p.style.wrap, l.Topic, "", l.Basis, l.Sentence)
		}
		p.row++
	}
}

// prove writes the provenance, as many cells one below the other as it takes.
func (p *aboutPage) prove() {
	p.row++
	p.put(p.style.heading, "Provenance")
	for some := range slices.Chunk([]rune(string(provenance(p.d))), cellUnits/2) {
		p.put(p.style.fact, string(some))
	}
}

// link makes the first cell of the row lead to a place in the workbook.
func (p *aboutPage) link(to string) {
	cell := "A" + strconv.Itoa(p.row)
	p.keep(p.file.SetCellHyperLink("About", cell, to, "Location"))
	p.keep(p.file.SetCellStyle("About", cell, cell, p.style.link))
}

// remarks is all that a reader of the sheet must know.
func (b *workbook) remarks(s *sheetInfo) string {
	var lines []string
	if s.result.Report.Caveat != "" {
		lines = append(lines, "Caution: "+visible(s.result.Report.Caveat))
	}
	lines = append(lines, visibleAll(s.result.Notes)...)
	if s.cut > 0 {
		lines = append(lines, fmt.Sprintf("%s longer than a cell can hold and cut: see the CSV.", were(s.cut, "text")))
	}
	if s.opens > 0 {
		lines = append(lines, fmt.Sprintf("The sheet opens where the incident begins, at row %d.", s.opens))
	}
	if all := len(s.result.Columns); s.printed > 0 && s.printed < all {
		lines = append(lines, fmt.Sprintf("On paper: the first %d of %d columns.", s.printed, all))
	}
	return strings.Join(lines, "\n")
}
