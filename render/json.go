package render

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"entrail/queries"
)

// JSON writes one report as an array of objects, one a line, with the keys in
// the order of the columns; several reports as an object of such arrays by
// report name.
//
// Nothing is lost and nothing can act: characters that safe.go would mark are
// written as \u escapes. Times are RFC 3339 strings, integers beyond 2^53
// (where JavaScript's numbers end) and numbers that JSON lacks are strings.
// Notes have no place here: the caller shows them.
func JSON(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	if d.Several {
		out.WriteString("{")
	}
	n := 0
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		n++
		if d.Several {
			if n > 1 {
				out.WriteString(",")
			}
			out.WriteString("\n")
			out.Write(appendJSONString(nil, r.Report.Name))
			out.WriteString(": ")
		} else if n > 1 {
			return fmt.Errorf("report %s: a second report in a document of one", r.Report.Name)
		}
		if err := jsonReport(out, r); err != nil {
			return err
		}
	}
	switch {
	case d.Several:
		out.WriteString("\n}")
	case n == 0:
		out.WriteString("[]")
	}
	out.WriteString("\n")
	return out.Flush()
}

func jsonReport(out *bufio.Writer, r *queries.Result) error {
	var keys [][]byte
	for _, name := range names(r.Columns) {
		keys = append(keys, append(appendJSONString(nil, name), ':'))
	}
	out.WriteString("[")
	end := "\n"
	var line []byte
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		line = append(append(line[:0], end...), '{')
		for i, v := range row {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendJSON(append(line, keys[i]...), v)
		}
		if _, err := out.Write(append(line, '}')); err != nil {
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
