package scan

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// What a scanner looks for stands ten bytes apart in a log: a call of bytes.IndexByte for
// each costs more than the search. Here eight bytes are looked at at once.

const (
	ones = 0x0101010101010101 // times a byte: eight of it
	high = 0x80 * ones
)

// equal has the high bit of each byte of word that is c, up to the first: behind that it
// may be wrong.
func equal(word uint64, c byte) uint64 {
	x := word ^ uint64(c)*ones
	return (x - ones) & ^x & high
}

// skipPlain returns where the first byte from i on is that needs a look in a JSON string:
// a quote, a backslash or a control character.
func skipPlain(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64(text[i:])
		control := (word - 0x20*ones) & ^word & high
		if found := equal(word, '"') | equal(word, '\\') | control; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

// indexQuote is bytes.IndexByte for a quote that is near.
func indexQuote(text []byte) int {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		if found := equal(binary.LittleEndian.Uint64(text[i:]), '"'); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(text); i++ {
		if text[i] == '"' {
			return i
		}
	}
	return -1
}

// appendUndoubled appends a text to dst, of each two quotes in it one.
func appendUndoubled(dst, text []byte) []byte {
	dst = slices.Grow(dst, len(text)+8)
	n, to := len(dst), dst[:cap(dst)]
	i := 0
	for i+8 <= len(text) {
		word := binary.LittleEndian.Uint64(text[i:])
		binary.LittleEndian.PutUint64(to[n:], word) // what is too much is written over
		size := 8
		if found := equal(word, '"'); found != 0 {
			size = bits.TrailingZeros64(found)/8 + 1
		}
		i, n = i+size, n+size
		if text[i-1] == '"' && i < len(text) && text[i] == '"' {
			i++
		}
	}
	for ; i < len(text); i++ {
		to[n] = text[i]
		n++
		if text[i] == '"' && i+1 < len(text) && text[i+1] == '"' {
			i++
		}
	}
	return to[:n]
}
