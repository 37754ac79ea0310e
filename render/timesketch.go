package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"entrail/queries"
)

// Timesketch's rules are those of its server, read_and_validate_csv and
// read_and_validate_jsonl in timesketch/lib/utils.py, and of its importer
// (timesketch_import_client 20261014, _fix_dict and _fix_data_frame in importer.py):
//
//   - each event has message, datetime and timestamp_desc, and the name of the file ends
//     in .csv or .jsonl;
//   - all datetimes of a CSV file have one form and one offset: the form of the first
//     is looked for in the others, and an event in which it is not is dropped;
//   - an event without datetime ends the import of a JSONL file; one before 1678 or
//     after 2261 is dropped, or moved to 1970;
//   - label and what begins with _ are taken out; a tag that is empty is read as the
//     tag nan, so that no tags are written.
const timesketchTime = "2006-01-02T15:04:05.000000+00:00"

// timesketchFields are the columns of the file after message, datetime and
// timestamp_desc. Those of findings that are the same as one of timeline have its name.
var timesketchFields = []string{
	"source", "actor", "action", "target", "ip_address", "session_id", "result", "id", "file_id", "record",
	"severity", "finding", "title", "events", "rarity", "techniques", "also", "ip_addresses", "app_id", "catalogue",
	"evidence", "finding_id",
}

// timesketchVerdict are the columns after those, where the case sheet has notes.
var timesketchVerdict = []string{"verdict", "note"}

// TimesketchCSV writes the rows of timeline and of findings as events of a Timesketch
// timeline, each with a sentence of what happened. A finding is two events where it
// lasted: its first record and its last. Times are UTC, whatever the zone of the page.
// What has no time that Timesketch can hold is left out, and counted in the notes of
// its result.
func TimesketchCSV(w io.Writer, d Document) error {
	d.Results, d.Several = eachResult(timesketchEvents(d)), false
	return CSV(w, d)
}

// TimesketchJSONL writes the same as TimesketchCSV, an object a line.
func TimesketchJSONL(w io.Writer, d Document) error {
	d.Results, d.Several = eachResult(timesketchEvents(d)), false
	return JSONL(w, d)
}

// eachResult yields the one result.
func eachResult(r *queries.Result) func(func(*queries.Result, error) bool) {
	return func(yield func(*queries.Result, error) bool) { yield(r, nil) }
}

// timesketchEvents are the events of all results of a document, in their order.
func timesketchEvents(d Document) *queries.Result {
	events, fields := &queries.Result{}, timesketchFields
	if d.Noted {
		fields = slices.Concat(fields, timesketchVerdict)
	}
	for _, name := range append([]string{"message", "datetime", "timestamp_desc"}, fields...) {
		c := queries.Column{Name: name, Kind: queries.Text}
		if name == "file_id" || name == "record" || name == "events" {
			c.Kind = queries.Integer
		}
		events.Columns = append(events.Columns, c)
	}
	events.Rows = func(yield func([]any, error) bool) {
		for r, err := range d.Results {
			if err != nil {
				yield(nil, err)
				return
			}
			for event, err := range eventsOf(r, fields) {
				if !yield(event, err) || err != nil {
					return
				}
			}
		}
	}
	return events
}

// eventsOf yields the events of one report, with these fields.
func eventsOf(r *queries.Result, columns []string) func(func([]any, error) bool) {
	read, known := map[string]func(map[string]any) []event{"timeline": logged, "findings": found}[r.Report.Name]
	return func(yield func([]any, error) bool) {
		if !known {
			yield(nil, fmt.Errorf("timesketch holds the reports timeline and findings; %s is neither", r.Report.Name))
			return
		}
		timeless := 0
		for row, err := range r.Rows {
			if err != nil {
				yield(nil, err)
				return
			}
			fields := map[string]any{}
			for i, c := range r.Columns {
				fields[c.Name] = row[i]
			}
			for _, e := range read(fields) {
				at, _ := e.at.(time.Time)
				if at = at.UTC(); at.Year() < 1678 || at.Year() > 2261 {
					timeless++
					continue
				}
				line := []any{e.message, at.Format(timesketchTime), e.meaning}
				for _, name := range columns {
					line = append(line, fields[name])
				}
				if !yield(line, nil) {
					return
				}
			}
		}
		if timeless > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%d rows have no time that Timesketch can hold and are left out of its file", timeless))
		}
	}
}

// event is a row on the line of time; meaning is what happened at its time.
type event struct {
	message, meaning string
	at               any // time.Time, or nil
}

// logged is a row of the report timeline as an event.
func logged(fields map[string]any) []event {
	return []event{{cmp.Or(text(fields["message"]), text(fields["action"])), "Event logged", fields["event_time"]}}
}

// found is a row of the report findings as events, its first record and its last.
func found(fields map[string]any) []event {
	fields["source"], fields["actor"], fields["id"] = "findings", fields["who"], fields["finding_id"]
	message := fmt.Sprintf("Finding (%s): %s. %s", text(fields["severity"]), text(fields["title"]), text(fields["what"]))
	all := []event{{message, "Finding, first seen", fields["first_seen"]}}
	if text(fields["last_seen"]) != text(fields["first_seen"]) {
		all = append(all, event{message, "Finding, last seen", fields["last_seen"]})
	}
	return all
}
