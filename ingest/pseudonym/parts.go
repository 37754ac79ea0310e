package pseudonym

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape is what a part of a text looks like, whatever it means.
type shape int

const (
	gap shape = iota // what stands between words
	word
	number
	id      // a GUID
	hash    // digits of several blocks of an id
	token   // made of an id
	address // or a network
	moment  // a date, perhaps with a time
)

// part is a stretch of a text.
type part struct {
	shape      shape
	start, end int
}

// partsOf cuts a text. A part that is no gap has a letter or digit at both ends, but for
// tokens and addresses of IPv6.
func partsOf(text string) []part {
	parts := make([]part, 0, 8)
	between := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		p := part{gap, i, i}
		switch {
		case isOfWord(r):
			p = partAt(text, i)
		case r == ':':
			p = part{address, i, i + addressAt(text, i)}
		case r == '-' || r == '_':
			p = part{token, i, i + tokenAt(text, i)}
		}
		if p.end == i {
			i += size
			continue
		}
		if between < i {
			parts = append(parts, part{gap, between, i})
		}
		parts = append(parts, p)
		i, between = p.end, p.end
	}
	if between < len(text) {
		parts = append(parts, part{gap, between, len(text)})
	}
	return parts
}

// partAt is the part that begins at i, where no word goes on.
func partAt(text string, i int) part {
	end := wordEnd(text, i)
	if end-i == 8 && len(text) >= i+guidSize && isGUID(text[i:i+guidSize]) && !goesOn(text, i+guidSize) {
		return part{id, i, i + guidSize}
	}
	if n := tokenAt(text, i); n > 0 {
		return part{token, i, i + n}
	}
	if n := addressAt(text, i); n > 0 {
		return part{address, i, i + n}
	}
	if m := momentForm.FindString(text[i:min(len(text), i+40)]); m != "" && !goesOn(text, i+len(m)) {
		return part{moment, i, i + len(m)}
	}
	switch w := text[i:end]; {
	case isHash(w):
		return part{hash, i, end}
	case strings.Trim(w, "0123456789") == "":
		return part{number, i, end}
	}
	return part{word, i, end}
}

// momentForm knows the times of logs that have letters between digits.
var momentForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`)

// isOfWord tells that a rune is part of a word. What is no UTF-8 is none.
func isOfWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func isOfToken(r rune) bool { return r == '-' || r == '_' || r < utf8.RuneSelf && isOfWord(r) }

func isOfAddress(r rune) bool { return r == '.' || r == ':' || isOfWord(r) }

// longestAddress is more bytes than any has.
const longestAddress = 64

// runOf is how many bytes from i on have runes of a kind.
func runOf(text string, i int, is func(rune) bool) int {
	for n, r := range text[i:] {
		if !is(r) {
			return n
		}
	}
	return len(text) - i
}

func wordEnd(text string, i int) int { return i + runOf(text, i, isOfWord) }

// goesOn tells that a word goes on at i.
func goesOn(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return i < len(text) && isOfWord(r)
}

// What a part is must not depend on which words stand beside it, for they are others on the
// way back: only on where words are.

// tokenAt is the length of the token id at i; 0 = there is none.
func tokenAt(text string, i int) int {
	if before, _ := utf8.DecodeLastRuneInString(text[:i]); i > 0 && (isOfToken(before) || isOfWord(before)) {
		return 0
	}
	n := runOf(text, i, isOfToken)
	if n != tokenSize && n != textTokenSize || !isToken(text[i:i+n]) || goesOn(text, i+n) {
		return 0
	}
	if slices.ContainsFunc(strings.FieldsFunc(text[i:i+n], func(r rune) bool { return r == '-' || r == '_' }), isPseudonym) {
		return 0
	}
	return n
}

// addressAt is the length of the address at i, or of the network; 0 = there is none.
func addressAt(text string, i int) int {
	if before, _ := utf8.DecodeLastRuneInString(text[:i]); i > 0 && (before == '.' || before == ':' || isOfWord(before)) {
		return 0
	}
	found := text[i : i+runOf(text, i, isOfAddress)]
	if !strings.ContainsAny(found, ".:") {
		return 0
	}
	if len(found) > longestAddress { // which ends before a port, or a colon of the sentence
		found = found[:max(0, strings.LastIndexByte(found[:longestAddress], ':'))]
	}
	found = strings.TrimRight(found, ".")
	if before, _, ok := strings.Cut(found, ":"); ok && strings.Count(before, ".") == 3 {
		found = before
	}
	a, ok := readAddress(found)
	for !ok && strings.Count(found, ":") > 2 {
		found = found[:strings.LastIndexByte(found, ':')]
		a, ok = readAddress(found)
	}
	switch {
	case !ok, a.ip.IsUnspecified():
		return 0
	case i+len(found) < len(text) && text[i+len(found)] == '/':
		bits := runOf(text, i+len(found)+1, func(r rune) bool { return '0' <= r && r <= '9' })
		network := text[i : i+len(found)+1+bits]
		if _, ok := readAddress(network); ok && bits > 0 && !goesOn(text, i+len(network)) {
			return len(network)
		}
	}
	return len(found)
}
