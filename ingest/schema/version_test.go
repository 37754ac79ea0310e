package schema

import (
	"slices"
	"testing"
)

// TestVersion: a case whose tables have other columns has another Version, since an
// older program would misread it.
func TestVersion(t *testing.T) {
	change := func(change func(table *Table)) []Table {
		all := Tables()
		i := slices.IndexFunc(all, func(t Table) bool { return t.Name == "emails" })
		all[i].Columns = slices.Clone(all[i].Columns)
		change(&all[i])
		return all
	}
	for _, test := range []struct {
		reason string
		change func(table *Table)
		same   bool
	}{
		{"a meaning", func(t *Table) { t.Columns[0].Comment = "another" }, true},
		{"a column more", func(t *Table) { t.Columns = append(t.Columns, Column{Name: "more", Type: "varchar"}) }, false},
		{"a column less", func(t *Table) { t.Columns = t.Columns[1:] }, false},
		{"another type", func(t *Table) { t.Columns[0].Type = "varchar" }, false},
		{"another name", func(t *Table) { t.Columns[0].Name = "file" }, false},
		{"another order", func(t *Table) { slices.Reverse(t.Columns) }, false},
		{"another table", func(t *Table) { t.Name = "mails" }, false},
	} {
		if got := sumOf(change(test.change)); (got == sumOf(tables)) != test.same {
			t.Errorf("%s: the sum is %s, of the tables as they are %s", test.reason, got, sumOf(tables))
		}
	}
}
