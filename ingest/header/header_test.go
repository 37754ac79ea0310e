package header

import (
	"fmt"
	"testing"
)

func TestRead(t *testing.T) {
	for _, test := range []struct{ text, want, reason string }{
		{"-- title: A\n-- order: 2\nselect 1\n", `[{title A} {order 2}] "select 1\n"`, "keys and what comes after"},
		{"-- title: A\n--   and B\n--   and C\nselect 1", `[{title A and B and C}] "select 1"`, "a value that goes on"},
		{"-- source: https://example.com/a: b\nselect 1", `[{source https://example.com/a: b}] "select 1"`, "the first colon ends the key"},
		{"-- a: 1\r\n--   2\r\nselect 1", `[{a 1 2}] "select 1"`, "lines as Windows ends them"},
		{"-- a: 1\n-- a: 2\nselect 1", `[{a 1} {a 2}] "select 1"`, "a key that comes twice: the reader decides"},
		{"select 1\n-- a: 1\n", `[] "select 1\n-- a: 1\n"`, "no header: a comment of the SQL is none"},
		{"-- a: 1\n\n-- b: 2\nselect 1", `[{a 1}] "\n-- b: 2\nselect 1"`, "an empty line ends it"},
		{"--   more\nselect 1", `x.sql: header line "--   more": want ` + "`-- key: value`", "nothing goes on before a key"},
		{"-- a comment\nselect 1", `x.sql: header line "-- a comment": want ` + "`-- key: value`", "a comment in the place of a key"},
		{"", `[] ""`, "nothing"},
	} {
		fields, body, err := Read("x", test.text)
		got := fmt.Sprintf("%v %q", fields, body)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.reason, got, test.want)
		}
	}
}
