package ingest

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep a record's JSON may nest. Real records reach 8.
const maxDepth = 200

// jsonFlaw is a thing in a JSON text that can be mended without guessing.
type jsonFlaw uint8

const (
	flawSurrogate jsonFlaw = 1 << iota // half of a surrogate pair: Go takes it, DuckDB fails on it
	flawControl                        // a raw control character inside a string
	flawUTF8                           // bytes that are no UTF-8
)

// jsonError says where in a text the JSON ends to make sense.
type jsonError struct {
	at     int
	reason string
}

func (e *jsonError) Error() string { return e.reason }

// errIncomplete is returned for a text that ends before its value does.
var errIncomplete = &jsonError{reason: "the JSON text ends in the middle"}

// jsonText walks one JSON value. Only what Go's encoding/json and DuckDB's
// parser both accept is clean: flaws are what one of them refuses and mend
// puts right; everything else is an error. The differential fuzz test holds
// the two to it.
type jsonText struct {
	text   []byte
	flaws  jsonFlaw
	padded bool   // a string has a blank at its start or end
	keys   []span // names of the outermost object, without quotes

	values []span // what stands under these names
}

// span is a part of a text.
type span struct{ start, end int }

// value walks the value at i and returns where it ends.
func (t *jsonText) value(i, depth int) (int, *jsonError) {
	if i >= len(t.text) {
		return i, errIncomplete
	}
	switch c := t.text[i]; c {
	case '{':
		return t.object(i, depth)
	case '[':
		return t.array(i, depth)
	case '"':
		return t.str(i)
	case 't':
		return t.word(i, "true")
	case 'f':
		return t.word(i, "false")
	case 'n':
		return t.word(i, "null")
	default:
		if c == '-' || c >= '0' && c <= '9' {
			return t.number(i)
		}
		return i, &jsonError{i, fmt.Sprintf("%s where a JSON value should start", quoteByte(c))}
	}
}

func (t *jsonText) object(i, depth int) (int, *jsonError) {
	if depth > maxDepth {
		return i, &jsonError{i, fmt.Sprintf("JSON nested deeper than %d", maxDepth)}
	}
	i = t.space(i + 1)
	if i < len(t.text) && t.text[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(t.text) {
			return i, errIncomplete
		}
		if t.text[i] != '"' {
			return i, &jsonError{i, fmt.Sprintf("%s where a quoted name should start", quoteByte(t.text[i]))}
		}
		start := i
		var err *jsonError
		if i, err = t.str(i); err != nil {
			return i, err
		}
		if depth == 0 {
			t.keys = append(t.keys, span{start + 1, i - 1})
		}
		if i = t.space(i); i >= len(t.text) {
			return i, errIncomplete
		}
		if t.text[i] != ':' {
			return i, &jsonError{i, fmt.Sprintf("%s where a colon should stand", quoteByte(t.text[i]))}
		}
		start = t.space(i + 1)
		if i, err = t.value(start, depth+1); err != nil {
			return i, err
		}
		if depth == 0 {
			t.values = append(t.values, span{start, i})
		}
		if i = t.space(i); i >= len(t.text) {
			return i, errIncomplete
		}
		switch t.text[i] {
		case ',':
			i = t.space(i + 1)
		case '}':
			return i + 1, nil
		default:
			return i, &jsonError{i, fmt.Sprintf("%s where a comma or } should stand", quoteByte(t.text[i]))}
		}
	}
}

func (t *jsonText) array(i, depth int) (int, *jsonError) {
	if depth > maxDepth {
		return i, &jsonError{i, fmt.Sprintf("JSON nested deeper than %d", maxDepth)}
	}
	i = t.space(i + 1)
	if i < len(t.text) && t.text[i] == ']' {
		return i + 1, nil
	}
	for {
		var err *jsonError
		if i, err = t.value(i, depth+1); err != nil {
			return i, err
		}
		if i = t.space(i); i >= len(t.text) {
			return i, errIncomplete
		}
		switch t.text[i] {
		case ',':
			i = t.space(i + 1)
		case ']':
			return i + 1, nil
		default:
			return i, &jsonError{i, fmt.Sprintf("%s where a comma or ] should stand", quoteByte(t.text[i]))}
		}
	}
}

// plainByte is true for bytes of a string that need no look.
var plainByte = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return plain
}()

func (t *jsonText) str(i int) (int, *jsonError) {
	text := t.text
	i++
	start, escaped := i, i // where the last \u ended
	for i < len(text) {
		c := text[i]
		if plainByte[c] {
			i++
			continue
		}
		switch {
		case c == '"':
			if i > start && !(plainEnd[text[start]] && plainEnd[text[i-1]] && escaped < i) && len(trimBlanks(text[start:i])) < i-start {
				t.padded = true
			}
			return i + 1, nil
		case c < 0x20:
			t.flaws |= flawControl
			i++
		default: // backslash
			if i+1 >= len(text) {
				return i, errIncomplete
			}
			switch text[i+1] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				i += 2
			case 'u':
				r, ok := hex4(text, i+2)
				if !ok {
					if i+6 > len(text) {
						return i, errIncomplete
					}
					return i, &jsonError{i, `\u without four hexadecimal digits`}
				}
				i += 6
				escaped = i
				if utf16.IsSurrogate(r) {
					if i+6 > len(text) && bytes.HasPrefix([]byte(`\u`), text[i:min(i+2, len(text))]) {
						return i, errIncomplete // the second half may follow
					}
					low, ok := lowSurrogate(text, i)
					if r < 0xdc00 && ok && utf16.DecodeRune(r, low) != utf8.RuneError {
						i += 6
						escaped = i
					} else {
						t.flaws |= flawSurrogate
					}
				}
			default:
				return i, &jsonError{i, fmt.Sprintf("unknown escape \\%s", quoteByte(text[i+1]))}
			}
		}
	}
	return i, errIncomplete
}

func hex4(text []byte, i int) (rune, bool) {
	if i+4 > len(text) {
		return 0, false
	}
	var r rune
	for _, c := range text[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func lowSurrogate(text []byte, i int) (rune, bool) {
	if i+6 > len(text) || text[i] != '\\' || text[i+1] != 'u' {
		return 0, false
	}
	return hex4(text, i+2)
}

func (t *jsonText) word(i int, word string) (int, *jsonError) {
	for k := range len(word) {
		if i+k >= len(t.text) {
			return i, errIncomplete
		}
		if t.text[i+k] != word[k] {
			return i, &jsonError{i, fmt.Sprintf("%s where a JSON value should start", quoteByte(t.text[i]))}
		}
	}
	return i + len(word), nil
}

func (t *jsonText) number(i int) (int, *jsonError) {
	start := i
	text := t.text
	digits := func() bool {
		from := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i > from
	}
	bad := func() (int, *jsonError) {
		if i >= len(text) {
			return i, errIncomplete
		}
		return start, &jsonError{start, "a number that is not JSON"}
	}
	if text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		i++
		if i < len(text) && text[i] >= '0' && text[i] <= '9' {
			return bad()
		}
	} else if !digits() {
		return bad()
	}
	if i < len(text) && text[i] == '.' {
		i++
		if !digits() {
			return bad()
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits() {
			return bad()
		}
	}
	return i, nil
}

func (t *jsonText) space(i int) int {
	for i < len(t.text) {
		switch t.text[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// start is at the beginning of a text, of which nothing is known.
func (t *jsonText) start(text []byte) {
	t.text, t.flaws, t.padded, t.keys, t.values = text, 0, false, t.keys[:0], t.values[:0]
}

// names are those of the outermost object.
func (t *jsonText) names() []string {
	names := make([]string, len(t.keys))
	for i, k := range t.keys {
		names[i] = string(t.text[k.start:k.end])
	}
	return names
}

// member is what stands under the name in the outermost object, the first
// time if it is there several times, as DuckDB has it; nil if it is not.
func (t *jsonText) member(name string) []byte {
	for i, k := range t.keys {
		if string(t.text[k.start:k.end]) == name {
			return t.text[t.values[i].start:t.values[i].end]
		}
	}
	return nil
}

// walked is the text of the outermost object, which may go on behind it.
func (t *jsonText) walked() []byte {
	if len(t.values) == 0 {
		return nil
	}
	return t.text[:t.space(t.values[len(t.values)-1].end)+1]
}

// walk checks a text that should be one JSON value and nothing else.
func (t *jsonText) walk(text []byte) *jsonError {
	t.start(text)
	end, err := t.value(t.space(0), 0)
	if err != nil {
		return err
	}
	if end = t.space(end); end < len(text) {
		return &jsonError{end, fmt.Sprintf("%s after the end of the JSON value", quoteByte(text[end]))}
	}
	t.checkUTF8(text)
	return nil
}

func (t *jsonText) checkUTF8(text []byte) {
	if !utf8.Valid(text) {
		t.flaws |= flawUTF8
	}
}

// mend appends the text to dst with its flaws put right: half surrogates and
// stray bytes become U+FFFD, control characters their escapes. Nothing else
// changes, white space included.
func mend(dst, text []byte) []byte {
	inString := false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"':
			inString = !inString
			dst = append(dst, c)
			i++
		case inString && c < 0x20:
			dst = fmt.Appendf(dst, `\u%04x`, c)
			i++
		case inString && c == '\\' && i+1 < len(text):
			r, ok := hex4(text, i+2)
			if text[i+1] != 'u' || !ok {
				dst = append(dst, c, text[i+1])
				i += 2
				continue
			}
			size := 6
			if utf16.IsSurrogate(r) {
				low, ok := lowSurrogate(text, i+6)
				if r < 0xdc00 && ok && utf16.DecodeRune(r, low) != utf8.RuneError {
					size = 12
				} else {
					dst = append(dst, `\ufffd`...)
					i += 6
					continue
				}
			}
			dst = append(dst, text[i:i+size]...)
			i += size
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
		}
	}
	return dst
}

func quoteByte(c byte) string { return strconv.QuoteToGraphic(string(rune(c))) }
