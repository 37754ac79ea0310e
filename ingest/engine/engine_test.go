package engine

import (
	"context"
	"path/filepath"
	"testing"
)

// A thread reads 2,048 texts at once. Where they are over 4 kB, the memory that
// it takes must not be many times that of the texts: these are 14 MB.
func TestLongTextsFitInMemory(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "case.duckdb")
	write, err := New(ctx, Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := write.Create(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := write.Exec(ctx, "create table texts as select i, repeat(chr(65 + i::int % 26), 7000) as raw from range(2048) as numbers (i)"); err != nil {
		t.Fatal(err)
	}
	if err := write.Detach(ctx); err != nil {
		t.Fatal(err)
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := New(ctx, Options{Temp: t.TempDir(), Memory: "200MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if err := read.Attach(ctx, path); err != nil {
		t.Fatal(err)
	}
	rows, err := read.Query(ctx, "select sum(strlen(raw))::bigint from evidence.texts")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	v, err := rows.Values()
	if err != nil {
		t.Fatal(err)
	}
	if v[0] != int64(2048*7000) {
		t.Errorf("read %v bytes, want %d", v[0], 2048*7000)
	}
}
