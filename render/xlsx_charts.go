package render

import (
	"fmt"
	"slices"

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
	first, last int // rows
	x           int // columns, from 1
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
	if len(b.charts) == 0 {
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
	row := 3
	for _, c := range b.charts {
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
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{seriesColours[colourOf(c.Y[i], i)]}}
			series = append(series, s)
		}
		legend := excelize.ChartLegend{Position: "bottom"}
		if len(series) == 1 {
			legend.Position = "none"
		}
		err := b.file.AddChart(chartSheet, fmt.Sprintf("A%d", row), &excelize.Chart{
			Type: kind, Series: series, Title: []excelize.RichTextRun{{Text: visible(c.Title)}}, Legend: legend,
			Dimension: excelize.ChartDimension{Width: 960, Height: height},
			XAxis:     excelize.ChartAxis{ReverseOrder: !isTime, Font: excelize.Font{Color: "444444"}}, // the first name on top
			YAxis:     excelize.ChartAxis{Font: excelize.Font{Color: "444444"}},
			Format:    excelize.GraphicOptions{AltText: visible(c.Title) + ", from the sheet " + c.sheet},
		})
		if err != nil {
			return err
		}
		row += int(height)/20 + 2
	}
	return nil
}

// seriesColours are those of style.css, on white.
var seriesColours = map[string]string{
	"ok": "B5D3EC", "bad": "8C2D04", "warn": "E08A1E",
	"s0": "174F8F", "s1": "E69A1F", "s2": "56B4E9", "s3": "7A1F4F", "s4": "009E73", "s5": "7D8792",
}
