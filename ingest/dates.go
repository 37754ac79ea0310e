package ingest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The dates of a file that Excel or a script has written follow the culture of
// that computer, and 03/12/2025 is two days. One program wrote the whole file,
// so all its dates have one order, be it CSV or JSON; it is taken from what is
// certain, in this sequence:
//
//   - a day above 12, anywhere in the file;
//   - dots between the numbers, which no culture uses with the month first;
//   - the form that only Log Analytics writes, and that of Azure's
//     diagnostic settings inside of their records;
//   - another time of the same record that is certain and close;
//   - the days in the file's name, where only one order lies between them;
//   - the order of the records, which exports are sorted by, where there are at
//     least ten on four days, only one order is sorted, and the texts are not;
//   - what the user says.
//
// Otherwise the records with such dates are rejected: no order is better than a
// wrong one. So they are where two digits may be the year at either end.

// dateOrder is the order of day and month.
type dateOrder string

// The orders, as --date-order has them.
const (
	dayFirst   dateOrder = "dmy"
	monthFirst dateOrder = "mdy"
)

func (o dateOrder) String() string {
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

// parseCultureDate returns false for what is no such time.
func parseCultureDate(cell []byte) (d cultureDate, ok bool) {
	if len(cell) < 6 || len(cell) > 48 || cell[0] < '0' || cell[0] > '9' {
		return d, false
	}
	m := cultureTime.FindStringSubmatch(strings.Join(strings.Fields(string(cell)), " "))
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
func (d cultureDate) at(o dateOrder) (time.Time, bool) {
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

// dates is what was found out about the times of one file.
type dates struct {
	order     dateOrder
	note      string
	refusal   string // why no order could be decided on
	epoch1904 bool
}

// iso rewrites a cell of a time column. It returns nil for a cell that says by
// itself what it means, and a reason for one that can't be.
func (d *dates) iso(cell []byte) (text []byte, reason string) {
	if t, ok := excelDate(cell, d.epoch1904); ok {
		return appendTime(t), ""
	}
	c, ok := parseCultureDate(cell)
	if !ok {
		return nil, ""
	}
	t, ok := c.at(d.order)
	if !ok {
		return nil, fmt.Sprintf("%q is no date in the order %s", cell, d.order)
	}
	return appendTime(t), ""
}

func appendTime(t time.Time) []byte { return t.AppendFormat(nil, "2006-01-02 15:04:05.000000") }

// needsOrder tells whether a cell of a time column can only be read when the
// other rows are known.
func needsOrder(cell []byte) bool {
	if _, ok := excelDate(cell, false); ok {
		return true
	}
	d, ok := parseCultureDate(cell)
	return ok && d.separator != 'y'
}

var certainTime = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}|/Date\()`)

// unknownTime tells whether a cell of a time column is no time at all.
func unknownTime(cell []byte) bool { return len(cell) > 0 && !certainTime.Match(cell) }

// zoned is a column's name with a time zone behind it, as Log Analytics has
// it: TimeGenerated [UTC], [UTC+02:00], [Local Time], [Amsterdam, Berlin, ...].
var zoned = regexp.MustCompile(`^(.*\S)\s*\[\s*(?:(UTC)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?|([A-Za-z][^\[\]]*))\s*\]\s*$`)

// cutZone cuts the time zone off a column's name; known is false for one that says no distance from UTC.
func cutZone(name string) (column string, ahead time.Duration, known bool) {
	if !strings.HasSuffix(strings.TrimSpace(name), "]") {
		return name, 0, true
	}
	m := zoned.FindStringSubmatch(strings.TrimSpace(name))
	switch {
	case m == nil:
		return name, 0, true
	case strings.EqualFold(m[6], "utc"):
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

// columnZones tells how far ahead of UTC the times of columns are, and names
// the first whose zone nobody knows.
func columnZones(names []string) (zones map[int]time.Duration, local string) {
	zones = map[int]time.Duration{}
	for i, name := range names {
		_, ahead, known := cutZone(name)
		if ahead != 0 {
			zones[i] = ahead
		}
		if !known && local == "" {
			local = name
		}
	}
	return zones, local
}

// timeCells rewrites the times of a file's rows.
type timeCells struct {
	reader    *reader
	names     []string
	times     []int                 // the columns that hold times
	zones     map[int]time.Duration // how far columns are ahead of UTC
	dates     *dates                // nil: not needed so far
	rewritten map[int][]byte        // cells of the last row, by column
	unknown   int
	example   string
}

// rewrite looks at the times of a row, and returns why it can't be loaded.
func (t *timeCells) rewrite(s *csvScanner, row []byte) (reason string, err error) {
	clear(t.rewritten)
	for _, i := range t.times {
		cell := bytes.TrimSpace(s.cell(row, i, nil))
		if t.dates == nil && needsOrder(cell) {
			if t.dates, err = t.reader.decideDates(t.names, t.times); err != nil {
				return "", fmt.Errorf("the order of dates: %w", err)
			}
		}
		if t.dates != nil && t.dates.refusal != "" {
			return t.dates.refusal, nil
		}
		d := t.dates
		if d == nil {
			d = &dates{}
		}
		text, reason := d.iso(cell)
		if ahead := t.zones[i]; ahead != 0 && reason == "" {
			if text == nil {
				text = cell
			}
			if at, err := time.Parse("2006-01-02 15:04:05.999999999", strings.Replace(string(text), "T", " ", 1)); err == nil {
				text = appendTime(at.Add(-ahead))
			}
		}
		switch {
		case reason != "":
			return reason, nil
		case text != nil:
			if t.rewritten == nil {
				t.rewritten = map[int][]byte{}
			}
			t.rewritten[i] = text
		case unknownTime(cell):
			if t.unknown++; t.unknown == 1 {
				t.example = fmt.Sprintf("%q in column %q", excerpt(cell), t.names[i])
			}
		}
	}
	return "", nil
}

// note tells in the file's notes what became of its times.
func (t *timeCells) note() {
	f := t.reader.file
	if t.dates != nil {
		for _, text := range []string{t.dates.note, t.dates.refusal} {
			if text != "" {
				f.notef("%s", text)
			}
		}
	}
	if t.unknown > 0 {
		f.timesWarned = true
		f.noteLoss("%d times are in no form that is known and are left out, for example %s", t.unknown, t.example)
	}
}

// timeColumn is what a column of times tells about the order.
type timeColumn struct {
	name      string
	numbers   int // Excel's
	texts     int
	sorted    map[dateOrder]*sorted
	last      string             // text
	unsorted  map[int]bool       // as texts: 1 if not rising, -1 if not falling
	near, far map[dateOrder]bool // to a certain time of the same row
}

// says is the order in which the column, and only in which, is close to other
// times of its rows.
func (c *timeColumn) says() dateOrder {
	return only(func(o dateOrder) bool { return c.near[o] && !c.far[o] })
}

// sortedBy is the order in which, and only in which, the rows are sorted by it.
// Who sorts dates as texts, sorts them by what is first in them, as if that
// were the month.
func (c *timeColumn) sortedBy() dateOrder {
	if !c.unsorted[1] || !c.unsorted[-1] {
		return ""
	}
	return only(func(o dateOrder) bool {
		s := c.sorted[o]
		return (s.rising || s.falling) && s.rows >= 10 && len(s.days) >= 4
	})
}

// sorted tells whether a sequence of times is.
type sorted struct {
	last                     time.Time
	rising, falling, started bool
	rows                     int
	days                     map[int64]bool
}

func (s *sorted) see(t time.Time) {
	if !s.started {
		*s = sorted{last: t, rising: true, falling: true, started: true, days: map[int64]bool{}}
	}
	s.rising = s.rising && !t.Before(s.last)
	s.falling = s.falling && !t.After(s.last)
	s.last = t
	s.rows++
	if len(s.days) < 1000 {
		s.days[t.Unix()/86400] = true
	}
}

// decideDates reads the whole file once more for the order of its dates.
// times are the numbers of the columns that hold times.
func (r *reader) decideDates(names []string, times []int) (*dates, error) {
	text, done, err := r.reread()
	if err != nil {
		return nil, err
	}
	defer done()
	s := &csvScanner{w: newWindow(text, nil), comma: ','}
	if _, problem := r.header(s); problem != "" {
		return nil, fmt.Errorf("reading it again: %s", problem)
	}
	s.width = len(names)
	evidence := newOrderEvidence(r.file.source.path)
	for {
		rec, ok := s.next()
		if !ok {
			break
		}
		if rec.reason != "" || s.cellsProblem(rec.text) != "" {
			continue
		}
		row := make([]timeText, len(times))
		for k, i := range times {
			row[k] = timeText{names[i], strings.TrimSpace(string(s.cell(rec.text, i, nil)))}
		}
		evidence.see(rec.line, row, r.epoch1904, false)
	}
	d := evidence.decide(r.dateOrder)
	d.epoch1904 = r.epoch1904
	return d, nil
}

// orderEvidence is gathered over the records of a file.
type orderEvidence struct {
	columns      []*timeColumn
	day, month   string // where a number above 12 stands first, or second
	dots         bool
	differ       string // the first date that the two orders read differently
	logAnalytics bool
	azure        bool
	plain        bool  // there are others than those two
	from, until  int64 // days since 1970 that the file's name tells, else from < 0
	outside      map[dateOrder]bool
	yearFirst    string          // a date of two digits a number that can't end with the year
	mayBeYear    string          // one that may begin or end with it
	ends         [2]map[int]bool // the first and the last numbers of such dates
}

func newOrderEvidence(path string) *orderEvidence {
	e := &orderEvidence{outside: map[dateOrder]bool{}, ends: [2]map[int]bool{{}, {}}}
	e.from, e.until = daysOfName(path)
	return e
}

// timeText is a time as it is written in a column, or under a name of an object.
type timeText struct{ column, text string }

func (e *orderEvidence) column(name string) *timeColumn {
	for _, c := range e.columns {
		if c.name == name {
			return c
		}
	}
	c := &timeColumn{
		name: name, sorted: map[dateOrder]*sorted{dayFirst: {}, monthFirst: {}}, unsorted: map[int]bool{},
		near: map[dateOrder]bool{}, far: map[dateOrder]bool{},
	}
	e.columns = append(e.columns, c)
	return c
}

// see takes the times of one record; diagnostic, if it stands in a record of
// Azure's diagnostic settings.
func (e *orderEvidence) see(line int64, times []timeText, epoch1904, diagnostic bool) {
	var certain []time.Time
	type openDate struct {
		cultureDate
		column *timeColumn
	}
	var open []openDate
	for _, written := range times {
		column, text := e.column(written.column), written.text
		if t, ok := excelDate([]byte(text), epoch1904); ok {
			column.numbers++
			certain = append(certain, t)
			continue
		}
		d, ok := parseCultureDate([]byte(text))
		if !ok {
			if t, ok := certainly(text); ok {
				certain = append(certain, t)
			}
			continue
		}
		if d.separator == 'y' {
			if t, ok := d.at(monthFirst); ok {
				certain = append(certain, t)
			}
			continue
		}
		if column.texts++; column.texts > 1 && text != column.last {
			column.unsorted[strings.Compare(column.last, text)] = true
		}
		column.last = text
		open = append(open, openDate{d, column})
		at := fmt.Sprintf("%q in column %q, line %d", text, column.name, line)
		if d.shortYear {
			e.seeShortYear(d, at)
		}
		switch {
		case d.first > 12 && e.day == "":
			e.day = at
		case d.second > 12 && e.month == "":
			e.month = at
		}
		e.dots = e.dots || d.separator == '.'
		e.logAnalytics = e.logAnalytics || d.logAnalytics
		e.azure = e.azure || diagnostic && d.azure
		e.plain = e.plain || !d.logAnalytics && !(diagnostic && d.azure)
		if d.first != d.second && e.differ == "" {
			e.differ = at
		}
		for o, s := range column.sorted {
			t, ok := d.at(o)
			if !ok {
				continue
			}
			s.see(t)
			if day := t.Unix() / 86400; e.from >= 0 && (day < e.from || day > e.until+1) {
				e.outside[o] = true
			}
		}
	}
	for _, d := range open {
		for _, o := range []dateOrder{dayFirst, monthFirst} {
			at, ok := d.at(o)
			isNear := ok && slices.ContainsFunc(certain, func(t time.Time) bool { return at.Sub(t).Abs() <= 24*time.Hour })
			d.column.near[o] = d.column.near[o] || isNear
			d.column.far[o] = d.column.far[o] || !isNear && len(certain) > 0
		}
	}
}

// seeShortYear looks for which end of a date is its year.
func (e *orderEvidence) seeShortYear(d cultureDate, at string) {
	if d.yearFirst {
		e.yearFirst = at
		return
	}
	e.ends[0][d.first] = true
	e.ends[1][d.year-2000] = true
	if d.first != d.year-2000 && e.mayBeYear == "" {
		e.mayBeYear = at
	}
}

// yearIsLast tells whether dates with two digits for the year end with it: one
// begins with what is none of these years, or all end with the same number and
// begin with many.
func (e *orderEvidence) yearIsLast() bool {
	for n := range e.ends[0] {
		if n+2000 < firstYear {
			return true
		}
	}
	return e.mayBeYear == "" || len(e.ends[1]) == 1 && len(e.ends[0]) > 2
}

// certainly reads a time that no culture reads differently.
func certainly(text string) (time.Time, bool) {
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

// only returns the one order that holds, or "" when both or neither do.
func only(holds func(dateOrder) bool) dateOrder {
	switch day, month := holds(dayFirst), holds(monthFirst); {
	case day && !month:
		return dayFirst
	case month && !day:
		return monthFirst
	}
	return ""
}

func (e *orderEvidence) decide(asked dateOrder) *dates {
	var names, mixed []string
	numbers := false
	for _, c := range e.columns {
		if c.texts > 0 {
			names = append(names, c.name)
		}
		if c.texts > 0 && c.numbers > 0 {
			mixed = append(mixed, c.name)
		}
		numbers = numbers || c.numbers > 0
	}
	d := &dates{}
	conclude := func(o dateOrder, why string) *dates {
		d.order = o
		d.note = fmt.Sprintf("the dates in %s were read as %s: %s", shortList(names), o, why)
		return d
	}
	sortedBy, nearBy := map[dateOrder]bool{}, map[dateOrder]bool{}
	for _, c := range e.columns {
		sortedBy[c.sortedBy()] = true
		nearBy[c.says()] = true
	}
	sorted := only(func(o dateOrder) bool { return sortedBy[o] })
	near := only(func(o dateOrder) bool { return nearBy[o] })
	switch {
	case len(mixed) > 0:
		// Excel takes for a date what is one in its own culture, so it has
		// swapped day and month where it could and left the rest as text.
		d.refusal = fmt.Sprintf("the column %s holds Excel's dates beside texts that Excel did not take for dates: it has swapped day and month in some; save the export anew without opening it in Excel", shortList(mixed))
	case len(names) == 0:
		d.order = monthFirst
		if numbers {
			d.note = "times stand as Excel's numbers and were read as UTC"
		}
	case e.yearFirst != "":
		d.refusal = fmt.Sprintf("dates begin with two digits for the year (%s), which is not read: save them anew with four digits", e.yearFirst)
	case !e.yearIsLast() && asked == "":
		d.refusal = fmt.Sprintf("%s can begin or end with the year, and nothing in the file tells which: if it ends with that, say so with --date-order dmy or --date-order mdy, else save the dates anew with four digits for the year", e.mayBeYear)
	case e.day != "" && e.month != "" && asked == "":
		d.refusal = fmt.Sprintf("some dates have the day first (%s), some the month (%s): say which with --date-order dmy or --date-order mdy; dates that don't fit it are then rejected", e.day, e.month)
	case e.day != "" && e.month != "":
		conclude(asked, "as --date-order says")
	case e.day != "" && e.month == "":
		conclude(dayFirst, "no month is above 12 in "+e.day)
	case e.month != "" && e.day == "":
		conclude(monthFirst, "no month is above 12 in "+e.month)
	case e.dots:
		conclude(dayFirst, "they are written with dots")
	case (e.logAnalytics || e.azure) && !e.plain:
		conclude(monthFirst, "that is how Azure writes them")
	case e.differ == "":
		conclude(dayFirst, "day and month are the same number in all of them")
	case near != "":
		conclude(near, "so they agree with the other times of their rows")
	case e.from >= 0 && only(func(o dateOrder) bool { return !e.outside[o] }) != "":
		conclude(only(func(o dateOrder) bool { return !e.outside[o] }), "so they lie within the days that the file's name tells")
	case sorted != "":
		conclude(sorted, "only so are the rows in the order of time")
	case asked == dayFirst || asked == monthFirst:
		conclude(asked, "as --date-order says")
	default:
		d.refusal = fmt.Sprintf("%s can be day-month or month-day, and nothing in the file tells which: say it with --date-order dmy or --date-order mdy", e.differ)
	}
	if e.logAnalytics && !e.azure && !e.plain && d.order == monthFirst {
		d.note = "" // as always there
	}
	return d
}

var namedDays = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})`)

// daysOfName reads the period that the portal puts in the name of a download;
// from is negative when there is none.
func daysOfName(name string) (from, until int64) {
	m := namedDays.FindStringSubmatch(lastName(name))
	if m == nil {
		return -1, 0
	}
	a, errA := time.Parse(time.DateOnly, m[1])
	b, errB := time.Parse(time.DateOnly, m[2])
	if errA != nil || errB != nil || b.Before(a) {
		return -1, 0
	}
	return a.Unix() / 86400, b.Unix() / 86400
}

// settleTimes looks at the times of an object that was recognised, which ends
// there in the text: most are ISO 8601. It returns the object with the others
// rewritten, nil if there are none, and a reason if they can't be; diagnostic
// tells that it stands in a record of Azure's diagnostic settings.
func (r *reader) settleTimes(known recognised, t *jsonText, end int, line int64, diagnostic bool) (rewritten []byte, reason string, err error) {
	if r.evidence != nil {
		var times []timeText
		for _, i := range known.times {
			times = append(times, timeText{string(t.text[t.keys[i].start:t.keys[i].end]), timeIn(t.text[t.values[i].start:t.values[i].end])})
		}
		r.evidence.see(line, times, false, diagnostic)
		return nil, "", nil
	}
	done := 0 // of the text
	for _, i := range known.times {
		value := t.text[t.values[i].start:t.values[i].end]
		if text := timeIn(value); value[0] == '{' && text != "" {
			if _, isCulture := parseCultureDate([]byte(text)); !isCulture {
				rewritten = append(rewritten, t.text[done:t.values[i].start]...)
				rewritten, _ = appendJSONString(rewritten, []byte(text))
				done = t.values[i].end
				continue
			}
		}
		if value[0] != '{' && (len(value) < 8 || value[0] != '"' || value[1] < '0' || value[1] > '9' || isISO(value[1:len(value)-1])) {
			continue // or no date with numbers
		}
		cell := []byte(timeIn(value))
		culture, ok := parseCultureDate(cell)
		if !ok {
			continue
		}
		d := &dates{}
		if culture.separator != 'y' {
			if r.dates == nil {
				if r.dates, err = r.decideTimes(); err != nil {
					return nil, "", fmt.Errorf("the order of dates: %w", err)
				}
			}
			d = r.dates
		}
		if d.refusal != "" {
			return nil, d.refusal, nil
		}
		iso, reason := d.iso(cell)
		if reason != "" {
			return nil, reason, nil
		}
		rewritten = append(append(rewritten, t.text[done:t.values[i].start]...), '"')
		rewritten = append(append(rewritten, iso...), '"')
		done = t.values[i].end
	}
	if done > 0 {
		rewritten = append(rewritten, t.text[done:end]...)
	}
	return rewritten, "", nil
}

// isISO tells a time as Microsoft's APIs write it by its punctuation.
func isISO(b []byte) bool {
	return len(b) >= 10 && b[4] == '-' && b[7] == '-' && (len(b) == 10 || b[10] == 'T' || b[10] == ' ' && len(b) > 11 && b[11] <= '9')
}

// timeIn is the text of a JSON value, "" if it is none. PowerShell 5 makes an
// object of a time that carries notes: {"value": "/Date(...)/", "DateTime": "..."}.
func timeIn(value []byte) string {
	if value[0] == '{' {
		var noted struct{ Value, DateTime string }
		json.Unmarshal(value, &noted) // of another object there is none
		return strings.TrimSpace(cmp.Or(noted.Value, noted.DateTime))
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

// decideTimes reads the whole file once more, as it is read now, for the order
// of the dates in its JSON.
func (r *reader) decideTimes() (*dates, error) {
	text, done, err := r.reread()
	if err != nil {
		return nil, err
	}
	defer done()
	rejects, err := newRejectList(r.temp)
	if err != nil {
		return nil, err
	}
	defer rejects.remove()
	scout := &reader{
		ctx: r.ctx, file: &inputFile{id: r.file.id, source: r.file.source}, temp: r.temp, rejects: rejects,
		evidence: newOrderEvidence(r.file.source.path),
		sink:     func(*format) (sink, error) { return nowhere{}, nil },
	}
	if err := scout.read(newWindow(text, nil)); err != nil {
		return nil, err
	}
	return scout.evidence.decide(r.dateOrder), nil
}

// nowhere takes records that are only looked at.
type nowhere struct{}

func (nowhere) Add(int32, int64, string, []byte, []byte) error { return nil }

// noteTimes tells in the file's notes how the dates in its JSON were read. What
// is read next may have others.
func (r *reader) noteTimes() {
	if r.dates != nil {
		for _, text := range []string{r.dates.note, r.dates.refusal} {
			if text != "" {
				r.file.notef("%s", text)
			}
		}
	}
	r.dates = nil
}

// rereadSource opens the file a second time.
func (r *reader) rereadSource() (io.Reader, func(), error) {
	in, err := r.file.source.open(r.ctx, func(int64) {})
	if err != nil {
		return nil, nil, err
	}
	text, _ := decode(in)
	return text, func() { in.close() }, nil
}
