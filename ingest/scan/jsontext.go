package scan

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep a record's JSON may nest. Real records reach 8.
const MaxDepth = 200

// Flaw is a thing in a JSON text that can be mended without guessing.
type Flaw uint8

const (
	flawSurrogate Flaw = 1 << iota // half of a surrogate pair: Go takes it, DuckDB fails on it
	flawControl                    // a raw control character inside a string
	flawUTF8                       // bytes that are no UTF-8
)

// JSONError says where in a text the JSON ends to make sense.
type JSONError struct {
	at     int
	reason string
}

func (e *JSONError) Error() string { return e.reason }

// ErrIncomplete is returned for a text that ends before its value does.
var ErrIncomplete = &JSONError{reason: "the JSON text ends in the middle"}

// JSONText walks one JSON value. Only what Go's encoding/json and DuckDB's
// parser both accept is clean: flaws are what one of them refuses and mend
// puts right; everything else is an error. The differential fuzz test holds
// the two to it.
type JSONText struct {
	Text   []byte
	Flaws  Flaw
	padded bool   // a string has a blank at its start or end
	deep   bool   // a string begins with a sign of depth
	Keys   []Span // names of the outermost object, without quotes

	Values []Span // what stands under these names
}

// Span is a part of a text.
type Span struct{ Start, End int }

// Value walks the value at i and returns where it ends.
func (t *JSONText) Value(i, depth int) (int, *JSONError) {
	if i >= len(t.Text) {
		return i, ErrIncomplete
	}
	switch c := t.Text[i]; c {
	case '{':
		return t.object(i, depth)
	case '[':
		return t.array(i, depth)
	case '"':
		return t.Str(i)
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
		return i, &JSONError{i, fmt.Sprintf("%s where a JSON value should start", quoteByte(c))}
	}
}

func (t *JSONText) object(i, depth int) (int, *JSONError) {
	if depth > MaxDepth {
		return i, &JSONError{i, fmt.Sprintf("JSON nested deeper than %d", MaxDepth)}
	}
	i = t.Space(i + 1)
	if i < len(t.Text) && t.Text[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(t.Text) {
			return i, ErrIncomplete
		}
		if t.Text[i] != '"' {
			return i, &JSONError{i, fmt.Sprintf("%s where a quoted name should start", quoteByte(t.Text[i]))}
		}
		start := i
		var err *JSONError
		if i, err = t.Str(i); err != nil {
			return i, err
		}
		if depth == 0 {
			t.Keys = append(t.Keys, Span{start + 1, i - 1})
		}
		if i = t.Space(i); i >= len(t.Text) {
			return i, ErrIncomplete
		}
		if t.Text[i] != ':' {
			return i, &JSONError{i, fmt.Sprintf("%s where a colon should stand", quoteByte(t.Text[i]))}
		}
		start = t.Space(i + 1)
		if i, err = t.Value(start, depth+1); err != nil {
			return i, err
		}
		if depth == 0 {
			t.Values = append(t.Values, Span{start, i})
		}
		if i = t.Space(i); i >= len(t.Text) {
			return i, ErrIncomplete
		}
		switch t.Text[i] {
		case ',':
			i = t.Space(i + 1)
		case '}':
			return i + 1, nil
		default:
			return i, &JSONError{i, fmt.Sprintf("%s where a comma or } should stand", quoteByte(t.Text[i]))}
		}
	}
}

func (t *JSONText) array(i, depth int) (int, *JSONError) {
	if depth > MaxDepth {
		return i, &JSONError{i, fmt.Sprintf("JSON nested deeper than %d", MaxDepth)}
	}
	i = t.Space(i + 1)
	if i < len(t.Text) && t.Text[i] == ']' {
		return i + 1, nil
	}
	for {
		var err *JSONError
		if i, err = t.Value(i, depth+1); err != nil {
			return i, err
		}
		if i = t.Space(i); i >= len(t.Text) {
			return i, ErrIncomplete
		}
		switch t.Text[i] {
		case ',':
			i = t.Space(i + 1)
		case ']':
			return i + 1, nil
		default:
			return i, &JSONError{i, fmt.Sprintf("%s where a comma or ] should stand", quoteByte(t.Text[i]))}
		}
	}
}

func (t *JSONText) Str(i int) (int, *JSONError) {
	text := t.Text
	i++
	start, escaped := i, i // where the last \u ended
	t.deep = t.deep || i < len(text) && opensSign[text[i]] && hasSign(text[i:])
	for {
		if i = skipPlain(text, i); i >= len(text) {
			return i, ErrIncomplete
		}
		c := text[i]
		switch {
		case c == '"':
			if i > start && !(plainEnd[text[start]] && plainEnd[text[i-1]] && escaped < i) && len(trimBlanks(text[start:i])) < i-start {
				t.padded = true
			}
			return i + 1, nil
		case c < 0x20:
			t.Flaws |= flawControl
			i++
		default: // backslash
			if i+1 >= len(text) {
				return i, ErrIncomplete
			}
			switch text[i+1] {
			case '"':
				i += 2
				t.deep = t.deep || i < len(text) && opensSign[text[i]] && hasSign(text[i:])
			case '\\', '/', 'b', 'f', 'n', 'r', 't':
				i += 2
			case 'u':
				r, ok := hex4(text, i+2)
				if !ok {
					if i+6 > len(text) {
						return i, ErrIncomplete
					}
					return i, &JSONError{i, `\u without four hexadecimal digits`}
				}
				i += 6
				escaped = i
				if utf16.IsSurrogate(r) {
					if i+6 > len(text) && bytes.HasPrefix([]byte(`\u`), text[i:min(i+2, len(text))]) {
						return i, ErrIncomplete // the second half may follow
					}
					low, ok := lowSurrogate(text, i)
					if r < 0xdc00 && ok && utf16.DecodeRune(r, low) != utf8.RuneError {
						i += 6
						escaped = i
					} else {
						t.Flaws |= flawSurrogate
					}
				}
			default:
				return i, &JSONError{i, fmt.Sprintf("unknown escape \\%s", quoteByte(text[i+1]))}
			}
		}
	}
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

func (t *JSONText) word(i int, word string) (int, *JSONError) {
	for k := range len(word) {
		if i+k >= len(t.Text) {
			return i, ErrIncomplete
		}
		if t.Text[i+k] != word[k] {
			return i, &JSONError{i, fmt.Sprintf("%s where a JSON value should start", quoteByte(t.Text[i]))}
		}
	}
	return i + len(word), nil
}

func (t *JSONText) number(i int) (int, *JSONError) {
	start := i
	text := t.Text
	digits := func() bool {
		from := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i > from
	}
	bad := func() (int, *JSONError) {
		if i >= len(text) {
			return i, ErrIncomplete
		}
		return start, &JSONError{start, "a number that is not JSON"}
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

func (t *JSONText) Space(i int) int {
	for i < len(t.Text) {
		switch t.Text[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// Start is at the beginning of a text, of which nothing is known.
func (t *JSONText) start(text []byte) {
	t.Text, t.Flaws, t.padded, t.deep, t.Keys, t.Values = text, 0, false, false, t.Keys[:0], t.Values[:0]
}

// Names are those of the outermost object.
func (t *JSONText) Names() []string {
	names := make([]string, len(t.Keys))
	for i, k := range t.Keys {
		names[i] = string(t.Text[k.Start:k.End])
	}
	return names
}

// Member is what stands under the name in the outermost object, the first
// time if it is there several times, as DuckDB has it; nil if it is not.
func (t *JSONText) Member(name string) []byte {
	for i, k := range t.Keys {
		if string(t.Text[k.Start:k.End]) == name {
			return t.Text[t.Values[i].Start:t.Values[i].End]
		}
	}
	return nil
}

// Walked is the text of the outermost object, which may go on behind it.
func (t *JSONText) Walked() []byte {
	if len(t.Values) == 0 {
		return nil
	}
	return t.Text[:t.Space(t.Values[len(t.Values)-1].End)+1]
}

// Walk checks a text that should be one JSON value and nothing else.
func (t *JSONText) Walk(text []byte) *JSONError {
	t.start(text)
	end, err := t.Value(t.Space(0), 0)
	if err != nil {
		return err
	}
	if end = t.Space(end); end < len(text) {
		return &JSONError{end, fmt.Sprintf("%s after the end of the JSON value", quoteByte(text[end]))}
	}
	t.checkUTF8(text)
	return nil
}

func (t *JSONText) checkUTF8(text []byte) {
	if !utf8.Valid(text) {
		t.Flaws |= flawUTF8
	}
}

// Mend appends the text to dst with its flaws put right: half surrogates and
// stray bytes become U+FFFD, control characters their escapes. Nothing else
// changes, white space included.
func Mend(dst, text []byte) []byte {
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

// AppendJSONString appends text as a JSON string. Bytes that are no UTF-8
// become U+FFFD; bad tells whether there were any.
func AppendJSONString(dst, text []byte) (out []byte, bad bool) {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(text[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			bad = true
			dst = append(dst, text[start:i]...)
			dst = append(dst, "\ufffd"...)
		} else {
			dst = append(dst, text[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
		i++
		start = i
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"'), bad
}
