package render

import "entrail/queries"

// part is a section of the summary, everything in it safe to show.
type part struct {
	Heading string
	Lines   []summaryLine
}

type summaryLine struct{ Item, Value, Detail string }

// parts reads the summary's rows, which come section by section.
func parts(r *queries.Result) ([]part, error) {
	var all []part
	for row, err := range rows(r) {
		if err != nil {
			return nil, err
		}
		heading := visible(text(row[0]))
		if len(all) == 0 || all[len(all)-1].Heading != heading {
			all = append(all, part{Heading: heading})
		}
		last := &all[len(all)-1]
		last.Lines = append(last.Lines, summaryLine{visible(text(row[1])), visible(text(row[2])), visible(text(row[3]))})
	}
	return all, nil
}

// summary prints a heading a section, and item, value and detail side by side.
func (p *page) summary(r *queries.Result) error {
	p.notes(r)
	if len(r.Notes) > 0 {
		p.line("", "")
	}
	all, err := parts(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		p.line("", "no rows")
	}
	item, value := 0, 0
	for _, part := range all {
		for _, line := range part.Lines {
			item = max(item, cells.StringWidth(line.Item))
			value = max(value, cells.StringWidth(line.Value))
		}
	}
	item, value = min(item, 36), min(value, 25) // 36 is a session id; a longer value pushes its detail aside
	if p.d.Width > 0 && p.d.Width < 120 {
		item, value = min(item, 24), min(value, 14)
	}
	for i, part := range all {
		if i > 0 {
			p.line("", "")
		}
		p.line(bold, part.Heading)
		for _, line := range part.Lines {
			value := value
			label := "  " + cells.FillRight(line.Item, item) + "  "
			if cells.StringWidth(line.Item) > item || p.room(label) < narrowest {
				// No room beside it: the label has a line of its own.
				if err := p.hanging("", "  ", wrap(line.Item, p.room("  "))); err != nil {
					return err
				}
				label, value = "      ", 0
			}
			values := fold(line.Value, p.room(label))
			if line.Detail != "" {
				beside := label + cells.FillRight(line.Value, value) + "  "
				if p.room(beside) > narrowest {
					label, values = beside, wrap(line.Detail, p.room(beside))
				} else {
					values = append(values, wrap(line.Detail, p.room(label))...)
				}
			}
			if err := p.hanging("", label, values); err != nil {
				return err
			}
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
