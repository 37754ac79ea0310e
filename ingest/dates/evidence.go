package dates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"entrail/ingest/scan"
)

// timeColumn is what a column of times tells about the order.
type timeColumn struct {
	name      string
	numbers   int // Excel's
	texts     int
	sorted    map[Order]*sorted
	last      string         // text
	unsorted  map[int]bool   // as texts: 1 if not rising, -1 if not falling
	near, far map[Order]bool // to a certain time of the same row
}

// says is the order in which the column, and only in which, is close to other
// times of its rows.
func (c *timeColumn) says() Order {
	return only(func(o Order) bool { return c.near[o] && !c.far[o] })
}

// sortedBy is the order in which, and only in which, the rows are sorted by it.
// Who sorts dates as texts, sorts them by what is first in them, as if that
// were the month.
func (c *timeColumn) sortedBy() Order {
	if !c.unsorted[1] || !c.unsorted[-1] {
		return ""
	}
	return only(func(o Order) bool {
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

// Evidence is gathered over the records of a file.
type Evidence struct {
	columns      []*timeColumn
	day, month   string // where a number above 12 stands first, or second
	dots         bool
	differ       string // the first date that the two orders read differently
	logAnalytics bool
	azure        bool
	plain        bool  // there are others than those two
	from, until  int64 // days since 1970 that the file's name tells, else from < 0
	outside      map[Order]bool
	yearFirst    string          // a date of two digits a number that can't end with the year
	mayBeYear    string          // one that may begin or end with it
	ends         [2]map[int]bool // the first and the last numbers of such dates
}

func NewEvidence(name string) *Evidence {
	e := &Evidence{outside: map[Order]bool{}, ends: [2]map[int]bool{{}, {}}}
	e.from, e.until = daysOfName(name)
	return e
}

// Written is a time as it is written in a column, or under a name of an object.
type Written struct{ Column, Text string }

func (e *Evidence) column(name string) *timeColumn {
	for _, c := range e.columns {
		if c.name == name {
			return c
		}
	}
	c := &timeColumn{
		name: name, sorted: map[Order]*sorted{dayFirst: {}, monthFirst: {}}, unsorted: map[int]bool{},
		near: map[Order]bool{}, far: map[Order]bool{},
	}
	e.columns = append(e.columns, c)
	return c
}

// See takes the times of one record; diagnostic, if it stands in a record of
// Azure's diagnostic settings.
func (e *Evidence) See(line int64, times []Written, epoch1904, diagnostic bool) {
	var certain []time.Time
	type openDate struct {
		cultureDate
		column *timeColumn
	}
	var open []openDate
	for _, written := range times {
		column, text := e.column(written.Column), written.Text
		if t, ok := excelDate([]byte(text), epoch1904); ok {
			column.numbers++
			certain = append(certain, t)
			continue
		}
		d, ok := ParseCulture([]byte(text))
		if !ok {
			if t, ok := Certainly(text); ok {
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
		for _, o := range []Order{dayFirst, monthFirst} {
			at, ok := d.at(o)
			isNear := ok && slices.ContainsFunc(certain, func(t time.Time) bool { return at.Sub(t).Abs() <= 24*time.Hour })
			d.column.near[o] = d.column.near[o] || isNear
			d.column.far[o] = d.column.far[o] || !isNear && len(certain) > 0
		}
	}
}

// seeShortYear looks for which end of a date is its year.
func (e *Evidence) seeShortYear(d cultureDate, at string) {
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
func (e *Evidence) yearIsLast() bool {
	for n := range e.ends[0] {
		if n+2000 < firstYear {
			return true
		}
	}
	return e.mayBeYear == "" || len(e.ends[1]) == 1 && len(e.ends[0]) > 2
}

// only returns the one order that holds, or "" when both or neither do.
func only(holds func(Order) bool) Order {
	switch day, month := holds(dayFirst), holds(monthFirst); {
	case day && !month:
		return dayFirst
	case month && !day:
		return monthFirst
	}
	return ""
}

func (e *Evidence) Decide(asked Order) *Reading {
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
	d := &Reading{}
	conclude := func(o Order, why string) *Reading {
		d.order = o
		d.Note = fmt.Sprintf("the dates in %s were read as %s: %s", scan.ShortList(names), o, why)
		return d
	}
	sortedBy, nearBy := map[Order]bool{}, map[Order]bool{}
	for _, c := range e.columns {
		sortedBy[c.sortedBy()] = true
		nearBy[c.says()] = true
	}
	sorted := only(func(o Order) bool { return sortedBy[o] })
	near := only(func(o Order) bool { return nearBy[o] })
	switch {
	case len(mixed) > 0:
		// Excel takes for a date what is one in its own culture, so it has
		// swapped day and month where it could and left the rest as text.
		d.Refusal = fmt.Sprintf("the column %s holds Excel's dates beside texts that Excel did not take for dates: it has swapped day and month in some; save the export anew without opening it in Excel", scan.ShortList(mixed))
	case len(names) == 0:
		d.order = monthFirst
		if numbers {
			d.Note = "times stand as Excel's numbers and were read as UTC"
		}
	case e.yearFirst != "":
		d.Refusal = fmt.Sprintf("dates begin with two digits for the year (%s), which is not read: save them anew with four digits", e.yearFirst)
	case !e.yearIsLast() && asked == "":
		d.Refusal = fmt.Sprintf("%s can begin or end with the year, and nothing in the file tells which: if it ends with that, say so with --date-order dmy or --date-order mdy, else save the dates anew with four digits for the year", e.mayBeYear)
	case e.day != "" && e.month != "" && asked == "":
		d.Refusal = fmt.Sprintf("some dates have the day first (%s), some the month (%s): say which with --date-order dmy or --date-order mdy; dates that don't fit it are then rejected", e.day, e.month)
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
	case e.from >= 0 && only(func(o Order) bool { return !e.outside[o] }) != "":
		conclude(only(func(o Order) bool { return !e.outside[o] }), "so they lie within the days that the file's name tells")
	case sorted != "":
		conclude(sorted, "only so are the rows in the order of time")
	case asked == dayFirst || asked == monthFirst:
		conclude(asked, "as --date-order says")
	default:
		d.Refusal = fmt.Sprintf("%s can be day-month or month-day, and nothing in the file tells which: say it with --date-order dmy or --date-order mdy", e.differ)
	}
	if e.logAnalytics && !e.azure && !e.plain && d.order == monthFirst {
		d.Note = "" // as always there
	}
	return d
}

var namedDays = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})`)

// daysOfName reads the period that the portal puts in the name of a download;
// from is negative when there is none.
func daysOfName(name string) (from, until int64) {
	m := namedDays.FindStringSubmatch(name)
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
