package ingest

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
	"entrail/ingest/schema"
)

//go:embed formats/*.sql
var formatFiles embed.FS

// Format is what users are told of a kind of export.
type Format struct {
	Name   string // as the table files has it
	Title  string // what it is called
	Family string // the log that it is an export of
	About  string // where it comes from, and Microsoft's page about it
}

// Formats are all kinds of exports that are read, by family and name.
func Formats() []Format {
	var all []Format
	for _, f := range formats {
		all = append(all, Format{f.name, f.title, cmp.Or(f.family, f.title), f.about})
	}
	slices.SortStableFunc(all, func(a, b Format) int { return strings.Compare(a.Family, b.Family) })
	return all
}

// A format is one kind of export: a file in formats/. See the package comment.
// What exports of other programs do to a record stands in further keys of its
// header, each of which may come several times; shape.go follows them:
//
//	-- and one of: NAME; ...       and a record has at least one of these names
//	-- gathered: PREFIX = LIST     names with the prefix are items of the list, with Name and Value
//	-- nested: NAME; LIST[]; NAME of MEMBER; NAME or text; LIST[] or pairs or text; NAME.INNER; ...
//	                               objects and lists; MEMBER is what a bare number or text
//	                               means, and `or text` that a text may stand there
//	-- flat: OTHER NAME = PATH; ... where in the record another name belongs; the first
//	                               that says something counts
//	-- envelope: PATH = NAME; ...  what the envelope of a diagnostic setting says where the
//	                               record does not; `envelope, too` only on that occasion
//	-- names: NAME; LIST>NAME; ... further names, for exports with names in another case,
//	                               and how one is spelled in a list alone
//	-- says: NAME                  a record without a value there is of another table: queries
//	                               that join tables give each the columns of all
//	-- of: FORMAT                  its records are those of that format in another shape:
//	                               it has no SQL of its own
//	-- respelled: yes              and their names are in another case
//	-- times: as shown             a CSV of it may have times as the Defender portal shows them, in
//	                               the zone of its settings
type format struct {
	name      string
	title     string
	family    string // the log it is an export of, as users call it; "" = none but its own
	about     string // where it comes from, and Microsoft's page about it
	recognise []recognition
	sections  []section
	says      string           // the name under which a record must have a value; "" = none
	unsure    bool             // how its columns are called is not published
	aliases   map[string]alias // by the headerKey of a CSV column's other name

	// What shape.go puts right:
	asShown   bool                 // its times may be in the zone of a portal's settings
	respelled bool                 // its names are in another case than those of that format
	of        string               // the format whose SQL reads it in that shape; "" = its own
	nested    map[string]nesting   // by the name in lower case, of inner ones a.b
	inside    map[string][]nesting // of nested, those directly inside one, by its name
	flat      map[string]place     // by headerKey of a name, where in the record it belongs
	fills     []fill               // from a diagnostic setting's envelope
	gather    gathering            // of items that have columns of their own

	// Of what the SQL reads:
	spelling map[string]string // by headerKey, how the SQL spells the name
	times    map[string]bool   // names that are handed to utc
}

// shapesRaw tells whether a record is kept in the shape that its SQL reads,
// with what was exported beside that: reports read the details of the audit
// log from raw.
func (f *format) shapesRaw() bool { return f.sections[0].table == "audit_events" }

// isState tells whether its records are what stood at one time, and no events.
func (f *format) isState() bool {
	table, _ := schema.Lookup(f.sections[0].table)
	return table.Snapshot != ""
}

// alias is the name of a CSV column that the portal translated.
type alias struct{ name, language string }

// recognition lists the names that a record of the format must have.
type recognition struct {
	csv   bool
	names []string // canonical; for CSV compared by headerKey
	marks []string // and one of these
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
	for _, f := range all {
		if f.of != "" {
			f.readAs(all[slices.IndexFunc(all, func(of *format) bool { return of.name == f.of })])
		}
	}
	return all
}

// readAs gives the format the SQL of another, and what that knows of shapes.
func (f *format) readAs(of *format) {
	f.sections, f.spelling, f.times, f.nested, f.fills, f.gather = of.sections, of.spelling, of.times, of.nested, of.fills, of.gather
	f.inside = of.inside
	flat := maps.Clone(of.flat)
	maps.Copy(flat, f.flat)
	f.flat = flat
}

func parseFormat(name, text string) (*format, error) {
	f := &format{name: name, aliases: map[string]alias{}, nested: map[string]nesting{}, inside: map[string][]nesting{}, flat: map[string]place{}, spelling: map[string]string{}}
	var marks, names []string
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
			f.recognise = append(f.recognise, recognition{csv: kind == "csv", names: splitNames(names)})
		case key == "and one of":
			marks = append(marks, splitNames(value)...)
		case key == "family":
			f.family = value
		case key == "description":
			f.about = value
		case strings.HasPrefix(comment, "  "):
			f.about += " " + strings.TrimSpace(comment)
		case key == "gathered":
			f.gather.prefix, f.gather.into, _ = strings.Cut(value, " = ")
		case key == "says":
			f.says = value
		case key == "of":
			f.of = value
		case key == "respelled" && value == "yes":
			f.respelled = true
		case key == "times" && value == "as shown":
			f.asShown = true
		case key == "names":
			names = append(names, splitNames(value)...)
		case key == "nested":
			for _, text := range splitNames(value) {
				n := parseNesting(text)
				f.nested[strings.ToLower(n.name)] = n
				if i := strings.LastIndexByte(n.name, '.'); i > 0 {
					f.inside[n.name[:i]] = append(f.inside[n.name[:i]], n)
				}
			}
		case key == "flat":
			for _, pair := range splitNames(value) {
				name, path, _ := strings.Cut(pair, " = ")
				f.flat[headerKey(name)] = place{strings.Split(path, "."), len(f.flat)}
			}
		case key == "envelope" || key == "envelope, too":
			for _, pair := range splitNames(value) {
				path, from, _ := strings.Cut(pair, " = ")
				f.fills = append(f.fills, fill{strings.Split(path, "."), from, key == "envelope"})
			}
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
		default:
			return nil, fmt.Errorf("%s.sql: unknown header key %q", name, key)
		}
	}
	if f.title == "" || len(f.recognise) == 0 || len(f.sections) == 0 && f.of == "" {
		return nil, fmt.Errorf("%s.sql: the header must have title, recognised by and table", name)
	}
	for i := range f.recognise {
		f.recognise[i].marks = marks
	}
	for i, s := range f.sections {
		if i == 0 && s.parent != "" || i > 0 && s.parent != f.sections[0].table {
			return nil, fmt.Errorf("%s.sql: the first table takes the records, each later one is `-- table: NAME of %s`", name, f.sections[0].table)
		}
	}
	f.findNames(names)
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
// Others are those that the header lists, and those of nested values.
func (f *format) findNames(listed []string) {
	for _, s := range f.sections {
		for _, m := range readName.FindAllStringSubmatch(s.sql, -1) {
			if key := headerKey(m[1]); f.spelling[key] == "" {
				f.spelling[key] = m[1]
			}
		}
	}
	for _, n := range f.nested {
		listed = append(listed, n.name[strings.LastIndexByte(n.name, '.')+1:])
	}
	for _, name := range listed {
		if f.spelling[headerKey(name)] == "" {
			f.spelling[headerKey(name)] = name[strings.IndexByte(name, '>')+1:]
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
	name, _, _ = dates.CutZone(name)
	key := strings.ToLower(strings.Join(strings.Fields(name), ""))
	return strings.ReplaceAll(key, "’", "'")
}

// spellings is how the names of a record are compared with those of formats.
type spellings func(name string) string

var (
	asJSON    spellings = func(name string) string { return name }
	asColumns spellings = headerKey
	inAnyCase spellings = func(name string) string { return strings.ToLower(unsnaked(name)) }
	inSnake   spellings = func(name string) string { return headerKey(unsnaked(name)) }
)

// unsnaked is a name such as record_type, as data lakes and Python write it, without what parts its words.
func unsnaked(name string) string {
	if strings.ToLower(name) != name || strings.HasPrefix(name, "_") || strings.HasSuffix(name, "_") {
		return name
	}
	return strings.ReplaceAll(name, "_", "")
}

// anyLogHas are names that say little about what a record is, by their headerKey.
var anyLogHas = map[string]bool{
	"id": true, "createddatetime": true, "timegenerated": true, "operation": true, "userprincipalname": true, "appid": true, "appdisplayname": true,
	"ipaddress": true, "status": true, "date(utc)": true, "category": true, "action": true, "name": true, "description": true, "displayname": true,
	"property": true, "attribute": true, "step": true, "result": true, "application": true, "operationname": true, "serviceprincipalid": true,
	"state": true, "identity": true, "user": true, "priority": true, "mode": true, "scope": true, "role": true, "type": true, "deviceid": true,
}

// recogniseRecord returns the format with the most names among those whose
// names are all there. When there is none, the reason says what is missing
// for the nearest, if one name is and the others are of that format alone.
func recogniseRecord(names []string, csv bool) (*format, string) {
	if csv {
		f, reason := recogniseNames(names, csv, asColumns)
		if f == nil && slices.ContainsFunc(names, func(n string) bool { return unsnaked(n) != n }) {
			f, _ = recogniseNames(names, csv, inSnake)
		}
		return f, reason
	}
	return recogniseNames(names, csv, asJSON)
}

func recogniseNames(names []string, csv bool, key spellings) (*format, string) {
	has := map[string]bool{}
	for _, n := range names {
		has[key(n)] = true
	}
	var best, nearest *format
	bestSize, nearestHits := 0, 0
	isDirectory := isDirectoryObject(names)
	var missing []string
	for _, f := range formats {
		translated := map[string]bool{}
		if csv {
			for name := range has {
				translated[key(f.aliases[name].name)] = true
			}
		}
		for _, name := range names {
			if path := f.dotted(name); path != nil && strings.ContainsAny(name, "./") { // initiatedBy.user.id
				translated[key(path[0])] = true
			}
		}
		for _, r := range f.recognise {
			if r.csv != csv {
				continue
			}
			var lacks []string
			for _, n := range r.names {
				if !has[key(n)] && !translated[key(n)] {
					lacks = append(lacks, n)
				}
			}
			hits := len(r.names) - len(lacks)
			isMarked := len(r.marks) == 0 || !isDirectory && slices.ContainsFunc(names, func(n string) bool {
				path := f.place(n).path
				return slices.ContainsFunc(r.marks, func(m string) bool { return key(m) == key(n) || len(path) > 0 && path[0] == m })
			})
			if len(lacks) == 0 && !isMarked {
				lacks = r.marks
			}
			if len(lacks) == 0 && hits > bestSize {
				best, bestSize = f, hits
			}
			if len(lacks) == 1 && hits > nearestHits && slices.ContainsFunc(r.names, func(n string) bool { return has[key(n)] && !anyLogHas[headerKey(n)] }) {
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
				"download it as JSON, which has the changes, their steps and the modified properties; its columns are %s", scan.Quoted(names))
		case slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "(UTC)") }):
			return nil, fmt.Sprintf("this seems to be a download from the Entra portal in a language that is not known here: download it as JSON, "+
				"or set the portal to English; its columns are %s", scan.Quoted(names))
		}
	}
	if known := otherThing(names); known != "" {
		return nil, known
	}
	switch {
	case csv && isValues(names):
		return nil, "a table without the line that names its columns, so that nobody can say what they are: put that line back, or export again with it"
	case csv && isProse(names):
		return nil, "a text, no export: its first line names no columns"
	}
	reason := fmt.Sprintf("no known export has the %s %s", what, scan.ShortList(names))
	if nearest != nil {
		reason += fmt.Sprintf("; %s would also need %s", nearest.title, scan.ShortList(missing))
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
