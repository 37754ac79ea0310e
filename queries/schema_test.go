package queries

import (
	"context"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// TestSchemaIsTrue compares what --schema says with what the engine has.
func TestSchemaIsTrue(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	tables := schema.Tables()
	for _, v := range views {
		tables = append(tables, v.Table)
	}
	if len(views) < 3 {
		t.Fatalf("only %d views found in model/", len(views))
	}
	for _, table := range tables {
		var said []string
		for _, column := range table.Columns {
			said = append(said, column.Name+"|"+strings.ToUpper(column.Type))
			if column.Comment == "" {
				t.Errorf("%s.%s is not explained", table.Name, column.Name)
			}
		}
		if table.Comment == "" {
			t.Errorf("%s is not explained", table.Name)
		}
		got := answer(t, c, "select column_name, upper(column_type) from (describe from "+table.Name+")")
		if want := strings.Join(said, "\n"); got != want {
			t.Errorf("%s has\n%s\nbut is described as\n%s", table.Name, got, want)
		}
	}
	for _, m := range macros {
		if m.Comment == "" {
			t.Errorf("macro %s is not explained", m.Name)
		}
	}
}

func TestListAndSchema(t *testing.T) {
	if got := strings.Count(lines(t, List()), "\n") + 1; got != len(Reports())+len(rules.All()) {
		t.Errorf("list has %d lines for %d reports and %d findings", got, len(Reports()), len(rules.All()))
	}
	schema := lines(t, Schema())
	for _, want := range []string{
		"sign_ins|session_id|varchar|joins to audit_events.session_id",
		"sessions|session_id|varchar|as Entra ID issued it",
		"events|||One timeline over all event tables.",
	} {
		if !strings.Contains(schema, want) {
			t.Errorf("schema lacks %q", want)
		}
	}
}

// TestShowSQLRunsInAShell runs what --show-sql prints the way its first lines
// say, with nothing of this program around it but the engine.
func TestShowSQLRunsInAShell(t *testing.T) {
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	path := newCase(t, filterRows...)
	if err := AddViews(ctx, path, engine.Options{Temp: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"attach " + engine.Literal(path) + " as evidence (read_only)", "use evidence"} {
		if err := e.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	for _, report := range Reports() {
		text := ShowSQL(report)
		if !strings.Contains(text, "use evidence;") || strings.Count(text, report.SQL[len(report.SQL)/2:len(report.SQL)-2]) != 1 {
			t.Errorf("%s: the text lacks the way in or the SQL", report.Name)
		}
		rows, err := e.Query(ctx, text)
		if err != nil {
			t.Errorf("%s: %v", report.Name, err)
			continue
		}
		for rows.Next() {
			if _, err := rows.Values(); err != nil {
				t.Errorf("%s: %v", report.Name, err)
			}
		}
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v", report.Name, err)
		}
		rows.Close()
	}
}
