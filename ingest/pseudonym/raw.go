package pseudonym

import (
	_ "embed" // the list of fields
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"entrail/ingest/schema"
)

// Raw records, and other texts that are JSON: each string is a text for itself, and its
// field says whether it is a name. All else stays as it is written.

//go:embed name_fields.txt
var nameFieldList string

// nameFields are fields whose values are names, as fieldName writes them: the list, and
// the columns of names of records.
var nameFields = func() map[string]bool {
	fields := listed(nameFieldList)
	for _, t := range schema.Records() {
		for _, column := range t.Names {
			if column != "name" && column != "display_name" && column != "value" { // anything is called so elsewhere
				fields[fieldName(column)] = true
			}
		}
	}
	return fields
}()

// fieldName is the name of a field in small letters and without what stands between words.
func fieldName(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// deepest is how many levels of a JSON text are looked into; one that has more is a text
// like any other.
const deepest = 200

// MeetRaw notes the names in a raw record.
func (m *Mapper) MeetRaw(text string) { walk(text, Other, m.meetLeaf) }

func (m *Mapper) meetLeaf(text string, kind Kind) []edit {
	if _, isJSON := walk(text, kind, m.meetLeaf); !isJSON && kind == Name && text != "" {
		m.Meet(text, Name)
	}
	return nil
}

// edit is what a stretch of a text becomes.
type edit struct {
	start, end int
	other      string
}

// edited is the text with edits, which come in its order.
func edited(text string, edits []edit) string {
	if len(edits) == 0 {
		return text
	}
	var out strings.Builder
	done := 0
	for _, e := range edits {
		out.WriteString(text[done:e.start])
		out.WriteString(e.other)
		done = e.end
	}
	out.WriteString(text[done:])
	return out.String()
}

// walk returns the edits of a JSON object or array, those that leaf has of each string in it.
// All else stays as it is written. false: the text is none, or is nested too deep.
func walk(text string, kind Kind, leaf func(string, Kind) []edit) ([]edit, bool) {
	begin := strings.TrimLeft(text, blanks)
	if begin == "" || begin[0] != '{' && begin[0] != '[' || !json.Valid([]byte(text)) {
		return nil, false
	}
	w := walker{leaf: leaf, text: text}
	if !w.value("", kind, 0) {
		return nil, false
	}
	return w.edits, true
}

const blanks = " \t\r\n"

// walker goes through a valid JSON text, string by string.
type walker struct {
	leaf  func(string, Kind) []edit
	text  string
	at    int
	edits []edit
}

// skip passes over what stands between the parts, the separators among it.
func (w *walker) skip(between string) {
	for w.at < len(w.text) && strings.IndexByte(between, w.text[w.at]) >= 0 {
		w.at++
	}
}

// value passes a value of a field; false if it is too deep.
func (w *walker) value(field string, kind Kind, depth int) bool {
	if depth > deepest {
		return false
	}
	w.skip(blanks)
	switch w.text[w.at] {
	case '{':
		return w.members(kind, depth)
	case '[':
		w.at++
		for w.skip(blanks + ","); w.text[w.at] != ']'; w.skip(blanks + ",") {
			if !w.value(field, kind, depth+1) {
				return false
			}
		}
		w.at++
	case '"':
		if nameFields[field] {
			kind = Name
		}
		w.string(kind)
	default:
		for w.at < len(w.text) && strings.IndexByte(",]}"+blanks, w.text[w.at]) < 0 {
			w.at++
		}
	}
	return true
}

// members passes an object. Where a member called Name says what the others are about, it
// is their field.
func (w *walker) members(kind Kind, depth int) bool {
	w.at++
	about := ""
	for w.skip(blanks + ","); w.text[w.at] != '}'; w.skip(blanks + ",") {
		field := fieldName(w.string(Own))
		w.skip(blanks + ":")
		switch field {
		case "name", "displayname", "key":
			if w.text[w.at] == '"' {
				text, _ := unquoted(w.quoted())
				about = fieldName(text)
			}
		case "value", "newvalue", "oldvalue":
			if about != "" {
				field = about
			}
		}
		if !w.value(field, kind, depth+1) {
			return false
		}
	}
	w.at++
	return true
}

// quoted is the string that follows, without its quotes.
func (w *walker) quoted() string {
	for i := w.at + 1; ; i++ {
		switch w.text[i] {
		case '\\':
			i++
		case '"':
			return w.text[w.at+1 : i]
		}
	}
}

// string passes a string, notes its edits, and returns it.
func (w *walker) string(kind Kind) string {
	quoted := w.quoted()
	begin := w.at + 1
	w.at = begin + len(quoted) + 1
	text, places := unquoted(quoted)
	for _, e := range w.leaf(text, kind) {
		if places != nil {
			e.start, e.end = places[e.start], places[e.end]
		}
		w.edits = append(w.edits, edit{begin + e.start, begin + e.end, escaped(e.other)})
	}
	return text
}

// unquoted is the text of a string of JSON, and where each of its bytes, and the end, stands in the
// string; nil = it is written without escapes.
func unquoted(quoted string) (text string, places []int) {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted, nil
	}
	var out []byte
	for i := 0; i < len(quoted); {
		begin := i
		if quoted[i] != '\\' {
			out, places = append(out, quoted[i]), append(places, i)
			i++
			continue
		}
		i += 2
		switch c := quoted[begin+1]; c {
		case 'u':
			r := hexRune(quoted[i:])
			i += 4
			if utf16.IsSurrogate(r) && strings.HasPrefix(quoted[i:], `\u`) {
				if both := utf16.DecodeRune(r, hexRune(quoted[i+2:])); both != utf8.RuneError {
					r = both
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			if at := strings.IndexByte("bfnrt", c); at >= 0 {
				c = "\b\f\n\r\t"[at]
			}
			out = append(out, c)
		}
		for len(places) < len(out) {
			places = append(places, begin)
		}
	}
	return string(out), append(places, len(quoted))
}

// hexRune is what four hexadecimal digits say.
func hexRune(digits string) rune {
	n, _ := strconv.ParseUint(digits[:4], 16, 32)
	return rune(n)
}

// escaped is a text as it stands in a string of JSON.
func escaped(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError }) < 0 {
		return text
	}
	quoted, _ := json.Marshal(text)
	return string(quoted[1 : len(quoted)-1])
}
