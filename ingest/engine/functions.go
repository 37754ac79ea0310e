package engine

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// functionsTSV has a line for each name and kind of function of the engine:
// whether a statement may call it, and why.
//
//go:embed functions.tsv
var functionsTSV string

// Function is a function of the engine, as the list of those that a statement may
// call has it.
type Function struct {
	Name    string
	Kind    string // scalar, aggregate, macro, table, table_macro or pragma
	Allowed bool
	Reason  string // what it does, as the rest of a sentence that begins with its name
}

// Functions returns the list, by name and kind.
var Functions = sync.OnceValue(func() []Function {
	var all []Function
	for line := range strings.Lines(functionsTSV) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if cells[0] == "name" {
			continue
		}
		all = append(all, Function{cells[0], cells[1], cells[2] == "allowed", cells[3]})
	}
	return all
})

// named is the list by the names of its functions.
var named = sync.OnceValue(func() map[string][]Function {
	byName := map[string][]Function{}
	for _, f := range Functions() {
		byName[f.Name] = append(byName[f.Name], f)
	}
	return byName
})

// meant returns those of a name that the engine may take a call to mean: in FROM
// the ones that give a table, elsewhere the others, and where it has none of
// these, whatever it has.
func meant(name string, inFrom bool) []Function {
	all := slices.DeleteFunc(slices.Clone(named()[name]), func(f Function) bool { return f.Kind == "pragma" })
	there := slices.DeleteFunc(slices.Clone(all), func(f Function) bool {
		return (f.Kind == "table" || f.Kind == "table_macro") != inFrom
	})
	if len(there) > 0 {
		return there
	}
	if len(all) > 0 {
		return all
	}
	return named()[name]
}
