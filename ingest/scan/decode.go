package scan

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decode finds out a text's encoding by its first bytes and returns it as
// UTF-8 without a byte order mark; that of a text without a mark shows while it is
// read, see unmarked. Single bytes that are no UTF-8 stay; the scanners make them visible.
func Decode(r io.Reader) (io.Reader, string) {
	b := bufio.NewReaderSize(r, 1<<12)
	head, _ := b.Peek(4)
	as := func(e encoding.Encoding, name string) (io.Reader, string) {
		return &Decoded{Reader: e.NewDecoder().Reader(b)}, name
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
		return as(utf.UTF16(utf.LittleEndian, utf.UseBOM), "utf-16le")
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return as(utf.UTF16(utf.BigEndian, utf.UseBOM), "utf-16be")
	// Without a mark: an export starts with an ASCII character.
	case len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] == 0 && head[3] == 0:
		return as(utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le")
	case len(head) >= 2 && head[0] != 0 && head[1] == 0:
		return as(utf.UTF16(utf.LittleEndian, utf.IgnoreBOM), "utf-16le")
	case len(head) >= 2 && head[0] == 0 && head[1] != 0:
		return as(utf.UTF16(utf.BigEndian, utf.IgnoreBOM), "utf-16be")
	}
	return newUnmarked(b), "utf-8"
}

// Unmarked is a text without a mark of its encoding, in which all is ASCII or
// UTF-8 until the first byte above ASCII says otherwise: Excel's plain CSV and
// Windows PowerShell write the code page of their computer.
type Unmarked struct {
	in      *bufio.Reader
	Page    *charmap.Charmap // nil: UTF-8, or not known yet
	Name    string
	Foreign bool // it has words of no language of that code page: it may be in another
	decided bool
	plain   int    // bytes before the one that decided
	out     []byte // what was decoded and not read yet
}

func newUnmarked(in *bufio.Reader) *Unmarked { return &Unmarked{in: bufio.NewReaderSize(in, 1<<16)} }

func (u *Unmarked) Read(p []byte) (int, error) {
	if !u.decided {
		text, _ := u.in.Peek(1 << 16)
		plain := slices.IndexFunc(text, func(c byte) bool { return c >= utf8.RuneSelf })
		switch {
		case plain < 0:
			return u.in.Read(p[:min(len(p), max(len(text), 1))])
		case plain > 0 && len(text) == 1<<16 && plain+utf8.UTFMax > len(text):
			return u.in.Read(p[:min(len(p), plain)]) // the character may go on
		}
		u.Page, u.Name = codePage(text[plain:])
		u.Foreign = u.Page != nil && hasForeignWords(text, u.Page)
		u.decided = true
		u.plain = plain
	}
	if u.Page == nil {
		return u.in.Read(p)
	}
	if u.plain > 0 {
		n, err := u.in.Read(p[:min(len(p), u.plain)])
		u.plain -= n
		return n, err
	}
	if len(u.out) == 0 {
		raw := make([]byte, 1<<14)
		n, err := u.in.Read(raw)
		for _, c := range raw[:n] {
			u.out = utf8.AppendRune(u.out, u.Page.DecodeByte(c))
		}
		if n == 0 {
			return 0, err
		}
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// codePage tells which code page a text is in that begins with a byte above
// ASCII; nil for UTF-8, and for what is no text.
func codePage(text []byte) (*charmap.Charmap, string) {
	if r, size := utf8.DecodeRune(text); r != utf8.RuneError || size > 1 || !utf8.FullRune(text) || text[0] >= 0xfe {
		return nil, ""
	}
	windows, mac := likely(text, charmap.Windows1252), likely(text, charmap.Macintosh)
	if mac > max(windows, 0) {
		return charmap.Macintosh, "macintosh"
	}
	if windows <= 0 {
		return nil, ""
	}
	return charmap.Windows1252, "windows-1252"
}

// hasForeignWords tells that a text, read in a code page of the West, has words that are
// in none of the languages which are written in it. In other code pages of Windows, Cyrillic and
// Greek are words without a letter of ASCII, Polish and Czech ones have a sign within or
// letters that don't meet in the West.
func hasForeignWords(text []byte, page *charmap.Charmap) bool {
	read := func(c byte) (r rune, isSign bool) {
		r = page.DecodeByte(c)
		return r, r >= utf8.RuneSelf && (unicode.IsSymbol(r) || unicode.IsNumber(r)) && !strings.ContainsRune("´¨°™©®", r)
	}
	for i := 0; i < len(text); i++ {
		var word []rune
		ascii, hasSign := 0, false
		for ; i < len(text); i++ {
			r, isSign := read(text[i])
			if !isSign && !unicode.IsLetter(r) {
				break
			}
			if isSign && len(word) > 0 && i+1 < len(text) {
				next, _ := read(text[i+1])
				hasSign = hasSign || unicode.IsLetter(next)
			}
			if r < utf8.RuneSelf {
				ascii++
			}
			word = append(word, r)
		}
		all := string(word)
		switch {
		case hasSign, ascii == 0 && len(word) > 2,
			strings.ContainsAny(all, "\u00f8\u00ec") && strings.ContainsAny(all, "\u00e1\u00ed\u00fd"):
			return true
		}
	}
	return false
}

// likely weighs what the bytes above ASCII are in a code page: small letters,
// capitals at the start of a word and apostrophes within one speak for it,
// anything else against it.
func likely(text []byte, page *charmap.Charmap) (weight int) {
	isLetter := func(i int) bool { return i >= 0 && i < len(text) && unicode.IsLetter(page.DecodeByte(text[i])) }
	isSmall := func(i int) bool { return i >= 0 && i < len(text) && unicode.IsLower(page.DecodeByte(text[i])) }
	for i, c := range text {
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
				weight -= 4 // not text
			}
			continue
		}
		switch r := page.DecodeByte(c); {
		case unicode.IsLower(r), unicode.IsUpper(r) && !isLetter(i-1), unicode.IsUpper(r) && !isSmall(i-1) && !isSmall(i+1):
			if weight += 2; r > 0xff {
				weight-- // in Windows-1252 these are rare
			}
		case (r == '’' || r == '‘') && isLetter(i-1) && isLetter(i+1),
			(r == '“' || r == '„') && !isLetter(i-1) && isLetter(i+1), r == '”' && isLetter(i-1) && !isLetter(i+1),
			(r == '–' || r == '€') && i > 0 && text[i-1] == ' ':
			weight += 2
		case unicode.IsPunct(r), unicode.IsSymbol(r), unicode.IsSpace(r):
			if isLetter(i-1) && isLetter(i+1) {
				weight -= 2
			}
		default:
			weight -= 2
		}
	}
	return weight
}

// Decoded is a text that was in another encoding than UTF-8. What was no text
// there is U+FFFD in it.
type Decoded struct {
	io.Reader
	Replaced int64 // U+FFFD
	last     []byte
}

var replacement = []byte("\ufffd")

func (d *Decoded) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	d.Replaced += int64(bytes.Count(p[:n], replacement))
	// One may lie across two reads.
	edge := append(d.last, p[:min(n, 2)]...)
	if bytes.Contains(edge, replacement) {
		d.Replaced++
	}
	d.last = append(edge[:0], edge[max(0, len(edge)-2):]...)
	if n >= 2 {
		d.last = append(d.last[:0], p[n-2:n]...)
	}
	return n, err
}
