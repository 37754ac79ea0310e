package render

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"entrail/queries"
)

// JSON writes an object of two: `meta` is what was asked of which evidence, by
// which version, and `reports` holds by name each report's title, notes and
// rows. A row is an object, one a line, with the keys in the order of the columns.
// With Bare it is the rows alone: an array of one report, or an object of such
// arrays by report name.
//
// Nothing is lost and nothing can act: characters that safe.go would mark are
// written as \u escapes. Times are RFC 3339 strings, integers beyond 2^53
// (where JavaScript's numbers end) and numbers that JSON lacks are strings.
func JSON(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	byName := d.Several || !d.Bare
	switch {
	case !d.Bare:
		fmt.Fprintf(out, "{\n\"meta\": %s,\n\"reports\": {", provenance(d))
	case d.Several:
		out.WriteString("{")
	}
	n := 0
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		n++
		if byName {
			if n > 1 {
				out.WriteString(",")
			}
			fmt.Fprintf(out, "\n%s: ", appendJSONString(nil, r.Report.Name))
		} else if n > 1 {
			return fmt.Errorf("report %s: a second report in a document of one", r.Report.Name)
		}
		if d.Bare {
			err = jsonRows(out, r)
		} else {
			err = jsonReport(out, r)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !d.Bare:
		out.WriteString("\n}\n}")
	case d.Several:
		out.WriteString("\n}")
	case n == 0:
		out.WriteString("[]")
	}
	out.WriteString("\n")
	return out.Flush()
}

// JSONL writes the rows of one report, an object a line, and nothing else.
func JSONL(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	err := writeOne(d, func(r *queries.Result) error {
		for object, err := range objects(r) {
			if err != nil {
				return err
			}
			if _, err := out.Write(append(object, '\n')); err != nil {
				return fmt.Errorf("write JSONL: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func appendJSONList(b []byte, all []string) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendJSONString(b, s)
	}
	return append(b, ']')
}

// jsonReport writes the report with what a reader of its rows must know.
func jsonReport(out *bufio.Writer, r *queries.Result) error {
	b := appendJSONString([]byte(`{"title": `), title(r))
	b = strconv.AppendBool(append(b, `, "is_loaded": `...), !r.NotLoaded)
	b = appendJSONList(append(b, `, "notes": `...), r.Notes)
	out.Write(append(b, `, "rows": `...))
	if err := jsonRows(out, r); err != nil {
		return err
	}
	return out.WriteByte('}')
}

// jsonRows writes the rows as an array.
func jsonRows(out *bufio.Writer, r *queries.Result) error {
	out.WriteString("[")
	end := "\n"
	for object, err := range objects(r) {
		if err != nil {
			return err
		}
		out.WriteString(end)
		if _, err := out.Write(object); err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
		end = ",\n"
	}
	if end != "\n" {
		out.WriteString("\n")
	}
	_, err := out.WriteString("]")
	return err
}

// objects yields the rows as objects, each to be used before the next.
func objects(r *queries.Result) iter.Seq2[[]byte, error] {
	var keys [][]byte
	for _, name := range names(r.Columns) {
		keys = append(keys, append(appendJSONString(nil, name), ':'))
	}
	return func(yield func([]byte, error) bool) {
		var line []byte
		for row, err := range rows(r) {
			line = append(line[:0], '{')
			for i, v := range row {
				if i > 0 {
					line = append(line, ',')
				}
				line = appendJSON(append(line, keys[i]...), v)
			}
			if !yield(append(line, '}'), err) || err != nil {
				return
			}
		}
	}
}

func appendJSON(b []byte, v any) []byte {
	const exact = 1 << 53
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		if v > exact || v < -exact {
			return appendJSONString(b, text(v))
		}
		return strconv.AppendInt(b, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return appendJSONString(b, text(v))
		}
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	case time.Time:
		return appendJSONString(b, v.Format(time.RFC3339Nano))
	}
	return appendJSONString(b, text(v))
}

// appendJSONString quotes s. Hidden characters are escaped rather than marked,
// so that a program gets back what was in the log; only bytes that are no
// UTF-8, which JSON can't hold, become U+FFFD.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r > 0xffff && hidden(r):
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		case r < 0x20 || r == 0x7f || hidden(r):
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
