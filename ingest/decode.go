package ingest

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode finds out a text's encoding by its first bytes and returns it as
// UTF-8 without a byte order mark. Bytes that are no UTF-8 stay; the scanners
// make them visible.
func decode(r io.Reader) (io.Reader, string) {
	b := bufio.NewReaderSize(r, 1<<12)
	head, _ := b.Peek(4)
	as := func(e encoding.Encoding, name string) (io.Reader, string) {
		return e.NewDecoder().Reader(b), name
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		b.Discard(3)
		return b, "utf-8-bom"
	case bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}):
		return as(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "utf-32le")
	case bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff}):
		return as(utf32.UTF32(utf32.BigEndian, utf32.UseBOM), "utf-32be")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return as(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16le")
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return as(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16be")
	// Without a mark: an export starts with an ASCII character.
	case len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] == 0 && head[3] == 0:
		return as(utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le")
	case len(head) >= 2 && head[0] != 0 && head[1] == 0:
		return as(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le")
	case len(head) >= 2 && head[0] == 0 && head[1] != 0:
		return as(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be")
	}
	return b, "utf-8"
}
