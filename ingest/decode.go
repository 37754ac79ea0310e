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
		return &decoded{Reader: e.NewDecoder().Reader(b)}, name
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

// decoded is a text that was in another encoding than UTF-8. What was no text
// there is U+FFFD in it.
type decoded struct {
	io.Reader
	replaced int64 // U+FFFD
	last     []byte
}

var replacement = []byte("\ufffd")

func (d *decoded) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	d.replaced += int64(bytes.Count(p[:n], replacement))
	// One may lie across two reads.
	edge := append(d.last, p[:min(n, 2)]...)
	if bytes.Contains(edge, replacement) {
		d.replaced++
	}
	d.last = append(edge[:0], edge[max(0, len(edge)-2):]...)
	if n >= 2 {
		d.last = append(d.last[:0], p[n-2:n]...)
	}
	return n, err
}
