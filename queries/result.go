package queries

import "iter"

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
	Name string // snake case, as in the SQL
	Kind Kind
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

	// NotLoaded says that nothing in evidence could fill the report. The note
	// that tells which export would is then the only one.
	NotLoaded bool

	// Notes are sentences the reader must see with the table: which filter
	// could not be applied, which export would fill an empty report.
	Notes []string
}
