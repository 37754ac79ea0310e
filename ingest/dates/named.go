package dates

import (
	"regexp"
	"strings"
	"time"
)

// English names of months leave nothing open: the Defender portal's CSV has "May 2, 2026 8:01:11 AM", Kibana's
// "May 2, 2026 @ 08:01:11.000", programs of Unix "Sat May  2 08:01:11 2026", mail "Sat, 2 May 2026 08:01:11 +0200".
var (
	weekday   = regexp.MustCompile(`^(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]? `)
	monthDay  = regexp.MustCompile(`^([A-Za-z]{3,9})\.? (\d{1,2})(?:,? (\d{4}))?(.*)$`)
	dayMonth  = regexp.MustCompile(`^(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})(.*)$`)
	yearAtEnd = regexp.MustCompile(`^(.*\S) (\d{4})$`)
	timeOfDay = regexp.MustCompile(`^(?:,| at| @)? (\d.*)$`)
)

// numbered is a time with the English name of a month as one of numbers alone, the year first; "" for any other.
func numbered(text string) string {
	text = weekday.ReplaceAllString(strings.Join(strings.Fields(text), " "), "")
	var day, month, year, rest string
	if m := monthDay.FindStringSubmatch(text); m != nil {
		month, day, year, rest = m[1], m[2], m[3], m[4]
		if end := yearAtEnd.FindStringSubmatch(rest); year == "" && end != nil {
			rest, year = end[1], end[2]
		}
	} else if m := dayMonth.FindStringSubmatch(text); m != nil {
		day, month, year, rest = m[1], m[2], m[3], m[4]
	}
	number := monthOf(month)
	if number == "" || year == "" {
		return ""
	}
	if rest != "" {
		clock := timeOfDay.FindStringSubmatch(rest)
		if clock == nil {
			return ""
		}
		rest = " " + clock[1]
	}
	return year + "-" + number + "-" + day + rest
}

// monthOf is the number of a month by its English name, or the three letters that it begins with.
func monthOf(name string) string {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(name, m.String()) || strings.EqualFold(name, m.String()[:3]) || strings.EqualFold(name, "sept") && m == time.September {
			return time.Date(1, m, 1, 0, 0, 0, 0, time.UTC).Format("01")
		}
	}
	return ""
}
