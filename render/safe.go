package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible makes everything in s that a reader would not see, or that would
// act instead of being shown, into a mark, all on one line:
//
//   - control characters, so that an escape sequence moves no cursor and a
//     line break breaks no table: <ESC>, <LF>, <U+0007>;
//   - invisible characters, directions (the bidi controls that show
//     "gpj.exe" as "exe.jpg"), odd spaces, private and unassigned code points:
//     <U+202E>;
//   - bytes that are no UTF-8: <0xFF>.
//
// The marks are plain ASCII, which every font has. They are for the eye: a
// log that holds the mark itself looks the same.
func visible(s string) string { return mark(s, false) }

// visibleLines is visible for a place that can hold several lines: line
// breaks (also CR LF) and tabs stay.
func visibleLines(s string) string { return mark(s, true) }

func mark(s string, lines bool) string {
	if plain(s) {
		return s
	}
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "<0x%02X>", s[i])
		case lines && (r == '\n' || r == '\t'):
			b.WriteRune(r)
		case controls[r] != "":
			b.WriteString(controls[r])
		case hidden(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// controls are the marks of the control characters that logs do hold.
var controls = map[rune]string{
	0: "<NUL>", '\t': "<TAB>", '\n': "<LF>", '\r': "<CR>", 0x1b: "<ESC>", 0x7f: "<DEL>",
}

// plain is the quick answer for most strings: printable ASCII only.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// hidden says that r has no shape of its own on the page. IsPrint denies
// controls, formats, separators, private and unassigned code points; the rest
// are letters and marks that Unicode wants ignored when they can't be shown.
func hidden(r rune) bool {
	switch r {
	case '\u3000': // the wide space that East Asian names are written with
		return false
	case '\u2800': // braille without dots
		return true
	}
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// unformula puts a ' before a cell that a spreadsheet would take for a
// formula: = + - @ and their full-width forms, tab, CR and LF at the start.
// https://owasp.org/www-community/attacks/CSV_Injection
func unformula(s string) string {
	if s != "" && strings.ContainsAny(firstRune(s), "=+-@＝＋－＠\t\r\n") {
		return "'" + s
	}
	return s
}

func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
