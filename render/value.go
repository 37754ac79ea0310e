package render

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"entrail/queries"
)

// rows yields the rows of r. A value that is not of its column's kind is an
// error: a mistake of the engine must not become a wrong cell.
func rows(r *queries.Result) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		n := 0
		for row, err := range r.Rows {
			n++
			if err == nil {
				err = checkRow(r.Columns, row)
			}
			if err != nil {
				yield(nil, fmt.Errorf("report %s: row %d: %w", r.Report.Name, n, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func checkRow(columns []queries.Column, row []any) error {
	if len(row) != len(columns) {
		return fmt.Errorf("%d values for %d columns", len(row), len(columns))
	}
	for i, v := range row {
		ok := v == nil
		if !ok {
			switch columns[i].Kind {
			case queries.Text:
				_, ok = v.(string)
			case queries.Integer:
				if _, ok = v.(int64); !ok {
					_, ok = v.(string) // of more than 64 bits
				}
			case queries.Number:
				_, ok = v.(float64)
			case queries.Boolean:
				_, ok = v.(bool)
			case queries.Time:
				_, ok = v.(time.Time)
			}
		}
		if !ok {
			return fmt.Errorf("column %s: a %T is not of the column's kind", columns[i].Name, v)
		}
	}
	return nil
}

// text is a value as people read it, not yet made safe. NULL is empty.
// Numbers are not grouped: many of them are codes (50126), not counts.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return clock(v)
	}
	return ""
}

// clock is a time as people read it: UTC, which is the page's zone unless it
// says otherwise, without an offset; any other zone with it, for the night on
// which the hour from two to three happens twice.
func clock(t time.Time) string {
	if t.Location() == time.UTC {
		return t.Format("2006-01-02 15:04:05.999999")
	}
	return t.Format("2006-01-02 15:04:05.999999 -07:00")
}

// grouped writes a count with commas, for our own sentences.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is a count and its noun: "1 row", "1,478 rows".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// were is a count, its noun and its verb: "1 row is", "2 rows are".
func were(n int, noun string) string {
	if n == 1 {
		return counted(n, noun) + " is"
	}
	return counted(n, noun) + " are"
}
