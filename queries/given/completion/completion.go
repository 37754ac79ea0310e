// Package completion writes the scripts with which shells complete a command line of
// entrail: its flags, the names of reports, findings and columns, and, with --db, the
// users of the case.
//
// A name out of a log is an attacker's: it reaches a command line quoted for its shell,
// and no script evaluates one.
package completion

import (
	"embed"
	"slices"
	"strings"
	"text/template"

	"entrail/ingest/schema"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/queries/rules"
	"entrail/render"
)

//go:embed scripts
var files embed.FS

// scripts are the templates, each called as its shell.
var scripts = template.Must(template.New("").Funcs(template.FuncMap{"quoted": quoted}).ParseFS(files, "scripts/*"))

// flag is a flag with what completes its value.
type flag struct {
	given.Flag
	IsList bool     // its value is a list with commas
	Names  []string // that the value may be
	Users  bool     // the value is a user of the case
	Files  bool     // the value is the name of a file
}

// Script is that of one of given.Shells.
func Script(shell string) string {
	var b strings.Builder
	if err := scripts.ExecuteTemplate(&b, shell, flags()); err != nil {
		panic(err) // the scripts are part of the program, and a test writes them all
	}
	return b.String()
}

func flags() []flag {
	var reports, findings, columns, formats []string
	for _, g := range queries.Groups {
		reports = appendNew(reports, g)
	}
	for _, r := range queries.Reports() {
		reports = appendNew(reports, r.Name)
	}
	comparisons := []string{"all"}
	for _, r := range queries.Comparisons {
		comparisons = append(comparisons, r.Name)
	}
	for _, r := range rules.All() {
		findings = appendNew(findings, r.Name)
	}
	for _, t := range schema.Tables() {
		for _, c := range t.Columns {
			columns = appendNew(columns, c.Name)
		}
	}
	for _, f := range render.Formats {
		formats = appendNew(formats, f.Name)
	}
	formats = append(formats, "parquet")
	names := map[string][]string{
		"report": slices.Concat(reports, comparisons), "show-sql": slices.Concat(reports, findings, queries.PortableNames()), "explain": findings, "finding": findings,
		"columns": columns, "filter": columns, "format": formats, "date-order": {"dmy", "mdy"}, "completion": given.Shells,
	}
	var all []flag
	for _, f := range given.Flags() {
		all = append(all, flag{
			Flag: f, Names: names[f.Name], IsList: f.Name == "report" || f.Name == "columns",
			Users: f.Name == "user" || f.Name == "not-user",
			Files: f.Value == "FILE" || f.Value == "PATH" || f.Value == "DIR",
		})
	}
	return all
}

func appendNew(all []string, name string) []string {
	for _, other := range all {
		if other == name {
			return all
		}
	}
	return append(all, name)
}

// quoted is a help text of usage.txt in single quotes that fish reads.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
