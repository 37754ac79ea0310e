package ingest

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// What an export of another program has made of a record: nested values
// flattened, cut off by the depth of ConvertTo-Json, written as text, put into
// columns of their own, or left on the envelope of a diagnostic setting. Here
// the record gets the shape back that the format's SQL reads; a format says
// in its header what that is. Most records have it and pass untouched.

// nesting is a name under which an object stands, or a list.
type nesting struct {
	name   string
	isList bool
	bare   string // the member that a number or a text without names is
	orText bool   // a text may stand there
	pairs  bool   // NAME=VALUE | NAME=VALUE in a text are items with Name and Value
}

// parseNesting reads `NAME`, `NAME[]`, `NAME of MEMBER`, `NAME[] or text` or
// `NAME[] or pairs or text`.
func parseNesting(text string) nesting {
	name, isText := strings.CutSuffix(text, " or text")
	name, isPairs := strings.CutSuffix(name, " or pairs")
	name, bare, _ := strings.Cut(name, " of ")
	name, isList := strings.CutSuffix(name, "[]")
	return nesting{name: name, isList: isList, bare: bare, orText: isText, pairs: isPairs}
}

// fill says what of the envelope stands for what the record lacks.
type fill struct {
	path    []string
	from    string // name in the envelope
	isAlone bool   // worth a look by itself; others are taken on that occasion
}

// spelled is the format's spelling of a name, which may be in another case or have _
// between its words, or the name.
func (f *format) spelled(name string) string {
	key := headerKey(name)
	if known, ok := f.spelling[key]; ok {
		return known
	}
	if known, ok := f.spelling[inSnake(name)]; ok {
		return known
	}
	return name
}

// spelledIn is the format's spelling of the names in a nested value.
func (f *format) spelledIn(n nesting) func(name string) string {
	return func(name string) string {
		if known, ok := f.spelling[headerKey(n.name+">"+name)]; ok {
			return known
		}
		return f.spelled(name)
	}
}

// isRespelled tells whether the names in an object, or in those of a list, begin with
// another case than the name under which it stands, of which the first one tells, or have
// _ between their words. Where a text may stand, too, the object's case is its own.
func (n nesting) isRespelled(value []byte) bool {
	name := bytes.TrimLeft(value, "[{ \t\r\n")
	if len(name) < 3 || len(name) == len(value) || name[0] != '"' {
		return false
	}
	isCapital := func(c byte) bool { return c >= 'A' && c <= 'Z' }
	isLetter := name[1]|0x20 >= 'a' && name[1]|0x20 <= 'z'
	return isLetter && !n.orText && isCapital(name[1]) != isCapital(n.name[strings.LastIndexByte(n.name, '.')+1]) ||
		bytes.IndexByte(name, '_') >= 0 && underscored.Match(name) // most have none, and the search takes long
}

// underscored is a name with _ between its words.
var underscored = regexp.MustCompile(`"[a-z]+_[a-z_]+" ?:`)

// place is where in the record a value belongs: the names that lead there; and
// which of several values it is that may stand there: the first in rank that says something.
type place struct {
	path []string
	rank int
}

// place is where belongs what an export has under this name; without a path
// for nowhere else than there.
func (f *format) place(name string) place {
	if known, ok := f.flat[headerKey(name)]; ok {
		return known
	}
	return place{path: f.dotted(name)}
}

// names remembers where names belong, of one format: each record of a file asks it again.
type names map[string]knownName

// mostNames bounds how many are remembered, for a file may have others in each record.
const mostNames = 1000

type knownName struct {
	place
	lower string
}

func (known names) of(f *format, name string) knownName {
	n, ok := known[name]
	if !ok {
		n = knownName{f.place(name), strings.ToLower(name)}
		if len(known) < mostNames {
			known[name] = n
		}
	}
	return n
}

// isTime tells whether what stands under the name is a time.
func (f *format) isTime(name string) bool {
	path := f.place(name).path
	return f.times[name] || len(path) == 1 && f.times[path[0]]
}

// dotted is the path that a name like status.errorCode, status/errorCode or
// status_errorCode is; nil for another name.
func (f *format) dotted(name string) []string {
	if f.spelling[headerKey(name)] != "" || !strings.ContainsAny(name, "._/:[") {
		return nil
	}
	separators := "./:[]"
	if !strings.ContainsAny(name, "./:[") {
		separators = "_"
	}
	parts := strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune(separators, c) })
	if len(parts) < 2 {
		return nil
	}
	for i, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			return nil
		}
		parts[i] = f.spelled(part)
		if _, isItem := itemNumber(part); isItem {
			continue
		}
		if i == 0 {
			n, ok := f.nested[strings.ToLower(part)]
			if !ok || n.orText && separators == "_" {
				return nil
			}
			parts[0] = n.name
		}
	}
	return parts
}

// nestedValue is a value of an object that is an object or a list itself.
type nestedValue struct {
	at int // which of the values
	nesting
}

// shapes tells of an object with these names what may need another shape: the
// nested values, and whether one stands elsewhere than it should.
func (f *format) shapes(names []string) (nested []nestedValue, elsewhere bool) {
	for i, name := range names {
		if n, ok := f.nested[strings.ToLower(name)]; ok {
			nested = append(nested, nestedValue{i, n})
		}
		elsewhere = elsewhere || f.place(name).path != nil || f.isGathered(name)
	}
	return nested, elsewhere
}

// fits tells whether a value, of which only the beginning counts, may stand under the
// name as it is.
func (n nesting) fits(value []byte) bool {
	switch {
	case value[0] == 'n', value[0] == '[' && n.isList, value[0] == '{' && !n.isList:
		return true
	case value[0] != '"' || !n.orText || n.pairs && pairText.Match(value[1:]):
		return false
	}
	return len(value) < 3 || !bytes.ContainsRune([]byte(`[{@SDMm<`), rune(value[1]))
}

// isOddInside tells whether an object or a list holds one that should be the other: a list
// of one, which programs write without its brackets, or the text of one.
func (f *format) isOddInside(n nesting, value []byte) bool {
	for _, inner := range f.inside[n.name] {
		name := []byte(`"` + inner.name[strings.LastIndexByte(inner.name, '.')+1:] + `"`)
		for rest := value; ; {
			i := bytes.Index(rest, name)
			if i < 0 {
				break
			}
			rest = bytes.TrimLeft(rest[i+len(name):], " \t\r\n")
			if after, isName := bytes.CutPrefix(rest, []byte(":")); isName && !inner.fits(bytes.TrimLeft(after, " \t\r\n")) {
				return true
			}
		}
	}
	return false
}

// shaper gives one record its shape.
type shaper struct {
	format *format
	names  names
	recase bool              // names are spelled in another case
	typed  func(name string) // of this value only the type was written
	unread func(name string) // this value could not be read
	keep   bool              // what stands elsewhere stays there, too
}

// noneText is what az monitor log-analytics query writes for a value that is not
// there: the text of Python's None. Its records name their table first.
// https://learn.microsoft.com/cli/azure/monitor/log-analytics
const noneText, tableOfAz = "None", "TableName"

func isOfAz(names []string) bool {
	return len(names) > 0 && strings.EqualFold(names[0], tableOfAz)
}

func (s *shaper) shape(record *tree) {
	f := s.format
	if isOfAz(record.names) {
		for i, value := range record.values {
			if value.kind == '"' && value.text == noneText {
				record.values[i] = nullTree()
			}
		}
	}
	type move struct {
		place
		value *tree
	}
	var moves []move
	out := &tree{kind: '{', names: make([]string, 0, len(record.names)), values: make([]*tree, 0, len(record.names))}
	gathered := &tree{kind: '['}
	for i, name := range record.names {
		value := record.values[i]
		if f.isGathered(name) && !value.isEmpty() {
			gathered.values = append(gathered.values, pair(name[len(f.gather.prefix):], value))
		}
		to := s.names.of(f, name)
		if to.path != nil {
			moves = append(moves, move{to.place, value})
			if !s.keep {
				continue
			}
		} else if s.recase {
			name = f.spelled(name)
		}
		if n, ok := f.nested[s.names.of(f, name).lower]; ok && to.path == nil {
			if s.recase {
				name = n.name
			}
			if s.recase || n.isRespelled(value.append(nil)) {
				value.rename(f.spelledIn(n))
			}
			value = s.open(value, n, strings.ToLower(name), 0)
		} else if value.kind == '"' && scan.IsTypeName([]byte(value.text)) && !s.keep {
			s.typed(name)
			value = nullTree()
		}
		if s.keep && value.kind == '"' && value.isEmpty() {
			value = nullTree() // what a table writes into columns of other records; reports read raw
		}
		out.names, out.values = append(out.names, name), append(out.values, value)
	}
	slices.SortStableFunc(moves, func(a, b move) int { return a.rank - b.rank })
	for _, m := range moves {
		if m.value.isEmpty() {
			continue
		}
		value := m.value
		if s.recase {
			value.rename(f.spelled)
		}
		if n, ok := f.nested[strings.ToLower(strings.Join(m.path, "."))]; ok {
			value = s.open(value, n, strings.ToLower(n.name), 0)
		}
		if there := out.find(m.path); there != nil && there.kind == '"' && value.isNumber() && !there.isNumber() {
			*there = *value // a code says more than a word
			continue
		}
		out.put(m.path, value)
	}
	for i, name := range out.names { // a column for each member of the items of a list
		if out.values[i].kind != '{' {
			continue
		}
		if n, ok := f.nested[strings.ToLower(name)]; ok && n.isList {
			out.values[i] = s.open(out.values[i], n, strings.ToLower(name), 0)
		}
	}
	if len(gathered.values) > 0 {
		out.put([]string{f.gather.into}, gathered)
	}
	*record = *out
}

// gathering is how the items of a list got columns of their own: by a prefix
// before their names.
type gathering struct{ prefix, into string }

func (f *format) isGathered(name string) bool {
	return f.gather.prefix != "" && len(name) > len(f.gather.prefix) && strings.EqualFold(name[:len(f.gather.prefix)], f.gather.prefix)
}

// pair is an item of a list of names and values.
func pair(name string, value *tree) *tree {
	return &tree{kind: '{', names: []string{"Name", "Value"}, values: []*tree{textTree(name), value}}
}

// pairText is NAME=VALUE, and more behind a bar; pairName is where one begins.
var (
	pairText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*=`)
	pairName = regexp.MustCompile(`(?:^| \| )([A-Za-z][A-Za-z0-9]*)=`)
)

// pairsOf reads such a text.
func pairsOf(text string) *tree {
	list := &tree{kind: '['}
	places := pairName.FindAllStringSubmatchIndex(text, -1)
	for i, at := range places {
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		list.values = append(list.values, pair(text[at[2]:at[3]], textTree(text[at[1]:end])))
	}
	return list
}

// open returns what should stand under the name.
func (s *shaper) open(value *tree, n nesting, path string, depth int) *tree {
	if depth > 8 {
		return value
	}
	switch value.kind {
	case '"':
		text := strings.TrimSpace(value.text)
		if text == "" || text == "null" {
			return nullTree()
		}
		if scan.IsTypeName([]byte(text)) {
			s.typed(n.name)
			return nullTree()
		}
		if read, ofJSON := notation(text); read != nil {
			if !ofJSON || n.isRespelled([]byte(text)) {
				read.rename(s.format.spelledIn(n))
			}
			return s.open(read, n, path, depth+1)
		}
		switch {
		case n.pairs && pairText.MatchString(text):
			return pairsOf(text)
		case n.orText:
			return value
		case strings.ContainsAny(text, "{}<>=") || !strings.ContainsFunc(text, isLetterOrDigit): // of a notation that is not known, or a part
		case n.bare == "countryOrRegion":
			return placeOf(text)
		case n.bare == "errorCode" && !value.isNumber():
			if code := codeBehindWord.FindStringSubmatch(text); code != nil {
				value = textTree(code[1])
			} else if !statusWord.MatchString(text) {
				break
			}
			return &tree{kind: '{', names: []string{n.bare}, values: []*tree{value}}
		case n.bare != "":
			return &tree{kind: '{', names: []string{n.bare}, values: []*tree{value}}
		}
		s.unread(n.name)
		return nullTree()
	case 'n':
		if value.isEmpty() || n.orText {
			return value
		}
		if n.bare != "" {
			return &tree{kind: '{', names: []string{n.bare}, values: []*tree{value}}
		}
		s.unread(n.name)
		return nullTree()
	case '{':
		if n.isList && n.pairs && (value.member("Name") == nil || value.member("Value") == nil) {
			list := &tree{kind: '['}
			for i, name := range value.names {
				list.values = append(list.values, pair(name, value.values[i]))
			}
			return list
		}
		if lists := value.zipped(); n.isList && lists != nil {
			value = lists
			for _, item := range value.values {
				s.openMembers(item, path, depth)
			}
			return value
		}
		s.openMembers(value, path, depth)
		if n.isList {
			return &tree{kind: '[', values: []*tree{value}}
		}
		return value
	}
	if !n.isList && len(value.values) == 1 && value.values[0].kind == '{' {
		return s.open(value.values[0], n, path, depth+1)
	}
	if !n.isList {
		s.unread(n.name)
		return nullTree()
	}
	var items []*tree
	lost := false
	for _, item := range value.values {
		if item.kind == '"' && scan.IsTypeName([]byte(item.text)) {
			s.typed(n.name)
			lost = true
			continue
		}
		if item.kind == '"' {
			if read, ofJSON := notation(item.text); read != nil && read.kind == '{' {
				if !ofJSON {
					read.rename(s.format.spelled)
				}
				item = read
			}
		}
		if item.kind == '"' && !n.orText {
			if !item.isEmpty() {
				s.unread(n.name)
			}
			lost = true
			continue
		}
		if item.kind == '{' {
			s.openMembers(item, path, depth)
		}
		items = append(items, item)
	}
	if lost && len(items) == 0 {
		return nullTree()
	}
	return &tree{kind: '[', values: items}
}

func (s *shaper) openMembers(object *tree, path string, depth int) {
	for i, name := range object.names {
		within := path + "." + strings.ToLower(name)
		if n, ok := s.format.nested[within]; ok {
			object.values[i] = s.open(object.values[i], n, within, depth+1)
		}
	}
}

// codeBehindWord is the code of a status like "Failure (50126)"; statusWord is one that the
// macro portal_status knows.
var (
	codeBehindWord = regexp.MustCompile(`^[^\d]*[(: ](\d{1,10})\)?$`)
	statusWord     = regexp.MustCompile(`(?i)^(success|succeeded|succès|éxito|correct[oa]|(opération )?réus\S*|failure|failed|échec|error|con errores|err[oó]ne[oa]|interrupted|interrompue?|interrumpid[oa])$`)
)

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// placeOf reads a place that is one text: a country, or the portal's "City, State, Country".
func placeOf(text string) *tree {
	place := &tree{kind: '{'}
	parts := strings.Split(text, ",")
	names := []string{"city", "state", "countryOrRegion"}
	if len(parts) > len(names) {
		parts = []string{text}
	}
	for i, name := range names[len(names)-len(parts):] {
		if len(parts) == 2 {
			name = []string{"city", "countryOrRegion"}[i]
		}
		place.set(name, textTree(strings.TrimSpace(parts[i])))
	}
	return place
}

// lacks tells whether the record has nothing where its envelope may have something.
func (f *format) lacks(t *scan.JSONText) bool {
	for _, rule := range f.fills {
		value := t.Member(rule.path[0])
		switch {
		case !rule.isAlone:
		case value == nil, value[0] == 'n', len(value) == 2, value[0] == '"' && isPlaceholder(string(value[1:len(value)-1])):
			return true
		case f.times[rule.path[0]] && !readsAsTime(cmp.Or(dates.TextIn(value), string(value))):
			return true
		case len(rule.path) > 1 && value[0] == '{' && !says(value, rule.path[1]):
			return true
		}
	}
	return false
}

// says tells whether a flat object has a value under the name.
func says(object []byte, name string) bool {
	_, after, found := bytes.Cut(object, []byte(`"`+name+`"`))
	after = bytes.TrimLeft(after, " \t\r\n:")
	return found && !bytes.HasPrefix(after, []byte("null")) && !bytes.HasPrefix(after, []byte(`""`))
}

// placeholders are what exports write where there is no value.
var placeholders = []string{"null", "none", "nil", "nan", "undefined", "n/a", "na", "-"}

func isPlaceholder(text string) bool {
	return slices.Contains(placeholders, strings.ToLower(strings.Trim(text, " <>()")))
}

// sinceEpoch is a number of seconds since 1970, or of smaller parts.
var sinceEpoch = regexp.MustCompile(`^\d{10}(\d{3}|\d{6}|\d{9})?(\.\d*)?$`)

// readsAsTime tells whether a text is a time as exports write it, of which a log can be.
func readsAsTime(text string) bool {
	if t, ok := dates.Certainly(text); ok {
		return t.Year() >= 1990 && t.Year() < 2200
	}
	_, isCulture := dates.ParseCulture([]byte(text))
	return isCulture || sinceEpoch.MatchString(text)
}

// fill puts what the envelope says where the record says nothing, or no time
// where it should, and tells whether it said any such thing.
func (f *format) fill(record *tree, envelope *scan.JSONText) (filled bool) {
	names := envelope.Names()
	for _, rule := range f.fills {
		for i, name := range names {
			if !strings.EqualFold(name, rule.from) {
				continue
			}
			value := treeOf(envelope.Text[envelope.Values[i].Start:envelope.Values[i].End])
			if value.kind == '{' || value.kind == '[' || value.isEmpty() {
				continue
			}
			if before := record.find(rule.path); !before.isEmpty() && (isPlaceholder(before.text) || f.times[rule.path[0]] && !readsAsTime(before.text)) {
				*before = *nullTree()
			}
			if record.find(rule.path).isEmpty() {
				filled = true
			}
			record.put(rule.path, value)
		}
	}
	return filled
}
