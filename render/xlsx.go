package render

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"entrail/queries"
)

// What a sheet can hold.
// https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
const (
	sheetRows = 1_048_576
	cellUnits = 32_767 // UTF-16 code units of a text
	exactInt  = 999_999_999_999_999
	sheetName = 31  // characters
	paperWide = 230 // characters across a page that can still be read
	widthRows = 200 // rows that decide a column's width
	titleHigh = 26  // points of a row with a title
	linesHigh = 8   // lines of a row, at most: the rest of a longer text is in its cell
)

// XLSX writes a workbook: the sheet About (title, zone, filters, what is said in
// numbers and sentences, how to read it, notes, what each sheet holds, which reports are
// empty, the evidence, the provenance), the sheet Charts where reports have some, then one sheet a
// report that has rows, as a table with a filter, and a link back. The columns that a row is known
// by come first and stay in view with the header, and a sheet in order of time opens where the
// gravest incident begins. Numbers, times and booleans are real ones;
// times are in the document's zone, which a spreadsheet can't store. Text is
// never a formula, shows its hidden characters, and says where it was cut.
//
// A document of one report by sessions is laid out as the script that
// responders know writes it: the sheet Audit Events comes first, with the
// document's title above the table AuditEvents.
func XLSX(w io.Writer, d Document) error {
	b, err := newWorkbook(d)
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	defer b.file.Close() // removes what was spilled
	for r, err := range handedOver(d).Results {
		if err != nil {
			return err
		}
		b.isOf(r)
		switch r.Report.Layout {
		case queries.Lanes: // a picture
		case queries.Story:
			err = b.story(r)
		case queries.Totals:
			err = b.count(r)
		default:
			err = b.report(r)
		}
		if err != nil {
			return err
		}
	}
	if err := b.drawCharts(); err != nil {
		return fmt.Errorf("write XLSX: sheet Charts: %w", err)
	}
	if err := b.about(); err != nil {
		return fmt.Errorf("write XLSX: sheet About: %w", err)
	}
	if err := b.setPrinting(); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	b.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &orderedZip{w: w, opens: b.opens()} })
	if _, err := b.file.WriteTo(w); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

// workbook is the file being written.
type workbook struct {
	d       Document
	file    *excelize.File
	taken   map[string]bool   // sheet names in lower case
	tables  map[string]int    // how many sheets a report has
	sheets  []*sheetInfo      // those of reports
	empty   []*queries.Result // reports without rows, which have no sheet
	stories []storyOfSheet    // what stands in sentences on About
	totals  []totalsOfSheet   // and the numbers above them
	things  []string          // what a dossier is of, each as the text that goes with its picture names it
	first   string            // the report that each of these begins with
	charts  []chartOfSheet
	days    []daysOfSheet
	style   styles

	frontRows int // the rows of About
}

// storyOfSheet are the sentences of one story.
type storyOfSheet struct {
	title string
	thing int // of things
	lines []storyLine
}

// totalsOfSheet are the numbers of one thing.
type totalsOfSheet struct {
	thing int
	all   []total
}

// isOf notes what the result is of: a dossier of several things has the parts of each in turn.
func (b *workbook) isOf(r *queries.Result) {
	if b.first == "" {
		b.first = r.Report.Name
	}
	if r.Report.Name == b.first {
		b.things = append(b.things, "")
	}
	if r.Report.Layout == queries.Lanes {
		b.things[len(b.things)-1] = visible(title(r))
	}
}

// ofThing is a title with what it is of.
func (b *workbook) ofThing(title string, thing int) string {
	if name := b.things[thing]; name != "" {
		return title + " · " + name
	}
	return title
}

// story leaves the sentences to About. A question for them alone is a sheet too.
func (b *workbook) story(r *queries.Result) error {
	if !b.d.Several {
		return b.report(r)
	}
	lines, err := storyLines(r)
	b.stories = append(b.stories, storyOfSheet{visible(title(r)), len(b.things) - 1, lines})
	return err
}

func (b *workbook) count(r *queries.Result) error {
	if !b.d.Several {
		return b.report(r)
	}
	all, err := totals(r)
	b.totals = append(b.totals, totalsOfSheet{len(b.things) - 1, all})
	return err
}

// sheetInfo is what About says of a sheet.
type sheetInfo struct {
	name   string
	rows   int
	thing  int // that it is of
	result *queries.Result
	cut    int // texts longer than a cell
	opens  int // the row that it opens at; 0 = its first

	printed       int    // columns on paper, the first ones
	paper, header string // the places of what is printed, and of what is on each page
}

type styles struct {
	title, heading, fact, wrap, link      int // of About
	head, headRight                       int
	text, number, yesNo, moment, fraction int
	sentences                             int
	ranks                                 [4]int // of words of severity, by their rank
	failed                                int    // of words of status
}

func newWorkbook(d Document) (*workbook, error) {
	b := &workbook{d: d, file: excelize.NewFile(excelize.Options{TmpDir: d.TempDir}), taken: map[string]bool{"about": true, "charts": true}, tables: map[string]int{}}
	// The one sheet of a new file becomes About.
	if err := b.file.SetSheetName("Sheet1", "About"); err != nil {
		return nil, err
	}
	// Fixed dates, else the library's own release date shows as the file's.
	made := "2000-01-01T00:00:00Z"
	if !d.Generated.IsZero() {
		made = d.Generated.UTC().Format(time.RFC3339)
	}
	err := b.file.SetDocProps(&excelize.DocProperties{
		Title: visible(d.heading()), Creator: "entrail", LastModifiedBy: "entrail", Created: made, Modified: made,
	})
	if err != nil {
		return nil, err
	}
	if err := b.makeStyles(); err != nil {
		return nil, err
	}
	return b, nil
}

// makeStyles registers the styles. Each names its font: programs differ in
// what they take instead.
func (b *workbook) makeStyles() error {
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: "Calibri", Size: size, Bold: bold, Color: color}
	}
	const blue, grey, white = "1F4E8C", "5B6675", "FFFFFF"
	// The indent keeps off the number to its left; a row is as high as its sentences.
	left := &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1}
	wrapped := &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1, WrapText: true}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	header := fill(blue)
	link := font(11, false, blue)
	link.Underline = "single"
	moment, fraction := "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm:ss.000"
	yesNo := `"TRUE";"TRUE";"FALSE"` // LibreOffice shows 1 and 0 without
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.style.title, excelize.Style{Font: font(18, true, "")}},
		{&b.style.heading, excelize.Style{Font: font(13, true, blue)}},
		{&b.style.fact, excelize.Style{Font: font(11, false, grey)}},
		{&b.style.wrap, excelize.Style{Font: font(11, false, ""), Alignment: wrapped}},
		{&b.style.link, excelize.Style{Font: link, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1}}},
		{&b.style.head, excelize.Style{Font: font(11, true, white), Fill: header, Alignment: left}},
		{&b.style.headRight, excelize.Style{Font: font(11, true, white), Fill: header, Alignment: &excelize.Alignment{Horizontal: "right"}}},
		{&b.style.text, excelize.Style{Font: font(11, false, ""), Alignment: left, NumFmt: 49}}, // "@": an edited cell stays text
		{&b.style.sentences, excelize.Style{Font: font(11, false, ""), Alignment: wrapped, NumFmt: 49}},
		{&b.style.ranks[0], excelize.Style{Font: font(11, false, ""), Alignment: left, NumFmt: 49}},
		{&b.style.ranks[1], excelize.Style{Font: font(11, false, grey), Alignment: left, NumFmt: 49}},
		{&b.style.ranks[2], excelize.Style{Font: font(11, true, "7A4B00"), Fill: fill("FFE8B3"), Alignment: left, NumFmt: 49}},
		{&b.style.ranks[3], excelize.Style{Font: font(11, true, "9B1C1C"), Fill: fill("F9D2CE"), Alignment: left, NumFmt: 49}},
		{&b.style.failed, excelize.Style{Font: font(11, true, "8C2D04"), Alignment: left, NumFmt: 49}},
		{&b.style.number, excelize.Style{Font: font(11, false, ""), Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&b.style.yesNo, excelize.Style{Font: font(11, false, ""), Alignment: left, CustomNumFmt: &yesNo}},
		{&b.style.moment, excelize.Style{Font: font(11, false, ""), Alignment: left, CustomNumFmt: &moment}},
		{&b.style.fraction, excelize.Style{Font: font(11, false, ""), Alignment: left, CustomNumFmt: &fraction}},
	} {
		var err error
		if *s.id, err = b.file.NewStyle(&s.style); err != nil {
			return err
		}
	}
	return nil
}

// sheet is one sheet being filled: the title if any, the header, the rows.
type sheet struct {
	*workbook
	info        *sheetInfo
	stream      *excelize.StreamWriter
	newest      time.Time // of the rows, while they are in order of time
	isUnordered bool
	head        []string
	widths      []float64
	days        []daysOfSheet
	first       int // row number of the header
	row         int // row number of the last row written
	table       string
}

// report writes r to a sheet, and to more of them where the rows don't fit.
// The first rows wait for the columns' widths, which a stream wants first.
func (b *workbook) report(r *queries.Result) error {
	next, stop := iter.Pull2(rows(r))
	defer stop()
	var sample [][]any
	for len(sample) < widthRows {
		row, err, more := next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		sample = append(sample, slices.Clone(row))
	}
	if len(sample) == 0 {
		b.empty = append(b.empty, r)
		return nil
	}
	order, frozen := sheetOrder(r, sample, b.isScript(r))
	arranged := *r
	r, arranged.Columns = &arranged, inOrder(order, r.Columns)
	for i, row := range sample {
		sample[i] = inOrder(order, row)
	}
	widths := columnWidths(r, sample, frozen)
	wrap := func(err error) error { return fmt.Errorf("report %s: write XLSX: %w", r.Report.Name, err) }
	part := 1
	s, err := b.begin(r, part, widths, frozen)
	if err != nil {
		return wrap(err)
	}
	for {
		var row []any
		if len(sample) > 0 {
			row, sample = sample[0], sample[1:]
		} else {
			var more bool
			if row, err, more = next(); err != nil {
				return err
			} else if !more {
				break
			}
			row = inOrder(order, row)
		}
		if s.row == sheetRows {
			if err := s.end(); err != nil {
				return wrap(err)
			}
			part++
			if s, err = b.begin(r, part, widths, frozen); err != nil {
				return wrap(err)
			}
		}
		if err := s.put(row); err != nil {
			return wrap(err)
		}
	}
	if err := s.end(); err != nil {
		return wrap(err)
	}
	return nil
}

// begin makes the part-th sheet of r, up to its header.
func (b *workbook) begin(r *queries.Result, part int, widths []float64, frozen int) (*sheet, error) {
	name, table := cmp.Or(r.Report.Sheet, title(r)), r.Report.Name
	script := b.isScript(r)
	if script {
		name, table = "Audit Events", "AuditEvents"
	}
	info := &sheetInfo{name: b.free(name, max(part, len(b.things))), thing: len(b.things) - 1, result: r}
	if b.tables[r.Report.Name]++; b.tables[r.Report.Name] > 1 { // two of one name break a workbook
		table += "_" + strconv.Itoa(b.tables[r.Report.Name])
	}
	b.sheets = append(b.sheets, info)
	s := &sheet{workbook: b, info: info, head: headings(r), widths: widths, first: 3, table: table}
	if _, err := b.file.NewSheet(s.info.name); err != nil {
		return nil, err
	}
	// Before the stream, which writes a sheet's properties when it opens.
	if err := b.printWide(info.name); err != nil {
		return nil, err
	}
	if !script {
		if err := b.file.SetCellHyperLink(info.name, "A2", "'About'!A1", "Location"); err != nil {
			return nil, err
		}
	}
	var err error
	if s.stream, err = b.file.NewStreamWriter(s.info.name); err != nil {
		return nil, err
	}
	for i, w := range widths {
		if err := s.stream.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	heading := b.ofThing(title(r), len(b.things)-1)
	if script {
		s.first, heading = 2, b.d.heading()
	}
	corner, err := excelize.CoordinatesToCellName(frozen+1, s.first+1)
	if err != nil {
		return nil, err
	}
	err = s.stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: frozen, YSplit: s.first, TopLeftCell: corner, ActivePane: "bottomRight"})
	if err != nil {
		return nil, err
	}
	if err := s.stream.SetRow("A1", []any{excelize.Cell{StyleID: b.style.title, Value: visible(heading)}}, excelize.RowOpts{Height: titleHigh}); err != nil {
		return nil, err
	}
	if !script {
		if err := s.stream.SetRow("A2", []any{excelize.Cell{StyleID: b.style.link, Value: "Back to About"}}); err != nil {
			return nil, err
		}
	}
	header := make([]any, len(s.head))
	for i, h := range s.head {
		c := excelize.Cell{StyleID: b.style.head, Value: h}
		if numeric(r.Columns[i].Kind) {
			c.StyleID = b.style.headRight
		}
		header[i] = c
	}
	s.row, s.days = s.first, countDays(r, s.info.name)
	return s, s.stream.SetRow("A"+strconv.Itoa(s.row), header)
}

// printWide sets a sheet to be printed across the paper, all columns on a page.
func (b *workbook) printWide(name string) error {
	yes, one, zero, landscape := true, 1, 0, "landscape"
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &zero})
}

// isScript says that r is to look as the well-known script's workbook does.
func (b *workbook) isScript(r *queries.Result) bool {
	return !b.d.Several && r.Report.Layout == queries.Sessions
}

// free returns a sheet name that is allowed and not taken: `name`, `name (2)`.
// Excel takes names that differ only in case for the same.
func (b *workbook) free(name string, part int) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '_'
		}
		return r
	}, visible(name))
	for {
		tail := ""
		if part > 1 {
			tail = fmt.Sprintf(" (%d)", part)
		}
		runes := []rune(name)
		n := string(runes[:min(len(runes), sheetName-len(tail))]) + tail
		if !b.taken[strings.ToLower(n)] {
			b.taken[strings.ToLower(n)] = true
			return n
		}
		part = max(part, 1) + 1
	}
}

// put writes a row. One with sentences gets the height that they need: not
// every program works it out.
func (s *sheet) put(row []any) error {
	line := make([]any, len(row))
	lines := 1
	for i, v := range row {
		line[i] = s.cell(v)
		column := s.info.result.Columns[i]
		if word, ok := v.(string); ok && column.Style == queries.Severity {
			cell := line[i].(excelize.Cell)
			cell.StyleID = s.style.ranks[queries.Rank(word)]
			line[i] = cell
		}
		if word, ok := v.(string); ok && column.Style == queries.Status && queries.Failed(word) {
			cell := line[i].(excelize.Cell)
			cell.StyleID = s.style.failed
			line[i] = cell
		}
		if t, ok := v.(string); ok && isWrapped(column) && len(t)+3 > int(s.widths[i]) {
			cell := line[i].(excelize.Cell)
			cell.StyleID = s.style.sentences
			line[i] = cell
			lines = max(lines, len(wrap(cell.Value.(string), int(s.widths[i]))))
		}
	}
	s.row++
	s.info.rows++
	for i := range s.days {
		s.days[i].add(row)
	}
	var height []excelize.RowOpts
	if lines > 1 {
		height = append(height, excelize.RowOpts{Height: 15 * float64(min(lines, linesHigh))})
	}
	s.openAt(row)
	return s.stream.SetRow("A"+strconv.Itoa(s.row), line, height...)
}

func (s *sheet) cell(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case int64:
		if v <= exactInt && v >= -exactInt { // a spreadsheet keeps 15 digits
			return excelize.Cell{StyleID: s.style.number, Value: v}
		}
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return excelize.Cell{StyleID: s.style.number, Value: v}
		}
	case bool:
		return excelize.Cell{StyleID: s.style.yesNo, Value: v}
	case time.Time:
		switch {
		case v.Year() < 1901 || v.Year() > 9999: // no date for a spreadsheet
		case v.Nanosecond() != 0:
			return excelize.Cell{StyleID: s.style.fraction, Value: v}
		default:
			return excelize.Cell{StyleID: s.style.moment, Value: v}
		}
	}
	// On one line: a line break would show as nothing, or over the row above.
	t, cut := fitCell(visible(text(v)))
	if cut {
		s.info.cut++
	}
	return excelize.Cell{StyleID: s.style.text, Value: t}
}

// fitCell cuts a text that is longer than a cell, and says so in the cell.
func fitCell(s string) (string, bool) {
	if len(s) <= cellUnits { // bytes are never fewer than units
		return s, false
	}
	units := utf16.Encode([]rune(s))
	if len(units) <= cellUnits {
		return s, false
	}
	note := fmt.Sprintf("… [cut: %s in all]", counted(len([]rune(s)), "character"))
	keep := cellUnits - len(utf16.Encode([]rune(note)))
	if c := units[keep-1]; c >= 0xd800 && c < 0xdc00 {
		keep-- // don't part a pair
	}
	return string(utf16.Decode(units[:keep])) + note, true
}

// end turns the rows into a table and closes the sheet.
func (s *sheet) end() error {
	if err := s.setPaper(); err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(s.head), s.row)
	if err != nil {
		return err
	}
	err = s.stream.AddTable(&excelize.Table{
		Range: "A" + strconv.Itoa(s.first) + ":" + last, Name: s.table, StyleName: "TableStyleMedium2",
	})
	if err != nil {
		return err
	}
	s.noteCharts()
	for _, d := range s.days {
		if len(d.rows) > 0 {
			s.workbook.days = append(s.workbook.days, d)
		}
	}
	return s.stream.Flush()
}

// setPaper notes which columns of a wide sheet have room on the paper, the first ones.
func (s *sheet) setPaper() error {
	wide, n := s.widths[0], 1
	for n < len(s.widths) && wide+s.widths[n] <= paperWide {
		wide += s.widths[n]
		n++
	}
	column, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return err
	}
	s.info.printed = n
	s.info.paper = fmt.Sprintf("$A$1:$%s$%d", column, s.row)
	s.info.header = fmt.Sprintf("$%d:$%d", s.first, s.first)
	return nil
}

// setPrinting has each sheet printed as far as it has room on the paper, with its header
// on each page. The file names a sheet by its place, so all of them stand in theirs.
func (b *workbook) setPrinting() error {
	// Else a long line beside which nothing stands widens the front sheet's paper, and all
	// becomes small.
	front := &excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: "About",
		RefersTo: fmt.Sprintf("'About'!$A$1:$%c$%d", 'A'+len(aboutWidths)-1, b.frontRows)}
	if err := b.file.SetDefinedName(front); err != nil {
		return err
	}
	for _, s := range b.sheets {
		sheet := "'" + s.name + "'!"
		for _, d := range []struct{ name, place string }{{"_xlnm.Print_Area", s.paper}, {"_xlnm.Print_Titles", s.header}} {
			if err := b.file.SetDefinedName(&excelize.DefinedName{Name: d.name, RefersTo: sheet + d.place, Scope: s.name}); err != nil {
				return err
			}
		}
	}
	return nil
}

func visibleAll(all []string) []string {
	v := make([]string, len(all))
	for i, s := range all {
		v[i] = visible(s)
	}
	return v
}

// arrange puts About first, or last in the well-known script's workbook.
func (b *workbook) arrange() error {
	if len(b.sheets) == 0 || !b.isScript(b.sheets[0].result) {
		return nil
	}
	// There is no name behind the last one to move a sheet to: the others go before About.
	for _, s := range b.sheets {
		if err := b.file.MoveSheet(s.name, "About"); err != nil {
			return err
		}
	}
	first, err := b.file.GetSheetIndex(b.sheets[0].name)
	if err != nil {
		return err
	}
	b.file.SetActiveSheet(first)
	return nil
}
