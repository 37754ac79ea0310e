package queries

import (
	"fmt"
	"slices"
	"strings"

	"entrail/queries/rules"
)

// Layout is how a page shows a result. A report says it in its header, a result
// that the program makes says it itself, and a question of one's own is a Table.
type Layout string

// The layouts. All but Table need certain columns, see layoutColumns. The formats
// for programs (CSV, JSON) have rows and columns whatever the layout.
const (
	Table    Layout = "table"
	Summary  Layout = "summary"  // short lines under headings, never cut
	Record   Layout = "record"   // a field a line, with what its value means
	Raw      Layout = "raw"      // a raw record in lines
	Lanes    Layout = "lanes"    // a picture: time across, a lane a line, a colour a network
	Story    Layout = "story"    // sentences, each with its basis and the report that has its rows
	Totals   Layout = "totals"   // a box of numbers, each with what it counts and the report that has its rows
	Sessions Layout = "sessions" // a table in sections, one a session: rows of a session stand together
)

// layoutColumns are the first columns of a result that has the layout. Sessions
// finds its column by the name, wherever it stands.
var layoutColumns = map[Layout][]string{
	Table:    {},
	Summary:  {"section", "item", "value", "detail"},
	Record:   {"field", "value", "meaning"},
	Raw:      {"json"},
	Lanes:    {"lane", "network", "slot", "first_event", "last_event", "events", "what", "segment", "mark"},
	Story:    {"incident", "topic", "sentence", "basis", "look_in", "look_for"},
	Totals:   {"item", "value", "detail", "look_in"},
	Sessions: {},
}

// Style is what the text of a column is, as far as a page sets it differently.
type Style int

// The styles, with the key of the header that names their columns.
const (
	Plain     Style = iota
	Sentences       // `wrap`: prose, or names not to be cut; goes on in further lines
	Path            // `paths`: where room is short, its last part is what counts
	RawRecord       // `raw`: JSON as it was exported; a page has it in an annex
	IDs             // `ids`: ids, one a line; on paper a long list is in an annex
	Severity        // `severity`: one of our words, see Rank
	Status          // `status`: how it ended, in the words of its log, see Failed
)

var styleKeys = map[string]Style{"wrap": Sentences, "paths": Path, "raw": RawRecord, "ids": IDs, "severity": Severity, "status": Status}

// Rank is how much a word of severity, or of a session's attention, asks to be
// looked at: 3 high, 2 medium, 1 low, 0 not at all.
func Rank(word string) int {
	switch word {
	case "critical", "high":
		return 3
	case "medium", "look":
		return 2
	case "low":
		return 1
	}
	return 0
}

// Failed says that a word of status, whichever log's it is, tells of an act that was not done:
// `failure 50126`, `Failed`, `False`.
func Failed(word string) bool {
	word = strings.ToLower(word)
	return word == "false" || strings.HasPrefix(word, "fail")
}

// Severities are the words for how grave a finding is, the gravest first.
func Severities() []string { return slices.Clone(rules.Severities) }

// setStyle gives the style of that header key to the columns of a comma-separated list.
func (r *Report) setStyle(key, columns string) error {
	for name := range strings.SplitSeq(columns, ",") {
		name = strings.TrimSpace(name)
		if _, twice := r.Styles[name]; twice {
			return fmt.Errorf("column %q has two styles", name)
		}
		if r.Styles == nil {
			r.Styles = map[string]Style{}
		}
		r.Styles[name] = styleKeys[key]
	}
	return nil
}

// setLayout reads the header's `layout`.
func (r *Report) setLayout(name string) error {
	if _, known := layoutColumns[Layout(name)]; !known {
		return fmt.Errorf("layout %q: want one of %s", name, strings.Join(layoutNames(), ", "))
	}
	r.Layout = Layout(name)
	return nil
}

func layoutNames() []string {
	var names []string
	for layout := range layoutColumns {
		names = append(names, string(layout))
	}
	slices.Sort(names)
	return names
}
