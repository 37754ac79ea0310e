package scan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Clixml finds the records of what PowerShell's Export-Clixml wrote: each object with
// properties, wherever it stands in lists, as a JSON object. What is said of it in
// [MS-PSRP] 2.2.5: https://learn.microsoft.com/openspecs/windows_protocols/ms-psrp
type Clixml struct {
	TypeName string // of the first object, such as System.Diagnostics.Process

	xml    *xml.Decoder
	size   *budget
	number int64
	texts  map[string]string // by RefId, an object as text, for references to it
	found  [][]byte          // records of the last element that are not handed out yet
	line   int64
}

// maxClixmlElement is the longest object that is read, in bytes: tags take more than
// what they hold.
var maxClixmlElement int64 = 4 * maxRecord // tests lower it

// maxClixmlDepth is how deep objects may lie in one another.
const maxClixmlDepth = 64

// budget ends the reading of one element that is longer than a record may be.
type budget struct {
	r    io.Reader
	left int64
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.r.Read(p[:min(len(p), 1<<14)])
	b.left -= int64(n)
	return n, err
}

// IsClixml tells whether a text begins as Export-Clixml begins it.
func IsClixml(head []byte) bool {
	head = bytes.TrimLeft(head[:min(len(head), 1<<10)], " \t\r\n")
	return bytes.HasPrefix(head, []byte("<")) && bytes.Contains(head, []byte("<Objs ")) && bytes.Contains(head, []byte("schemas.microsoft.com/powershell"))
}

// NewClixml reads what the window has not consumed.
func NewClixml(w *Window) *Clixml {
	c := &Clixml{size: &budget{r: io.MultiReader(bytes.NewReader(w.Rest()), w.Source)}, texts: map[string]string{}}
	c.xml = xml.NewDecoder(c.size)
	c.xml.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	return c
}

// Next returns the next record. The error is io.EOF at the end, or says why nothing
// more can be read.
func (c *Clixml) Next() (Record, error) {
	for len(c.found) == 0 {
		c.size.left = maxClixmlElement
		token, err := c.xml.Token()
		if err != nil {
			return Record{}, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local == "Objs" {
			continue
		}
		line, _ := c.xml.InputPos()
		c.line = int64(line)
		v, err := c.value(start, 0)
		if err != nil {
			return Record{}, err
		}
		v.records(&c.found)
	}
	text := c.found[0]
	c.found = c.found[1:]
	c.number++
	return Record{Number: c.number, Line: c.line, Text: text}, nil
}

// clixmlValue is an element as JSON.
type clixmlValue struct {
	json  []byte
	text  string // of a simple one
	items []clixmlValue
}

// records adds the objects in a value; a text that holds one is left as it is.
func (v clixmlValue) records(to *[][]byte) {
	for _, item := range v.items {
		item.records(to)
	}
	switch {
	case len(v.items) > 0 || len(v.json) == 0:
	case v.json[0] == '{':
		*to = append(*to, v.json)
	case strings.HasPrefix(strings.TrimSpace(v.text), "{"):
		*to = append(*to, []byte(strings.TrimSpace(v.text)))
	}
}

// value reads an element to its end.
func (c *Clixml) value(start xml.StartElement, depth int) (v clixmlValue, err error) {
	if depth > maxClixmlDepth {
		return v, fmt.Errorf("objects lie in one another more than %d deep", maxClixmlDepth)
	}
	switch start.Name.Local {
	case "Obj":
		return c.object(start, depth)
	case "Ref":
		if text, ok := c.texts[attribute(start, "RefId")]; ok {
			v = simple(text)
		} else {
			v = clixmlValue{json: []byte("null")}
		}
		return v, c.xml.Skip()
	case "Nil":
		return clixmlValue{json: []byte("null")}, c.xml.Skip()
	}
	text, err := c.characters()
	if err != nil {
		return v, err
	}
	switch start.Name.Local {
	case "B":
		if text == "true" || text == "false" {
			return clixmlValue{json: []byte(text)}, nil
		}
	case "I16", "I32", "I64", "U16", "U32", "U64", "By", "SB", "Db", "Sg", "D":
		if jsonNumber.MatchString(text) {
			return clixmlValue{json: []byte(text), text: text}, nil
		}
	}
	return simple(text), nil
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?$`)

func simple(text string) clixmlValue {
	json, _ := AppendJSONString(nil, []byte(text))
	return clixmlValue{json: json, text: text}
}

// object reads an object: its properties, or the list or the pairs that it is, or, of
// one that has none of these, its text.
func (c *Clixml) object(start xml.StartElement, depth int) (v clixmlValue, err error) {
	var names []string
	var values [][]byte
	var text, plain string
	isList, isObject := false, false
	set := func(name string, value []byte) {
		isObject = true
		for i, n := range names {
			if n == name { // what was added to the object, behind its own properties
				values[i] = value
				return
			}
		}
		names, values = append(names, name), append(values, value)
	}
	err = c.children(func(child xml.StartElement) error {
		switch child.Name.Local {
		case "TN":
			return c.children(func(t xml.StartElement) error {
				name, err := c.characters()
				if c.TypeName == "" {
					c.TypeName = strings.TrimPrefix(name, "Deserialized.")
				}
				return err
			})
		case "TNRef":
			return c.xml.Skip()
		case "ToString":
			text, err = c.characters()
			return err
		case "Props", "MS":
			return c.children(func(p xml.StartElement) error {
				value, err := c.value(p, depth+1)
				if name := attribute(p, "N"); err == nil && name != "" {
					set(unescaped(name), value.json)
				}
				return err
			})
		case "LST", "IE", "STK", "QUE":
			isList = true
			return c.children(func(item xml.StartElement) error {
				value, err := c.value(item, depth+1)
				v.items = append(v.items, value)
				return err
			})
		case "DCT":
			return c.children(func(pair xml.StartElement) error {
				var key string
				return c.children(func(part xml.StartElement) error {
					value, err := c.value(part, depth+1)
					switch attribute(part, "N") {
					case "Key":
						key = value.text
					case "Value":
						set(key, value.json)
					}
					return err
				})
			})
		default: // the value of an enumeration, or of a boxed number
			value, err := c.value(child, depth+1)
			plain = value.text
			return err
		}
	})
	switch {
	case err != nil:
		return v, err
	case isList:
		v.json = append(append([]byte{'['}, bytes.Join(texts(v.items), []byte{','})...), ']')
	case isObject:
		v.json = append(v.json, '{')
		for i, name := range names {
			if i > 0 {
				v.json = append(v.json, ',')
			}
			v.json, _ = AppendJSONString(v.json, []byte(name))
			v.json = append(append(v.json, ':'), values[i]...)
		}
		v.json = append(v.json, '}')
	case text != "":
		v = simple(text)
	default:
		v = simple(plain)
	}
	if id := attribute(start, "RefId"); id != "" && text != "" && len(c.texts) < 1<<16 {
		c.texts[id] = text
	}
	return v, nil
}

func texts(items []clixmlValue) (all [][]byte) {
	for _, item := range items {
		all = append(all, item.json)
	}
	return all
}

// children hands each element in the one that was begun to do, which reads it to its end.
func (c *Clixml) children(do func(xml.StartElement) error) error {
	for {
		token, err := c.xml.Token()
		if err != nil {
			return cutOff(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := do(t); err != nil {
				return cutOff(err)
			}
		case xml.EndElement:
			return nil
		}
	}
}

// characters reads the text of the element that was begun, to its end.
func (c *Clixml) characters() (string, error) {
	var b strings.Builder
	for {
		token, err := c.xml.Token()
		if err != nil {
			return "", cutOff(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			if err := c.xml.Skip(); err != nil {
				return "", cutOff(err)
			}
		case xml.EndElement:
			return unescaped(b.String()), nil
		}
	}
}

// cutOff is the error of an end in the middle of an element.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

var escapes = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped undoes what PowerShell does to characters that XML does not have: _x000A_.
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escapes.ReplaceAllStringFunc(text, func(e string) string {
		n, _ := strconv.ParseUint(e[2:6], 16, 16)
		return string(rune(n))
	})
}
