package queries

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Moment is a bound of --since or --until: a point in time, or a stretch back
// from the newest event in evidence. The zero value is no bound.
type Moment struct {
	Time   time.Time
	Back   time.Duration
	Months int // back, by the calendar: the 30th of September for one before the 31st of October
}

var stretch = regexp.MustCompile(`^([0-9]{1,5})(mo|[wdh])$`)

// layouts are how a point in time is written, behind its date: without an
// offset it is UTC.
var layouts = []string{"", "T15:04:05", "T15:04", "T15:04:05Z07:00", "T15:04Z07:00"}

// dated takes a date written 2026-10-01 or 2026/10/01 off, which only the year
// in front makes plain.
var dated = regexp.MustCompile(`^([0-9]{4})([-/])([0-9]{2})([-/])([0-9]{2})(?:[Tt ](.+))?$`)

// TimeForms are how ParseTime wants a time, for people.
const TimeForms = `write 2026-10-01 or "2026-10-01 08:00" (UTC), 2026-10-01T08:00+02:00, or 1mo, 2w, 30d or 24h back from the newest event`

// ParseTime reads RFC 3339, with or without seconds, a date (midnight UTC) with
// or without a time of day (UTC), or 1mo, 2w, 30d or 24h. A date may have slashes
// behind a year that comes first: 01/10/2026 could be two days, and is refused.
func ParseTime(s string) (Moment, error) {
	if m := stretch.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits always fit
		if n > 0 && m[2] == "mo" {
			return Moment{Months: n}, nil
		}
		if n > 0 {
			unit := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
			return Moment{Back: time.Duration(n) * unit}, nil
		}
	}
	if m := dated.FindStringSubmatch(s); m != nil && m[2] == m[4] {
		text := m[1] + "-" + m[3] + "-" + m[5]
		if m[6] != "" {
			text += "T" + strings.ToUpper(m[6])
		}
		for _, layout := range layouts {
			if t, err := time.Parse(time.DateOnly+layout, text); err == nil {
				return Moment{Time: t}, nil
			}
		}
	}
	return Moment{}, fmt.Errorf("time %q: not understood", s)
}

// IsZero tells that there is no bound.
func (m Moment) IsZero() bool { return m.Time.IsZero() && !m.IsBack() }

// IsBack tells that it counts back from the newest event.
func (m Moment) IsBack() bool { return m.Back > 0 || m.Months > 0 }

// at is the point in time meant, given the time of the newest event.
func (m Moment) at(newest time.Time) time.Time {
	if m.Back > 0 {
		return newest.Add(-m.Back)
	}
	if m.Months > 0 {
		year, month, day := newest.Date()
		last := time.Date(year, month-time.Month(m.Months)+1, 0, 0, 0, 0, 0, newest.Location()).Day()
		return newest.AddDate(0, -m.Months, min(day, last)-day)
	}
	return m.Time
}
