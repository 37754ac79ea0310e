package queries

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/schema"
)

// TestLogsAreShown loads one record of each table, all of them into one case: the views
// events and coverage, and the report timeline, must have it, unless the table's header
// says why not.
func TestLogsAreShown(t *testing.T) {
	takesLong(t)
	var inserts, events, covered, timeline []string
	for i, table := range schema.Tables() {
		if !table.Has("file_id") {
			continue
		}
		switch {
		case table.Log != "":
			inserts = append(inserts, fmt.Sprintf("insert into %s (file_id, record, id, event_time) values (7, %d, 'the id', timestamp '2026-10-01')", table.Name, i))
			events = append(events, fmt.Sprintf("%s|the id|7|%d", table.Name, i))
			covered = append(covered, table.Log)
			timeline = append(timeline, fmt.Sprintf("7|%d", i))
		default:
			inserts = append(inserts, "insert into "+table.Name+" (file_id) values (7)")
			if table.Snapshot != "" {
				covered = append(covered, "state: "+table.Snapshot)
			}
		}
	}
	c := openCase(t, Filter{}, time.UTC, inserts...)
	if got := answer(t, c, "select source, id, file_id, record from events order by record"); got != strings.Join(events, "\n") {
		t.Errorf("the view events has\n%s\nand the logs are\n%s", got, strings.Join(events, "\n"))
	}
	logs := strings.Split(answer(t, c, "select log from coverage where records = 1 order by position"), "\n")
	if !slices.EqualFunc(logs, covered, strings.HasPrefix) {
		t.Errorf("the view coverage counts a record of\n%s\nand the tables are\n%s", strings.Join(logs, "\n"), strings.Join(covered, "\n"))
	}
	if got := answer(t, c, "select file_id, record from report_timeline order by record"); got != strings.Join(timeline, "\n") {
		t.Errorf("the report timeline has\n%s\nand the records of logs are\n%s", got, strings.Join(timeline, "\n"))
	}
}

// TestLogsNotLoaded holds that coverage lists each log that isn't loaded and that
// most cases have, with the export that the table's header names.
func TestLogsNotLoaded(t *testing.T) {
	var want []string
	for _, log := range schema.Logs() {
		if log.IsRare {
			continue
		}
		for _, export := range log.Exports {
			name := log.Log
			if export.Part != "" {
				name += ": " + export.Part
			}
			want = append(want, fmt.Sprintf("%s|Not loaded. To be had from %s.", name, export.From))
		}
	}
	c := openCase(t, Filter{}, time.UTC)
	if got := answer(t, c, "select log, remarks from coverage order by position"); got != strings.Join(want, "\n") {
		t.Errorf("coverage has\n%s\nthe headers have\n%s", got, strings.Join(want, "\n"))
	}
}
