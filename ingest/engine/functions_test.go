package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// TestFunctionsAreListed holds the list to what the engine has: a function that a new
// version brings must be judged before anybody can call it.
func TestFunctionsAreListed(t *testing.T) {
	ctx := context.Background()
	e := newEngine(t)
	rows, err := e.Query(ctx, "select distinct function_name, function_type from duckdb_functions()")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	has := map[string]bool{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		has[values[0].(string)+" "+values[1].(string)] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, f := range Functions() {
		key := f.Name + " " + f.Kind
		switch {
		case listed[key]:
			t.Errorf("%s is listed twice", key)
		case !has[key]:
			t.Errorf("%s is listed, but the engine has no such function", key)
		case f.Reason == "":
			t.Errorf("%s is listed without a reason", key)
		}
		listed[key] = true
	}
	for key := range has {
		if !listed[key] {
			t.Errorf("%s is in the engine, but not in functions.tsv: say there whether a query may call it, and why", key)
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(functionsTSV), "\n") {
		cells := strings.Split(line, "\t")
		if i > 0 && (len(cells) != 4 || cells[2] != "allowed" && cells[2] != "refused") {
			t.Errorf("line %d of functions.tsv: want a name, a kind, allowed or refused, and a reason; got %q", i+1, line)
		}
	}
}

// TestAllowedMacrosCallWhatIsAllowed: a macro of the engine is a statement, too.
func TestAllowedMacrosCallWhatIsAllowed(t *testing.T) {
	ctx := context.Background()
	e := newEngine(t)
	definitions, err := e.define(ctx, `
		select function_name, function_type, if(function_type = 'macro', 'select ', '') || macro_definition
		from duckdb_functions()
		where macro_definition <> ''`)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for name, all := range definitions {
		for _, d := range all {
			isAllowed := slices.ContainsFunc(Functions(), func(f Function) bool { return f.Name == name && f.Kind == d.database && f.Allowed })
			if !isAllowed {
				continue
			}
			checked++
			if err := e.CheckSelect(ctx, d.text); err != nil {
				t.Errorf("%s is allowed, but it is %q: %v", name, d.text, err)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d macros were looked at", checked)
	}
}

func newEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(context.Background(), Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
