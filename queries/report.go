package queries

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"entrail/ingest/header"
	"entrail/ingest/schema"
)

//go:embed reports
var files embed.FS

// Groups are the report groups in the order in which they are shown.
var Groups = []string{"incident", "summary", "evidence", "sessions", "signins", "apps", "ca", "audit"}

// Report is one canned query: the file reports/GROUP/NAME.sql and what its header
// says. See the package comment for the header's keys.
type Report struct {
	Name        string
	Title       string   // one line, a heading
	Description string   // what it shows and how to read it, a few sentences
	Group       string   // one of Groups
	Order       int      // position in its group
	Topics      []string // lower-case words that somebody may ask for instead of the name
	Needs       []string // tables it reads; all empty = "not loaded", not "nothing found"
	FilledBy    string   // which export fills it, for the "not loaded" sentence
	PortalDays  int      // how many days the portal shows of the same; 0 = it has no such period
	Caveat      string   // when its numbers mislead; may be empty
	Charts      []Chart
	// NotesOn: the columns that name what a note of the case sheet may be about: a finding, a
	// session, a user, an address or, as FILE_ID:RECORD, records; A:B are the two columns of
	// a record. See withVerdicts.
	NotesOn    []string
	InWorkbook bool   // a workbook has it where no report is asked for by name
	Sheet      string // name of its sheet in a workbook, where the title is longer than such a name may be
	// MattersFirst: where there is no room for all rows, those that matter most are
	// shown and not the first, which are the oldest.
	MattersFirst bool
	recordsIn    string // the table or view that has the record of each row; empty = none is named
	// Repeats: the column that says what was done. Where there is no room for all rows, those
	// of what was done seldom are shown, and of each the first and the last.
	Repeats    string
	OnTerminal []string         // columns that a terminal, which has no room for all, shows first
	KnownBy    []string         // columns that say which row it is; empty = see Result.KnownBy
	Layout     Layout           // Table where the header does not say
	Styles     map[string]Style // of columns that are not Plain, by name
	SQL        string           // the whole file, header included
}

// Chart is a picture that the HTML report draws beside the table.
// In the header: `-- chart: bar x=week y=sign_ins,users title=Sign-ins a week`.
type Chart struct {
	// bar (one bar a row and y), stacked (one bar a row, the y's on top of each other),
	// heat (x by y, first value of Y as shade; Group names the second axis), map (a square a
	// country of x, the sum of the first of Y as shade), days (how many rows a day of the time
	// X there are, on top of each other by what Group says; a workbook alone has it, a page
	// has the picture of an incident)
	Type  string
	X     string   // column on the axis
	Y     []string // columns drawn
	Group string   // heat: column of the second axis; days: of what the rows are counted by
	Faint string   // boolean column; bars of rows where it is true are drawn faintly, and on a heat map the value of X has a star
	Title string
	// Overview: it stands among the pictures of a whole case too.
	Overview bool
}

// Reports returns every report by group and position.
func Reports() []Report { return registry }

// Lookup returns the report of that name.
func Lookup(name string) (Report, bool) {
	for _, r := range registry {
		if r.Name == name {
			return r, true
		}
	}
	return Report{}, false
}

var registry = mustRead()

// mustRead panics on a bad header: the files are part of the program, and a
// test walks them all.
func mustRead() []Report {
	var all []Report
	names, err := fs.Glob(files, "reports/*/*.sql")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		folder, file := path.Split(name)
		r, err := parse(path.Base(folder), strings.TrimSuffix(file, ".sql"), string(text))
		if err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b Report) int {
		if g := slices.Index(Groups, a.Group) - slices.Index(Groups, b.Group); g != 0 {
			return g
		}
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}

// mustReadFolder reads reports that are asked for in another way than by their name, by
// position.
func mustReadFolder(files embed.FS, pattern, group string) []Report {
	var all []Report
	for name, text := range filesOf(files, pattern) {
		r, err := parse(group, name, text)
		if err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Report) int { return a.Order - b.Order })
	return all
}

// parse reads a report file: `-- key: value` lines, where a line `--   more`
// continues the value above, then one SELECT.
func parse(group, name, text string) (Report, error) {
	r := Report{Name: name, Group: group, Layout: Table, SQL: text}
	fields, body, err := header.Read(name, text)
	if err != nil {
		return r, err
	}
	whole, err := withSections(name, body)
	if err != nil {
		return r, err
	}
	r.SQL = strings.TrimSuffix(text, body) + whole
	values := map[string][]string{}
	for _, f := range fields {
		values[f.Key] = append(values[f.Key], f.Value)
	}
	for key, v := range values {
		value := v[0]
		if len(v) > 1 && key != "chart" {
			return r, fmt.Errorf("%s.sql: header key %q given twice", name, key)
		}
		switch key {
		case "title":
			r.Title = value
		case "description":
			r.Description = strings.ReplaceAll(value, "{session rules}", sessionWeights())
		case "position":
			if r.Order, err = strconv.Atoi(value); err != nil {
				return r, fmt.Errorf("%s.sql: position %q is no number", name, value)
			}
		case "portal days":
			if r.PortalDays, err = strconv.Atoi(value); err != nil {
				return r, fmt.Errorf("%s.sql: portal days %q is no number", name, value)
			}
		case "topics":
			r.Topics = strings.Split(value, ", ")
		case "needs":
			r.Needs = readNeeds(value)
		case "filled by":
			r.FilledBy = value
		case "caveat":
			r.Caveat = value
		case "sheet":
			r.Sheet = value
		case "notes on":
			r.NotesOn = strings.Split(value, ", ")
		case "workbook":
			if r.InWorkbook = value == "yes"; !r.InWorkbook {
				return r, fmt.Errorf("%s.sql: workbook %q: want `yes`, or leave it out", name, value)
			}
		case "first rows":
			if r.recordsIn, r.MattersFirst = strings.CutPrefix(value, "what matters of "); !r.MattersFirst {
				return r, fmt.Errorf("%s.sql: first rows %q: want `what matters of VIEW`, or leave it out", name, value)
			}
		case "repeats":
			r.Repeats = value
		case "records":
			r.recordsIn = value
		case "on a terminal":
			r.OnTerminal = strings.Split(value, ", ")
		case "known by":
			r.KnownBy = strings.Split(value, ", ")
		case "layout":
			if err := r.setLayout(value); err != nil {
				return r, fmt.Errorf("%s.sql: %w", name, err)
			}
		case "wrap", "paths", "raw", "ids", "severity", "status":
			if err := r.setStyle(key, value); err != nil {
				return r, fmt.Errorf("%s.sql: %w", name, err)
			}
		case "chart":
			for _, c := range v {
				chart, err := parseChart(c)
				if err != nil {
					return r, fmt.Errorf("%s.sql: %w", name, err)
				}
				r.Charts = append(r.Charts, chart)
			}
		default:
			return r, fmt.Errorf("%s.sql: unknown header key %q", name, key)
		}
	}
	if r.Title == "" || r.Description == "" || !slices.Contains(Groups, r.Group) && r.Group != "compare" {
		return r, fmt.Errorf("%s.sql: want title, description and a folder of %s", name, strings.Join(Groups, ", "))
	}
	return r, nil
}

func parseChart(s string) (Chart, error) {
	head, title, _ := strings.Cut(s, " title=")
	fields := strings.Fields(head)
	if len(fields) == 0 {
		return Chart{}, fmt.Errorf("chart %q: no type", s)
	}
	c := Chart{Type: fields[0], Title: title}
	for _, f := range fields[1:] {
		k, v, _ := strings.Cut(f, "=")
		switch k {
		case "x":
			c.X = v
		case "y":
			c.Y = strings.Split(v, ",")
		case "group":
			c.Group = v
		case "faint":
			c.Faint = v
		case "overview":
			c.Overview = v == "yes"
		default:
			return c, fmt.Errorf("chart %q: unknown key %q", s, k)
		}
	}
	if !slices.Contains([]string{"bar", "stacked", "heat", "map", "days"}, c.Type) || c.X == "" || (len(c.Y) == 0) != (c.Type == "days") {
		return c, fmt.Errorf("chart %q: want `bar|stacked|heat|map x=COLUMN y=COLUMN,...` or `days x=COLUMN`", s)
	}
	return c, nil
}

// readNeeds lists the tables of `-- needs`. `every log` is those of the timeline,
// so that a new log is no change of each report that shows them all.
func readNeeds(value string) []string {
	if value != "every log" {
		return strings.Fields(strings.ReplaceAll(value, ",", " "))
	}
	var all []string
	for _, log := range schema.Logs() {
		all = append(all, log.Name)
	}
	return all
}
