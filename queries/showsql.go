package queries

import (
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// ShowSQL is the SQL of a portable query, as any engine takes it; or of a finding, of a report, of a group of reports, of a view or of a
// macro, with all that it stands on, bottom up, as a DuckDB shell takes it. What the rules
// gave exists while the program runs only; a report on that says so. own are rules of one's
// own, which have a name as the others have.
func ShowSQL(name string, own ...rules.Rule) (string, error) {
	s := sheet{}
	rule, ok := rules.Lookup(canonical(name))
	if i := slices.IndexFunc(own, func(r rules.Rule) bool { return r.Name == canonical(name) }); i >= 0 {
		rule, ok = own[i], true
	}
	if ok {
		s.needs(rule.SQL)
		s.questions = []string{strings.TrimRight(rule.SQL, "; \n")}
		return s.text(), nil
	}
	if p, ok := lookupPortable(name); ok {
		return p.sheet(), nil
	}
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
	views, macros, lists []string // by name
	reports              []Report // whose rows others read
	known                []string // tables of the case sheet
	ofRules              bool     // it reads what the rules gave
	questions            []string
}

// needs adds what the SQL names, and what that names in turn.
func (s *sheet) needs(text string) {
	named, called := namesIn(text), callsIn(text)
	for _, name := range named {
		list, isList := strings.CutPrefix(name, "list_")
		switch {
		case isList && !slices.Contains(s.lists, list):
			s.lists = append(s.lists, list)
		case isTableOfSheet(name):
			if !slices.Contains(s.known, name) {
				s.known = append(s.known, name)
			}
		case isTableOfRules(name) && !isList:
			s.ofRules = true
		}
	}
	for _, r := range reportsIn(text) {
		if !slices.ContainsFunc(s.reports, func(o Report) bool { return o.Name == r.Name }) {
			s.reports = append(s.reports, r)
			s.needs(r.SQL)
		}
	}
	for _, v := range views {
		if slices.Contains(named, v.Name) && !slices.Contains(s.views, v.Name) {
			s.views = append(s.views, v.Name)
			s.needs(v.SQL)
		}
	}
	for _, m := range macros {
		if slices.Contains(called, m.Name) && !slices.Contains(s.macros, m.Name) {
			s.macros = append(s.macros, m.Name)
			s.needs(m.SQL)
		}
	}
}

func (s *sheet) text() string {
	parts := []string{`-- In a DuckDB shell, on a case database made with --db:
--     attach 'case.duckdb' as evidence (read_only);
--     use evidence;`}
	if s.ofRules {
		parts = append(parts, "-- It reads "+strings.Join(slices.Concat(ruleTables, hitTables), ", ")+`,
-- which entrail makes from its rules while it runs, so it does not run in a shell.
-- --list names the findings, and --show-sql prints the rule of each.`)
	}
	for _, l := range rules.Lists() {
		if slices.Contains(s.lists, l.Name) {
			parts = append(parts, listSQL(l))
		}
	}
	for _, t := range sheetTables {
		if slices.Contains(s.known, t.name) {
			parts = append(parts, "-- What the case sheet says, which a run has of --case.\ncreate or replace temp table "+t.name+" ("+t.columns+");")
		}
	}
	for _, m := range macros {
		if slices.Contains(s.macros, m.Name) {
			parts = append(parts, m.head+"create or replace temp macro "+m.SQL+";")
		}
	}
	var printed []string // reports that others read, each before the first that does
	rowsOf := func(text string) {
		for _, r := range reportsIn(text) {
			if !slices.Contains(printed, r.Name) {
				printed = append(printed, r.Name)
				parts = append(parts, "create or replace temp view "+ofReport+r.Name+" as\n"+strings.TrimRight(r.SQL, "; \n")+";")
			}
		}
	}
	for _, v := range views {
		if slices.Contains(s.views, v.Name) {
			rowsOf(v.SQL)
		}
		switch {
		case !slices.Contains(s.views, v.Name):
		case v.materialized:
			parts = append(parts, v.head+"create or replace temp table "+v.Name+" as from (\n"+v.SQL+"\n)"+v.order()+";")
		default:
			parts = append(parts, v.head+"create or replace temp view "+v.Name+" as\n"+v.SQL+";")
		}
	}
	for _, q := range s.questions {
		rowsOf(q)
		parts = append(parts, q+";")
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// listSQL makes the table of a list.
func listSQL(l rules.List) string {
	var rows []string
	for _, row := range l.Rows {
		var values []string
		for _, v := range row {
			if v == "" {
				values = append(values, "null")
			} else {
				values = append(values, engine.Literal(v))
			}
		}
		rows = append(rows, "    ("+strings.Join(values, ", ")+")")
	}
	return "-- source: " + l.Source + "\ncreate or replace temp table list_" + l.Name + " as\nselect *\nfrom (values\n" +
		strings.Join(rows, ",\n") + "\n) as l (" + strings.Join(l.Columns, ", ") + ");"
}
