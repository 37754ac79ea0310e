package queries

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// TestOrderOfRows: the engine may give rows in any order, and many events share a
// second. So every report must be the same whatever the order in which a case has its
// rows, also where all events of a minute happen at one time.
func TestOrderOfRows(t *testing.T) {
	takesLong(t)
	first := openPath(t, shuffled(t, 1), Filter{}, time.UTC)
	second := openPath(t, shuffled(t, 2), Filter{}, time.UTC)
	for _, r := range Reports() {
		t.Run(r.Name, func(t *testing.T) {
			var answers []string
			for _, c := range []*Case{first, second} {
				result, err := c.Run(context.Background(), r)
				if err != nil {
					t.Fatal(err)
				}
				answers = append(answers, lines(t, result))
			}
			one, other := strings.Split(answers[0], "\n"), strings.Split(answers[1], "\n")
			if len(one) != len(other) {
				t.Fatalf("%d rows, and in another order of the stored rows %d", len(one), len(other))
			}
			for i := range one {
				if one[i] != other[i] {
					t.Fatalf("row %d is\n%s\nand in another order of the stored rows\n%s", i+1, one[i], other[i])
				}
			}
		})
	}
}

// shuffled is the case of the sample tenant with the rows of each table in an order of
// its own, and all events of a minute at one time.
func shuffled(t *testing.T, seed int) string {
	t.Helper()
	path, _ := loadTenant(t)
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Extend(ctx, path); err != nil {
		t.Fatal(err)
	}
	tables, err := e.All(ctx, "select table_name from duckdb_tables() where database_name = 'evidence'")
	if err != nil || len(tables) == 0 {
		t.Fatal(len(tables), err)
	}
	for _, row := range tables {
		table := "evidence." + engine.Identifier(row[0].(string))
		statements := []string{
			fmt.Sprintf("create temp table other_order as from %s order by hash(rowid + %d)", table, seed),
			"delete from " + table,
			"insert into " + table + " from other_order",
			"drop table other_order",
		}
		if row[0] == "sign_ins" || row[0] == "audit_events" || row[0] == "directory_audits" {
			statements = append(statements, "update "+table+" set event_time = date_trunc('minute', event_time)")
		}
		for _, s := range statements {
			if err := e.Exec(ctx, s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	return path
}

// TestNoChoiceByChance: no SQL leaves it to the engine which of several values it takes.
func TestNoChoiceByChance(t *testing.T) {
	byChance := map[string]*regexp.Regexp{
		"any_value: min, or min_by with a total order":         regexp.MustCompile(`\bany_value\(`),
		"mode without order by: the commonest may be several":  regexp.MustCompile(`\bmode\(\w+\)`),
		"first or last without order by":                       regexp.MustCompile(`\b(first|last)\((?:[\w.]+)\)`),
		"by the time alone, and several events may share one":  regexp.MustCompile(`\b(?:min_by|max_by|arg_min|arg_max)\((?:[^(),]|\([^()]*\))+, (?:\w\.)?event_time\)`),
		"a list that a sentence shows in the order it came in": regexp.MustCompile(`\b(?:listed|few)\((?:list\(|list_distinct\()(?:[^()]|\([^()]*\))*\)`),
	}
	ordered := regexp.MustCompile(`order by`)
	check := func(name, text string) {
		for reason, pattern := range byChance {
			for _, hit := range pattern.FindAllString(text, -1) {
				if !ordered.MatchString(hit) {
					t.Errorf("%s: %s (%s)", name, hit, reason)
				}
			}
		}
	}
	for _, r := range rules.All() {
		check("rule "+r.Name, r.SQL)
	}
	for _, folder := range []fs.FS{files, modelFiles, dossierFiles} {
		err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".sql") {
				return err
			}
			text, err := fs.ReadFile(folder, name)
			check(name, string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
