package queries

import (
	"slices"
	"strings"
)

// ShowSQL is the SQL of a report, of a group of reports, of a view or of a macro, with
// all that it stands on, bottom up, as a DuckDB shell takes it.
func ShowSQL(name string) (string, error) {
	s := sheet{}
	reports, err := Select([]string{name})
	view, isView := lookupView(name)
	i := slices.IndexFunc(macros, func(m macro) bool { return m.Name == name })
	switch {
	case err == nil:
		for _, r := range reports {
			s.needs(r.SQL)
			s.questions = append(s.questions, strings.TrimRight(r.SQL, "; \n"))
		}
	case isView:
		s.needs("from " + view.Name)
		s.questions = []string{"select * from " + view.Name}
	case i >= 0:
		s.needs(macros[i].Name + "()")
	default:
		return "", err
	}
	return s.text(), nil
}

// sheet is what --show-sql prints: questions, and what they need.
type sheet struct {
	views, macros []string // by name
	questions     []string
}

// needs adds what the SQL names, and what that names in turn.
func (s *sheet) needs(text string) {
	named := namesIn(text)
	for _, v := range views {
		if slices.Contains(named, v.Name) && !slices.Contains(s.views, v.Name) {
			s.views = append(s.views, v.Name)
			s.needs(v.SQL)
		}
	}
	for _, m := range macros {
		if calls(text, m.Name) && !slices.Contains(s.macros, m.Name) {
			s.macros = append(s.macros, m.Name)
			s.needs(m.SQL)
		}
	}
}

func (s *sheet) text() string {
	parts := []string{`-- In a DuckDB shell, beside a case kept with --db:
--     attach 'case.duckdb' as evidence (read_only);
--     use evidence;`}
	for _, m := range macros {
		if slices.Contains(s.macros, m.Name) {
			parts = append(parts, m.head+"create or replace temp macro "+m.SQL+";")
		}
	}
	for _, v := range views {
		switch {
		case !slices.Contains(s.views, v.Name):
		case v.materialized:
			parts = append(parts, v.head+"create or replace temp table "+v.Name+" as from (\n"+v.SQL+"\n)"+v.order()+";")
		default:
			parts = append(parts, v.head+"create or replace temp view "+v.Name+" as\n"+v.SQL+";")
		}
	}
	for _, q := range s.questions {
		parts = append(parts, q+";")
	}
	return strings.Join(parts, "\n\n") + "\n"
}
