package queries

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// What takes more than some seconds of a core is a step of .ci/run, and is left out else.
var long = flag.Bool("long", false, "test also what takes long, as .ci/run does")

func takesLong(t *testing.T) {
	t.Helper()
	if !*long {
		t.Skip("it takes long: .ci/run tests it, with -long")
	}
}

// oneInSix leaves out five of six tests of a kind, unless -long asks for all of them, or
// -run for this one.
func oneInSix(t *testing.T, i int) {
	t.Helper()
	isNamed := strings.Contains(flag.Lookup("test.run").Value.String(), "/")
	if !*long && !isNamed && i%6 != 0 {
		t.Skip("one in six is tested: .ci/run tests all of them, with -long")
	}
}

// shared are cases that several tests ask, and none changes: what one has worked out,
// as the findings, the next one need not. They don't run at the same time.
var shared = map[string]*Case{}

// share opens the case of that name, of which make makes the file, once.
func share(t *testing.T, name string, make func() string) *Case {
	t.Helper()
	if shared[name] == nil {
		folder, err := os.MkdirTemp("", "entrail-test-") // longer there than this test's
		if err != nil {
			t.Fatal(err)
		}
		atEnd = append(atEnd, func() { os.RemoveAll(folder) })
		path := filepath.Join(folder, "case.duckdb")
		if err := os.Rename(make(), path); err != nil {
			t.Fatal(err)
		}
		c, err := Open(context.Background(), path, engine.Options{Temp: folder, Threads: 1}, Filter{}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		atEnd = append(atEnd, func() { c.Close() })
		shared[name] = c
	}
	return shared[name]
}

// atEnd is done when all tests are, the last first.
var atEnd []func()

func TestMain(m *testing.M) {
	code := m.Run()
	for _, do := range slices.Backward(atEnd) {
		do()
	}
	os.Exit(code)
}

// newCase makes a case file, runs the statements in it, and returns its path.
func newCase(t testing.TB, statements ...string) string {
	t.Helper()
	empty, err := emptyCase()
	if err != nil {
		t.Fatal(err)
	}
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "case.duckdb")
	if err := os.WriteFile(path, empty, 0o666); err != nil {
		t.Fatal(err)
	}
	if len(statements) == 0 {
		return path
	}
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(ctx, path); err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Concat([]string{"begin transaction"}, statements, []string{"commit"}) {
		if err := e.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := e.Detach(ctx); err != nil {
		t.Fatal(err)
	}
	return path
}

// emptyCase is the file of a case into which nothing was loaded: to make one
// takes longer than most tests.
var emptyCase = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "entrail-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	ctx, path := context.Background(), filepath.Join(folder, "case.duckdb")
	e, err := engine.New(ctx, engine.Options{Temp: folder})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Create(ctx, path); err != nil {
		return nil, err
	}
	if err := ingest.CreateTables(ctx, e); err != nil {
		return nil, err
	}
	version := "insert into meta values ('schema_version', " + engine.Literal(schema.Version) + ", 'test', timestamp '2026-01-01')"
	if err := e.Exec(ctx, version); err != nil {
		return nil, err
	}
	if err := e.Detach(ctx); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// openCase opens a case in which the statements were run, on one core: with
// few rows, several would wait for each other most of the time.
func openCase(t testing.TB, f Filter, zone *time.Location, statements ...string) *Case {
	t.Helper()
	return openOn(t, 1, newCase(t, statements...), f, zone)
}

// openPath opens a case on all cores.
func openPath(t testing.TB, path string, f Filter, zone *time.Location) *Case {
	t.Helper()
	return openOn(t, 0, path, f, zone)
}

func openOn(t testing.TB, cores int, path string, f Filter, zone *time.Location) *Case {
	t.Helper()
	return openKnowing(t, cores, path, f, zone, CaseSheet{})
}

// openKnowing opens a case with what a case sheet knows.
func openKnowing(t testing.TB, cores int, path string, f Filter, zone *time.Location, sheet CaseSheet) *Case {
	t.Helper()
	ctx := context.Background()
	c, err := Open(ctx, path, engine.Options{Temp: t.TempDir(), Threads: cores}, f, zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := errors.Join(c.Sheet().Know(ctx, sheet), c.Filters().WantFindings(ctx)); err != nil {
		t.Fatal(err)
	}
	return c
}

// answer reads an ad-hoc query whole: a line a row, values joined by |.
func answer(t testing.TB, c *Case, query string) string {
	t.Helper()
	r, err := c.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	return lines(t, r)
}

// lines reads a result whole: a line a row, values joined by |.
func lines(t testing.TB, r *Result) string {
	t.Helper()
	var all []string
	for row, err := range r.Rows {
		if err != nil {
			t.Fatal(err)
		}
		var values []string
		for _, v := range row {
			if at, ok := v.(time.Time); ok {
				v = at.Format(time.RFC3339)
			}
			if v == nil {
				v = ""
			}
			values = append(values, fmt.Sprint(v))
		}
		all = append(all, strings.Join(values, "|"))
	}
	return strings.Join(all, "\n")
}
