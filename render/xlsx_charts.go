package render

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"entrail/queries"
)

const (
	chartSheet = "Charts"
	chartRows  = 60 // of a sheet, that a chart may be of: an eye takes in no more
)

// chartOfSheet is a chart with the place of its data.
type chartOfSheet struct {
	queries.Chart
	sheet       string
	of          string // the sheet whose rows were counted; empty = sheet
	first, last int    // rows
	x           int    // columns, from 1
	y           []int
	names       []string // of the columns drawn
}

// noteCharts notes the charts of a sheet that a spreadsheet can draw: bars and columns.
func (s *sheet) noteCharts() {
	if s.info.rows > chartRows {
		return
	}
	column := func(name string) int {
		return slices.IndexFunc(s.info.result.Columns, func(c queries.Column) bool { return c.Name == name }) + 1
	}
	for _, c := range s.info.result.Report.Charts {
		if c.Type != "bar" && c.Type != "stacked" {
			continue
		}
		k := chartOfSheet{Chart: c, sheet: s.info.name, first: s.first + 1, last: s.row, x: column(c.X)}
		for _, y := range c.Y {
			k.y = append(k.y, column(y))
			k.names = append(k.names, words(y))
		}
		if k.x > 0 && !slices.Contains(k.y, 0) {
			s.charts = append(s.charts, k)
		}
	}
}

// drawCharts fills the sheet Charts, which stands behind About.
func (b *workbook) drawCharts() error {
	if len(b.charts)+len(b.days) == 0 {
		return nil
	}
	if _, err := b.file.NewSheet(chartSheet); err != nil {
		return err
	}
	if err := b.file.MoveSheet(chartSheet, b.sheets[0].name); err != nil {
		return err
	}
	yes, one := true, 1 // on one page
	if err := b.file.SetSheetProps(chartSheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := b.file.SetPageLayout(chartSheet, &excelize.PageLayoutOptions{FitToWidth: &one, FitToHeight: &one}); err != nil {
		return err
	}
	if err := b.file.SetCellValue(chartSheet, "A1", "Back to About"); err != nil {
		return err
	}
	if err := b.file.SetCellStyle(chartSheet, "A1", "A1", b.style.link); err != nil {
		return err
	}
	if err := b.file.SetColWidth(chartSheet, "A", "A", 18); err != nil {
		return err
	}
	if err := b.file.SetCellHyperLink(chartSheet, "A1", "'About'!A1", "Location"); err != nil {
		return err
	}
	at := 3                    // row of the next chart
	for i, d := range b.days { // the numbers behind them stand beside them, out of sight
		c, err := b.writeDays(d, daysFrom, 3+i*(daysMost+3))
		if err != nil {
			return err
		}
		if at, err = b.drawChart(c, at); err != nil {
			return err
		}
	}
	for _, c := range b.charts {
		var err error
		if at, err = b.drawChart(c, at); err != nil {
			return err
		}
	}
	return b.file.SetDefinedName(&excelize.DefinedName{ // the charts, without the numbers beside them
		Name: "_xlnm.Print_Area", RefersTo: fmt.Sprintf("'%s'!$A$1:$P$%d", chartSheet, at), Scope: chartSheet,
	})
}

// drawChart draws a chart from that row of the sheet on, and says where the next one has room.
func (b *workbook) drawChart(c chartOfSheet, at int) (next int, err error) {
	rows := c.last - c.first + 1
	height := uint(360)
	kind := excelize.Col
	if c.Type == "stacked" {
		kind = excelize.ColStacked
	}
	isTime := slices.Contains([]string{"day", "week", "month", "hour"}, c.X)
	if !isTime { // names read across
		kind, height = excelize.Bar, uint(max(200, 80+22*rows))
	}
	if !isTime && c.Type == "stacked" {
		kind = excelize.BarStacked
	}
	place := func(column int) string {
		name, _ := excelize.ColumnNumberToName(column) // of a column of the sheet
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", c.sheet, name, c.first, name, c.last)
	}
	var series []excelize.ChartSeries
	for i, y := range c.y {
		s := excelize.ChartSeries{Name: c.names[i], Categories: place(c.x), Values: place(y)}
		colour, isSeverity := seriesColours[c.Y[i]]
		if !isSeverity {
			colour = seriesColours[colourOf(c.Y[i], i)]
		}
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
		series = append(series, s)
	}
	legend := excelize.ChartLegend{Position: "bottom"}
	if len(series) == 1 {
		legend.Position = "none"
	}
	of := c.sheet
	if c.of != "" {
		of = c.of
	}
	err = b.file.AddChart(chartSheet, fmt.Sprintf("A%d", at), &excelize.Chart{
		Type: kind, Series: series, Title: []excelize.RichTextRun{{Text: visible(c.Title)}}, Legend: legend,
		Dimension: excelize.ChartDimension{Width: 960, Height: height},
		XAxis:     excelize.ChartAxis{ReverseOrder: !isTime, Font: excelize.Font{Color: "444444"}}, // the first name on top
		YAxis:     excelize.ChartAxis{Font: excelize.Font{Color: "444444"}},
		Format:    excelize.GraphicOptions{AltText: visible(c.Title) + ", from the sheet " + of},
	})
	return at + int(height)/20 + 2, err
}

// daysOfSheet counts the rows of a sheet by day.
type daysOfSheet struct {
	queries.Chart
	sheet    string
	x, group int // places of the columns; group -1 = there is none
	rows     map[dayOfRow]int
}

type dayOfRow struct {
	day   time.Time
	group string
}

const (
	daysFrom = 30 // the column from which on their numbers stand
	daysMost = 60 // steps of the axis
)

// countDays makes the charts of the rows that there are a day.
func countDays(r *queries.Result, sheet string) []daysOfSheet {
	column := func(name string) int {
		return slices.IndexFunc(r.Columns, func(c queries.Column) bool { return c.Name == name })
	}
	var all []daysOfSheet
	for _, c := range r.Report.Charts {
		if d := (daysOfSheet{Chart: c, sheet: sheet, x: column(c.X), group: column(c.Group), rows: map[dayOfRow]int{}}); c.Type == "days" && d.x >= 0 {
			all = append(all, d)
		}
	}
	return all
}

func (d *daysOfSheet) add(row []any) {
	t, isTime := row[d.x].(time.Time)
	if !isTime || t.Year() < 1901 || t.Year() > 9999 {
		return
	}
	of := dayOfRow{day: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)}
	if d.group >= 0 {
		of.group = visible(text(row[d.group]))
	}
	d.rows[of]++
}

// steps are the days from the first to the last, or where these are too many the weeks, by
// their Mondays, or else the months.
func (d daysOfSheet) steps() (all []time.Time, unit string, of func(time.Time) time.Time) {
	var first, last time.Time
	for r := range d.rows {
		if first.IsZero() || r.day.Before(first) {
			first = r.day
		}
		if r.day.After(last) {
			last = r.day
		}
	}
	for _, u := range []struct {
		name         string
		months, days int
		of           func(time.Time) time.Time
	}{
		{"day", 0, 1, func(t time.Time) time.Time { return t }},
		{"week", 0, 7, func(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }},
		{"month", 1, 0, func(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) }},
	} {
		all, unit, of = nil, u.name, u.of
		for at := of(first); !at.After(last) && len(all) <= daysMost; at = at.AddDate(0, u.months, u.days) {
			all = append(all, at)
		}
		if len(all) <= daysMost {
			break
		}
	}
	return all, unit, of
}

// inOrder are the values that rows are counted by, those of severity from the least.
func (d daysOfSheet) inOrder() []string {
	var all []string
	severities := queries.Severities()
	slices.Reverse(severities) // no severity comes first
	for r := range d.rows {
		if !slices.Contains(all, r.group) {
			all = append(all, r.group)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(severities, a), slices.Index(severities, b)), cmp.Compare(a, b))
	})
	return all
}

// writeDays writes the numbers of a chart from that column and row on.
func (b *workbook) writeDays(d daysOfSheet, column, row int) (chartOfSheet, error) {
	steps, unit, of := d.steps()
	groups := d.inOrder()
	c := chartOfSheet{Chart: d.Chart, sheet: chartSheet, of: d.sheet, first: row + 1, last: row + len(steps), x: column}
	c.Type, c.X, c.Y = "stacked", unit, nil
	header := []any{unit}
	for i, g := range groups {
		name := g
		if name == "" && d.group >= 0 {
			name = "none"
		} else if name == "" {
			name = "rows"
		}
		header = append(header, name)
		c.y, c.names, c.Y = append(c.y, column+1+i), append(c.names, name), append(c.Y, name)
	}
	counts := map[dayOfRow]int{}
	for r, n := range d.rows {
		counts[dayOfRow{of(r.day), r.group}] += n
	}
	lines := [][]any{header}
	for _, at := range steps {
		line := []any{at.Format("2006-01-02")}
		for _, g := range groups {
			line = append(line, counts[dayOfRow{at, g}])
		}
		lines = append(lines, line)
	}
	for i, line := range lines {
		cell, err := excelize.CoordinatesToCellName(column, row+i)
		if err != nil {
			return c, err
		}
		if err := b.file.SetSheetRow(chartSheet, cell, &line); err != nil {
			return c, err
		}
	}
	return c, nil
}

// seriesColours are those of style.css, on white.
var seriesColours = map[string]string{
	"ok": "B5D3EC", "bad": "8C2D04", "warn": "E08A1E",
	"critical": "7A1F4F", "high": "8C2D04", "medium": "E69A1F", "low": "56B4E9", "info": "B5D3EC", "none": "D3D8DE",
	"s0": "174F8F", "s1": "E69A1F", "s2": "56B4E9", "s3": "7A1F4F", "s4": "009E73", "s5": "7D8792",
}
