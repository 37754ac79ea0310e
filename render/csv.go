package render

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"time"

	"entrail/queries"
)

// errOneReport is for the formats, or shapes of them, that hold one report.
var errOneReport = errors.New("a CSV file holds one report: name a folder to write one file each")

// CSV writes one report with a header, in UTF-8, with LF line ends. Times are
// RFC 3339 with their offset. NULL and the empty text are both empty cells.
//
// Text is made safe for the programs that open such files: hidden characters
// become visible, and a ' stands before what a spreadsheet would take for a
// formula. With RawCSV text is written as it is in the log, for programs that
// compare it. Notes have no place here: the caller shows them.
func CSV(w io.Writer, d Document) error {
	if d.Several {
		return errOneReport
	}
	out := csv.NewWriter(w)
	first := true
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		if !first {
			return errOneReport
		}
		first = false
		if err := csvReport(out, r, d.RawCSV); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvReport(out *csv.Writer, r *queries.Result, raw bool) error {
	cells := make([]string, len(r.Columns))
	for i, name := range names(r.Columns) {
		cells[i] = unformula(name)
	}
	if err := out.Write(cells); err != nil {
		return fmt.Errorf("write CSV: %w", err)
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
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	return nil
}
