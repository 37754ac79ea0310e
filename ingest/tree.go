package ingest

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"entrail/ingest/scan"
)

// tree is a JSON value whose parts can be put elsewhere.
type tree struct {
	kind   byte     // '{', '[', '"' or, for numbers and words, 'n'
	text   string   // of a string what it says, of a number or a word its JSON
	names  []string // of an object
	values []*tree  // of an object, or of a list
}

func textTree(text string) *tree { return &tree{kind: '"', text: text} }

func nullTree() *tree { return &tree{kind: 'n', text: "null"} }

// treeOf reads a JSON text that was walked.
func treeOf(text []byte) *tree {
	t := &scan.JSONText{Text: text}
	value, _ := treeAt(t, t.Space(0))
	return value
}

// treeAt reads the value that begins at i, and says where it ends.
func treeAt(t *scan.JSONText, i int) (*tree, int) {
	switch c := t.Text[i]; c {
	case '{', '[':
		v := &tree{kind: c}
		for i = t.Space(i + 1); t.Text[i] != c+2; {
			if c == '{' {
				end, _ := t.Str(i)
				v.names = append(v.names, jsonString(t.Text[i:end]))
				i = t.Space(t.Space(end) + 1)
			}
			var member *tree
			member, i = treeAt(t, i)
			v.values = append(v.values, member)
			if i = t.Space(i); t.Text[i] == ',' {
				i = t.Space(i + 1)
			}
		}
		return v, i + 1
	case '"':
		end, _ := t.Str(i)
		return textTree(jsonString(t.Text[i:end])), end
	default:
		end, _ := t.Value(i, 0)
		return &tree{kind: 'n', text: string(t.Text[i:end])}, end
	}
}

// jsonString is what a JSON string says.
func jsonString(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	json.Unmarshal(quoted, &text) // it was walked before
	return text
}

// append appends the value as JSON.
func (v *tree) append(dst []byte) []byte {
	switch v.kind {
	case '{', '[':
		dst = append(dst, v.kind)
		for i, member := range v.values {
			if i > 0 {
				dst = append(dst, ',')
			}
			if v.kind == '{' {
				dst, _ = scan.AppendJSONString(dst, []byte(v.names[i]))
				dst = append(dst, ':')
			}
			dst = member.append(dst)
		}
		return append(dst, v.kind+2)
	case '"':
		dst, _ = scan.AppendJSONString(dst, []byte(v.text))
		return dst
	}
	return append(dst, v.text...)
}

// isEmpty is true for null and for a text without letters.
func (v *tree) isEmpty() bool {
	return v == nil || v.kind == 'n' && v.text == "null" || v.kind == '"' && strings.TrimSpace(v.text) == ""
}

// member is what an object has under the name, nil for nothing.
func (v *tree) member(name string) *tree {
	for i, n := range v.names {
		if n == name {
			return v.values[i]
		}
	}
	return nil
}

// find is what stands where the path leads, nil for nothing.
func (v *tree) find(path []string) *tree {
	for _, name := range path {
		if v = v.member(name); v == nil {
			return nil
		}
	}
	return v
}

// isNumber tells whether the value is a number, or the text of one.
func (v *tree) isNumber() bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(v.text), 64)
	return err == nil && (v.kind == 'n' || v.kind == '"')
}

// zipped is the list of objects of which an object has the members as lists of one
// length; nil if it has not.
func (v *tree) zipped() *tree {
	list := &tree{kind: '['}
	for i, name := range v.names {
		column := v.values[i]
		if column.kind != '[' || i > 0 && len(column.values) != len(list.values) || len(v.names) < 2 {
			return nil
		}
		for k, value := range column.values {
			if i == 0 {
				list.values = append(list.values, &tree{kind: '{'})
			}
			list.values[k].set(name, value)
		}
	}
	if len(list.values) == 0 {
		return nil
	}
	return list
}

// set puts a value under the name.
func (v *tree) set(name string, value *tree) {
	for i, n := range v.names {
		if n == name {
			v.values[i] = value
			return
		}
	}
	v.names, v.values = append(v.names, name), append(v.values, value)
}

// put puts a value where the path leads, unless something stands there; of two
// objects the one there takes what it lacks. The parts of the path are names,
// and numbers of items of lists.
func (v *tree) put(path []string, value *tree) {
	for k, name := range path {
		at, isItem := itemNumber(name)
		if isItem && v.kind == '{' && len(v.names) == 0 {
			v.kind = '['
		}
		var next *tree
		switch {
		case isItem && v.kind == '[':
			for len(v.values) <= at {
				v.values = append(v.values, &tree{kind: '{'})
			}
			next = v.values[at]
			if k == len(path)-1 {
				v.values[at] = value
			}
		case v.kind != '{':
			return
		case k == len(path)-1:
			there := v.member(name)
			if there.isEmpty() {
				v.set(name, value)
			} else if there.kind == '{' && value.kind == '{' {
				for i, name := range value.names {
					there.put([]string{name}, value.values[i])
				}
			}
			return
		default:
			if next = v.member(name); next.isEmpty() {
				next = &tree{kind: '{'}
				v.set(name, next)
			}
		}
		v = next
	}
}

// maxItem bounds the items of a list whose numbers stand in names.
const maxItem = 1000

func itemNumber(name string) (n int, ok bool) {
	if len(name) == 0 || len(name) > 3 {
		return 0, false
	}
	for _, c := range []byte(name) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, n < maxItem
}

// rename gives the names of the objects in the value the spelling that is asked for.
func (v *tree) rename(spelling func(name string) string) {
	for i := range v.names {
		v.names[i] = spelling(v.names[i])
	}
	for _, member := range v.values {
		member.rename(spelling)
	}
}

// notation reads a value that another program than one of JSON has written:
// JSON text, what Python, Ruby, JavaScript and Go print of it, PowerShell's @{name=value; ...}
// or the listing of a class; nil for any other text. ofJSON tells that the names are spelled as
// the source has them.
func notation(text string) (value *tree, ofJSON bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 1<<20 {
		return nil, false
	}
	switch {
	case text[0] == '"': // JSON text of JSON text
		var inner string
		if json.Unmarshal([]byte(text), &inner) == nil && inner != "" && strings.IndexByte(`{[`, inner[0]) >= 0 {
			return notation(inner)
		}
	case strings.HasPrefix(text, "map["), strings.HasPrefix(text, "[map["):
		return goText(text), false
	case text[0] == '{' || text[0] == '[':
		var json scan.JSONText
		if json.Walk([]byte(text)) == nil {
			return treeOf(scan.Mend(nil, []byte(text))), true
		}
		p := pythonText{text: text}
		if v, ok := p.value(0); ok && p.at == len(text) {
			return v, true
		}
	case strings.HasPrefix(text, "@{"):
		return hashtables(text), false
	case strings.HasPrefix(text, "class "):
		return classListing(text), false
	}
	return nil, false
}

// pythonText reads what Python writes of a list or a dict. Ruby has => behind a name,
// JavaScript no quotes around it.
type pythonText struct {
	text string
	at   int
}

func (p *pythonText) space() {
	for p.at < len(p.text) && unicode.IsSpace(rune(p.text[p.at])) {
		p.at++
	}
}

func (p *pythonText) take(c byte) bool {
	if p.space(); p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		p.space()
		return true
	}
	return false
}

var bareName = regexp.MustCompile(`^[A-Za-z_$][\w$]*`)

var pythonWord = regexp.MustCompile(`^(None|True|False|null|nil|undefined|true|false|nan|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`)

func (p *pythonText) value(depth int) (*tree, bool) {
	if depth > scan.MaxDepth {
		return nil, false
	}
	switch p.space(); {
	case p.take('{'):
		v := &tree{kind: '{'}
		for !p.take('}') {
			name, ok := p.str()
			if !ok {
				name = bareName.FindString(p.text[p.at:])
				p.at += len(name)
			}
			if name == "" && !ok || !p.take(':') && !(p.take('=') && p.take('>')) {
				return nil, false
			}
			member, ok := p.value(depth + 1)
			if !ok {
				return nil, false
			}
			v.names, v.values = append(v.names, name), append(v.values, member)
			if !p.take(',') && (p.at >= len(p.text) || p.text[p.at] != '}') {
				return nil, false
			}
		}
		return v, true
	case p.take('['):
		v := &tree{kind: '['}
		for !p.take(']') {
			item, ok := p.value(depth + 1)
			if !ok {
				return nil, false
			}
			v.values = append(v.values, item)
			if !p.take(',') && (p.at >= len(p.text) || p.text[p.at] != ']') {
				return nil, false
			}
		}
		return v, true
	}
	if text, ok := p.str(); ok {
		return textTree(text), true
	}
	word := pythonWord.FindString(p.text[p.at:])
	p.at += len(word)
	switch word {
	case "":
		return nil, false
	case "None", "nan", "NaN", "nil", "undefined":
		word = "null"
	case "True", "False":
		word = strings.ToLower(word)
	}
	if value := (&tree{kind: 'n', text: word}); json.Valid([]byte(word)) {
		return value, true
	}
	return textTree(word), true
}

func (p *pythonText) str() (string, bool) {
	if p.space(); p.at >= len(p.text) || p.text[p.at] != '\'' && p.text[p.at] != '"' {
		return "", false
	}
	quote := p.text[p.at]
	var out []byte
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == quote:
			p.at = i + 1
			return string(out), true
		case c == '\\' && i+1 < len(p.text):
			i++
			switch p.text[i] {
			case 'n':
				out = append(out, '\n')
			case 'r':
				out = append(out, '\r')
			case 't':
				out = append(out, '\t')
			case '\\', '\'', '"':
				out = append(out, p.text[i])
			default:
				out = append(out, '\\', p.text[i])
			}
		default:
			out = append(out, c)
		}
	}
	return "", false
}

// goName is where the next member of Go's map[a:b c:d] begins.
var goName = regexp.MustCompile(`(?:^| )([A-Za-z_][A-Za-z0-9_.@]*):`)

// goText reads map[a:b c:d], or a list of such; nil for what is none.
func goText(text string) *tree {
	if list, ok := strings.CutPrefix(text, "["); ok {
		v := &tree{kind: '['}
		list = strings.TrimSuffix(list, "]")
		for list = strings.TrimSpace(list); list != ""; list = strings.TrimSpace(list) {
			end := closing(list, '[', ']')
			if !strings.HasPrefix(list, "map[") || end < 0 {
				return nil
			}
			v.values = append(v.values, goText(list[:end+1]))
			list = list[end+1:]
		}
		return v
	}
	end := closing(text, '[', ']')
	if end != len(text)-1 {
		return nil
	}
	inside := text[len("map["):end]
	outer := []byte(inside) // without the names inside of an inner map
	for i := 0; i < len(outer); i++ {
		if outer[i] == '[' {
			if end := closing(inside[i:], '[', ']'); end > 0 {
				for k := i; k <= i+end; k++ {
					outer[k] = '.'
				}
				i += end
			}
		}
	}
	v := &tree{kind: '{'}
	places := goName.FindAllSubmatchIndex(outer, -1)
	for k, place := range places {
		end := len(inside)
		if k+1 < len(places) {
			end = places[k+1][0]
		}
		value := textTree(strings.TrimSpace(inside[place[1]:end]))
		if value.text == "<nil>" || value.text == "[]" {
			value = nullTree()
		} else if strings.HasPrefix(value.text, "map[") || strings.HasPrefix(value.text, "[map[") {
			if inner := goText(value.text); inner != nil {
				value = inner
			}
		}
		v.set(inside[place[2]:place[3]], value)
	}
	return v
}

// hashtableName is where the next member of PowerShell's @{a=b; c=d} begins.
// A value may hold a semicolon: what follows it is a name only before a =.
var hashtableName = regexp.MustCompile(`(?:^|; ?)([A-Za-z_@][A-Za-z0-9_.@]*) ?=`)

// hashtables reads @{a=b; c=d}, or several with blanks, commas or line ends between them: a list.
func hashtables(text string) *tree {
	var all []*tree
	for text != "" {
		end := closing(text, '{', '}')
		if !strings.HasPrefix(text, "@{") || end < 0 {
			return nil
		}
		all = append(all, hashtable(text[2:end], 0))
		text = strings.TrimLeft(text[end+1:], " \t\r\n,;")
	}
	if len(all) == 1 {
		return all[0]
	}
	return &tree{kind: '[', values: all}
}

// closing is where the first bracket that text opens is closed; -1 for nowhere.
func closing(text string, opens, closes byte) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func hashtable(inside string, depth int) *tree {
	v := &tree{kind: '{'}
	// Names inside of an inner @{...} are not this one's.
	outer := []byte(inside)
	for i := 0; i < len(outer); i++ {
		if strings.HasPrefix(inside[i:], "@{") {
			if end := closing(inside[i:], '{', '}'); end > 0 {
				for k := i; k <= i+end; k++ {
					outer[k] = ' '
				}
				i += end
			}
		}
	}
	places := hashtableName.FindAllSubmatchIndex(outer, -1)
	for k, place := range places {
		end := len(inside)
		if k+1 < len(places) {
			end = places[k+1][0]
		}
		text := strings.TrimSpace(inside[place[1]:end])
		value := textTree(text)
		switch {
		case text == "":
			value = nullTree()
		case strings.HasPrefix(text, "@{") && depth < scan.MaxDepth && closing(text, '{', '}') == len(text)-1:
			value = hashtable(text[2:len(text)-1], depth+1)
		}
		v.set(inside[place[2]:place[3]], value)
	}
	return v
}

var classLine = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*:\s?(.*)$`)

// classListing reads `class NAME { a: b ... }`, a member a line.
func classListing(text string) *tree {
	v := &tree{kind: '{'}
	for i, line := range strings.Split(strings.TrimSuffix(strings.TrimSpace(text), "}"), "\n") {
		m := classLine.FindStringSubmatch(strings.TrimRight(line, "\r"))
		if m == nil || i == 0 {
			continue
		}
		if m[2] == "null" {
			m[2] = ""
		}
		v.set(m[1], textTree(strings.TrimSpace(m[2])))
	}
	if len(v.names) == 0 {
		return nil
	}
	return v
}
