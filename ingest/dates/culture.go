package dates

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Order is the order of day and month.
type Order string

// The orders, as --date-order has them.
const (
	dayFirst   Order = "dmy"
	monthFirst Order = "mdy"
)

func (o Order) String() string {
	if o == dayFirst {
		return "day-month-year"
	}
	return "month-day-year"
}

// cultureTime is a date of three numbers, and perhaps the time of day behind
// that, with the half of the day before or behind it, and how far it is from
// UTC.
var cultureTime = regexp.MustCompile(`^(\d{1,4})([/.-]) ?(\d{1,2})[/.-] ?(\d{1,4})(?:\.| г\.)?` +
	`(?:,? (?:(\pL[\pL. ]*) )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,7}))?)?(?: ?(\pL[\pL. ]*?))??(?: ?([+-])(\d{1,2}):?(\d{2})|Z| UTC| GMT)?)?$`)

// halves are what cultures call the halves of the day, the letters alone.
var halves = map[string]time.Duration{
	"": 0, "am": 1, "a": 1, "pm": 2, "p": 2,
	"πμ": 1, "μμ": 2, // Greek
	"sa": 1, "ch": 2, // Vietnamese
	"de": 1, "du": 2, // Hungarian
	"pd": 1, "md": 2, // Albanian
	"오전": 1, "오후": 2, "午前": 1, "午後": 2, "上午": 1, "下午": 2, // Korean, Japanese, Chinese
}

// cultureDate is a time whose order of day and month is not certain.
type cultureDate struct {
	first, second, year int
	separator           byte
	clock               time.Duration // in UTC, if it tells how far it is from that
	shortYear           bool          // two digits
	yearFirst           bool          // two digits, and the last number can't be the year
	logAnalytics        bool          // written as Log Analytics does: 4/28/2021, 2:08:45.221 PM
	azure               bool          // written as diagnostic settings do: 12/12/2025 3:03:58 PM
}

// The years that two digits may mean: no log is older, and few are from the
// future.
const firstYear, lastYear = 2015, 2039

// ParseCulture returns false for what is no such time.
func ParseCulture(cell []byte) (d cultureDate, ok bool) {
	if len(cell) < 6 || len(cell) > 64 {
		return d, false
	}
	text := strings.Join(strings.Fields(string(cell)), " ")
	if mayBeNamed(cell) {
		text = numbered(text)
	}
	m := cultureTime.FindStringSubmatch(text)
	if m == nil {
		return d, false
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i])
		return n
	}
	d = cultureDate{first: number(1), second: number(3), year: number(4), separator: m[2][0]}
	d.logAnalytics = m[9] != "" && bytes.ContainsRune(cell, ',') && (bytes.HasSuffix(cell, []byte(" AM")) || bytes.HasSuffix(cell, []byte(" PM")))
	d.azure = m[8] != "" && m[9] == "" && d.separator == '/' && bytes.IndexByte(cell, ',') < 0 && (bytes.HasSuffix(cell, []byte(" AM")) || bytes.HasSuffix(cell, []byte(" PM")))
	switch {
	case len(m[1]) == 4 && len(m[4]) <= 2: // the year is first: nothing to decide
		d.first, d.second, d.year = number(3), number(4), number(1)
		d.separator = 'y'
	case len(m[1]) <= 2 && len(m[4]) == 4:
	case len(m[1]) <= 2 && len(m[4]) == 2:
		d.shortYear = true
		if d.year += 2000; d.year < firstYear {
			d.yearFirst = d.first+2000 >= firstYear
			return d, d.yearFirst
		}
		if d.year > lastYear {
			return d, false
		}
	default:
		return d, false
	}
	if d.year > 2543 { // of the Buddhist era, as Thai computers have it
		d.year -= 543
	}
	hour, minute, second := number(6), number(7), number(8)
	half, known := halves[letters(m[5]+m[10])]
	if !known || half == 1 && hour > 12 {
		return d, false
	}
	if half > 0 && (half == 2) != (hour >= 12) {
		hour = (hour + 12) % 24 // 1 PM, and 12 AM
	}
	fraction, _ := strconv.Atoi((m[9] + "0000000")[:7])
	d.clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(fraction*100)
	ahead := time.Duration(number(12))*time.Hour + time.Duration(number(13))*time.Minute
	if m[11] == "-" {
		ahead = -ahead
	}
	d.clock -= ahead
	return d, hour < 24 && minute < 60 && second < 60 && ahead.Abs() <= 14*time.Hour && d.first > 0 && d.second > 0 && (d.first <= 12 || d.second <= 12) && d.first < 32 && d.second < 32
}

// letters returns those of a text, in lower case.
func letters(text string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, text)
}

// at reads the date in the order; false when there is no such day.
func (d cultureDate) at(o Order) (time.Time, bool) {
	month, day := d.first, d.second
	if o == dayFirst && d.separator != 'y' {
		month, day = d.second, d.first
	}
	t := time.Date(d.year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Add(d.clock), month <= 12 && t.Day() == day && !d.yearFirst
}

// excelDate reads the number that a workbook, or a column without a date's
// layout, has for a time: days since the end of 1899, or of 1903.
func excelDate(cell []byte, epoch1904 bool) (time.Time, bool) {
	if len(cell) < 5 || cell[0] < '2' || cell[0] > '7' || bytes.IndexByte(cell[:5], '.') >= 0 || len(cell) > 5 && cell[5] != '.' && cell[5] != ',' {
		return time.Time{}, false
	}
	days, err := strconv.ParseFloat(strings.Replace(string(cell), ",", ".", 1), 64)
	if err != nil {
		return time.Time{}, false
	}
	if epoch1904 {
		days += 1462
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	return epoch.Add(time.Duration(days * 24 * float64(time.Hour))).Round(time.Millisecond), true
}

// Reading is what was found out about the times of one file.
type Reading struct {
	order     Order
	Note      string
	Refusal   string // why no order could be decided on
	Epoch1904 bool
}

// ISO rewrites a cell of a time column. It returns nil for a cell that says by
// itself what it means, and a reason for one that can't be.
func (d *Reading) ISO(cell []byte) (text []byte, reason string) {
	if t, ok := excelDate(cell, d.Epoch1904); ok {
		return AppendTime(t), ""
	}
	c, ok := ParseCulture(cell)
	if !ok {
		return nil, ""
	}
	t, ok := c.at(d.order)
	if !ok {
		return nil, fmt.Sprintf("%q is no date in the order %s", cell, d.order)
	}
	return AppendTime(t), ""
}

func AppendTime(t time.Time) []byte { return t.AppendFormat(nil, "2006-01-02 15:04:05.000000") }

// NeedsOrder tells whether a cell of a time column can only be read when the
// other rows are known.
func NeedsOrder(cell []byte) bool {
	if _, ok := excelDate(cell, false); ok {
		return true
	}
	d, ok := ParseCulture(cell)
	return ok && d.separator != 'y'
}

var certainTime = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}|/Date\()`)

// UnknownTime tells whether a cell of a time column is no time at all.
func UnknownTime(cell []byte) bool { return len(cell) > 0 && !certainTime.Match(cell) }

// zoned is a column's name with a time zone behind it, as Log Analytics has
// it: TimeGenerated [UTC], [UTC+02:00], [Local Time], [Amsterdam, Berlin, ...].
var zoned = regexp.MustCompile(`^(.*\S)\s*\[\s*(?:(UTC|GMT)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?|([A-Za-z][^\[\]]*))\s*\]\s*$`)

// zonedDate is such a name where the zone is a part of it: Date (UTC+02:00) of the Exchange admin center, which is
// Date (UTC) for others.
var zonedDate = regexp.MustCompile(`^(.*\(UTC)(([+-])(\d{1,2}):?(\d{2})?)\)\s*$`)

// CutZone cuts the time zone off a column's name; known is false for one that says no distance from UTC.
func CutZone(name string) (column string, ahead time.Duration, known bool) {
	if strings.Contains(name, "(UTC") {
		if m := zonedDate.FindStringSubmatch(strings.ReplaceAll(name, "\u2212", "-")); m != nil {
			_, ahead, _ = CutZone("x [UTC" + m[2] + "]")
			return m[1] + ")", ahead, true
		}
	}
	if !strings.HasSuffix(strings.TrimSpace(name), "]") {
		return name, 0, true
	}
	m := zoned.FindStringSubmatch(strings.ReplaceAll(strings.TrimSpace(name), "\u2212", "-"))
	switch {
	case m == nil:
		return name, 0, true
	case strings.EqualFold(m[6], "utc"), strings.EqualFold(m[6], "gmt"):
		return m[1], 0, true
	case m[6] != "":
		return m[1], 0, false
	}
	hours, _ := strconv.Atoi(m[4])
	minutes, _ := strconv.Atoi(m[5])
	ahead = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if m[3] == "-" {
		ahead = -ahead
	}
	return m[1], ahead, true
}

// ColumnZones tells how far ahead of UTC the times of columns are, and names
// the first whose zone nobody knows.
func ColumnZones(names []string) (zones map[int]time.Duration, local string) {
	zones = map[int]time.Duration{}
	for i, name := range names {
		_, ahead, known := CutZone(name)
		if ahead != 0 {
			zones[i] = ahead
		}
		if !known && local == "" {
			local = name
		}
	}
	return zones, local
}

// Certainly reads a time that no culture reads differently.
func Certainly(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	if digits, ok := strings.CutPrefix(text, "/Date("); ok {
		if ms, err := strconv.ParseInt(strings.TrimSuffix(digits, ")/"), 10, 64); err == nil {
			return time.UnixMilli(ms).UTC(), true
		}
	}
	return time.Time{}, false
}

// zonedForms are forms that say their distance from UTC, of programs that are not Microsoft's.
var zonedForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999 Z0700",
	"20060102T150405Z0700",
}

var (
	fractionComma = regexp.MustCompile(`(:\d\d),(\d+)`)
	zoneName      = regexp.MustCompile(`\s*\[[A-Za-z_/]+\]$|(\+00:?00|Z) UTC$`)
)

// Zoned reads a time that says how far from UTC it is, in a form other than Microsoft's: with a comma before the
// fraction, small letters, blanks, or the zone's name behind its distance.
func Zoned(text string) (time.Time, bool) {
	text = strings.NewReplacer("\u2212", "-", "\u00a0", " ", "\u200e", "", "\u200f", "").Replace(strings.TrimSpace(text))
	text = fractionComma.ReplaceAllString(zoneName.ReplaceAllString(text, "$1"), "$1.$2")
	if len(text) > 10 && IsISO([]byte(strings.ToUpper(text))) {
		text = strings.Replace(strings.ToUpper(text), " Z", "Z", 1)
	}
	for _, form := range zonedForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// IsTidy tells whether a time has the letters of ISO 8601 alone, and a blank only before the time of day.
func IsTidy(b []byte) bool {
	for i, c := range b {
		if !(c >= '0' && c <= '9' || c == '-' || c == ':' || c == '.' || c == '+' || c == 'Z' || c == 'T' && i == 10 || c == ' ' && i == 10) {
			return false
		}
	}
	return true
}

// IsISO tells a time as Microsoft's APIs write it by its punctuation.
func IsISO(b []byte) bool {
	return len(b) >= 10 && b[4] == '-' && b[7] == '-' && (len(b) == 10 || b[10] == 'T' || b[10] == ' ' && len(b) > 11 && b[11] <= '9')
}

// TextIn is the text of a JSON value, "" if it is none. PowerShell 5 makes an
// object of a time that carries notes: {"value": "/Date(...)/", "DateTime": "..."},
// MongoDB one of each: {"$date": "..."} or {"$date": {"$numberLong": "..."}}.
func TextIn(value []byte) string {
	if value[0] == '{' {
		var noted struct {
			Value, DateTime string
			Date            json.RawMessage `json:"$date"`
			Long            string          `json:"$numberLong"`
		}
		json.Unmarshal(value, &noted) // of another object there is none
		if len(noted.Date) > 0 {
			return cmp.Or(TextIn(noted.Date), string(noted.Date))
		}
		return strings.TrimSpace(cmp.Or(noted.Value, noted.DateTime, noted.Long))
	}
	if value[0] != '"' {
		return ""
	}
	text := string(value[1 : len(value)-1])
	if strings.IndexByte(text, '\\') >= 0 && json.Unmarshal(value, &text) != nil {
		return ""
	}
	return strings.TrimSpace(text)
}
