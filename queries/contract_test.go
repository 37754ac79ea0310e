package queries

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

var snakeCase = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// TestReportContract holds every report in the folder to what the package
// comment asks of it, on a case without a record.
func TestReportContract(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	ctx := context.Background()
	for i, report := range Reports() {
		t.Run(report.Name, func(t *testing.T) {
			oneInSix(t, i)
			checkHeader(t, report)
			if err := c.CheckQuery(ctx, report.SQL); err != nil {
				t.Fatalf("not one SELECT: %v", err)
			}
			checkNeeds(t, c, report)
			checkOrdered(t, c, report)
			result, err := c.Run(ctx, report)
			if err != nil {
				t.Fatal(err)
			}
			empty := lines(t, result) == ""
			rows, err := c.engine.Query(ctx, report.SQL)
			if err != nil {
				t.Fatal(err)
			}
			columns := rows.Columns
			rows.Close()
			checkColumns(t, report, columns)
			var names []string
			for _, column := range columns {
				names = append(names, column.Name)
			}
			checkNotes(t, report, names)
			if len(report.Needs) > 0 && (!empty || len(result.Notes) == 0 || !strings.HasPrefix(result.Notes[0], "Not loaded")) {
				t.Errorf("without a record: rows %v, notes %q; want none, and the note that nothing is loaded", !empty, result.Notes)
			}
		})
	}
}

func checkHeader(t *testing.T, r Report) {
	if !snakeCase.MatchString(r.Name) {
		t.Errorf("name %q isn't snake case", r.Name)
	}
	if strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Description, ".") {
		t.Errorf("a title has no full stop, a description has one: %q, %q", r.Title, r.Description)
	}
	if name := cmp.Or(r.Sheet, r.Title); len([]rune(name)) > 31 {
		t.Errorf("%q is no name for a sheet: it has more than 31 characters; give another with `-- sheet:`", name)
	}
	if len(r.Needs) > 0 && r.FilledBy == "" {
		t.Errorf("needs %v, but `filled by` doesn't say which export brings them", r.Needs)
	}
	for _, other := range Reports() {
		if other.Name != r.Name && other.Group == r.Group && other.Order == r.Order {
			t.Errorf("stands at the same position of its group as %s", other.Name)
		}
	}
}

// checkNeeds wants the logs that a report shows to be those that it needs: with
// one forgotten, a case of that log alone would be called not loaded.
func checkNeeds(t *testing.T, c *Case, r Report) {
	shown, lookedUp := logsRead(t, c, r.SQL)
	read := tablesBelow(t, c, r.SQL)
	for _, need := range r.Needs {
		if !slices.Contains(read, need) {
			t.Errorf("needs %s, but doesn't read it", need)
		}
	}
	// The summary says itself which of its sections are not loaded.
	if r.Group == "summary" {
		return
	}
	if !slices.ContainsFunc(shown, isLog) { // it is never filtered
		shown = lookedUp
	}
	needed := slices.Clone(r.Needs)
	for _, need := range r.Needs {
		needed = append(needed, parents[need].table) // is there when its children are
	}
	for _, log := range schema.Logs() {
		if slices.Contains(shown, log.Name) && !slices.Contains(needed, log.Name) {
			t.Errorf("shows %s, but doesn't need it", log.Name)
		}
	}
}

// referencesOf is what a SELECT names.
func referencesOf(t *testing.T, c *Case, text string) []reference {
	t.Helper()
	if refs, ok := readTexts[text]; ok {
		return refs
	}
	q, err := c.parse(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	readTexts[text] = q.references()
	return readTexts[text]
}

// What was read of a text: a view stands below many others, by many ways.
var (
	readTexts  = map[string][]reference{}
	readTables = map[string][]string{}
	readLogs   = map[string][2][]string{}
)

// tablesBelow lists the tables that a SELECT reads, through whatever views.
func tablesBelow(t *testing.T, c *Case, text string) []string {
	if tables, ok := readTables[text]; ok {
		return tables
	}
	var tables []string
	for _, ref := range referencesOf(t, c, text) {
		if isTableOfRules(ref.name) {
			tables = append(tables, tablesOfRules()...)
		}
		if v, isView := lookupRelation(ref.name); isView && !ref.evidence {
			tables = append(tables, tablesBelow(t, c, v.SQL)...)
		} else {
			tables = append(tables, ref.name)
		}
	}
	readTables[text] = distinct(tables)
	return readTables[text]
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func isLog(name string) bool {
	t, ok := schema.Lookup(name)
	return ok && t.Log != ""
}

// logsRead lists the tables that a SELECT reads, by itself and through views, as
// the filters show them, and those that it names as evidence.TABLE. Views that
// are never filtered (names, places, coverage) are not followed: no report has
// its rows from them alone.
func logsRead(t *testing.T, c *Case, text string) (shown, lookedUp []string) {
	if read, ok := readLogs[text]; ok {
		return read[0], read[1]
	}
	for _, ref := range referencesOf(t, c, text) {
		v, isView := lookupRelation(ref.name)
		switch {
		case isSessionView(ref.name) || ref.name == "judged_sessions":
			// told from all evidence, shown as the filters let these through
			shown = append(shown, "sign_ins", "audit_events")
		case isOfFindings(ref.name):
			shown = append(shown, tablesOfRules()...)
		case isView && !isNeverFiltered(ref.name):
			through, _ := logsRead(t, c, v.SQL)
			shown = append(shown, through...)
		case ref.evidence:
			lookedUp = append(lookedUp, ref.name)
		default:
			shown = append(shown, ref.name)
		}
	}
	readLogs[text] = [2][]string{distinct(shown), distinct(lookedUp)}
	return readLogs[text][0], readLogs[text][1]
}

// checkOrdered wants the outermost SELECT to have an `order by`. That the
// order is total is what TestReportsAreTotallyOrdered is for.
func checkOrdered(t *testing.T, c *Case, r Report) {
	rows, err := c.engine.Query(context.Background(), "select json_serialize_sql($1::varchar)::varchar", r.SQL)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	values, err := rows.Values()
	if err != nil {
		t.Fatal(err)
	}
	type node struct {
		Modifiers []struct{ Type string }
		Child     *node // of a materialized common table expression: what it stands before
	}
	var tree struct{ Statements []struct{ Node node } }
	if err := json.Unmarshal([]byte(values[0].(string)), &tree); err != nil {
		t.Fatal(err)
	}
	for n := &tree.Statements[0].Node; n != nil; n = n.Child {
		for _, m := range n.Modifiers {
			if m.Type == "ORDER_MODIFIER" {
				return
			}
		}
	}
	t.Error("no `order by` at the end")
}

func checkColumns(t *testing.T, r Report, columns []engine.Column) {
	var names []string
	for _, c := range columns {
		if !snakeCase.MatchString(c.Name) {
			t.Errorf("column %q isn't snake case", c.Name)
		}
		if slices.Contains(names, c.Name) {
			t.Errorf("column %s comes twice", c.Name)
		}
		names = append(names, c.Name)
		if !slices.Contains([]string{"VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "TIMESTAMP"}, c.Type) {
			t.Errorf("column %s is a %s; cast it to varchar, bigint, double, boolean or timestamp", c.Name, c.Type)
		}
	}
	for _, chart := range r.Charts {
		for _, name := range append([]string{chart.X, chart.Group, chart.Faint}, chart.Y...) {
			if name != "" && !slices.Contains(names, name) {
				t.Errorf("chart %q draws %s, which is no column", chart.Title, name)
			}
		}
	}
}

// TestLayouts holds reports and parts of the dossier to the columns that their
// header speaks of: a column that was renamed would lose its style in silence.
func TestLayouts(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC)
	ctx := context.Background()
	if err := c.define(ctx, false, slices.Concat(namesIn(besideSQL), namesIn(numbersSQL))...); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"create table dossier_records (file_id integer, record bigint)",
		"create table dossier_events as\n" + eventsSQL,
		"create table dossier_beside as\n" + besideSQL,
		"create table dossier_numbers as\n" + numbersSQL,
	} {
		if err := c.engine.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range slices.Concat(Reports(), dossierParts) {
		result, err := c.Run(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, column := range result.Columns {
			names = append(names, column.Name)
			if column.Style != Plain && column.Kind != Text {
				t.Errorf("%s: column %s is no text, and has a style", r.Name, column.Name)
			}
		}
		for name := range r.Styles {
			if !slices.Contains(names, name) {
				t.Errorf("%s: the header gives a style to %s, which is no column", r.Name, name)
			}
		}
		for _, name := range r.OnTerminal {
			if !slices.Contains(names, name) {
				t.Errorf("%s: a terminal shall show %s first, which is no column", r.Name, name)
			}
		}
		for _, name := range r.KnownBy {
			if !slices.Contains(names, name) {
				t.Errorf("%s: rows are known by %s, which is no column", r.Name, name)
			}
		}
		isTime := func(c Column) bool { return c.Kind == Time }
		knowsTime := slices.ContainsFunc(result.KnownBy(), func(i int) bool { return isTime(result.Columns[i]) })
		if slices.ContainsFunc(result.Columns, isTime) && !knowsTime {
			t.Errorf("%s: rows are not known by a time, and have one", r.Name)
		}
		if want := layoutColumns[r.Layout]; len(names) < len(want) || !slices.Equal(names[:len(want)], want) {
			t.Errorf("%s: layout %s wants the columns %v first, has %v", r.Name, r.Layout, want, names)
		}
		if r.Layout == Sessions && !slices.Contains(names, "session_id") {
			t.Errorf("%s: layout %s wants a column session_id, has %v", r.Name, r.Layout, names)
		}
	}
}

func TestHeaderOfLayout(t *testing.T) {
	const header = "-- title: A\n-- description: B.\n-- position: 1\n"
	for _, test := range []struct{ lines, reason, want string }{
		{"", "nothing said", "table map[]"},
		{"-- layout: summary\n-- wrap: a,\n--   b\n-- paths: c\n", "all said", "summary map[a:1 b:1 c:2]"},
		{"-- layout: sumary\n", "no such layout", `x.sql: layout "sumary": want one of lanes, raw, record, sessions, story, summary, table, totals`},
		{"-- wrap: a\n-- raw: a\n", "two styles", `x.sql: column "a" has two styles`},
	} {
		r, err := parse("sessions", "x", header+test.lines+"select 1")
		got := fmt.Sprintf("%s %v", r.Layout, r.Styles)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
	}
}

// Where distinct values are counted over a frame of rows, two threads of DuckDB
// 1.1.3 might wait for each other for ever. Four runs over 500,000 rows ended on
// 1.5.6, which is no proof.
func TestNoDistinctValuesInFrames(t *testing.T) {
	inFrame := regexp.MustCompile(`(?i)\(\s*distinct\b[^()]*\)(\s*filter\s*\([^()]*\))?\s*over\b`)
	if !inFrame.MatchString("count(distinct who) filter (where failed) over (order by day)") || inFrame.MatchString("count(distinct who), row_number() over ()") {
		t.Fatal("the pattern finds nothing, or too much")
	}
	for _, folder := range []string{"reports/*", "dossier", "model", "model/*", "../ingest", "../ingest/formats"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := inFrame.Find(text); found != nil {
				t.Errorf("%s: %s: group instead", file, found)
			}
		}
	}
}

// TestReportsAreTotallyOrdered asks every report of two cases that hold the
// same rows, loaded in opposite orders and full of ties.
func TestReportsAreTotallyOrdered(t *testing.T) {
	takesLong(t)
	forward, backward := askedTies(t)
	silent := 0
	for _, report := range Reports() {
		a, err := forward.Run(context.Background(), report)
		if err != nil {
			t.Error(err)
			continue
		}
		b, err := backward.Run(context.Background(), report)
		if err != nil {
			t.Error(err)
			continue
		}
		one, other := lines(t, a), lines(t, b)
		if one == "" {
			silent++
		}
		if one != other {
			t.Errorf("report %s depends on the order in which records were loaded:\n%s", report.Name, firstDifference(one, other))
		}
	}
	if silent > len(Reports())/2 {
		t.Errorf("%d of %d reports say nothing about the rows: they prove nothing", silent, len(Reports()))
	}
}

func firstDifference(a, b string) string {
	other := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(other) || line != other[i] {
			return fmt.Sprintf("row %d: %s\n    or: %s", i, line, strings.Join(other[i:min(i+1, len(other))], ""))
		}
	}
	return "one has more rows"
}

// askedTies are two cases that tests share, of the same rows in opposite orders.
func askedTies(t *testing.T) (forward, backward *Case) {
	t.Helper()
	forward = share(t, "ties", func() string { return newCase(t, tiedRows("i", 120)...) })
	return forward, share(t, "ties, the last first", func() string { return newCase(t, tiedRows("119 - i", 120)...) })
}

// tiedRows fills every table with n rows whose values come from small sets, so
// that most rows tie with another in most columns. number is the SQL that
// turns the position i of a row into its number.
func tiedRows(number string, n int) []string {
	sets := map[string][]string{
		"status":                    {"success", "failure", "interrupted"},
		"category":                  {"interactive", "non_interactive"},
		"error_code":                {"0", "50126", "53003", "50074"},
		"error_number":              {"0", "50126"},
		"operation":                 {"UserLoggedIn", "UserLoginFailed", "New-InboxRule", "MailItemsAccessed", "FileDownloaded", "SoftDelete", "Send"},
		"workload":                  {"Exchange", "SharePoint", "AzureActiveDirectory"},
		"record_type":               {"2", "6", "15", "50"},
		"result":                    {"success", "failure", "reportOnlyFailure", "notApplied"},
		"conditional_access_status": {"success", "failure", "not_applied"},
		"country":                   {"DE", "NG"},
		"user_type":                 {"0", "2"},
		"client_app":                {"Browser", "IMAP4", "Mobile Apps and Desktop clients"},
	}
	var statements []string
	for _, t := range schema.Tables() {
		if t.Name == "meta" || !t.Has("raw") && parents[t.Name].table == "" {
			continue
		}
		var values []string
		for _, c := range t.Columns {
			h := fnv.New32a()
			h.Write([]byte(t.Name + c.Name))
			// a number of the row and the column that looks random
			random := fmt.Sprintf("(hash(n * 1000003 + %d) %% 1000000)::bigint", h.Sum32())
			set, ok := sets[c.Name]
			switch {
			case c.Name == "file_id":
				values = append(values, "1")
			case c.Name == "record":
				values = append(values, "n")
			case c.Name == "parent_file_id":
				values = append(values, "1")
			case c.Name == "parent_record":
				values = append(values, fmt.Sprintf("%s %% %d", random, n))
			case c.Name == "id":
				values = append(values, "'id' || n")
			case c.Name == "sign_in_id" || c.Name == "audit_id" || c.Name == "request_id":
				values = append(values, fmt.Sprintf("'id' || (%s %% %d)", random, n))
			case c.Name == "raw":
				values = append(values, "'{}'")
			case ok:
				values = append(values, fmt.Sprintf("['%s'][1 + %s %% %d]", strings.Join(set, "', '"), random, len(set)))
			case c.Type == "timestamp":
				values = append(values, fmt.Sprintf("timestamp '2026-10-01' + to_hours((%s %% 300)::integer)", random))
			case c.Type == "boolean":
				values = append(values, random+" % 2 = 0")
			case c.Type == "varchar":
				values = append(values, fmt.Sprintf("nullif('%s' || (%s %% 4), '%s3')", c.Name, random, c.Name))
			default:
				values = append(values, random+" % 3")
			}
		}
		statements = append(statements, fmt.Sprintf("insert into %s select %s from (select %s as n from range(%d) as r (i))",
			t.Name, strings.Join(values, ", "), number, n))
	}
	return statements
}
