package ingest

import (
	"strings"

	"entrail/ingest/schema"
)

// View describes one view of a case, and the statement that makes it.
type View struct {
	schema.Table
	SQL string
}

// Macro is a function that reports may call, and the statement that makes it.
type Macro struct {
	Name, Comment, SQL string
}

// Views returns the views of views.sql, limits.sql and sessions.sql. The
// comment above a view is its description; a line of it that reads
// `--   NAME TYPE: meaning` describes a column.
func Views() []View {
	var all []View
	for _, s := range viewStatements() {
		name, ok := strings.CutPrefix(s.text, "create view ")
		if !ok {
			continue
		}
		v := View{SQL: s.text}
		v.Name, _, _ = strings.Cut(name, " ")
		var words []string
		for _, line := range s.comments {
			definition, isColumn := strings.CutPrefix(line, "--   ")
			if !isColumn {
				words = append(words, strings.TrimSpace(strings.TrimPrefix(line, "--")))
				continue
			}
			column, meaning, _ := strings.Cut(definition, ": ")
			name, typeName, _ := strings.Cut(column, " ")
			v.Columns = append(v.Columns, schema.Column{Name: name, Type: typeName, Comment: meaning})
		}
		v.Comment = strings.Join(words, " ")
		all = append(all, v)
	}
	return all
}

// LookupView returns the view of that name.
func LookupView(name string) (View, bool) {
	for _, v := range Views() {
		if v.Name == name {
			return v, true
		}
	}
	return View{}, false
}

// Macros returns the macros of the same files, in an order in which they can be made.
func Macros() []Macro {
	var all []Macro
	for _, s := range viewStatements() {
		name, ok := strings.CutPrefix(s.text, "create macro ")
		if !ok {
			continue
		}
		m := Macro{SQL: s.text}
		m.Name, _, _ = strings.Cut(name, "(")
		var words []string
		for _, line := range s.comments {
			words = append(words, strings.TrimSpace(strings.TrimPrefix(line, "--")))
		}
		m.Comment = strings.Join(words, " ")
		all = append(all, m)
	}
	return all
}

// statement is one statement of a script and the comment lines right above it.
type statement struct {
	comments []string
	text     string
}

func viewStatements() []statement {
	var all []statement
	for part := range strings.SplitSeq(viewsSQL+limitsSQL+sessionsSQL, ";\n") {
		var s statement
		lines := strings.Split(strings.TrimSpace(part), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "--") {
				s.comments = append(s.comments, line)
				continue
			}
			if strings.TrimSpace(line) == "" {
				s.comments = nil
				continue
			}
			s.text = strings.Join(lines[i:], "\n")
			break
		}
		if s.text != "" {
			all = append(all, s)
		}
	}
	return all
}
