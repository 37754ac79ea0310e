package ingest

import (
	"path/filepath"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// What can't be compared does not balance.
func TestBalance(t *testing.T) {
	ctx := t.Context()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	b := &books{ctx: ctx, engine: e}
	if err := createCase(ctx, e, filepath.Join(t.TempDir(), "case.duckdb"), Options{}); err != nil {
		t.Fatal(err)
	}
	add := func(name string, records, rejected int64) {
		t.Helper()
		if err := e.Exec(ctx, "insert into files (file_id, path, records, loaded, duplicates, rejected) values (1, $1, $2, 1, 0, $3)", name, records, rejected); err != nil {
			t.Fatal(err)
		}
	}
	add("a.csv", 2, 1)
	if err := b.balance(); err != nil {
		t.Errorf("2 = 1 + 0 + 1: %v", err)
	}
	add("b.csv", 2, 0)
	if err := b.balance(); err == nil || !strings.Contains(err.Error(), "b.csv: 2 records were counted, but 1 loaded, 0 duplicates and 0 rejected") {
		t.Errorf("2 = 1 + 0 + 0: %v", err)
	}
	add("c.csv", 2, 1<<63-1) // the sum is more than the engine can hold
	if err := b.balance(); err == nil {
		t.Error("a comparison that failed passes")
	}
}
