package sigma

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"entrail/ingest/engine"
)

// Bounds of one value.
const (
	maxRegex = 1_000 // bytes of a regular expression
	maxValue = 4_000 // bytes of any other
)

// matcher is one value that a field is compared with.
type matcher struct {
	as       comparison
	text     string // what it says, wildcards and escapes resolved; of a pattern its regular expression
	written  string // as in the rule
	field    string // of a reference: the field with which it is compared
	isCased  bool
	network  netip.Prefix
	timePart string // the number is that of a part of a time: hour, ...; empty = of the value
}

type comparison int

const (
	equals comparison = iota
	contains
	startsWith
	endsWith
	fitsWhole // a regular expression, the whole text
	fitsPart
	within // a network
	above  // a number
	sameNumber
	atLeast
	below
	atMost
	isField
)

var numbers = map[string]comparison{"": sameNumber, "gt": above, "gte": atLeast, "lt": below, "lte": atMost}

// The marks that stand before the option of a command, of which windash means any.
const dashes = "-/\u2013\u2014\u2015"

var dash = regexp.MustCompile(`(^|[^0-9A-Za-z_])[` + dashes + `]([0-9A-Za-z_])`)

// modifiers are what stands behind a field's name.
type modifiers struct {
	side     string // contains, startswith, endswith
	as       string // re, cidr, gt, gte, lt, lte, exists, fieldref; empty = plain
	encoding string // base64, base64offset
	wide     string // utf16le, utf16be or utf16, before the encoding; empty = as it is
	timePart string // minute, hour, day, week, month, year: of a time; empty = the value
	isDash   bool   // any dash or slash before a word
	isAll    bool
	isCased  bool
	isNot    bool
	flags    string // of a regular expression
}

// parseModifiers reads field|contains|all.
func parseModifiers(key string) (field string, m modifiers, err error) {
	field, rest, isModified := strings.Cut(key, "|")
	if !isModified {
		return field, m, nil
	}
	for _, name := range strings.Split(strings.ToLower(rest), "|") {
		switch name {
		case "contains", "startswith", "endswith":
			if m.side != "" {
				return field, m, fmt.Errorf("%s: %s and %s exclude each other", key, m.side, name)
			}
			m.side = name
		case "re", "cidr", "gt", "gte", "lt", "lte", "exists", "fieldref":
			if m.as != "" {
				return field, m, fmt.Errorf("%s: %s and %s exclude each other", key, m.as, name)
			}
			m.as = name
		case "base64", "base64offset":
			m.encoding = name
		case "wide", "utf16le":
			m.wide = "utf16le"
		case "utf16be", "utf16":
			m.wide = name
		case "minute", "hour", "day", "week", "month", "year":
			if m.timePart != "" {
				return field, m, fmt.Errorf("%s: %s and %s exclude each other", key, m.timePart, name)
			}
			m.timePart = name
		case "windash":
			m.isDash = true
		case "all":
			m.isAll = true
		case "cased":
			m.isCased = true
		case "neq":
			m.isNot = true
		case "i", "m", "s":
			if m.as != "re" {
				return field, m, fmt.Errorf("%s: %s stands behind re", key, name)
			}
			m.flags += name
		default:
			return field, m, fmt.Errorf("%s: the modifier %s is not supported", key, name)
		}
	}
	switch {
	case m.as != "" && (m.side != "" || m.encoding != ""):
		return field, m, fmt.Errorf("%s: %s stands alone", key, m.as)
	case m.wide != "" && m.encoding == "":
		return field, m, fmt.Errorf("%s: %s stands before base64", key, m.wide)
	case m.timePart != "" && (m.side != "" || m.encoding != "" || m.isDash || m.as != "" && numbers[m.as] == 0):
		return field, m, fmt.Errorf("%s: %s stands alone, or with gt, gte, lt or lte", key, m.timePart)
	case m.isDash && (m.as != "" || m.encoding != ""):
		return field, m, fmt.Errorf("%s: windash stands with contains, startswith or endswith", key)
	}
	return field, m, nil
}

// matchers are what a value of the rule stands for: one, of base64offset three.
func (m modifiers) matchers(text string) ([]matcher, error) {
	one := matcher{text: text, written: text, isCased: m.isCased}
	switch {
	case m.as == "re" && len(text) > maxRegex:
		return nil, fmt.Errorf("a regular expression of more than %d bytes", maxRegex)
	case len(text) > maxValue:
		return nil, fmt.Errorf("a value of more than %d bytes", maxValue)
	case strings.ContainsRune(text, 0):
		return nil, errors.New("a value with a NUL byte, which no log has")
	}
	if m.timePart != "" {
		if _, err := strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("%s %q: want a number", m.timePart, text)
		}
		one.as, one.timePart = numbers[m.as], m.timePart
		return []matcher{one}, nil
	}
	switch m.as {
	case "re":
		if m.flags != "" {
			one.text = "(?" + m.flags + ")" + text
		}
		if _, err := regexp.Compile(one.text); err != nil {
			return nil, fmt.Errorf("regular expression %q: %s; what it must be is at https://github.com/google/re2/wiki/Syntax", text,
				strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		one.as = fitsPart
		return []matcher{one}, nil
	case "cidr":
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("cidr %q: want a range such as 203.0.113.0/24 or 2001:db8::/32", text)
		}
		if network.Addr().Is4In6() {
			return nil, fmt.Errorf("cidr %q: write it as IPv4", text)
		}
		one.as, one.network = within, network.Masked()
		return []matcher{one}, nil
	case "gt", "gte", "lt", "lte":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n != n || n > 1e18 || n < -1e18 {
			return nil, fmt.Errorf("%s %q: want a number", m.as, text)
		}
		one.as, one.text = numbers[m.as], strconv.FormatFloat(n, 'f', -1, 64)
		return []matcher{one}, nil
	case "fieldref":
		one.as, one.field = isField, text
		return []matcher{one}, checkField(text)
	}
	pieces := parsePattern(text)
	if m.encoding != "" {
		return m.encoded(one, pieces)
	}
	if any := (piece{isAny: true}); m.side != "" {
		if m.side != "startswith" && (len(pieces) == 0 || pieces[0] != any) {
			pieces = slices.Insert(pieces, 0, any)
		}
		if m.side != "endswith" && (len(pieces) == 1 || pieces[len(pieces)-1] != any) {
			pieces = append(pieces, any)
		}
	}
	one.as, one.text = comparisonOf(pieces)
	if m.isDash {
		one.as, one.text = fitsWhole, patternOf(pieces, anyDash)
	}
	return []matcher{one}, nil
}

// piece is a part of a text with wildcards: any text, one letter, or itself.
type piece struct {
	isAny, isOne bool
	text         string
}

// parsePattern reads * and ?, which a backslash makes themselves, and a backslash another.
func parsePattern(text string) []piece {
	var pieces []piece
	add := func(r rune) {
		if n := len(pieces); n > 0 && !pieces[n-1].isAny && !pieces[n-1].isOne {
			pieces[n-1].text += string(r)
			return
		}
		pieces = append(pieces, piece{text: string(r)})
	}
	isEscaped := false
	for _, r := range text {
		switch {
		case isEscaped:
			if r != '*' && r != '?' && r != '\\' {
				add('\\')
			}
			add(r)
			isEscaped = false
		case r == '\\':
			isEscaped = true
		case r == '*':
			pieces = append(pieces, piece{isAny: true})
		case r == '?':
			pieces = append(pieces, piece{isOne: true})
		default:
			add(r)
		}
	}
	if isEscaped {
		add('\\')
	}
	return pieces
}

// comparisonOf is the simplest that the pieces need.
func comparisonOf(pieces []piece) (comparison, string) {
	middle, first, last := pieces, false, false
	if len(middle) > 0 && middle[0].isAny {
		first, middle = true, middle[1:]
	}
	if len(middle) > 0 && middle[len(middle)-1].isAny {
		last, middle = true, middle[:len(middle)-1]
	}
	isPlain := len(middle) == 0 || len(middle) == 1 && middle[0].text != ""
	if !isPlain {
		return fitsWhole, patternOf(pieces, regexp.QuoteMeta)
	}
	text := ""
	if len(middle) == 1 {
		text = middle[0].text
	}
	switch {
	case first && (last || len(middle) == 0):
		return contains, text
	case first:
		return endsWith, text
	case last:
		return startsWith, text
	}
	return equals, text
}

// patternOf is the regular expression of the pieces, their texts as quote writes them.
func patternOf(pieces []piece, quote func(string) string) string {
	var b strings.Builder
	for _, p := range pieces {
		switch {
		case p.isAny:
			b.WriteString(".*")
		case p.isOne:
			b.WriteByte('.')
		default:
			b.WriteString(quote(p.text))
		}
	}
	return b.String()
}

// anyDash is the regular expression of a text in which each dash or slash before a word may
// be any of them.
func anyDash(text string) string {
	var b strings.Builder
	for text != "" {
		at := dash.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		b.WriteString(regexp.QuoteMeta(text[:at[3]]) + "[" + dashes + "]")
		text = text[at[4]:]
	}
	return b.String() + regexp.QuoteMeta(text)
}

// encoded is the text in base64, of base64offset in each of its three places.
func (m modifiers) encoded(one matcher, pieces []piece) ([]matcher, error) {
	plain := ""
	for _, p := range pieces {
		if p.isAny || p.isOne {
			return nil, fmt.Errorf("%s %q: a wildcard can't be encoded", m.encoding, one.written)
		}
		plain += p.text
	}
	if m.wide != "" {
		var wide []byte
		if m.wide == "utf16" {
			wide = []byte{0xff, 0xfe} // the mark of its order
		}
		for _, unit := range utf16.Encode([]rune(plain)) {
			if m.wide == "utf16be" {
				wide = append(wide, byte(unit>>8), byte(unit))
			} else {
				wide = append(wide, byte(unit), byte(unit>>8))
			}
		}
		plain = string(wide)
	}
	one.as = map[string]comparison{"": equals, "contains": contains, "startswith": startsWith, "endswith": endsWith}[m.side]
	if m.encoding == "base64" {
		one.text = base64.StdEncoding.EncodeToString([]byte(plain))
		return []matcher{one}, nil
	}
	// What the bytes before and after it take part in is cut off.
	var all []matcher
	for offset, start := range []int{0, 2, 3} {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + plain))
		end := len(text) - []int{0, 3, 2}[(len(plain)+offset)%3]
		if start >= end {
			return nil, fmt.Errorf("%s %q: the text is too short", m.encoding, one.written)
		}
		one.text = text[start:end]
		all = append(all, one)
	}
	return all, nil
}

// sql says of one text, which SQL calls v, whether it fits. values gives the SQL of all
// values of a field.
func (m matcher) sql(v string, values func(field string) string) string {
	text := m.text
	if !m.isCased && m.as <= endsWith {
		v, text = "lower("+v+")", strings.ToLower(text)
	}
	literal := engine.Literal(text)
	switch m.as {
	case contains:
		return "contains(" + v + ", " + literal + ")"
	case startsWith:
		return "starts_with(" + v + ", " + literal + ")"
	case endsWith:
		return "ends_with(" + v + ", " + literal + ")"
	case fitsWhole:
		flags := "(?is)"
		if m.isCased {
			flags = "(?s)"
		}
		return "regexp_full_match(" + v + ", " + engine.Literal(flags+text) + ")"
	case fitsPart:
		return "regexp_matches(" + v + ", " + literal + ")"
	case within:
		first, last := digits(m.network)
		return fmt.Sprintf("address_digits(%s) between '%s' and '%s' and length(address_digits(%[1]s)) = %[4]d", v, first, last, len(first))
	case above, sameNumber, atLeast, below, atMost:
		number := "try_cast(" + v + " as double)"
		if m.timePart != "" {
			number = "date_part('" + m.timePart + "', try_cast(" + v + " as timestamp))"
		}
		return number + " " + map[comparison]string{above: ">", sameNumber: "=", atLeast: ">=", below: "<", atMost: "<="}[m.as] + " " + text
	case isField:
		return "list_contains(list_transform(" + values(m.field) + ", other -> lower(other)), lower(" + v + "))"
	}
	return v + " = " + literal
}

// digits are the first and the last address of a network in hexadecimal digits.
func digits(network netip.Prefix) (first, last string) {
	from := network.Addr().AsSlice()
	to := slices.Clone(from)
	for bit := network.Bits(); bit < len(to)*8; bit++ {
		to[bit/8] |= 0x80 >> (bit % 8)
	}
	return fmt.Sprintf("%x", from), fmt.Sprintf("%x", to)
}
