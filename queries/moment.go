package queries

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Moment is a bound of --since or --until: a point in time, or a stretch back
// from the newest event in evidence. The zero value is no bound.
type Moment struct {
	Time time.Time
	Back time.Duration
}

var stretch = regexp.MustCompile(`^([0-9]{1,5})([dh])$`)

// layouts are how a point in time is written: without an offset it is UTC.
var layouts = []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// ParseTime reads RFC 3339, a date (midnight UTC) with or without a time of
// day (UTC), or 30d or 24h.
func ParseTime(s string) (Moment, error) {
	if m := stretch.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits always fit
		if n > 0 {
			unit := time.Hour
			if m[2] == "d" {
				unit = 24 * time.Hour
			}
			return Moment{Back: time.Duration(n) * unit}, nil
		}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return Moment{Time: t}, nil
		}
	}
	return Moment{}, fmt.Errorf("time %q: want 2026-10-01 or \"2026-10-01 08:00\" (UTC), 2026-10-01T08:00:00+02:00, or 30d or 24h back from the newest event", s)
}

// IsZero tells that there is no bound.
func (m Moment) IsZero() bool { return m.Time.IsZero() && m.Back == 0 }

// at is the point in time meant, given the time of the newest event.
func (m Moment) at(newest time.Time) time.Time {
	if m.Back > 0 {
		return newest.Add(-m.Back)
	}
	return m.Time
}
