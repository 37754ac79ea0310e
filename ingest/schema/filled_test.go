package schema

import (
	"context"
	"slices"
	"testing"

	"entrail/ingest/engine"
)

// TestFilled: tables with rows are found, in their order, and no others.
func TestFilled(t *testing.T) {
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := CreateTables(ctx, e); err != nil {
		t.Fatal(err)
	}
	names := func() (all []string) {
		filled, err := Filled(ctx, e, Records())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range filled {
			all = append(all, table.Name)
		}
		return all
	}
	if got := names(); len(got) > 0 {
		t.Errorf("of an empty case: %v", got)
	}
	for _, s := range []string{
		"insert into audit_events (file_id, record) values (1, 1)",
		"insert into sign_ins (file_id, record) values (1, 1)",
		"insert into directory_audits (file_id, record) values (1, 1)",
		"delete from directory_audits",
	} {
		if err := e.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, table := range Records() {
		if table.Name == "audit_events" || table.Name == "sign_ins" {
			want = append(want, table.Name)
		}
	}
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
