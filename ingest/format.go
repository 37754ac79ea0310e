package ingest

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed formats/*.sql
var formatFiles embed.FS

// A format is one kind of export: a file in formats/. See the package comment.
type format struct {
	name      string
	title     string
	recognise []recognition
	sections  []section
	unsure    bool             // how its columns are called is not published
	aliases   map[string]alias // by the headerKey of a CSV column's other name

	// Of what the SQL reads:
	spelling map[string]string // by headerKey, how the SQL spells the name
	times    map[string]bool   // names that are handed to utc
}

// alias is the name of a CSV column that the portal translated.
type alias struct{ name, language string }

// recognition lists the names that a record of the format must have.
type recognition struct {
	csv   bool
	names []string // canonical; for CSV compared by headerKey
}

// section is one SELECT of a format and the table that its rows go to.
type section struct {
	table  string
	parent string // for child rows: the table of the records they belong to
	sql    string
}

var formats = mustReadFormats()

// auditLog is what every record that stands under AuditData should be.
var auditLog = formats[slices.IndexFunc(formats, func(f *format) bool { return f.name == "unified_audit_log" })]

func mustReadFormats() []*format {
	entries, err := formatFiles.ReadDir("formats")
	if err != nil {
		panic(err)
	}
	var all []*format
	for _, e := range entries {
		text, err := formatFiles.ReadFile("formats/" + e.Name())
		if err != nil {
			panic(err)
		}
		f, err := parseFormat(strings.TrimSuffix(path.Base(e.Name()), ".sql"), string(text))
		if err != nil {
			panic(err)
		}
		all = append(all, f)
	}
	return all
}

func parseFormat(name, text string) (*format, error) {
	f := &format{name: name, aliases: map[string]alias{}}
	inHeader := true
	for line := range strings.Lines(text) {
		comment, isComment := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		key, value, _ := strings.Cut(comment, ": ")
		if isComment && key == "table" {
			inHeader = false
			table, parent, _ := strings.Cut(value, " of ")
			f.sections = append(f.sections, section{table: table, parent: parent})
			continue
		}
		if !inHeader {
			f.sections[len(f.sections)-1].sql += line
			continue
		}
		switch {
		case strings.TrimSpace(line) == "":
		case !isComment:
			return nil, fmt.Errorf("%s.sql: %q stands before the first `-- table: NAME`", name, line)
		case key == "title":
			f.title = value
		case key == "recognised by":
			kind, names, _ := strings.Cut(value, " ")
			f.recognise = append(f.recognise, recognition{kind == "csv", splitNames(names)})
		case key == "columns" && value == "unpublished":
			f.unsure = true
		case strings.HasPrefix(key, "in "):
			for _, pair := range splitNames(value) {
				other, name, _ := strings.Cut(pair, " = ")
				if name == "" {
					return nil, fmt.Errorf("%s.sql: %q is not `OTHER NAME = NAME`", f.name, pair)
				}
				f.aliases[headerKey(other)] = alias{name, strings.TrimPrefix(key, "in ")}
			}
		case key == "description" || strings.HasPrefix(comment, "  "):
		default:
			return nil, fmt.Errorf("%s.sql: unknown header key %q", name, key)
		}
	}
	if f.title == "" || len(f.recognise) == 0 || len(f.sections) == 0 {
		return nil, fmt.Errorf("%s.sql: the header must have title, recognised by and table", name)
	}
	for i, s := range f.sections {
		if i == 0 && s.parent != "" || i > 0 && s.parent != f.sections[0].table {
			return nil, fmt.Errorf("%s.sql: the first table takes the records, each later one is `-- table: NAME of %s`", name, f.sections[0].table)
		}
	}
	f.findNames()
	f.findTimes()
	return f, nil
}

func splitNames(s string) []string {
	names := strings.Split(s, ";")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// findNames fills spelling. Where a name stands twice the first counts: names of
// the record itself stand before those of objects that its columns hold.
func (f *format) findNames() {
	f.spelling = map[string]string{}
	for _, s := range f.sections {
		for _, m := range readName.FindAllStringSubmatch(s.sql, -1) {
			if key := headerKey(m[1]); f.spelling[key] == "" {
				f.spelling[key] = m[1]
			}
		}
	}
	for key, a := range f.aliases {
		if f.spelling[key] == "" {
			f.spelling[key] = a.name
		}
	}
}

var readName = regexp.MustCompile(`"([^"]+)": "VARCHAR"`)

// findTimes fills times.
func (f *format) findTimes() {
	f.times = map[string]bool{}
	for _, s := range f.sections {
		for _, from := range calledUTC.FindAllStringIndex(s.sql, -1) {
			end, open := from[1], 1
			for ; end < len(s.sql) && open > 0; end++ {
				switch s.sql[end] {
				case '(':
					open++
				case ')':
					open--
				}
			}
			for _, m := range fieldRead.FindAllStringSubmatch(s.sql[from[1]:end], -1) {
				f.times[m[1]+m[2]] = true
			}
		}
	}
}

var (
	calledUTC = regexp.MustCompile(`\butc\(`)
	fieldRead = regexp.MustCompile(`\bf\.(?:"([^"]+)"|(\w+))`)
)

// headerKey is a CSV column's name as it is compared: exports differ in case
// and in blanks (Change ID, changeId), and Log Analytics marks its times.
func headerKey(name string) string {
	key := strings.ToLower(strings.Join(strings.Fields(name), ""))
	return strings.TrimSuffix(strings.ReplaceAll(key, "’", "'"), "[utc]")
}

// recogniseRecord returns the format with the most names among those whose
// names are all there. When there is none, the reason says what is missing
// for the nearest.
func recogniseRecord(names []string, csv bool) (*format, string) {
	has := map[string]bool{}
	for _, n := range names {
		if csv {
			n = headerKey(n)
		}
		has[n] = true
	}
	var best, nearest *format
	bestSize, nearestHits := 0, 0
	var missing []string
	for _, f := range formats {
		translated := map[string]bool{}
		if csv {
			for key := range has {
				translated[headerKey(f.aliases[key].name)] = true
			}
		}
		for _, r := range f.recognise {
			if r.csv != csv {
				continue
			}
			var lacks []string
			for _, n := range r.names {
				if key := headerKey(n); !(csv && (has[key] || translated[key])) && !(!csv && has[n]) {
					lacks = append(lacks, n)
				}
			}
			hits := len(r.names) - len(lacks)
			if len(lacks) == 0 && hits > bestSize {
				best, bestSize = f, hits
			}
			if len(lacks) > 0 && hits > nearestHits {
				nearest, nearestHits, missing = f, hits, lacks
			}
		}
	}
	if best != nil {
		return best, ""
	}
	what := "keys"
	if csv {
		what = "columns"
		switch {
		case has["operations"] && has["userids"] || has["operation"] && has["recordtype"] && has["creationdate"]:
			return nil, "this is the unified audit log without the column AuditData, which holds the record itself: export it again with that column"
		case has["changeid"]:
			return nil, fmt.Sprintf("this seems to be of the provisioning log's CSV download, with columns that are not known here: "+
				"download it as JSON, which has the changes, their steps and the modified properties; its columns are %s", quoted(names))
		case slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "(UTC)") }):
			return nil, fmt.Sprintf("this seems to be a download from the Entra portal in a language that is not known here: download it as JSON, "+
				"or set the portal to English; its columns are %s", quoted(names))
		}
	}
	reason := fmt.Sprintf("no known export has the %s %s", what, shortList(names))
	if nearest != nil && nearestHits >= len(missing) {
		reason += fmt.Sprintf("; %s would also need %s", nearest.title, shortList(missing))
	}
	return nil, reason
}

// translated is the language of the translated columns, "" for a header in
// English.
func (f *format) translated(names []string) string {
	for _, n := range names {
		if a, ok := f.aliases[headerKey(n)]; ok && headerKey(a.name) != headerKey(n) {
			return a.language
		}
	}
	return ""
}

// unread lists the columns that the format does not know in any language.
func (f *format) unread(names []string) (unread []string) {
	for _, n := range names {
		if f.spelling[headerKey(n)] == "" {
			unread = append(unread, n)
		}
	}
	return unread
}

func quoted(names []string) string {
	shown := slices.Clone(names)
	for i, n := range shown {
		shown[i] = string(excerpt([]byte(fmt.Sprintf("%q", n))))
	}
	return strings.Join(shown, ", ")
}

// shortList names a few, for a sentence.
func shortList(names []string) string {
	const most = 6
	text := quoted(names[:min(len(names), most)])
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
