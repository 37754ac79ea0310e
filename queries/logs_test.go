package queries

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entrail/ingest/schema"
)

// TestLogsAreShown loads one record of each table into a case of its own: the
// views events and coverage, and the report timeline, must have it, unless the
// table's header says why not.
func TestLogsAreShown(t *testing.T) {
	for _, table := range schema.Tables() {
		if !table.Has("file_id") {
			continue
		}
		t.Run(table.Name, func(t *testing.T) {
			insert := "insert into " + table.Name + " (file_id) values (7)"
			if table.Log != "" {
				insert = "insert into " + table.Name + " (file_id, record, id, event_time) values (7, 8, 'the id', timestamp '2026-10-01')"
			}
			c := openCase(t, Filter{}, time.UTC, insert)
			inTimeline := answer(t, c, "select source, id, file_id, record from events")
			covered := answer(t, c, "select records from coverage where records > 0")
			if table.Snapshot != "" {
				if log := answer(t, c, "select log, records from coverage where records > 0"); inTimeline != "" || log != "state: "+table.Snapshot+"|1" {
					t.Errorf("events has %q and coverage %q, want none and 1 of %s", inTimeline, log, table.Snapshot)
				}
				return
			}
			if table.Log == "" {
				if inTimeline != "" || covered != "" {
					t.Errorf("events has %q and coverage %q, but the header says `timeline: no, %s`", inTimeline, covered, table.NoTimeline)
				}
				return
			}
			if want := table.Name + "|the id|7|8"; inTimeline != want {
				t.Errorf("the view events has %q, want %q", inTimeline, want)
			}
			log := answer(t, c, "select log from coverage where records > 0")
			if covered != "1" || !strings.HasPrefix(log, table.Log) {
				t.Errorf("the view coverage counts %q of %q, want 1 of %q", covered, log, table.Log)
			}
			timeline, _ := Lookup("timeline")
			r, err := c.Run(context.Background(), timeline)
			if err != nil {
				t.Fatal(err)
			}
			if r.NotLoaded || strings.Count(lines(t, r)+"\n", "\n") != 1 {
				t.Errorf("the report timeline lacks the record; its notes: %q", r.Notes)
			}
		})
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
