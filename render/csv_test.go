package render

import (
	"encoding/csv"
	"strings"
	"testing"

	"entrail/queries"
)

// Whatever a program takes for the separator, a text of the log is one cell,
// and begins as it does in the file.
func TestCSVCellsStayWhole(t *testing.T) {
	for _, test := range []struct{ field, reason string }{
		{"x;=cmd|' /C calc'!A0;y", "a formula between semicolons"},
		{"x\t=1+1", "a formula after a tab"},
		{`say "a;b"`, "quotes beside a semicolon"},
		{"a,b", "the separator of the file itself"},
		{"", "an empty line would be no row"},
	} {
		columns := []queries.Column{column("field", queries.Text)}
		page := render(t, CSV, document(result(queries.Report{Name: "one"}, columns, []any{test.field})))
		for _, separator := range ",;\t" {
			r := csv.NewReader(strings.NewReader(page))
			r.Comma = separator
			records, err := r.ReadAll()
			if err != nil || len(records) != 2 || len(records[1]) != 1 || records[1][0] != test.field {
				t.Errorf("%s: parted at %q: %q, %v", test.reason, separator, records, err)
			}
		}
	}
	if page := render(t, CSV, document(many(1))); strings.Contains(page, `"`) {
		t.Errorf("plain cells need no quotes: %s", page)
	}
}
