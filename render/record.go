package render

import (
	"bytes"
	"encoding/json"
	"strings"

	"entrail/queries"
)

// isSpelledOut recognises a table that tells a field a row: name, value, what
// the value means. Text prints it in lines that are wrapped, never cut.
func isSpelledOut(r *queries.Result) bool {
	return len(r.Columns) >= 3 && r.Columns[0].Name == "field" && r.Columns[1].Name == "value" && r.Columns[2].Name == "meaning"
}

// isJSON recognises a raw record in lines.
func isJSON(r *queries.Result) bool {
	return len(r.Columns) == 1 && r.Columns[0].Name == "json"
}

// jsonText is a raw record on a page.
func jsonText(r *queries.Result) (string, error) {
	var b strings.Builder
	for row, err := range rows(r) {
		if err != nil {
			return "", err
		}
		b.WriteString(visible(text(row[0])) + "\n")
	}
	return b.String(), nil
}

// rawCell is a raw record in a table: folded away, indented when it is opened.
func rawCell(v any) bodyCell {
	raw, ok := v.(string)
	if !ok || raw == "" {
		return bodyCell{}
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(raw), "", "  ") == nil {
		raw = b.String()
	}
	return bodyCell{Short: "raw", Raw: visibleLines(raw)}
}

// spelledOut prints each field with its value beside it, and the meaning there
// or below.
func (p *page) spelledOut(r *queries.Result) error {
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

// json prints the lines as they are; what is wider than the terminal goes on
// below.
func (p *page) json(r *queries.Result) error {
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
