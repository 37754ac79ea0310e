package console

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Tell prints a line for people. What it names, such as the members of a zip,
// may be an attacker's words: nothing in it reaches the terminal as a command.
func Tell(stderr io.Writer, format string, args ...any) {
	line := strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, fmt.Sprintf(format, args...))
	fmt.Fprintf(stderr, "entrail: %s\n", line)
}
