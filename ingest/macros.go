package ingest

import (
	_ "embed"
	"strings"
)

//go:embed macros.sql
var macrosSQL string

// Macro is a function of SQL that loading uses, and that questions may call too.
type Macro struct {
	Name, Comment string
	SQL           string // NAME(PARAMETERS) as EXPRESSION, to stand after `create macro`
}

// Macros returns the macros of codes.sql and macros.sql, in an order in which they
// can be made. The comment right above one is its description.
func Macros() []Macro {
	var all []Macro
	for part := range strings.SplitSeq(codesSQL+"\n"+macrosSQL, ";\n") {
		above, definition, ok := strings.Cut(part, "create macro ")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(definition, "(")
		above = above[strings.LastIndex(above, "\n\n")+1:]
		var words []string
		for line := range strings.Lines(above) {
			words = append(words, strings.Fields(strings.TrimPrefix(line, "--"))...)
		}
		all = append(all, Macro{name, strings.Join(words, " "), strings.TrimRight(definition, ";\n")})
	}
	return all
}
