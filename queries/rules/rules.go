// Package rules is what entrail looks for: a finding is one SQL file, and the
// folder is the registry.
//
// # Adding a finding
//
// Put NAME.sql into the folder of its tactic. NAME says what happened, in snake case
// (privileged_role_given). The file begins with `-- key: value` lines; a line that begins
// with `--` and three blanks continues the value above it:
//
//	-- title: one line, a heading
//	-- severity: the usual one, of Severities
//	-- techniques: ATT&CK techniques, T1098.003
//	-- catalogue: numbers of the catalogue of findings that it covers, D40
//	-- meaning: what it means that this is in the log, for a reader who is no specialist
//	-- false positives: what harmless thing looks like it
//	-- blind spots: what it can't see
//	-- next: what to check next
//	-- needs: the tables that it looks in; it was looked for if one of them has rows
//	-- parts: of such a table the parts that it looks in, TABLE PART, with a comma between: of
//	   sign_ins a category, of audit_events a workload; `PART or PART` where either will do
//	-- source: where its facts come from: pages, sample files
//	-- lists: the lists that it reads, if any
//	-- compares: places, if its ip_addresses are those of one account, held against each other:
//	   the case sheet need not trust the one that the account always works from
//	-- seen: in how many samples of attacks it was seen, and how many benign ones it marked;
//	   a test writes it (go test ./queries -run Samples -samples FOLDER -update)
//
// Then comes one SELECT that gives a row a hit, with exactly the columns of Columns.
// It reads evidence.TABLE and the views of the folder model, never what the filters show:
// whether something is rare must be judged on everything. Its records are its evidence;
// a filter shows the hits of which it shows a record.
//
// Of a log's operations ask list_contains(['Send', 'SendAs'], operation), not operation in
// (...): the engine then reads the raw record of those alone (TestContractOfLists). Where a
// hit has one value of several records, take that of the first: min_by(app_id, (event_time,
// file_id, record)), never any_value: the same files give the same bytes.
//
// Rules that name one act give it one key (column act), and it becomes one line, under the
// title of the most severe.
//
// Put a fixture into testdata/rules/NAME.txtar, with a hit and a near miss: the tests
// walk the folder and ask for it.
//
// The rules by which sessions are judged are in the folder sessions, and have a form of
// their own: see package queries.
//
// # Adding a list
//
// Put NAME.csv into lists/. Its first line is `# source: ...`, the second names the columns.
// A rule reads it as the table list_NAME, all columns varchar.
package rules

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"entrail/ingest/header"
)

//go:embed *
var files embed.FS

// Severities from the most severe: critical, an attacker's act beyond reasonable
// doubt, or control over the tenant is lost; high, rarely harmless, look now; medium,
// worth a look today; low, context that is often harmless; info, for completeness.
var Severities = []string{"critical", "high", "medium", "low", "info"}

// Column is one that each rule's SELECT has.
type Column struct{ Name, Type string }

// Columns are those of a hit, in this order.
var Columns = []Column{
	{"severity", "VARCHAR"},     // of this hit
	{"what", "VARCHAR"},         // a sentence with the particulars
	{"who", "VARCHAR"},          // the actor
	{"first_seen", "TIMESTAMP"}, // UTC
	{"last_seen", "TIMESTAMP"},
	{"events", "BIGINT"},  // how many it was; each is in the evidence, up to the first thousand
	{"target", "VARCHAR"}, // what or whom it was done to
	{"app_id", "VARCHAR"},
	{"session_id", "VARCHAR"},
	{"ip_addresses", "VARCHAR[]"},
	{"rarity", "VARCHAR"}, // first for whom, over how long
	{"act", "VARCHAR"},    // key of the act
	{"records", "STRUCT(file_id INTEGER, record BIGINT, id VARCHAR)[]"}, // the evidence
}

// Rule is one finding that is looked for: a file and what its header says.
type Rule struct {
	Name, Tactic, Title, Severity                     string
	Techniques, Catalogue, Needs, Lists               []string
	Parts                                             []Part // of the tables that it needs; none of a table = all of it
	Meaning, FalsePositives, BlindSpots, Next, Source string
	Compares                                          string // places; empty = each of its addresses did what it says
	Seen                                              string // in samples, and how often in benign ones; empty = not measured
	SQL                                               string // the whole file
}

// Part is a part of a log that a rule looks in.
type Part struct {
	Table string
	AnyOf []string // values of the column that tells its parts apart
}

// List is a list of facts that rules read as the table list_NAME.
type List struct {
	Name, Source string
	Columns      []string
	Rows         [][]string
}

// All returns every rule, by tactic and name.
func All() []Rule { return all }

// Lookup returns the rule of that name.
func Lookup(name string) (Rule, bool) {
	for _, r := range all {
		if r.Name == name {
			return r, true
		}
	}
	return Rule{}, false
}

// Lists returns every list.
func Lists() []List { return lists }

var all, lists = mustRead(files)

// mustRead panics on a bad header: the files are part of the program, and a test
// walks them all.
func mustRead(folder fs.FS) (rules []Rule, lists []List) {
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "sessions": // package queries reads these
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		switch path.Ext(name) {
		case ".go":
			return nil
		case ".csv":
			list, err := parseList(strings.TrimSuffix(path.Base(name), ".csv"), string(text))
			lists = append(lists, list)
			return err
		}
		rule, err := Parse(strings.TrimSuffix(path.Base(name), ".sql"), string(text))
		rule.Tactic = path.Base(path.Dir(name))
		rules = append(rules, rule)
		return err
	})
	if err != nil {
		panic(err)
	}
	return rules, lists
}

// Parse reads a rule's file.
func Parse(name, text string) (Rule, error) {
	r := Rule{Name: name, SQL: text}
	lines, _, err := header.Read(name, text)
	if err != nil {
		return r, err
	}
	given := map[string]bool{}
	for _, f := range lines {
		value := f.Value
		if given[f.Key] {
			return r, fmt.Errorf("%s.sql: header key %q given twice", name, f.Key)
		}
		given[f.Key] = true
		switch f.Key {
		case "title":
			r.Title = value
		case "severity":
			r.Severity = value
		case "techniques":
			r.Techniques = fields(value)
		case "catalogue":
			r.Catalogue = fields(value)
		case "meaning":
			r.Meaning = value
		case "false positives":
			r.FalsePositives = value
		case "blind spots":
			r.BlindSpots = value
		case "next":
			r.Next = value
		case "needs":
			r.Needs = fields(value)
		case "parts":
			for part := range strings.SplitSeq(value, ", ") {
				table, values, _ := strings.Cut(part, " ")
				r.Parts = append(r.Parts, Part{table, strings.Split(values, " or ")})
			}
		case "source":
			r.Source = value
		case "seen":
			r.Seen = value
		case "lists":
			r.Lists = fields(value)
		case "compares":
			r.Compares = value
		default:
			return r, fmt.Errorf("%s.sql: unknown header key %q", name, f.Key)
		}
	}
	switch {
	case r.Title == "" || r.Meaning == "" || r.FalsePositives == "" || r.BlindSpots == "" || r.Next == "" || r.Source == "":
		return r, fmt.Errorf("%s.sql: the header must have title, meaning, false positives, blind spots, next and source", name)
	case !slices.Contains(Severities, r.Severity):
		return r, fmt.Errorf("%s.sql: severity %q is none of %s", name, r.Severity, strings.Join(Severities, ", "))
	case r.Compares != "" && r.Compares != "places":
		return r, fmt.Errorf("%s.sql: compares %q, want places", name, r.Compares)
	case len(r.Needs) == 0:
		return r, fmt.Errorf("%s.sql: the header must say in `needs` which tables it looks in", name)
	}
	for _, p := range r.Parts {
		if !slices.Contains(r.Needs, p.Table) || p.AnyOf[0] == "" {
			return r, fmt.Errorf("%s.sql: parts: want TABLE PART, of a table that it needs, not %q", name, p.Table)
		}
	}
	return r, nil
}

func fields(value string) []string {
	return strings.Fields(strings.ReplaceAll(value, ",", " "))
}

func parseList(name, text string) (List, error) {
	l := List{Name: name}
	first, rest, _ := strings.Cut(text, "\n")
	source, ok := strings.CutPrefix(first, "# source: ")
	if !ok {
		return l, fmt.Errorf("%s.csv: the first line must be `# source: ...`", name)
	}
	l.Source = strings.TrimSpace(source)
	r := csv.NewReader(strings.NewReader(rest))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return l, fmt.Errorf("%s.csv: want a line of column names and rows (%v)", name, err)
	}
	l.Columns, l.Rows = rows[0], rows[1:]
	return l, nil
}
