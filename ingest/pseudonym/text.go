package pseudonym

import (
	_ "embed" // lists of names
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a text is.
type Kind int

const (
	Other Kind = iota // anything: what the program's questions don't look for is replaced
	Name              // a name: all of it is replaced
	Own               // what Microsoft's logs say in words of their own: names in it are replaced
)

// Mapper replaces the names in texts, or leads back. It is not safe for concurrent use.
type Mapper struct {
	key   *Key
	words *words
	known Known
	back  bool

	addresses   permutation
	permutation int // its number, see choosePermutation

	names   map[string]bool // whole texts that are names, in small letters
	own     map[string]bool // whole texts of Microsoft's
	ofNames map[string]bool // the words of names
	ofOwn   map[string]bool // the words of texts of Microsoft's
	phrases map[string]bool // words of names in their order, in small letters; false: a phrase goes on
	done    map[doneKey][]edit
}

type doneKey struct {
	kind Kind
	text string
}

// Known is what stays: the words and ids that the program's questions look for, and the domains
// in which anybody has a mailbox.
type Known struct {
	Words, IDs, Domains map[string]bool // in small letters
}

const (
	longestPhrase = 8       // words
	longestDone   = 200     // bytes of a text that is worth remembering
	mostDone      = 200_000 // texts
)

// NewMapper makes a Mapper that replaces.
func NewMapper(k *Key, known Known) *Mapper {
	return &Mapper{
		key: k, words: newWords(k), known: known, addresses: k.permutation(0),
		names: map[string]bool{}, own: map[string]bool{}, ofNames: map[string]bool{}, ofOwn: map[string]bool{}, phrases: map[string]bool{}, done: map[doneKey][]edit{},
	}
}

// Meet notes a whole text of the case, before the first is replaced: one that is a name is one wherever it
// stands, one of Microsoft's stays in the raw record too.
func (m *Mapper) Meet(text string, kind Kind) {
	switch kind {
	case Own:
		m.own[strings.ToLower(text)] = true
		for _, p := range partsOf(text) {
			if p.shape == word {
				m.ofOwn[strings.ToLower(text[p.start:p.end])] = true
			}
		}
	case Name:
		m.names[strings.ToLower(text)] = true
		m.meetPhrases(text)
	case Other: // of the columns that say who acted
		m.meetPhrases(text)
	}
}

// meetPhrases notes the words of a name that follow each other.
func (m *Mapper) meetPhrases(text string) {
	var phrase []string
	end := func() {
		isRare := slices.ContainsFunc(phrase, func(w string) bool { return !m.isKnown(w) })
		switch n := len(phrase); {
		case n == 0 || n > longestPhrase || n == 1 && (!isRare || len(phrase[0]) < 4):
		default:
			for i := 1; i < n; i++ {
				if beginning := strings.Join(phrase[:i], " "); !m.phrases[beginning] {
					m.phrases[beginning] = false
				}
			}
			m.phrases[strings.Join(phrase, " ")] = true
		}
		phrase = nil
	}
	parts := partsOf(text)
	within := hostsIn(text)
	for _, p := range parts {
		switch {
		case p.shape == gap && strings.ContainsAny(text[p.start:p.end], "@,;<>/\\"), p.shape != gap && p.shape != word && p.shape != number:
			end()
		case p.shape == gap:
		case m.isEnding(text, p, within.of(p)):
			end()
		default:
			small := strings.ToLower(text[p.start:p.end])
			phrase, m.ofNames[small] = append(phrase, small), true
		}
	}
	end()
}

// Text replaces the names in a text, or leads back, where the kind means nothing.
func (m *Mapper) Text(text string, kind Kind) string { return edited(text, m.edits(text, kind)) }

// edits are what Text does.
func (m *Mapper) edits(text string, kind Kind) []edit {
	if len(text) > longestDone {
		return m.find(text, kind)
	}
	key := doneKey{kind, text}
	edits, ok := m.done[key]
	if !ok {
		edits = m.find(text, kind)
		if len(m.done) >= mostDone {
			clear(m.done)
		}
		m.done[key] = edits
	}
	return edits
}

func (m *Mapper) find(text string, kind Kind) (edits []edit) {
	if edits, ok := walk(text, kind, m.edits); ok {
		return edits
	}
	parts := partsOf(text)
	if m.back {
		for _, p := range parts {
			edits = append(edits, edit{p.start, p.end, m.restored(text, p)})
		}
		return changes(text, edits)
	}
	switch small := strings.ToLower(text); {
	case kind != Other:
	case m.own[small]:
		kind = Own
	case m.names[small]:
		kind = Name
	}
	inName, hosts := m.phrasesIn(text, parts, kind), hostsIn(text)
	for i, p := range parts {
		piece := text[p.start:p.end]
		switch p.shape {
		case id, hash, token, address:
			edits = append(edits, edit{p.start, p.end, m.replaced(text, p)})
		case word, number:
			if m.isName(text, p, kind, inName[i], hosts.of(p)) {
				edits = append(edits, edit{p.start, p.end, m.words.pseudonym(piece)})
			}
		}
	}
	return changes(text, edits)
}

// changes are the edits that change something.
func changes(text string, edits []edit) []edit {
	return slices.DeleteFunc(edits, func(e edit) bool { return text[e.start:e.end] == e.other })
}

// replaced is what an id, a token or an address becomes. One that stays is noted among the
// words, so that it stays on the way back, and so is an address in a spelling of its own.
func (m *Mapper) replaced(text string, p part) string {
	piece := text[p.start:p.end]
	if p.shape == id && m.known.IDs[strings.ToLower(piece)] || p.shape == address && isVersion(text, p) && !m.names[piece] {
		m.words.enter(piece, piece)
		return piece
	}
	if p.shape != address {
		return m.key.other(piece, p.shape, false)
	}
	a, _ := readAddress(piece)
	other := m.addresses.of(a, false)
	switch {
	case a.String() == piece:
		return other.String()
	case other == a: // it stays, in its spelling
		m.words.enter(piece, piece)
		return piece
	}
	return m.words.spelling(other, piece)
}

// isVersion tells that what looks like an address is the version of a program: Chrome/120.0.0.0.
func isVersion(text string, p part) bool {
	return p.start >= 2 && text[p.start-1] == '/' && isOfWord(rune(text[p.start-2]))
}

// restored leads a part back. In a text that was written as JSON, a letter that belongs
// to the backslash before it may stand at the beginning of a word.
func (m *Mapper) restored(text string, p part) string {
	piece := text[p.start:p.end]
	if original, ok := m.words.original(piece); ok {
		return original
	}
	switch p.shape {
	case id, hash, token:
		return m.key.other(piece, p.shape, true)
	case address:
		a, _ := readAddress(piece)
		return m.addresses.of(a, true).String()
	}
	if p.shape == word && p.start > 0 && text[p.start-1] == '\\' && strings.IndexByte("nrtbfu", piece[0]) >= 0 {
		n := 1
		if piece[0] == 'u' {
			n = min(5, len(piece))
		}
		if original, ok := m.words.original(piece[n:]); ok {
			return piece[:n] + original
		}
	}
	return piece
}

var (
	// codeForm knows the error codes of sign-ins, and the numbers of networks.
	codeForm = regexp.MustCompile(`^(?i:AADSTS\d{4,7}|AS\d{1,10})$`)
	// epochForm knows times as a number of seconds or milliseconds.
	epochForm = regexp.MustCompile(`^1\d{9}(\d{3})?$`)
)

// isName tells that a word or number is replaced.
func (m *Mapper) isName(text string, p part, kind Kind, inName bool, h host) bool {
	piece := text[p.start:p.end]
	small := strings.ToLower(piece)
	switch {
	case isPseudonym(piece): // else it would lead back to something else
		return true
	case m.isEnding(text, p, h):
		return false
	case h.is && !(h.isWeb && kind == Own):
		return !(h.isMicrosofts && m.isKnown(small)) && (p.shape == word || len(piece) > 2)
	case inName:
		return p.shape == word || len(piece) > 2
	case kind == Own:
		return false
	case p.shape == number:
		return kind == Name && len(piece) > 2 || len(piece) >= 9 && !epochForm.MatchString(piece) || isOfPhone(text, p)
	case kind == Name:
		return true
	}
	return !m.isKnown(small) && !codeForm.MatchString(piece)
}

// isKnown tells that a word, in small letters, stays where it is not part of a name.
func (m *Mapper) isKnown(small string) bool {
	return m.known.Words[small] || common[small] || m.ofOwn[small] && !m.ofNames[small]
}

// isOfPhone tells that a number is part of one that begins with a +.
func isOfPhone(text string, p part) bool {
	begin := strings.LastIndexByte(text[:p.start], '+')
	return begin >= 0 && p.end-p.start > 2 && strings.Trim(text[begin+1:p.start], "0123456789 ()-.xX*") == ""
}

// isEnding tells that a word is the ending of a file or of a domain, or of a domain that stays.
func (m *Mapper) isEnding(text string, p part, h host) bool {
	small := strings.ToLower(text[p.start:p.end])
	isBehindDot := p.start > 0 && text[p.start-1] == '.'
	if h.name != "" {
		return m.known.Domains[h.name] || p.start >= h.suffix || isBehindDot && p.end == h.end && m.isKnown(small)
	}
	isLast := p.end == len(text) || strings.IndexByte(".-_@", text[p.end]) < 0
	return isBehindDot && isLast && (endings[small] || common[small])
}

// phrasesIn tells which of the parts are of a name that stands in the text.
func (m *Mapper) phrasesIn(text string, parts []part, kind Kind) map[int]bool {
	var in map[int]bool
	if kind == Name || len(m.phrases) == 0 {
		return nil
	}
	for i := range parts {
		if parts[i].shape != word && parts[i].shape != number {
			continue
		}
		phrase, last, rare := "", -1, false
		for j, n := i, 0; j < len(parts) && n < longestPhrase; j++ {
			p := parts[j]
			if p.shape == gap && p.end-p.start <= 3 {
				continue
			}
			if p.shape != word && p.shape != number {
				break
			}
			small := strings.ToLower(text[p.start:p.end])
			rare = rare || !m.isKnown(small)
			if n++; n > 1 {
				phrase += " "
			}
			phrase += small
			isWhole, goesOn := m.phrases[phrase]
			if !goesOn {
				break
			}
			if isWhole && (rare || kind == Other) {
				last = j
			}
		}
		for j := i; j <= last; j++ {
			if in == nil {
				in = map[int]bool{}
			}
			in[j] = true
		}
	}
	return in
}

// host is a domain or a host, of a mail address or an address of the Web, or the name before the @.
type host struct {
	is           bool
	isWeb        bool   // it stands behind ://
	isMicrosofts bool   // it ends in a domain of Microsoft's services
	name         string // in small letters; empty = the name before the @
	suffix       int    // where the domain of Microsoft's begins in the text
	start, end   int
}

type spans []host

func (all spans) of(p part) host {
	for _, h := range all {
		if h.start <= p.start && p.end <= h.end {
			return h
		}
	}
	return host{}
}

// hostsIn finds what stands around an @ and behind ://.
func hostsIn(text string) (all spans) {
	if !strings.ContainsAny(text, "@/") {
		return nil
	}
	ofHost := func(r rune) bool { return r == '.' || r == '-' || isOfWord(r) }
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '@':
			begin := i
			for begin > 0 {
				r, size := utf8.DecodeLastRuneInString(text[:begin])
				if !isOfWord(r) && strings.IndexByte(".+-_'", text[begin-1]) < 0 {
					break
				}
				begin -= size
			}
			n := runOf(text, i+1, ofHost)
			if n > 0 {
				all = append(all, host{is: true, start: begin, end: i}, hostAt(text, i+1, n))
			}
		case strings.HasPrefix(text[i:], "://"):
			if n := runOf(text, i+3, ofHost); n > 0 {
				h := hostAt(text, i+3, n)
				h.isWeb = true
				all = append(all, h)
			}
		}
	}
	return all
}

func hostAt(text string, i, n int) host {
	name := strings.TrimRight(text[i:i+n], ".-")
	h := host{is: true, name: strings.ToLower(name), start: i, end: i + len(name), suffix: len(text)}
	for domain := h.name; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
		if microsofts[domain] {
			h.isMicrosofts, h.suffix = true, h.end-len(domain)
			break
		}
	}
	return h
}

//go:embed microsoft_domains.txt
var microsoftDomains string

//go:embed endings.txt
var fileEndings string

//go:embed common_words.txt
var commonWords string

var microsofts, endings = listed(microsoftDomains), listed(fileEndings)

// common are words that stay in any text but a name: those of the list, and of the domains
// of Microsoft's.
var common = func() map[string]bool {
	all := listed(commonWords)
	for domain := range microsofts {
		for label := range strings.SplitSeq(domain, ".") {
			all[label] = true
		}
	}
	return all
}()

// listed are the words of a list; a line that begins with # is a comment.
func listed(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			for w := range strings.FieldsSeq(line) {
				all[w] = true
			}
		}
	}
	return all
}
