package queries

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestReports runs each report over the rows of its fixtures:
// testdata/reports/REPORT.txtar or REPORT.CASE.txtar. Above the first file of
// a fixture stands what it shows and why the expected numbers are what they
// are. Its files are
//
//	TABLE.csv    rows of a table, under a header of some of its columns;
//	             an empty cell is NULL
//	TABLE.jsonl  the same, an object a row; an object as value is stored as
//	             its text, as the column raw wants it
//	setup.sql    statements, for rows too many to write down
//	sheet.toml   the case sheet
//	options      the run's flags, one a line: tz Europe/Berlin, since 2026-10-01
//	except       the first column's value of the rows that are left out
//	only         the first column's value of the rows compared, where a report
//	             has sections; default: all rows
//	want.csv     the rows expected, in their order, under a header of those
//	             columns that are compared
//
// file_id and record are filled in where a fixture does not give them.
func TestReports(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/reports/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(fixtures) == 0 {
		t.Fatal("no fixtures")
	}
	for i, path := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			oneInSix(t, i)
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			runFixture(t, archive)
		})
	}
}

// testedElsewhere are reports about the whole evidence: TestNotLookedFor, TestStoryOfTenant
// and TestTotalsOfTenant have evidence of their own.
var testedElsewhere = []string{"findings_not_looked_for", "open_questions", "story", "totals"}

// TestEveryReportHasAFixture keeps the folder complete.
func TestEveryReportHasAFixture(t *testing.T) {
	for _, r := range Reports() {
		if slices.Contains(testedElsewhere, r.Name) {
			continue
		}
		fixtures, err := filepath.Glob("testdata/reports/" + r.Name + "*.txtar")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(fixtures, func(path string) bool { return reportOf(filepath.Base(path)) == r.Name }) {
			t.Errorf("%s.sql has no fixture testdata/reports/%s.txtar", r.Name, r.Name)
		}
	}
}

// reportOf is the report that a fixture's file name begins with.
func reportOf(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// runFixture holds a report to the rows that a fixture wants of its case.
func runFixture(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	report, ok := Lookup(reportOf(strings.TrimPrefix(filepath.Base(t.Name()), "/")))
	if !ok {
		t.Fatalf("no report is called %s", reportOf(filepath.Base(t.Name())))
	}
	f := readFixture(t, archive)
	f.compare(t, f.open(t), report)
}

// fixture is a case and what a question must answer from it.
type fixture struct {
	rows   []string // statements that make the case
	filter Filter
	sheet  CaseSheet
	zone   *time.Location
	only   string     // what the first column must have; "" = anything
	except string     // what it must not have
	want   [][]string // columns and rows
}

func readFixture(t *testing.T, archive *txtar.Archive) fixture {
	t.Helper()
	var (
		rows   []string
		filter Filter
		sheet  CaseSheet
		zone   = time.UTC
		only   string
		except string
		want   [][]string
	)
	for _, f := range archive.Files {
		text := string(f.Data)
		table, ending, _ := strings.Cut(f.Name, ".")
		switch {
		case f.Name == "want.csv":
			want = readCSV(t, text)
		case f.Name == "only":
			only = strings.TrimSpace(text)
		case f.Name == "except":
			except = strings.TrimSpace(text)
		case f.Name == "sheet.toml":
			var err error
			if sheet, err = ReadCaseSheet(text); err != nil {
				t.Fatal(err)
			}
		case f.Name == "options":
			filter, zone = readOptions(t, text)
		case f.Name == "setup.sql":
			for statement := range strings.SplitSeq(strings.TrimSpace(text), ";\n") {
				rows = append(rows, strings.TrimSuffix(statement, ";"))
			}
		case ending == "csv":
			rows = append(rows, insertCSV(t, table, readCSV(t, text))...)
		case ending == "jsonl":
			rows = append(rows, insertJSON(t, table, text)...)
		default:
			t.Fatalf("file %s: want TABLE.csv, TABLE.jsonl, setup.sql, sheet.toml, options, only, except or want.csv", f.Name)
		}
	}
	if len(want) == 0 {
		t.Fatal("no want.csv")
	}
	// Policies and changes hang on the record of their id, unless the fixture
	// says on which.
	for name, p := range parents {
		if p.key == "id" && name != "sign_in_steps" {
			rows = append(rows, fmt.Sprintf("update %s set parent_file_id = p.file_id, parent_record = p.record from %s as p where p.id = %s and parent_record is null", name, p.table, p.column))
		}
	}
	return fixture{rows, filter, sheet, zone, only, except, want}
}

// open opens the fixture's case, with what its sheet knows.
func (f fixture) open(t *testing.T) *Case {
	t.Helper()
	return openKnowing(t, 1, newCase(t, f.rows...), f.filter, f.zone, f.sheet)
}

// compare asks the report and compares its rows with those wanted.
func (f fixture) compare(t *testing.T, c *Case, report Report) {
	t.Helper()
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	want := f.want
	got := [][]string{want[0]}
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		if picked := pick(t, result.Columns, row, want[0]); (f.only == "" || picked[0] == f.only) && (f.except == "" || picked[0] != f.except) {
			got = append(got, picked)
		}
	}
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = strings.Join(got[i], " | ")
		}
		if i < len(want) {
			w = strings.Join(want[i], " | ")
		}
		if g != w {
			t.Errorf("row %d\n got %s\nwant %s", i, g, w)
		}
	}
}

// pick writes the values of the named columns as a fixture has them.
func pick(t *testing.T, columns []Column, row []any, names []string) []string {
	t.Helper()
	var picked []string
	for _, name := range names {
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("the report has no column %s", name)
		}
		switch v := row[i].(type) {
		case nil:
			picked = append(picked, "")
		case time.Time:
			picked = append(picked, v.Format(time.RFC3339))
		default:
			picked = append(picked, fmt.Sprint(v))
		}
	}
	return picked
}

func readOptions(t *testing.T, text string) (Filter, *time.Location) {
	t.Helper()
	filter, zone := Filter{}, time.UTC
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch name {
		case "tz":
			zone, err = LoadZone(value)
		case "since":
			filter.Since, err = ParseTime(value)
		case "until":
			filter.Until, err = ParseTime(value)
		case "user":
			filter.Users = append(filter.Users, value)
		case "app":
			filter.Apps = append(filter.Apps, value)
		default:
			t.Fatalf("options: %q", line)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return filter, zone
}

func readCSV(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func insertCSV(t *testing.T, table string, rows [][]string) []string {
	t.Helper()
	if len(rows) == 0 {
		t.Fatalf("%s.csv is empty", table)
	}
	var all []map[string]*string
	for _, row := range rows[1:] {
		values := map[string]*string{}
		for c, name := range rows[0] {
			if row[c] != "" {
				values[name] = &row[c]
			}
		}
		all = append(all, values)
	}
	return insert(table, all)
}

func insertJSON(t *testing.T, table, text string) []string {
	t.Helper()
	var all []map[string]*string
	for line := range strings.Lines(text) {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%s.jsonl: %v: %s", table, err, line)
		}
		values := map[string]*string{}
		for name, raw := range object {
			value := string(raw)
			if raw[0] == '"' {
				if err := json.Unmarshal(raw, &value); err != nil {
					t.Fatal(err)
				}
			}
			values[name] = &value
		}
		all = append(all, values)
	}
	return insert(table, all)
}

// insert adds rows, with the file and record number that events have: a
// statement for those with the same columns.
func insert(table string, rows []map[string]*string) []string {
	isEvent := slices.ContainsFunc(schema.Logs(), func(e schema.Table) bool { return e.Name == table })
	literals := map[string][]string{} // by the columns
	for i, values := range rows {
		if isEvent {
			if values["file_id"] == nil {
				one := "1"
				values["file_id"] = &one
			}
			if values["record"] == nil {
				number := fmt.Sprint(i + 1)
				values["record"] = &number
			}
		}
		var columns, row []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			columns = append(columns, engine.Identifier(name))
			row = append(row, engine.Literal(*values[name]))
		}
		key := strings.Join(columns, ", ")
		literals[key] = append(literals[key], "("+strings.Join(row, ", ")+")")
	}
	var statements []string
	for _, columns := range slices.Sorted(maps.Keys(literals)) {
		statements = append(statements, "insert into "+engine.Identifier(table)+" ("+columns+") values "+strings.Join(literals[columns], ", "))
	}
	return statements
}
