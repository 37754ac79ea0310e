package render

import "entrail/queries"

// isSummary recognises the report that Text prints as a short page instead of
// a table: its rows are lines of (section, item, value, detail).
func isSummary(r *queries.Result) bool {
	if r.Report.Name != "summary" || len(r.Columns) != 4 {
		return false
	}
	for i, name := range []string{"section", "item", "value", "detail"} {
		if r.Columns[i].Name != name {
			return false
		}
	}
	return true
}

// summary prints a heading a section, and item, value and detail side by side.
func (p *page) summary(r *queries.Result) error {
	p.notes(r)
	if len(r.Notes) > 0 {
		p.line("", "")
	}
	var lines [][]string
	item, value := 0, 0
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = visible(text(v))
		}
		item = max(item, cells.StringWidth(line[1]))
		value = max(value, cells.StringWidth(line[2]))
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		p.line("", "no rows")
	}
	item, value = min(item, 32), min(value, 40)
	section := ""
	for i, line := range lines {
		if i == 0 || line[0] != section {
			if i > 0 {
				p.line("", "")
			}
			section = line[0]
			p.line(bold, section)
		}
		label := "  " + cells.FillRight(line[1], item) + "  "
		values := fold(line[2], p.room(label))
		if line[3] != "" {
			beside := label + cells.FillRight(line[2], value) + "  "
			if p.room(beside) > narrowest {
				label, values = beside, wrap(line[3], p.room(beside))
			} else {
				values = append(values, wrap(line[3], p.room(label))...)
			}
		}
		if err := p.hanging("", label, values); err != nil {
			return err
		}
	}
	return nil
}

// room is what the label leaves of the line.
func (p *page) room(label string) int {
	width := p.d.Width
	if width <= 0 {
		width = proseWide + widest
	}
	return width - cells.StringWidth(label)
}
