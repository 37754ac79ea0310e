package queries

import (
	"fmt"
	"strings"
)

// field is a line `-- key: value` of the header of a SQL file.
type field struct{ key, value string }

// header reads the lines `-- key: value` that a SQL file begins with, where a line
// `--   more` continues the value above, and returns what comes after them as body.
func header(name, text string) (fields []field, body string, err error) {
	body = text
	for line := range strings.Lines(text) {
		rest, isComment := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "--")
		if !isComment {
			break
		}
		body = body[len(line):]
		if more, ok := strings.CutPrefix(rest, "   "); ok && len(fields) > 0 {
			fields[len(fields)-1].value += " " + strings.TrimSpace(more)
			continue
		}
		key, value, ok := strings.Cut(rest, ":")
		if !ok {
			return nil, "", fmt.Errorf("%s.sql: header line %q: want `-- key: value`", name, strings.TrimSpace(line))
		}
		fields = append(fields, field{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return fields, body, nil
}
