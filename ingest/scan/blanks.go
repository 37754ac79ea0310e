package scan

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// plainEnd is true for bytes that are no part of a blank at either end of a
// JSON string, unless an escape ends there.
var plainEnd = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c > ' ' && c != '\\' && c < utf8.RuneSelf
	}
	return plain
}()

// isBlank is true for the white space that DuckDB's trim takes away, which is
// Unicode's category Zs: no tabs, no ends of lines.
func isBlank(r rune) bool { return unicode.Is(unicode.Zs, r) }

// TrimCell returns the text of a CSV cell without blanks around it, and without the
// ends of lines that Out-String of PowerShell puts behind a value.
func TrimCell(text []byte) []byte {
	if len(text) == 0 || plainEnd[text[0]] && plainEnd[text[len(text)-1]] {
		return text
	}
	return bytes.TrimFunc(text, func(r rune) bool { return r == '\r' || r == '\n' || isBlank(r) })
}

// trimBlanks returns what stands between the quotes of a JSON string without
// blanks around it, escaped ones included.
func trimBlanks(text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == '\\' && text[1] == 'u' {
			r, _ = hex4(text, 2)
			size = 6
		}
		if !isBlank(r) {
			break
		}
		text = text[size:]
	}
	for len(text) > 0 {
		r, size := utf8.DecodeLastRune(text)
		if escape := len(text) - 6; escape >= 0 && text[escape] == '\\' && text[escape+1] == 'u' {
			slashes := len(text[:escape]) - len(bytes.TrimRight(text[:escape], `\`))
			if code, ok := hex4(text, escape+2); ok && slashes%2 == 0 {
				r, size = code, 6
			}
		}
		if !isBlank(r) {
			break
		}
		text = text[:len(text)-size]
	}
	return text
}

// trimValues appends the JSON text to dst, its strings without blanks around
// them. Names stay as they are.
func trimValues(dst, text []byte) []byte {
	t := JSONText{Text: text}
	done := 0
	for i := 0; i < len(text); {
		if text[i] != '"' {
			i++
			continue
		}
		end, err := t.Str(i)
		if err != nil {
			break // not reached: the text was walked before
		}
		if after := t.Space(end); after >= len(text) || text[after] != ':' {
			dst = append(append(dst, text[done:i+1]...), trimBlanks(text[i+1:end-1])...)
			done = end - 1
		}
		i = end
	}
	return append(dst, text[done:]...)
}

// Unpadded returns what SQL is to read of a record that t has walked, whose
// body is nil if it is the text: nil again, or one without blanks around its
// values.
func (t *JSONText) Unpadded(text, body []byte) []byte {
	if !t.padded {
		return body
	}
	if body == nil {
		body = text
	}
	return trimValues(nil, body)
}
