package queries

import (
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/header"
	"entrail/ingest/schema"
)

// The model says what a case means: model/NAME.sql, and those in model/lookups and
// model/sessions, are views, model/macros/NAME.sql macros. See the package comment for their headers.
//
//go:embed model
var modelFiles embed.FS

// view is one view of the model.
type view struct {
	schema.Table
	head         string   // the header of its file
	SQL          string   // its SELECT
	materialized bool     // worked out once a run, before the first question that reads it
	forQueries   bool     // the same, but not for reports, which read it once
	orderedBy    string   // the order in which its rows are stored when it is
	whole        string   // the name of the view that is the same over all evidence; empty = the filters do not narrow it
	columnsOf    string   // the view that describes its columns
	judges       string   // what of the whole tenant it says; empty = nothing, or not by a reduction
	reducedBy    string   // the reduction query that says so of a tenant of which a part is read
	names        []string // what it may name: views, tables of the rules, CTEs, see namesIn
	reads        []string // views that it names
}

// macro is one function of SQL that views and questions may call.
type macro struct {
	Name, Comment string
	isOfModel     bool   // a file of model/macros; else one of loading
	head          string // the header of its file
	SQL           string // NAME(PARAMETERS) as EXPRESSION, to stand after `create macro`
}

// views are those of the model, each after those that it reads.
var views = mustOrder(mustReadViews())

// macros are those of loading and of the model, each after those that it calls.
var macros = mustReadMacros()

// lookupView returns the view of that name.
func lookupView(name string) (view, bool) {
	for _, v := range views {
		if v.Name == name {
			return v, true
		}
	}
	return view{}, false
}

// ofReport stands before the name of a report whose rows another question reads.
const ofReport = "report_"

// reportsIn lists the reports whose rows a SELECT reads.
func reportsIn(text string) []Report { return reportsAmong(namesIn(text)) }

// reportsAmong are those of report_NAME among the names of relations.
func reportsAmong(names []string) []Report {
	var all []Report
	for _, name := range names {
		if name, isReport := strings.CutPrefix(name, ofReport); isReport {
			if r, ok := Lookup(name); ok {
				all = append(all, r)
			}
		}
	}
	return all
}

// lookupRelation returns the view of that name, or the rows of a report: report_NAME.
func lookupRelation(name string) (view, bool) {
	if report, isReport := strings.CutPrefix(name, ofReport); isReport {
		if r, ok := Lookup(report); ok {
			return view{Table: schema.Table{Name: name}, SQL: r.SQL, materialized: true, names: namesIn(r.SQL)}, true
		}
	}
	return lookupView(name)
}

// mustReadViews panics on a bad header: the files are part of the program, and a
// test walks them all.
func mustReadViews() []view {
	var all []view
	wholes := map[string]string{}
	for name, text := range filesOf(modelFiles, "model/*.sql", "model/lookups/*.sql", "model/sessions/*.sql") {
		v, err := parseView(name, text)
		if err != nil {
			panic(err)
		}
		if v.whole != "" {
			wholes[v.Name] = v.whole
		}
		all = append(all, v)
	}
	for _, v := range slices.Clone(all) {
		if v.whole != "" {
			all = append(all, overAll(v, wholes))
		}
	}
	for i := range all {
		all[i].names = namesIn(all[i].SQL)
	}
	for i, v := range all {
		all[i].reads = readsOf(v, all)
		if of := slices.IndexFunc(all, func(o view) bool { return o.Name == v.columnsOf }); of >= 0 {
			all[i].Columns = all[of].Columns
		}
	}
	return all
}

// filesOf are the program's own files of these patterns, by name without folder and
// ending, and their texts.
func filesOf(files embed.FS, patterns ...string) iter.Seq2[string, string] {
	return func(yield func(name, text string) bool) {
		for _, pattern := range patterns {
			names, err := fs.Glob(files, pattern)
			if err != nil {
				panic(err)
			}
			for _, name := range names {
				text, err := files.ReadFile(name)
				if err != nil {
					panic(err)
				}
				if !yield(strings.TrimSuffix(path.Base(name), ".sql"), string(text)) {
					return
				}
			}
		}
	}
}

func parseView(name, text string) (view, error) {
	v := view{Table: schema.Table{Name: name}}
	fields, body, err := header.Read(name, text)
	if err != nil {
		return v, err
	}
	v.head, v.SQL = strings.TrimSuffix(text, body), strings.TrimSpace(body)
	for _, f := range fields {
		column, isColumn := strings.CutPrefix(f.Key, "column ")
		switch {
		case isColumn:
			columnName, typeName, _ := strings.Cut(column, " ")
			v.Columns = append(v.Columns, schema.Column{Name: columnName, Type: typeName, Comment: f.Value})
		case f.Key == "description":
			v.Comment = f.Value
		case f.Key == "source":
		case f.Key == "materialized":
			v.materialized, v.forQueries = f.Value == "yes", f.Value == "for queries"
			if !v.materialized && !v.forQueries {
				return v, fmt.Errorf("%s.sql: materialized: %q: want yes or `for queries`", name, f.Value)
			}
		case f.Key == "ordered by":
			v.orderedBy = f.Value
		case f.Key == "judges":
			v.judges = f.Value
		case f.Key == "reduced by":
			v.reducedBy = f.Value
		case f.Key == "whole":
			v.whole = f.Value
		case f.Key == "rules" && f.Value == "sessions":
			v.SQL = "with\nhits as (\n" + sessionHits() + "\n)\n" + v.SQL
		case f.Key == "for each":
			if v.SQL, err = forEach(f.Value, v.SQL); err != nil {
				return v, fmt.Errorf("%s.sql: %w", name, err)
			}
		case f.Key == "columns of":
			v.columnsOf = f.Value
		default:
			return v, fmt.Errorf("%s.sql: unknown header key %q", name, f.Key)
		}
	}
	if v.Comment == "" || v.SQL == "" || (len(v.Columns) == 0) == (v.columnsOf == "") {
		return v, fmt.Errorf("%s.sql: want a description, columns and one SELECT", name)
	}
	return v, nil
}

// overAll is the view that shows all evidence where v shows what the filters do: the
// tables that v names are here those of evidence, and other such views those over all. wholes
// are these by the names of the others.
func overAll(v view, wholes map[string]string) view {
	all := v
	all.Name, all.whole, all.columnsOf = v.whole, "", v.Name
	all.head = "-- description: what " + v.Name + " is, in all evidence, whatever the filters show\n"
	all.Comment = "The rows of " + v.Name + " in all evidence, whatever the filters show."
	var tables []string
	names := namesIn(v.SQL)
	for _, t := range schema.Tables() {
		if slices.Contains(names, t.Name) {
			tables = append(tables, t.Name+" as (from evidence."+t.Name+")")
		}
	}
	if all.SQL = v.SQL; len(tables) > 0 {
		all.SQL = "with\n" + strings.Join(tables, ",\n") + "\nselect *\nfrom (\n" + v.SQL + "\n)"
	}
	all.SQL = relation.ReplaceAllStringFunc(all.SQL, func(text string) string {
		word := strings.Fields(text)
		if whole := wholes[word[1]]; whole != "" {
			return word[0] + " " + whole
		}
		return text
	})
	return all
}

// relation is a name right after from or join.
var relation = regexp.MustCompile(`\b(?:from|join)\s+[a-z_]+\b`)

// namesIn lists what may be the names of relations in a SELECT, which stand right after
// from or join: what is named evidence.TABLE is not in it, nor is a function.
func namesIn(text string) []string {
	var names []string
	isNext := false
	for w := range wordsIn(text) {
		if isNext && w.isNear && w.after != '.' && w.after != '(' {
			names = append(names, w.text)
		}
		isNext = w.text == "from" || w.text == "join"
	}
	return names
}

// callsIn lists what may be the names of macros and functions that the SQL calls.
func callsIn(text string) []string {
	var names []string
	for w := range wordsIn(text) {
		if w.after == '(' {
			names = append(names, w.text)
		}
	}
	return names
}

// word is a keyword, a name or a number of SQL.
type word struct {
	text   string // in lower case
	isNear bool   // nothing but blanks stands between the word before and this one
	after  byte   // what follows it at once; 0 = the end
}

// wordsIn yields the words of SQL, without those of comments and of texts in quotes.
// The program does this to all SQL that it brings, at each start: a regular expression
// takes ten times as long.
func wordsIn(text string) iter.Seq[word] {
	text = strings.ToLower(text)
	return func(yield func(word) bool) {
		isNear := false
		for i := 0; i < len(text); {
			n := 0
			for i+n < len(text) && isOfWord(text[i+n]) {
				n++
			}
			switch {
			case n > 0:
				w := word{text: text[i : i+n], isNear: isNear}
				if i+n < len(text) {
					w.after = text[i+n]
				}
				if !yield(w) {
					return
				}
				isNear = true
			case strings.HasPrefix(text[i:], "--"):
				n = lengthUntil(text[i:], "\n")
			case text[i] == '\'':
				n, isNear = 1+lengthUntil(text[i+1:], "'"), false
			default:
				n = 1
				isNear = isNear && strings.IndexByte(" \t\r\n", text[i]) >= 0
			}
			i += n
		}
	}
}

func isOfWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// lengthUntil is how much of the text there is until the end of that mark.
func lengthUntil(text, mark string) int {
	before, _, _ := strings.Cut(text, mark)
	return min(len(before)+len(mark), len(text))
}

func readsOf(v view, all []view) []string {
	var reads []string
	for _, other := range all {
		if other.Name != v.Name && slices.Contains(v.names, other.Name) {
			reads = append(reads, other.Name)
		}
	}
	return reads
}

// mustOrder puts each view after those that it reads.
func mustOrder(all []view) []view {
	var ordered []view
	var place func(v view, below []string)
	place = func(v view, below []string) {
		if slices.ContainsFunc(ordered, func(o view) bool { return o.Name == v.Name }) {
			return
		}
		if slices.Contains(below, v.Name) {
			panic(fmt.Sprintf("views read each other: %s", strings.Join(append(below, v.Name), ", ")))
		}
		var ofReports []string
		for _, r := range reportsAmong(v.names) {
			ofReports = append(ofReports, namesIn(r.SQL)...)
		}
		for _, other := range all {
			if slices.Contains(v.reads, other.Name) || slices.Contains(ofReports, other.Name) {
				place(other, append(below, v.Name))
			}
		}
		ordered = append(ordered, v)
	}
	for _, v := range all {
		place(v, nil)
	}
	return ordered
}

// mustReadMacros puts each macro after those that it calls.
func mustReadMacros() []macro {
	var all []macro
	for _, m := range schema.Macros() {
		all = append(all, macro{Name: m.Name, Comment: m.Comment, head: "-- description: " + m.Comment + "\n", SQL: m.SQL})
	}
	var model []macro
	calls := map[string][]string{}
	for name, text := range filesOf(modelFiles, "model/macros/*.sql") {
		m, err := parseMacro(name, text)
		if err != nil {
			panic(err)
		}
		model = append(model, m)
		calls[m.Name] = callsIn(m.SQL)
	}
	for len(model) > 0 {
		free := slices.IndexFunc(model, func(m macro) bool {
			return !slices.ContainsFunc(model, func(o macro) bool { return o.Name != m.Name && slices.Contains(calls[m.Name], o.Name) })
		})
		if free < 0 {
			panic("macros call each other: " + model[0].Name)
		}
		all = append(all, model[free])
		model = slices.Delete(model, free, free+1)
	}
	return all
}

func parseMacro(name, text string) (macro, error) {
	m := macro{Name: name, isOfModel: true}
	fields, body, err := header.Read(name, text)
	if err != nil {
		return m, err
	}
	parameters := ""
	for _, f := range fields {
		switch f.Key {
		case "description":
			m.Comment = f.Value
		case "parameters":
			parameters = f.Value
		case "source":
		default:
			return m, fmt.Errorf("%s.sql: unknown header key %q", name, f.Key)
		}
	}
	if m.Comment == "" || parameters == "" {
		return m, fmt.Errorf("%s.sql: want a description, parameters and one expression", name)
	}
	m.head = strings.TrimSuffix(text, body)
	m.SQL = name + "(" + parameters + ") as " + strings.TrimSpace(body)
	return m, nil
}
