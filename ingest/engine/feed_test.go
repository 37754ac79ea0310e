package engine

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestFeed(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Options{Temp: t.TempDir(), Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(ctx, filepath.Join(t.TempDir(), "x.duckdb")); err != nil {
		t.Fatal(err)
	}
	if err := e.Exec(ctx, "create table texts (record bigint, raw varchar, body varchar)"); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 0, 5000)
	// Texts from nothing to longer than DuckDB's pages, each told by its record.
	feed := func(f *Feed, rows int) error {
		for i := range rows {
			text = append(text[:0], fmt.Sprint(i)...)
			text = append(text, bytes.Repeat([]byte("é"), i%7*300)...)
			if err := f.Add(1, int64(i), "", text, text[:i%2]); err != nil {
				return err
			}
		}
		return nil
	}
	answer := func() string {
		rows, err := e.Query(ctx, `
			select
				count(*),
				count(distinct record),
				count(*) filter (where raw <> record || repeat('é', (record % 7 * 300)::integer) or strlen(body) <> record % 2)
			from texts`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rows.Next()
		v, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(v...)
	}

	tests := []struct {
		rows      int
		statement string
		abandon   bool
		fails     string
		want      string
		reason    string
	}{
		{0, "insert into texts select record, raw, body from fed_records()", false, "", "0 0 0", "nothing to take"},
		{20_000, "insert into texts select record, raw, body from fed_records()", true, "", "0 0 0", "an abandoned feed leaves nothing"},
		{20_000, "insert into texts select record, error('no'), body from fed_records()", false, "no", "0 0 0", "a failing statement ends the feed"},
		{20_000, "insert into texts select record, raw, body from nowhere", false, "nowhere", "0 0 0", "a statement that never starts"},
		{20_000, "insert into texts select record, raw, body from fed_records()", false, "", "20000 20000 0", "every row once, as it was fed"},
	}
	for _, tt := range tests {
		f, err := e.NewFeed(ctx, tt.statement)
		if err != nil {
			t.Fatalf("%s: %v", tt.reason, err)
		}
		err = feed(f, tt.rows)
		if tt.abandon || err != nil {
			f.Abandon()
		} else {
			err = f.Close()
		}
		if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
			t.Errorf("%s: %v, want %q", tt.reason, err, tt.fails)
		}
		if got := answer(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.reason, got, tt.want)
		}
	}
}

func TestFeedCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e, err := New(ctx, Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(ctx, filepath.Join(t.TempDir(), "x.duckdb")); err != nil {
		t.Fatal(err)
	}
	f, err := e.NewFeed(ctx, "create table texts as select raw from fed_records()")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Add(1, 1, "", []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := f.Close(); err == nil {
		t.Error("a cancelled feed was committed")
	}
}
