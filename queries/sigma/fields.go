package sigma

import (
	_ "embed" // the fields
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

//go:embed fields.csv
var fieldsCSV string

// known is what fields.csv says of a field.
type known struct {
	values []string // SQL, any of which the field may be
	isRaw  bool     // the raw record counts too
}

// fields by table and lower-case name.
var fields = mustReadFields()

// mustReadFields panics on a bad list: it is part of the program.
func mustReadFields() map[string]map[string]known {
	r := csv.NewReader(strings.NewReader(fieldsCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic(err)
	}
	all := map[string]map[string]known{}
	for _, row := range rows[1:] {
		if all[row[0]] == nil {
			all[row[0]] = map[string]known{}
		}
		for _, name := range strings.Fields(row[1]) {
			all[row[0]][name] = known{strings.Split(row[2], "; "), row[3] == "yes"}
		}
	}
	return all
}

// plain is the name of a field as it is looked up.
func plain(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "properties.")
}

// lookUp finds what is known of a field: what the list says, or the column of that name.
func lookUp(table, name string) (known, bool) {
	if k, ok := fields[table][plain(name)]; ok {
		return k, true
	}
	t, _ := schema.Lookup(table)
	for _, c := range t.Columns {
		if c.Name != "file_id" && c.Name != "record" && strings.ReplaceAll(c.Name, "_", "") == strings.ReplaceAll(plain(name), "_", "") {
			return known{values: []string{engine.Identifier(c.Name) + "::varchar"}}, true
		}
	}
	return known{}, false
}

// Log is a table, and how its raw records spell the names that rules use.
type Log struct {
	Table     string
	spellings map[string][]spelling // by lower-case name
}

// spelling is one way in which records write a name.
type spelling struct {
	text     string
	isKey    bool // of a value; else it is itself the value of a key such as Name
	isInText bool // in JSON that is the text of a value
}

// NewLog is a log whose spellings are not known yet.
func NewLog(table string) *Log { return &Log{Table: table, spellings: map[string][]spelling{}} }

// names of the raw record that a field may be: its own, and each part of a path.
func (l *Log) names(field string) []string {
	if k, ok := lookUp(l.Table, field); field == "" || ok && !k.isRaw {
		return nil
	}
	all := append(strings.Split(plain(field), "."), plain(field))
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == "" })
}

// Spellings is the SELECT of how the records write the names of the fields, for Learn;
// empty where they are columns all.
func (l *Log) Spellings(fields []string) string {
	var all []string
	for _, f := range fields {
		for _, name := range l.names(f) {
			if quoted := regexp.QuoteMeta(name); !slices.Contains(all, quoted) {
				all = append(all, quoted)
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	pattern := `(?i)\\*"(?:` + strings.Join(all, "|") + `)\\*"\s*:?`
	return "select distinct unnest(regexp_extract_all(raw, " + engine.Literal(pattern) + ")) as spelling\nfrom evidence." + l.Table + "\norder by spelling"
}

// Learn takes what the SELECT of Spellings gave.
func (l *Log) Learn(found string) {
	s := spelling{isKey: strings.HasSuffix(found, ":"), isInText: strings.Contains(found, `\`)}
	s.text = strings.Trim(strings.TrimRight(found, ": \t\r\n"), `\"`)
	name := strings.ToLower(s.text)
	if !slices.Contains(l.spellings[name], s) {
		l.spellings[name] = append(l.spellings[name], s)
	}
}

// source is where a field's values are.
type source struct {
	sql     string // of a VARCHAR, or of a VARCHAR[]
	isList  bool
	isThere bool // the logs have the field
}

// all is the SQL of the values as a list.
func (s source) all() string {
	if s.isList {
		return s.sql
	}
	return "[" + s.sql + "]"
}

// find says where a field's values are.
func (l *Log) find(field string) source {
	k, isKnown := lookUp(l.Table, field)
	if isKnown && !k.isRaw && len(k.values) == 1 {
		return source{sql: k.values[0], isThere: true}
	}
	var lists []string
	if isKnown {
		lists = append(lists, "["+strings.Join(k.values, ", ")+"]")
	}
	if k.isRaw || !isKnown {
		lists = append(lists, l.inRaw(field)...)
	}
	if len(lists) == 0 {
		return source{sql: "[]::varchar[]", isList: true}
	}
	return source{
		sql:     "list_filter(flatten([" + strings.Join(lists, ", ") + "]), v -> v is not null)",
		isList:  true,
		isThere: true,
	}
}

// inRaw is the SQL of the lists of what the raw record has of a field.
func (l *Log) inRaw(field string) []string {
	var lists []string
	if path := l.path(strings.Split(plain(field), ".")); path != "" {
		lists = append(lists, path)
	}
	whole := plain(field)
	if strings.Contains(whole, ".") && slices.ContainsFunc(l.spellings[whole], func(s spelling) bool { return s.isKey }) {
		lists = append(lists, l.path([]string{whole}))
	}
	var isName, isInText bool
	for _, s := range l.spellings[whole] {
		isName, isInText = isName || !s.isKey, isInText || !s.isKey && s.isInText
	}
	if isName {
		lists = append(lists, "case when contains(lower(raw), "+engine.Literal(whole)+") then list_transform(\n"+
			"            list_filter("+eachOf(opened(isInText), "json_extract(d, '$..*')")+", o -> json_type(o) = 'OBJECT'\n"+
			"                and lower(coalesce(o ->> '$.Name', o ->> '$.displayName', o ->> '$.key', o ->> '$.Key', o ->> '$.name')) = "+engine.Literal(whole)+"),\n"+
			"            o -> trim(coalesce(o ->> '$.Value', o ->> '$.NewValue', o ->> '$.newValue', o ->> '$.value'), '\"')\n        ) end")
	}
	return lists
}

// opened is the SQL of the record as JSON, and with inText of its values that are JSON
// written as text.
func opened(inText bool) string {
	if !inText {
		return "[json_text(raw)]"
	}
	return "list_concat([json_text(raw)], list_filter(json_extract_string(json_text(raw), '$.*'), d -> d[1] in ('[', '{') and json_valid(d)))"
}

// eachOf is the SQL of what each document d has, as one list.
func eachOf(list, of string) string {
	if list == "[json_text(raw)]" {
		return strings.ReplaceAll(of, "(d, ", "(json_text(raw), ")
	}
	return "flatten(list_transform(" + list + ", d -> " + of + "))"
}

// path is the SQL of the list of values at the end of a path, whatever lies between its
// parts; empty where the records lack one of them.
func (l *Log) path(parts []string) string {
	list := ""
	for i, part := range parts {
		function, inText := "json_extract", false
		if i == len(parts)-1 {
			function = "json_extract_string"
		}
		var keys []string
		for _, s := range l.spellings[part] {
			if key := function + "(d, " + engine.Literal(`$.."`+s.text+`"`) + ")"; s.isKey && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
			inText = inText || s.isKey && s.isInText
		}
		if len(keys) == 0 {
			return ""
		}
		of := keys[0]
		if len(keys) > 1 {
			of = "flatten([" + strings.Join(keys, ", ") + "])"
		}
		if i == 0 {
			list = eachOf(opened(inText), of)
			continue
		}
		inside := "list_transform(" + list + ", d -> case when json_type(d) = 'VARCHAR' then json_text(d ->> '$')::json else d end)"
		list = eachOf(inside, of)
	}
	return list
}

// Names are the fields that rules can name, whatever the records have: those of the list,
// and the columns.
func (l *Log) Names() []string {
	var names []string
	for name := range fields[l.Table] {
		names = append(names, name)
	}
	t, _ := schema.Lookup(l.Table)
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// Has tells whether the logs have a field, as far as Learn knows.
func (l *Log) Has(field string) bool { return l.find(field).isThere }
