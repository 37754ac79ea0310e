// Package render writes answers: the terminal, HTML, XLSX, CSV, JSON and Markdown.
//
// Each format is one function of a Document, in the file of its name, and one
// line of Formats (format.go); a new format is no more than that. Nothing here
// reads the clock, the environment or the version: equal documents give equal
// bytes. How a result is laid out is what its report says, never a guess from
// the names of its columns.
//
// Log fields are written by whoever signed in, so every string of a result,
// title or filter passes through safe.go before it is written. What a reader
// must know about a value's text is in value.go, how wide texts are and where
// they break in column.go.
package render

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"entrail/queries"
)

// Document is a whole answer: results, and what must stand on the page with them.
type Document struct {
	Title     string    // heading of the page
	Version   string    // of the tool; empty = not printed
	Generated time.Time // when the answer was made; zero = not printed
	Zone      string    // name of the zone of all times, "UTC" or the one asked for
	Filters   []string  // the run's filters in words; empty = none
	Remarks   []string  // what the filters did beyond that: values that no record has, reports left out
	Places    []string  // geolocation databases that places of addresses come from, with their editions
	Case      CaseHead  // what the case sheet calls the case
	Beside    string    // what there is beside what the title names: "1 other incident"
	Begins    time.Time // when the incident that the title names began; zero = it names none
	Noted     bool      // the case sheet has notes, of which rows have the verdict
	Sources   []Source  // the evidence, for the HTML and XLSX pages that list it

	// Results yields the results in the order of the page. Each one's rows
	// are read to the end before the next is asked for.
	Results iter.Seq2[*queries.Result, error]

	// Asked is the question as it was put: the flags that choose reports, a
	// query, a record or sessions, with their values.
	Asked string

	// Request is what another run must be asked to give the same answer.
	Request Request

	// Others are the reports that were left out because none was asked for by name.
	Others []queries.Report

	// Brief makes of the summary of a case what is seen at one look: on a terminal of the
	// sentences of a story a line each, with the lines of Next on what to ask next below them;
	// in Markdown one page.
	Brief bool
	Next  []string

	// Annexes says that on paper a page has its annexes: raw records, long lists of ids,
	// and of a case the tables that do not tell of incidents. Else a line names them.
	Annexes bool

	// Chosen says that the reports were asked for by name: a page has their tables as
	// whole as it has room for.
	Chosen bool

	// Whole is the command that gives all of a case or a dossier, of which Markdown has what a
	// page or a ticket takes; empty = the document has all that was asked for.
	Whole string

	// Several says that more than one report was asked for, which the formats
	// that hold one refuse.
	Several bool

	// Headings returns those of sessions in the report session_events, by session
	// id: HTML gives each a section of its own. Nil = it is a table as any other.
	Headings func(sessions []string) (map[string]queries.SessionHeading, error)

	Limit   int    // rows shown of a table by Text; 0 = all
	Width   int    // columns of the terminal; 0 = no terminal, nothing is shortened
	Color   bool   // Text may use colour
	RawCSV  bool   // CSV cells exactly as they are in the log, see CSV
	Bare    bool   // JSON of the rows alone, without where they come from
	TempDir string // where XLSX may spill; empty = the system's folder
}

// CaseHead is what the case sheet calls the case; each may be empty.
type CaseHead struct {
	Title, Reference, Client, Examiner, Classification string
}

// title is the heading of a result; an ad-hoc query has none but its name.
func title(r *queries.Result) string {
	if r.Report.Title == "" {
		return r.Report.Name
	}
	return r.Report.Title
}

// heading is the title of the page: what the case sheet calls the case, if it does.
func (d Document) heading() string { return cmp.Or(d.Case.Title, d.Title) }

// facts are the short statements under a page's title.
func facts(d Document) []string {
	f := caseHead(d.Case)
	if d.Case.Title != "" {
		f = slices.Insert(f, 0, visible(d.Title))
	}
	if d.Beside != "" {
		f = append(f, visible(d.Beside))
	}
	if d.Zone != "" {
		f = append(f, "times in "+visible(d.Zone))
	}
	if !d.Generated.IsZero() {
		f = append(f, "generated "+generated(d))
	}
	if d.Version != "" {
		f = append(f, "entrail "+visible(d.Version))
	}
	for _, p := range d.Places {
		f = append(f, "places from "+visible(p))
	}
	return f
}

// caseHead is what the case sheet calls the case, in short statements.
func caseHead(c CaseHead) []string {
	var all []string
	for _, f := range []struct{ name, value string }{
		{"reference", c.Reference}, {"client", c.Client}, {"examiner", c.Examiner}, {"classification", c.Classification},
	} {
		if f.value != "" {
			all = append(all, fmt.Sprintf("%s %s", f.name, visible(f.value)))
		}
	}
	return all
}

// generated is the time of the answer, in its own zone, which is always named.
func generated(d Document) string {
	return d.Generated.Format("2006-01-02 15:04:05 MST")
}
