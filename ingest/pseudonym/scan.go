package pseudonym

import (
	"errors"
	"io"
	"os"
	"strings"
)

// A file of the engine has stretches that hold nothing, and now and then one of them has what the
// memory held before, which may be of the original.

const (
	chunk   = 1 << 20 // bytes that are looked through at once
	overlap = 1 << 8  // with the last of those before
	telling = 8       // letters and digits of a name that stands there by no chance: packed values are any bytes
)

// StandsIn tells whether an address of the original, or a name of two words or more, stands
// anywhere in the bytes of a file, such as that of the copy. A name of few letters, such as Bo Li,
// is not looked for, since large files spell it by chance, nor one of numbers alone, such as
// 6753-6727, which the ids of a large file spell.
func (m *Mapper) StandsIn(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	buffer := make([]byte, overlap+chunk)
	before := 0
	for {
		n, err := io.ReadFull(f, buffer[before:])
		if m.stands(string(buffer[:before+n])) {
			return true, nil
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return false, nil
		case err != nil:
			return false, err
		}
		before = copy(buffer, buffer[len(buffer)-overlap:])
	}
}

func (m *Mapper) stands(text string) bool {
	parts := partsOf(text)
	inName := m.phrasesIn(text, parts, Own)
	length := 0      // of the name so far
	words := 0       // in it
	isSpelt := false // it has what no hexadecimal number has
	for i, p := range parts {
		switch {
		case p.shape == address && m.names[text[p.start:p.end]]:
			if a, ok := readAddress(text[p.start:p.end]); ok && !isFixed(a.ip) {
				return true
			}
		case p.shape == gap && p.end-p.start <= 3:
			continue
		case inName[i]:
			length += p.end - p.start
			words++
			isSpelt = isSpelt || strings.Trim(text[p.start:p.end], "0123456789abcdefABCDEF") != ""
			if words > 1 && length >= telling && isSpelt {
				return true
			}
			continue
		}
		length, words, isSpelt = 0, 0, false
	}
	return false
}
