package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestPlaceOfMistakes: an error of a question says where in its text the mistake is, by
// the line and the characters before it there, counted by hand.
func TestPlaceOfMistakes(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Exec(ctx, "create table t (a integer, b varchar)"); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("and b <> 'some words of no account' ", 6)
	for _, test := range []struct{ reason, text, place string }{
		{"a word too many", "select a,\n  b frm x\nfrom t", "line 2, column 9"},
		{"an unclosed bracket: the end", "select a\nfrom (select 1", "line 2, column 15"},
		{"letters of more bytes count once", "select 'äé€' as x, b b b\nfrom t", "line 1, column 24"},
		{"an unknown column", "select a,\n  c\nfrom t", "line 2, column 3"},
		{"one behind letters of more bytes", "select 'äé€', c\nfrom t", "line 1, column 15"},
		{"one behind a tab", "select\n\tmax(c)\nfrom t", "line 2, column 6"},
		{"one behind letters that fill two cells", "select '日本', c\nfrom t", "line 1, column 14"},
		{"one in a line that the engine shortens", "select a from t where a = 1 " + long + "and c = 1 " + long, "line 1, column 249"},
		{"an unknown table", "select *\nfrom t\njoin u using (a)", "line 3, column 6"},
		{"an unknown function", "select a,\n  nonsense(b)\nfrom t", "line 2, column 3"},
		{"one that is not allowed", "select a\nfrom t, read_csv('x')", "line 2, column 9"},
		{"a wrong type, in a question that is put into another", "select [1] as x,\n  upper(1, 2)\nfrom t", "line 2, column 3"},
	} {
		err := e.CheckSelect(ctx, test.text)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal):
			if refusal.Place != test.place {
				t.Errorf("%s: %v at %q, want %s", test.reason, err, refusal.Place, test.place)
			}
			continue
		case err == nil:
			_, err = e.QueryShown(ctx, test.text)
		}
		if err == nil || !strings.HasSuffix(err.Error(), "; at "+test.place) {
			t.Errorf("%s: error %v, want one at %s", test.reason, err, test.place)
		}
	}
}
