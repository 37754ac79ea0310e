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

// ParseTime reads RFC 3339, a date (midnight UTC), or 30d or 24h.
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
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return Moment{Time: t}, nil
		}
	}
	return Moment{}, fmt.Errorf("time %q: want 2026-10-01, 2026-10-01T08:00:00Z or with an offset, or 30d or 24h back from the newest event", s)
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
