package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestLocalTime compares the macro with Go's own zones for every half hour of
// the period, changes of the clock included.
func TestLocalTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ reason, zone, from, until string }{
		{"no zone to speak of", "UTC", "2026-10-20", "2026-10-30"},
		{"Berlin puts the clock back on 25 October 2026", "Europe/Berlin", "2026-10-20", "2026-10-30"},
		{"Berlin puts it on on 29 March 2026", "Europe/Berlin", "2026-03-25", "2026-04-02"},
		{"New York, both changes in one period", "America/New_York", "2026-03-01", "2026-11-15"},
		{"half an hour, and the other hemisphere", "Australia/Adelaide", "2026-03-25", "2026-10-10"},
		{"no daylight saving at all", "Asia/Kolkata", "2026-03-25", "2026-04-05"},
	} {
		zone, err := LoadZone(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		c := openCase(t, Filter{}, zone, `
			insert into audit_events (file_id, record, event_time)
			select 1, 1, unnest(generate_series(timestamp '`+test.from+`', timestamp '`+test.until+`', interval 30 minutes))`)
		r, err := c.Query(context.Background(), "select event_time, strftime(local_time(event_time), '%Y-%m-%d %H:%M:%S') from audit_events order by 1")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for row, err := range r.Rows {
			if err != nil {
				t.Fatal(err)
			}
			at := row[0].(time.Time)
			if at.Location() != zone {
				t.Fatalf("%s: a time is returned in %v", test.reason, at.Location())
			}
			if want := at.Format(time.DateTime); row[1] != want {
				t.Errorf("%s: local_time of %s is %s, want %s", test.reason, at.UTC(), row[1], want)
			}
			n++
		}
		if n < 300 {
			t.Errorf("%s: only %d rows compared", test.reason, n)
		}
	}
}

// Times beyond the events, such as those of files, get the nearest offset.
func TestLocalTimeBesideThePeriod(t *testing.T) {
	zone, err := LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := openCase(t, Filter{}, zone, "insert into audit_events (file_id, record, event_time) values (1, 1, timestamp '2026-07-01')")
	if got := answer(t, c, "select local_time(timestamp '2026-06-30 22:00')::varchar, local_time(null)::varchar"); got != "2026-07-01 00:00:00|" {
		t.Errorf("got %s", got)
	}
	empty := openCase(t, Filter{}, zone)
	if got := answer(t, empty, "select local_time(null)::varchar"); got != "" {
		t.Errorf("without an event: got %s", got)
	}
}

// A record with an absurd time must not cost the others their zone, nor hours.
func TestLocalTimeOfAbsurdTimes(t *testing.T) {
	zone, err := LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := openCase(t, Filter{}, zone, `
		insert into audit_events (file_id, record, event_time)
		values (1, 1, timestamp '1990-01-01'), (1, 2, timestamp '2026-07-01'), (1, 3, timestamp '2199-12-31')`)
	if got := answer(t, c, "select string_agg(local_time(event_time)::varchar, ', ' order by event_time) from audit_events"); got != "1989-12-31 19:00:00, 2026-06-30 20:00:00, 2199-12-30 19:00:00" {
		t.Errorf("got %s", got)
	}
}

func TestLoadZone(t *testing.T) {
	for _, name := range []string{"UTC", "utc", "Europe/Berlin"} {
		if _, err := LoadZone(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "Local", "local", "Middle/Earth", "../../etc/passwd"} {
		if _, err := LoadZone(name); err == nil || !strings.Contains(err.Error(), "Europe/Berlin") {
			t.Errorf("%q: got error %v, want one that shows how a zone is named", name, err)
		}
	}
}
