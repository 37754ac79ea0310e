package duplicates

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrail/ingest/scan"
)

// Two exports write one record with other names, types and times, envelope it, leave
// out a part, or add what is theirs. What is compared here is what the record says.

// value is a JSON value to compare. Of a name that is there twice, both count.
type value struct {
	kind     byte   // of its first letter: { [ " t f n, or 0 for a number
	text     string // of a scalar
	names    []string
	values   []value
	inside   *value // of a text that holds JSON: that, which is compared again and again
	source   string // as it stands in the text that was read
	fromLast int    // bytes from its start to the end of that text
}

// readValue reads a text that was found to be JSON before. ok is false if it is none.
func readValue(text string) (v value, ok bool) {
	v, rest, ok := cutValue(text, 0)
	return v, ok && trimSpace(rest) == ""
}

func trimSpace(text string) string { return strings.TrimLeft(text, " \t\r\n") }

// cutValue reads the value at the start of a text and returns what follows.
func cutValue(text string, depth int) (v value, rest string, ok bool) {
	text = trimSpace(text)
	v, rest, ok = cutBare(text, depth)
	v.source, v.fromLast = text[:len(text)-len(rest)], len(text)
	return v, rest, ok
}

// cutBare is cutValue without where the value stands.
func cutBare(text string, depth int) (v value, rest string, ok bool) {
	if text == "" || depth > scan.MaxDepth {
		return v, text, false
	}
	switch c := text[0]; c {
	case '{', '[':
		v.kind = c
		text = trimSpace(text[1:])
		for {
			if text == "" {
				return v, text, false
			}
			if text[0] == c+2 { // } and ] stand two behind { and [
				return v, text[1:], true
			}
			if c == '{' {
				var name value
				if name, text, ok = cutValue(text, depth+1); !ok || name.kind != '"' {
					return v, text, false
				}
				v.names = append(v.names, plainName(name.text))
				text, ok = strings.CutPrefix(trimSpace(text), ":")
				if !ok {
					return v, text, false
				}
			}
			var member value
			if member, text, ok = cutValue(text, depth+1); !ok {
				return v, text, false
			}
			v.values = append(v.values, member)
			text = trimSpace(text)
			if strings.HasPrefix(text, ",") {
				text = trimSpace(text[1:])
			}
		}
	case '"':
		end := 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(text) {
			return v, text, false
		}
		v.kind, v.text, ok = c, text[1:end], true
		if strings.Contains(v.text, `\`) {
			ok = json.Unmarshal([]byte(text[:end+1]), &v.text) == nil
		}
		if strings.HasPrefix(v.text, "{") || strings.HasPrefix(v.text, "[") {
			if inside, isJSON := readValue(v.text); isJSON {
				v.inside = &inside
			}
		}
		return v, text[end+1:], ok
	default:
		end := strings.IndexAny(text, ",]} \t\r\n")
		if end < 0 {
			end = len(text)
		}
		v.text = text[:end]
		if c == 't' || c == 'f' || c == 'n' {
			v.kind = c
		}
		return v, text[end:], end > 0
	}
}

// plainName is a name as all exports write it: Log Analytics has Logon_Type for
// LogonType, Graph small letters first.
func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// isEmpty tells that the value says nothing.
func (v value) isEmpty() bool {
	switch v.kind {
	case 'n':
		return true
	case '"':
		return strings.TrimSpace(v.text) == ""
	case '{', '[':
		return !slices.ContainsFunc(v.values, func(m value) bool { return !m.isEmpty() })
	}
	return false
}

// body is the record of a raw text: what stands in the envelope of a diagnostic
// setting, if it has one. A text that is no JSON stands for itself.
func body(raw string) value {
	v, ok := readValue(raw)
	if !ok {
		return value{kind: '"', text: raw}
	}
	if i := slices.Index(v.names, "properties"); i >= 0 && slices.Contains(v.names, "category") {
		return v.values[i].opened()
	}
	return v
}

// opened is the value that a text holds as JSON, else itself.
func (v value) opened() value {
	if v.inside != nil {
		return *v.inside
	}
	return v
}

// ofExport are names that an export adds around a record.
var ofExport = []string{"tenantid", "sourcesystem", "timegenerated", "resourceid", "itemid", "mg", "managementgroupname", "computer"}

// ofTime are names of the time of the event: two records that are compared have the same
// to the second, in whatever order of day and month each export wrote it.
var ofTime = []string{"creationtime", "createddatetime", "activitydatetime"}

// contradicts tells whether two records say different things of anything.
func (v value) contradicts(o value) bool {
	if v.kind != '{' || o.kind != '{' {
		return v.kind != o.kind || differ("", v, o)
	}
	for i, name := range v.names {
		if strings.HasPrefix(name, "@") || slices.Contains(ofExport, name) || slices.Contains(ofTime, name) {
			continue
		}
		for k, other := range o.names {
			if name == other && differ(name, v.values[i], o.values[k]) && !(v.repeats(i) && o.repeats(k)) && !(v.isPart(i) && o.isPart(k)) {
				return true
			}
		}
	}
	return false
}

// repeats tells whether a member is an element of a list that is there as well: the
// column that mv-expand adds.
func (v value) repeats(member int) bool {
	added := v.values[member].opened()
	return added.kind == '{' && slices.ContainsFunc(v.values, func(list value) bool {
		list = list.opened()
		return list.kind == '[' && slices.ContainsFunc(list.values, func(element value) bool {
			return element.kind == '{' && !element.isEmpty() && !differ("", element, added)
		})
	})
}

// lists are names of what is a list in a whole record: an object there is one element
// of it, in a row that mv-expand made.
var lists = []string{
	"actor", "additionaldetails", "affecteditems", "deviceproperties", "extendedproperties", "folders", "modifiedproperties",
	"operationproperties", "parameters", "target", "targetresources",
}

// mostCompared bounds how many elements of a list are compared with how many.
const mostCompared = 20_000

// differ tells whether two values under one name say different things. What one of
// them doesn't say is no difference, nor how they are spelled.
func differ(name string, a, b value) bool {
	a, b = a.opened(), b.opened()
	if a.isEmpty() || b.isEmpty() {
		return false
	}
	switch {
	case a.kind == '{' && b.kind == '{':
		if slices.Contains(lists, name) {
			return false
		}
		for i, name := range a.names {
			for k, other := range b.names {
				if name == other && !strings.HasPrefix(name, "@") && differ(name, a.values[i], b.values[k]) {
					return true
				}
			}
		}
		return false
	case a.kind == '[' && b.kind == '[':
		return listsDiffer(a, b)
	case a.kind == '[' && b.kind == '{':
		return listsDiffer(a, value{kind: '[', values: []value{b}})
	case a.kind == '{' && b.kind == '[':
		return listsDiffer(value{kind: '[', values: []value{a}}, b)
	case strings.IndexByte("{[", a.kind) >= 0 || strings.IndexByte("{[", b.kind) >= 0:
		return false // one was written out as a word, or joined with commas
	}
	return !agree(a.text, b.text)
}

// listsDiffer tells whether the shorter list has an element that isn't in the other.
func listsDiffer(a, b value) bool {
	if len(a.values) > len(b.values) {
		a, b = b, a
	}
	if len(a.values) == len(b.values) {
		inOrder := true
		for i := range a.values {
			if differ("", a.values[i], b.values[i]) {
				inOrder = false
				break
			}
		}
		if inOrder {
			return false
		}
	}
	if len(a.values)*len(b.values) > mostCompared {
		return true
	}
	for _, element := range a.values {
		if !slices.ContainsFunc(b.values, func(o value) bool { return !differ("", element, o) }) {
			return true
		}
	}
	return false
}

// agree tells whether two scalars say the same: in another case, as another number or
// time, as the name of a code, or one as the name of a .NET type, which says nothing.
func agree(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if strings.EqualFold(a, b) || isUnread(a) || isUnread(b) {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX == nil && errY == nil:
		return x == y
	case errX == nil:
		return isCode(a, b)
	case errY == nil:
		return isCode(b, a)
	}
	s, okS := readTime(a)
	t, okT := readTime(b)
	return okS && okT && s.Equal(t)
}

// isUnread tells of a text that stands for what was not written out.
func isUnread(s string) bool {
	return scan.IsTypeName([]byte(s)) || strings.HasPrefix(s, "@{") || strings.HasPrefix(s, "System.")
}

// isCode tells whether a number may be the code of a word: RecordType 6 is
// SharePointFileOperation.
func isCode(number, word string) bool {
	return len(number) <= 4 && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// timeForms are those of exports; the fraction of a second is read without being named.
var timeForms = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "1/2/2006, 3:04:05 PM", "1/2/2006 3:04:05 PM", "1/2/2006 15:04:05",
}

// readTime reads a time to the second.
func readTime(s string) (time.Time, bool) {
	if digits, ok := strings.CutPrefix(s, "/Date("); ok { // PowerShell's
		ms, err := strconv.ParseInt(strings.TrimSuffix(digits, ")/"), 10, 64)
		return time.UnixMilli(ms).UTC().Truncate(time.Second), err == nil
	}
	if len(s) < 14 || len(s) > 40 || s[0] < '0' || s[0] > '9' || !strings.Contains(s, ":") {
		return time.Time{}, false
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC().Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}

// isPart tells whether a member may be one element of a list: an object, or, in a row of
// OfficeActivity, a list of one, as which an object of it is loaded.
func (v value) isPart(member int) bool {
	list := v.values[member].opened()
	return slices.Contains(lists, v.names[member]) && (list.kind == '{' ||
		slices.Contains(v.names, "officeid") && list.kind == '[' && len(list.values) == 1 && list.values[0].kind == '{')
}

// element is the one element of a part.
func (v value) element() value {
	if v.kind == '[' {
		return v.values[0]
	}
	return v
}

// partLists are the lists of which the record has one element.
func (v value) partLists(add func(name string, member value)) {
	for i, name := range v.names {
		if v.isPart(i) {
			add(name, v.values[i])
		}
	}
}

// withList is the raw text of a record with a list in place of one of its members; as
// it is, where the member stands in a text of its own.
func withList(raw string, member value, elements []value) string {
	var b strings.Builder
	start := len(raw) - member.fromLast
	if start < 0 || !strings.HasPrefix(raw[start:], member.source) {
		return raw
	}
	b.WriteString(raw[:start])
	b.WriteByte('[')
	for i, e := range elements {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.source)
	}
	b.WriteByte(']')
	b.WriteString(raw[start+len(member.source):])
	return b.String()
}
