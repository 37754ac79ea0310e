package engine

import (
	"context"
	"errors"
	"fmt"
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

// TestSpare: little evidence is asked on one thread, much of it on as many as there
// are, and what the user says holds.
func TestSpare(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		reason  string
		rows    int
		threads int // of Options
		want    string
	}{
		{"one group of rows", rowGroupSize, 0, "1"},
		{"a row more", rowGroupSize + 1, 0, "default"},
		{"little, and the user said how many", 1, 3, "3"},
	} {
		path := filepath.Join(t.TempDir(), "case.duckdb")
		write, err := New(ctx, Options{Temp: t.TempDir(), Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			write.Create(ctx, path),
			write.Exec(ctx, fmt.Sprintf("create table numbers as from range(%d)", test.rows)),
			write.Exec(ctx, "create table one as select 1"),
			write.Detach(ctx),
			write.Close(),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		read, err := New(ctx, Options{Temp: t.TempDir(), Threads: test.threads})
		if err != nil {
			t.Fatal(err)
		}
		threads := func() (n string) {
			if err := read.conn.QueryRowContext(ctx, "select current_setting('threads')::varchar").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if test.want == "default" {
			test.want = threads()
		}
		if err := read.Attach(ctx, path); err != nil {
			t.Fatal(err)
		}
		if got := threads(); got != test.want {
			t.Errorf("%s: %s threads, want %s", test.reason, got, test.want)
		}
		read.Close()
	}
}

// TestTogether: what fails in its middle has done nothing, and the next one can work.
func TestTogether(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	make := func(then error) func() error {
		return func() error { return errors.Join(e.Exec(ctx, "create table numbers as select 1 as n"), then) }
	}
	if err := e.Together(ctx, make(errors.New("no more"))); err == nil || err.Error() != "no more" {
		t.Errorf("the error is %v", err)
	}
	if err := e.Together(ctx, make(e.Exec(ctx, "select 1"))); err != nil {
		t.Errorf("after one that failed: %v", err)
	}
	if n, err := e.Count(ctx, "numbers"); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// TestMemoryOfTwo: engines that are open at once take together what one alone may.
func TestMemoryOfTwo(t *testing.T) {
	limit := func(beside int) float64 {
		e, err := New(context.Background(), Options{Temp: t.TempDir(), Memory: "1GB", Threads: 1, Beside: beside})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		rows, err := e.All(context.Background(), "select current_setting('memory_limit')")
		if err != nil {
			t.Fatal(err)
		}
		var size float64
		var unit string
		if _, err := fmt.Sscanf(rows[0][0].(string), "%f %s", &size, &unit); err != nil || unit != "MiB" {
			t.Fatalf("the limit is %v", rows[0][0])
		}
		return size
	}
	// 1 GB are 953.7 MiB, of which four fifths are the engine's.
	for beside, want := range []float64{762.9, 381.4} {
		if got := limit(beside); got < want-0.2 || got > want+0.2 {
			t.Errorf("with %d others: %.1f MiB, want %.1f", beside, got, want)
		}
	}
}
