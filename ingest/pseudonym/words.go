package pseudonym

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A word becomes an x and four syllables: xkofitamo. Small letters become small ones,
// Great Initials and CAPITALS the same, and any other mixture one of its own, so that two
// words are equal but for case if their pseudonyms are.

const (
	consonants = "bdfghjklmnprstvz"
	vowels     = "aeiou"
	syllables  = 4
)

// words are the pseudonyms that words have.
type words struct {
	key       *Key
	bases     map[string]string // of the word in small letters
	wordOf    map[string]string // the word that a base stands for, in small letters
	spellings map[string]string // pseudonyms, as spelt, of words as spelt
	originals map[string]string // the other way round; what stays though it has the look of a pseudonym stands for itself
}

func newWords(k *Key) *words {
	return &words{k, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
}

// isPseudonym knows the look of one.
func isPseudonym(word string) bool {
	if len(word) < 1+2*syllables || len(word)%2 == 0 || word[0]|0x20 != 'x' {
		return false
	}
	for i := 1; i < len(word); i += 2 {
		if strings.IndexByte(consonants, word[i]|0x20) < 0 || strings.IndexByte(vowels, word[i+1]|0x20) < 0 {
			return false
		}
	}
	return true
}

// pseudonym is that of the word.
func (w *words) pseudonym(word string) string {
	if p, ok := w.spellings[word]; ok {
		return p
	}
	small := strings.ToLower(word)
	base, ok := w.bases[small]
	if !ok {
		base = w.base(small)
		w.bases[small], w.wordOf[base] = base, small
		w.enter(small, base)
	}
	p := inCase(base, word, small)
	for mixture := uint64(0); p == "" || w.originals[p] != "" && w.originals[p] != word; mixture++ {
		p = w.mixed(base, word, mixture)
	}
	w.enter(word, p)
	return p
}

func (w *words) enter(word, pseudonym string) {
	w.spellings[word], w.originals[pseudonym] = pseudonym, word
}

// spelling is the other address in a spelling that no other spelling of the original has: a
// mixture of small and great letters, or the same with all its zeros.
func (w *words) spelling(other addressText, original string) string {
	for _, address := range []string{other.String(), other.expanded()} {
		for mixture := range uint64(1 << 12) {
			p := withGreat(address, ^mixture)
			if p != other.String() && (w.originals[p] == "" || w.originals[p] == original) {
				w.enter(original, p)
				return p
			}
		}
	}
	return other.String() // all are taken: the short spelling leads back
}

// original leads back. A pseudonym in a spelling that no word had is that of the word in
// small letters, in that spelling.
func (w *words) original(pseudonym string) (word string, ok bool) {
	if word, ok = w.originals[pseudonym]; ok {
		return word, true
	}
	small := strings.ToLower(pseudonym)
	if word, ok = w.originals[small]; !ok {
		return "", false
	}
	switch pseudonym {
	case strings.ToUpper(small):
		return strings.ToUpper(word), true
	case titled(small):
		return titled(word), true
	}
	return word, true
}

// base is a word that no other has. Nearly always it is the first that the key gives, so
// that copies made with one key have one word for one name.
func (w *words) base(small string) string {
	for attempt := uint64(0); ; attempt++ {
		mac := sum(w.key.words, string(binary.BigEndian.AppendUint64(nil, attempt))+small)
		n := binary.BigEndian.Uint64(mac)
		base := []byte{'x'}
		for range syllables {
			base = append(base, consonants[n%16], vowels[n/16%5])
			n /= 80
		}
		if _, taken := w.wordOf[string(base)]; !taken {
			return string(base)
		}
	}
}

// inCase is the base spelt as the word is; empty if that is none of three ways.
func inCase(base, word, small string) string {
	switch word {
	case small:
		return base
	case titled(small):
		return titled(base)
	case strings.ToUpper(small):
		return strings.ToUpper(base)
	}
	return ""
}

// mixed spells a base in one of the other mixtures of small and great letters. Beyond
// those that there are, another syllable tells it apart.
func (w *words) mixed(base, word string, attempt uint64) string {
	for ; attempt >= 1<<(2*syllables); attempt -= 1 << (2 * syllables) {
		base += string(consonants[attempt%16]) + "a"
	}
	mac := sum(w.key.words, word)
	n := binary.BigEndian.Uint64(mac) + attempt
	text := []byte(base)
	for i := 1; i < len(text); i++ {
		if n>>(i-1)&1 == 1 {
			text[i] &^= 0x20
		}
	}
	switch p := string(text); p {
	case base, titled(base), strings.ToUpper(base):
		return ""
	default:
		return p
	}
}

// withGreat makes those of the letters of an address great whose bit is set.
func withGreat(address string, bits uint64) string {
	text := []byte(address)
	for i, c := range text {
		if 'a' <= c && c <= 'f' {
			if bits&1 == 1 {
				text[i] -= 'a' - 'A'
			}
			bits >>= 1
		}
	}
	return string(text)
}

func titled(small string) string {
	first, size := utf8.DecodeRuneInString(small)
	return string(unicode.ToUpper(first)) + small[size:]
}
