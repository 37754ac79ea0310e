package queries

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
)

// newCase makes a case file of the statements' rows, as evidence.TABLE or
// TABLE, and returns its path.
func newCase(t *testing.T, statements ...string) string {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "case.duckdb")
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := ingest.CreateTables(ctx, e); err != nil {
		t.Fatal(err)
	}
	version := "insert into meta values ('schema_version', " + engine.Literal(ingest.SchemaVersion) + ", 'test', timestamp '2026-01-01')"
	for _, s := range append([]string{version}, statements...) {
		if _, err := e.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := e.Detach(ctx); err != nil {
		t.Fatal(err)
	}
	return path
}

// openCase opens a case of the statements' rows.
func openCase(t *testing.T, f Filter, zone *time.Location, statements ...string) *Case {
	t.Helper()
	c, err := Open(context.Background(), newCase(t, statements...), engine.Options{Temp: t.TempDir()}, f, zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestOpenEmpty(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, q := range []string{"select * from sessions", "select * from events", "select * from files"} {
		r, err := c.Query(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range r.Rows {
			t.Fatal(row, err)
		}
	}
}

func TestReportsRun(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, report := range Reports() {
		r, err := c.Run(context.Background(), report)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, err := range r.Rows {
			if err != nil {
				t.Error(report.Name, err)
			}
		}
	}
}
