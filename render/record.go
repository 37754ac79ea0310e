package render

import (
	"strings"

	"entrail/queries"
)

// rawText is a raw record on a page.
func rawText(r *queries.Result) (string, error) {
	var b strings.Builder
	for row, err := range rows(r) {
		if err != nil {
			return "", err
		}
		b.WriteString(visible(text(row[0])) + "\n")
	}
	return b.String(), nil
}

// record prints each field with its value beside it, and the meaning there
// or below.
func (p *page) record(r *queries.Result) error {
	var lines [][]string
	label := 0
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = visible(text(v))
		}
		label = max(label, cells.StringWidth(line[0])+gap)
		lines = append(lines, line)
	}
	label = min(label, 44)
	for _, line := range lines {
		if line[2] != "" {
			line[2] = "= " + line[2]
		} else if len(line) > 3 && line[3] != "" { // nothing is known of the value, but of the field
			line[2] = "(" + line[3] + ")"
		}
		name := cells.FillRight(line[0], label)
		beside := fold(line[1], p.room(name))
		if line[2] != "" && len(beside) == 1 && cells.StringWidth(line[1]) <= identifier {
			beside = wrap(line[1]+" "+line[2], min(p.room(name), proseWide))
		} else if line[2] != "" {
			beside = append(beside, wrap(line[2], min(p.room(name), proseWide))...)
		}
		if err := p.hanging(bold, name, beside); err != nil {
			return err
		}
	}
	return nil
}

// raw prints the lines as they are; what is wider than the terminal goes on
// below.
func (p *page) raw(r *queries.Result) error {
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		line := visible(text(row[0]))
		if p.d.Width <= 0 {
			p.line("", line)
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		for i, part := range fold(line, p.d.Width-len(indent)-4) {
			if i > 0 {
				part = indent + "    " + part
			}
			p.line("", part)
		}
	}
	return nil
}
