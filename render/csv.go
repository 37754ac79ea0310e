package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"entrail/queries"
)

// CSV writes one report with a header, in UTF-8, with LF line ends. Times are
// RFC 3339 with their offset. NULL and the empty text are both empty cells.
//
// Text is made safe for the programs that open such files: hidden characters
// become visible, and a ' stands before what a spreadsheet would take for a
// formula. A cell with any character that a program may part cells at stands in
// quotes: where that is a semicolon, part of a cell is no formula either. With
// RawCSV text is written as it is in the log, for programs that compare it.
// Notes have no place here: the caller shows them.
func CSV(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	if err := writeOne(d, func(r *queries.Result) error { return csvReport(out, r, d.RawCSV) }); err != nil {
		return err
	}
	return out.Flush()
}

func csvReport(out *bufio.Writer, r *queries.Result, raw bool) error {
	cells := make([]string, len(r.Columns))
	for i, name := range names(r.Columns) {
		cells[i] = unformula(name)
	}
	if err := csvLine(out, cells); err != nil {
		return err
	}
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		for i, v := range row {
			switch v := v.(type) {
			case time.Time:
				cells[i] = v.Format(time.RFC3339Nano)
			case string:
				cells[i] = v
				if !raw {
					cells[i] = unformula(visibleLines(v))
				}
			default:
				cells[i] = text(v)
			}
		}
		if err := csvLine(out, cells); err != nil {
			return err
		}
	}
	return nil
}

// csvLine writes the cells of a row. The only cell of a row is quoted when it is
// empty, for an empty line is no row.
func csvLine(out *bufio.Writer, cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			out.WriteByte(',')
		}
		if strings.ContainsAny(cell, ",;\t\"\r\n") || strings.HasPrefix(cell, " ") || cell == "" && len(cells) == 1 {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		out.WriteString(cell)
	}
	if err := out.WriteByte('\n'); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}
