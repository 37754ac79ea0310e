package queries

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no zones of its own
)

// LoadZone returns the zone of an IANA name such as Europe/Berlin.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("time zone %q: name it as Europe/Berlin or UTC, so that the report means the same on every machine", name)
	}
	if strings.EqualFold(name, "utc") {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: not known; names are as in Europe/Berlin, America/New_York, UTC", name)
	}
	return zone, nil
}

// The years that these logs can be of. A damaged record may say any other, and
// the engine takes minutes to plan with the transitions of centuries.
var (
	earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
)

// localTime is the run's own macro that shifts UTC into the zone. The engine knows
// no zones, so the macro lists the zone's transitions over the events' period;
// before and after it, the nearest offset holds.
func localTime(zone *time.Location, first, last time.Time) string {
	if first.Before(earliest) {
		first = earliest
	}
	if last.After(latest) {
		last = latest
	}
	var s strings.Builder
	s.WriteString("local_time(utc) as utc::timestamp + case")
	t := first.In(zone)
	for {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(last) {
			break
		}
		fmt.Fprintf(&s, " when utc::timestamp < %s then %s", timestamp(end), offset(t))
		t = end
	}
	fmt.Fprintf(&s, " else %s end", offset(t))
	text := s.String()
	if t.Equal(first) { // no transition: a case without `when` is no SQL
		text = "local_time(utc) as utc::timestamp + " + offset(t)
	}
	return text
}

// offset is the zone's distance from UTC at t, as SQL.
func offset(t time.Time) string {
	_, seconds := t.Zone()
	return fmt.Sprintf("to_seconds(%d)", seconds)
}

// timestamp is t as a SQL literal, UTC, to the engine's microsecond.
func timestamp(t time.Time) string {
	return "timestamp '" + t.UTC().Format("2006-01-02 15:04:05.000000") + "'"
}

// shown is a value as text, a time in the run's zone with its offset.
func (c *Case) shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if c.zone == time.UTC {
			return v.UTC().Format("2006-01-02 15:04:05.999999")
		}
		return v.In(c.zone).Format("2006-01-02 15:04:05.999999 -07:00")
	}
	return fmt.Sprint(v)
}
