package scan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Excerpt is the start of a text, for a reader's eyes. An excerpt's excerpt
// is itself.
func Excerpt(b []byte) []byte {
	const length, more = 200, "…"
	b = bytes.TrimSpace(b)
	if len(b) > length+len(more) || len(b) > length && !bytes.HasSuffix(b, []byte(more)) {
		b = append(bytes.ToValidUTF8(b[:length], nil), more...)
	}
	return bytes.ToValidUTF8(bytes.Clone(b), []byte("\ufffd"))
}

// Quoted names all of them, each in quotes, for a sentence.
func Quoted(names []string) string {
	shown := slices.Clone(names)
	for i, n := range shown {
		shown[i] = string(Excerpt([]byte(fmt.Sprintf("%q", n))))
	}
	return strings.Join(shown, ", ")
}

// ShortList names a few, for a sentence.
func ShortList(names []string) string {
	const most = 6
	text := Quoted(names[:min(len(names), most)])
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
