package sigma

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of what a file may hold.
const (
	maxNodes = 20_000 // names and values of a document, each as often as an alias repeats it
	maxDepth = 20     // of lists and maps in each other
	maxText  = 10_000 // bytes of one value
)

// value is what YAML says: a text, a list, a map in the order of the file, or nothing.
type value struct {
	kind  yaml.Kind
	text  string
	isNil bool
	items []value
	keys  []string // of items, of a map
}

// documents reads the documents of a file. What comes after one that is no YAML is not read.
func documents(text string) ([]value, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var all []value
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return all, fmt.Errorf("no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		case len(node.Content) == 0:
			continue
		}
		left := maxNodes
		v, err := valueOf(node.Content[0], 0, &left)
		if err != nil {
			return all, err
		}
		if !v.isNil {
			all = append(all, v)
		}
	}
}

// valueOf copies a node, aliases resolved, within the bounds.
func valueOf(n *yaml.Node, depth int, left *int) (value, error) {
	*left--
	switch {
	case *left < 0:
		return value{}, fmt.Errorf("it has more than %d names and values, aliases resolved", maxNodes)
	case depth > maxDepth:
		return value{}, fmt.Errorf("line %d: lists and maps are more than %d deep", n.Line, maxDepth)
	case len(n.Value) > maxText:
		return value{}, fmt.Errorf("line %d: a value of more than %d bytes", n.Line, maxText)
	}
	v := value{kind: n.Kind}
	switch n.Kind {
	case yaml.AliasNode:
		return valueOf(n.Alias, depth+1, left)
	case yaml.ScalarNode:
		v.text, v.isNil = n.Value, n.ShortTag() == "!!null"
	case yaml.SequenceNode:
		for _, item := range n.Content {
			one, err := valueOf(item, depth+1, left)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, one)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				return v, fmt.Errorf("line %d: a name that is no text", key.Line)
			}
			if v.has(key.Value) {
				return v, fmt.Errorf("line %d: %s is given twice", key.Line, key.Value)
			}
			one, err := valueOf(n.Content[i+1], depth+1, left)
			if err != nil {
				return v, err
			}
			v.keys, v.items = append(v.keys, key.Value), append(v.items, one)
		}
	}
	return v, nil
}

// at is the value of a key of a map; the null where there is none.
func (v value) at(key string) value {
	for i, k := range v.keys {
		if k == key {
			return v.items[i]
		}
	}
	return value{isNil: true}
}

func (v value) has(key string) bool {
	for _, k := range v.keys {
		if k == key {
			return true
		}
	}
	return false
}

// list is a list's items, or the value itself as the only one; none for null.
func (v value) list() []value {
	switch {
	case v.kind == yaml.SequenceNode:
		return v.items
	case v.isNil:
		return nil
	}
	return []value{v}
}

// texts are the texts of a list, or of the value itself.
func (v value) texts() []string {
	var all []string
	for _, item := range v.list() {
		if item.kind == yaml.ScalarNode && !item.isNil {
			all = append(all, item.text)
		}
	}
	return all
}

func (v value) isMap() bool    { return v.kind == yaml.MappingNode }
func (v value) isScalar() bool { return v.kind == yaml.ScalarNode }
