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
}

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
	f := &format{name: name}
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
	return f, nil
}

func splitNames(s string) []string {
	names := strings.Split(s, ";")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// names maps the headerKey of every name that the format's SQL reads to the
// way it is spelt there first: names of the record itself stand before those
// of objects that its columns hold.
func (f *format) names() map[string]string {
	spelling := map[string]string{}
	for _, s := range f.sections {
		for _, m := range readName.FindAllStringSubmatch(s.sql, -1) {
			if key := headerKey(m[1]); spelling[key] == "" {
				spelling[key] = m[1]
			}
		}
	}
	return spelling
}

var readName = regexp.MustCompile(`"([^"]+)": "VARCHAR"`)

// headerKey is a CSV column's name as it is compared: exports differ in case
// and in blanks (Change ID, changeId), and Log Analytics marks its times.
func headerKey(name string) string {
	key := strings.ToLower(strings.Join(strings.Fields(name), ""))
	return strings.TrimSuffix(key, "[utc]")
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
		for _, r := range f.recognise {
			if r.csv != csv {
				continue
			}
			var lacks []string
			for _, n := range r.names {
				if key := n; !has[key] && !(csv && has[headerKey(key)]) {
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
	}
	reason := fmt.Sprintf("no known export has the %s %s", what, shortList(names))
	if nearest != nil && nearestHits >= len(missing) {
		reason += fmt.Sprintf("; %s would also need %s", nearest.title, shortList(missing))
	}
	return nil, reason
}

// shortList names a few, for a sentence.
func shortList(names []string) string {
	const most = 6
	shown := slices.Clone(names[:min(len(names), most)])
	for i, n := range shown {
		shown[i] = string(excerpt([]byte(fmt.Sprintf("%q", n))))
	}
	text := strings.Join(shown, ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
