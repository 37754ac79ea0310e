package queries

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Kind tells a renderer how to show and store a column's values.
type Kind int

// The kinds a report may return. The Go type of a value is fixed by its
// column's kind; nil is SQL NULL.
const (
	Text    Kind = iota // string
	Integer             // int64; a string where it has more than 64 bits
	Number              // float64
	Boolean             // bool
	Time                // time.Time, already in the zone it is to be shown in
)

// Column is one column of a Result.
type Column struct {
	Name  string // snake case, as in the SQL
	Kind  Kind
	Style Style // of a Text column
}

// Result is the answer of one report or of an ad-hoc query.
//
// Rows is read once, to its end or to its first error, before the next
// Result is asked for: it streams from the engine, so that a million rows
// need no memory of their own.
type Result struct {
	Report  Report // name "query" for an ad-hoc one
	Columns []Column
	Rows    iter.Seq2[[]any, error]

	// Total is how many rows the answer has where Rows yields only the first
	// of them, and 0 where Rows yields all.
	Total int64

	// MattersFirst says that where Rows yields some only, they are those that matter
	// most, in the report's own order, and not its first. The first note tells which
	// are missing.
	MattersFirst bool

	// IsChosen says that its columns, and their order, are the user's choice.
	IsChosen bool

	// Own says that it answers a question of the user's own, whose columns are
	// called as the question calls them.
	Own bool

	// NotLoaded says that nothing in evidence could fill the report. The note
	// that tells which export would is then the only one.
	NotLoaded bool

	// IsWhole says that no filter narrows it: it shows what it would without any.
	IsWhole bool

	// Evidence are the records that findings rest on, FILE_ID:RECORD, of a part of a
	// dossier; those for information alone are none. Where a part has no room for all
	// rows, those with such a record go first.
	Evidence map[string]bool

	// Notes are sentences the reader must see with the table: which filter
	// could not be applied, which export would fill an empty report.
	Notes []string
}

// Choose leaves of the result those columns, in that order. It is a table then,
// but for one by sessions that keeps their column, and has the charts whose
// columns it has. A column that it lacks is an error which names the nearest.
func (r *Result) Choose(columns []string) error {
	var all []string
	for _, c := range r.Columns {
		all = append(all, c.Name)
	}
	var places []int
	var chosen []Column
	for _, name := range columns {
		i := slices.IndexFunc(all, func(other string) bool { return canonical(other) == canonical(name) })
		if i < 0 {
			if near := Nearest(name, all); len(near) > 0 {
				return fmt.Errorf("report %s has no column %s (did you mean %s?)", r.Report.Name, name, strings.Join(near, " or "))
			}
			return fmt.Errorf("report %s has no column %s; it has %s", r.Report.Name, name, strings.Join(all, ", "))
		}
		if slices.Contains(places, i) {
			return fmt.Errorf("column %s is named twice", name)
		}
		places = append(places, i)
		chosen = append(chosen, r.Columns[i])
	}
	has := func(name string) bool {
		return slices.ContainsFunc(chosen, func(c Column) bool { return c.Name == name })
	}
	if r.Report.Layout != Sessions || !has("session_id") {
		r.Report.Layout = Table
	}
	r.Report.Charts = slices.DeleteFunc(slices.Clone(r.Report.Charts), func(c Chart) bool {
		return slices.ContainsFunc(append([]string{c.X, c.Group, c.Faint}, c.Y...), func(name string) bool { return name != "" && !has(name) })
	})
	r.Columns, r.Report.OnTerminal, r.IsChosen = chosen, nil, true
	whole := r.Rows
	r.Rows = func(yield func([]any, error) bool) {
		for row, err := range whole {
			var part []any
			if err == nil {
				part = make([]any, len(places))
				for to, from := range places {
					part[to] = row[from]
				}
			}
			if !yield(part, err) || err != nil {
				return
			}
		}
	}
	return nil
}

// KnownBy are the places of the columns that say which row it is, as the report's header names
// them, else the first time and the first column that is none, in the report's order.
func (r *Result) KnownBy() []int {
	var places []int
	for _, name := range r.Report.KnownBy {
		if i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == name }); i >= 0 {
			places = append(places, i)
		}
	}
	if len(places) > 0 {
		return places
	}
	for _, isTime := range []bool{true, false} {
		if i := slices.IndexFunc(r.Columns, func(c Column) bool { return (c.Kind == Time) == isTime }); i >= 0 {
			places = append(places, i)
		}
	}
	slices.Sort(places)
	return places
}

// IsEvidence says that one of the columns which name records (-- notes on) has, in this row,
// a record that a finding rests on.
func (r *Result) IsEvidence(row []any) bool {
	for i, c := range r.Columns {
		if text, _ := row[i].(string); text != "" && slices.Contains(r.Report.NotesOn, c.Name) {
			if slices.ContainsFunc(strings.Fields(text), func(place string) bool { return r.Evidence[place] }) {
				return true
			}
		}
	}
	return false
}

// eachOf yields rows that are in memory.
func eachOf(rows [][]any) func(yield func([]any, error) bool) {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
