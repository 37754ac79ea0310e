// Package header reads what the SQL files of entrail begin with: lines `-- key: value`
// that say what the file is, before the SQL that a shell takes as it stands.
package header

import (
	"fmt"
	"strings"
)

// Field is a line `-- key: value` of a header.
type Field struct{ Key, Value string }

// Read reads the lines `-- key: value` that a SQL file begins with, where a line
// `--   more` continues the value above, and returns what comes after them as body.
func Read(name, text string) (fields []Field, body string, err error) {
	body = text
	for line := range strings.Lines(text) {
		rest, isComment := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "--")
		if !isComment {
			break
		}
		body = body[len(line):]
		if more, ok := strings.CutPrefix(rest, "   "); ok && len(fields) > 0 {
			fields[len(fields)-1].Value += " " + strings.TrimSpace(more)
			continue
		}
		key, value, ok := strings.Cut(rest, ":")
		if !ok {
			return nil, "", fmt.Errorf("%s.sql: header line %q: want `-- key: value`", name, strings.TrimSpace(line))
		}
		fields = append(fields, Field{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return fields, body, nil
}
