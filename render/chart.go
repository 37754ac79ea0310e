package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrail/queries"
)

// A picture is one chart as plain geometry: page.html draws it as SVG, where
// html/template escapes every text. All sizes are in the SVG's own units.
type picture struct {
	Title, Desc   string
	Width, Height px
	Marks         []markRect
	Rules         []rule
	Labels        []label
	Legend        []legend
	Moments       []string // numbered in the picture, in words
	Note          string   // what the picture leaves out, or why there is none
}

type markRect struct {
	X, Y, W, H px
	Class      string
	Tip        string // shown by the browser on hover, read by screen readers
	From, To   string // the time that it stands for, as tables write it; empty = none
}

type rule struct{ X1, Y1, X2, Y2 px }

type label struct {
	X, Y  px
	Class string
	Text  string
}

type legend struct{ Class, Text string }

// px prints a length with one decimal at most.
type px float64

func (p px) String() string {
	return strconv.FormatFloat(math.Round(float64(p)*10)/10, 'f', -1, 64)
}

// The limits of what an eye can take in; more is said in Note and is in the table.
const (
	maxPoints = 400  // columns along a time axis
	maxBars   = 25   // bars of names, and lines of a heat map
	maxSeries = 6    // colours
	maxKept   = 5000 // rows a chart reads
)

// chart collects from the passing rows what one picture needs.
type chart struct {
	queries.Chart
	x, group int
	faint    int
	y        []int
	points   []point
	missed   int // rows that it was not given, or that are beyond maxKept
}

type point struct {
	x, group string
	y        []float64
	faint    bool
}

// nowhere is the place on an axis of a row that has none.
const nowhere = "(none)"

func newChart(c queries.Chart, columns []queries.Column) (*chart, error) {
	find := func(name string) (int, error) {
		for i, col := range columns {
			if col.Name == name {
				return i, nil
			}
		}
		return 0, fmt.Errorf("chart %q: the report has no column %s", c.Title, name)
	}
	k := &chart{Chart: c, group: -1, faint: -1}
	var err error
	if k.x, err = find(c.X); err != nil {
		return nil, err
	}
	if c.Group != "" {
		if k.group, err = find(c.Group); err != nil {
			return nil, err
		}
	}
	if c.Faint != "" {
		if k.faint, err = find(c.Faint); err != nil {
			return nil, err
		}
	}
	if len(c.Y) > maxSeries {
		return nil, fmt.Errorf("chart %q: %d columns, want %d at most", c.Title, len(c.Y), maxSeries)
	}
	for _, name := range c.Y {
		i, err := find(name)
		if err != nil {
			return nil, err
		}
		if !numeric(columns[i].Kind) {
			return nil, fmt.Errorf("chart %q: column %s holds no numbers", c.Title, name)
		}
		k.y = append(k.y, i)
	}
	return k, nil
}

func (c *chart) add(row []any) {
	if len(c.points) == maxKept {
		c.missed++
		return
	}
	p := point{x: axisLabel(row[c.x]), y: make([]float64, len(c.y))}
	if c.group >= 0 {
		p.group = axisLabel(row[c.group])
	}
	if c.faint >= 0 {
		p.faint, _ = row[c.faint].(bool)
	}
	for i, col := range c.y {
		switch v := row[col].(type) {
		case int64:
			p.y[i] = float64(v)
		case float64:
			p.y[i] = v
		}
	}
	c.points = append(c.points, p)
}

func axisLabel(v any) string {
	if s := visible(text(v)); s != "" {
		return s
	}
	return nowhere
}

// picture draws what was collected.
func (c *chart) picture() picture {
	p := picture{Title: c.Title, Desc: fmt.Sprintf("%s by %s", strings.Join(c.Y, ", "), c.X)}
	if p.Title == "" {
		p.Title = p.Desc
	}
	if c.missed > 0 {
		p.Note = fmt.Sprintf("The picture is of the first %s.", counted(len(c.points), "row"))
	}
	for _, pt := range c.points {
		for _, y := range pt.y {
			if y < 0 || math.IsNaN(y) || math.IsInf(y, 0) {
				p.Note = "Not drawn: a value is negative or no number."
				return p
			}
		}
	}
	axis := c.timeAxis(&p)
	switch {
	case len(c.points) == 0:
	case c.Type == "map":
		c.countries(&p)
	case c.Type == "heat":
		c.heat(&p, axis)
	case axis != nil:
		c.columns(&p, axis)
	default:
		c.bars(&p)
	}
	return p
}

// seriesClass names the colour of the i-th column drawn.
func (c *chart) seriesClass(i int) string { return colourOf(c.Y[i], i) }

// colourOf names the colour of a column: what succeeded and what failed have their own.
func colourOf(name string, i int) string {
	switch {
	case strings.HasPrefix(name, "success"):
		return "ok"
	case strings.HasPrefix(name, "fail"):
		return "bad"
	case strings.HasPrefix(name, "interrupt"):
		return "warn"
	}
	return "s" + strconv.Itoa(i)
}

func (c *chart) legend(p *picture) {
	if len(c.Y) > 1 {
		for i, name := range c.Y {
			p.Legend = append(p.Legend, legend{c.seriesClass(i), words(name)})
		}
	}
	if slices.ContainsFunc(c.points, func(pt point) bool { return pt.faint }) {
		p.Legend = append(p.Legend, legend{c.seriesClass(0) + " faint", c.faintWords()})
	}
}

// markClass is that of the i-th column's bar.
func (c *chart) markClass(pt point, i int) string {
	if pt.faint {
		return c.seriesClass(i) + " faint"
	}
	return c.seriesClass(i)
}

// timeAxis is the axis if it is one of time. A row that stands at no time is
// then left out of the picture, which says so.
func (c *chart) timeAxis(p *picture) []string {
	placed := slices.DeleteFunc(slices.Clone(c.points), func(pt point) bool { return pt.x == nowhere })
	axis := timeAxis(c.X, placed)
	if axis != nil && len(placed) < len(c.points) {
		p.Note = fmt.Sprintf("What has no %s is not in the picture.", c.X)
		c.points = placed
	}
	return axis
}

func (c *chart) tip(pt point, i int) string {
	return fmt.Sprintf("%s: %s %s", pt.x, number(pt.y[i]), words(c.Y[i]))
}

// top is the largest length that will be drawn.
func (c *chart) top(points []point) float64 {
	top := 0.0
	for _, pt := range points {
		sum := 0.0
		for _, y := range pt.y {
			if c.Type == "stacked" {
				sum += y
			} else {
				sum = max(sum, y)
			}
		}
		top = max(top, sum)
	}
	return top
}

// columns draws upright bars along an axis of time, which keeps its gaps.
func (c *chart) columns(p *picture, axis []string) {
	const width, height, left, right, above, below = 960, 240, 64, 36, 12, 30 // right of the last bar is half a date
	if len(axis) > maxPoints {
		p.Note = fmt.Sprintf("The picture is of the last %d of %d steps in time.", maxPoints, len(axis))
		axis = axis[len(axis)-maxPoints:]
	}
	at := map[string]point{}
	for _, pt := range c.points {
		at[pt.x] = pt
	}
	p.Width, p.Height = width, height
	c.legend(p)
	var drawn []point
	for _, x := range axis {
		drawn = append(drawn, at[x])
	}
	step, top := ticks(c.top(drawn))
	plot := float64(height - above - below)
	y := func(v float64) float64 { return above + plot*(1-v/top) }
	for v := 0.0; v <= top+step/2; v += step {
		p.Rules = append(p.Rules, rule{left, px(y(v)), width - right, px(y(v))})
		p.Labels = append(p.Labels, label{left - 8, px(y(v) + 4), "end", number(v)})
	}
	slot := float64(width-left-right) / float64(len(axis))
	every := int(math.Ceil(78 / slot)) // a date needs 70
	for n, x := range axis {
		x0 := left + slot*float64(n)
		if n%every == 0 {
			p.Labels = append(p.Labels, label{px(x0 + slot/2), height - below + 18, "mid", x})
		}
		pt, ok := at[x]
		if !ok {
			continue
		}
		bar := min(slot*0.8, 40)
		from, under := x0+(slot-bar)/2, 0.0
		for i, v := range pt.y {
			if v == 0 {
				continue
			}
			r := markRect{X: px(from), W: px(bar), Y: px(y(under + v)), H: px(plot * v / top), Class: c.markClass(pt, i), Tip: c.tip(pt, i)}
			if _, err := time.Parse(time.DateOnly, x); err == nil {
				r.From, r.To = x+" 00:00:00", x+" 23:59:59"
			}
			if c.Type == "stacked" {
				under += v
			} else if k := float64(len(pt.y)); k > 1 {
				r.X, r.W = px(from+bar/k*float64(i)), px(bar/k)
			}
			p.Marks = append(p.Marks, r)
		}
	}
}

// bars draws lying bars, one a row of the report (and a column drawn), in the
// report's order.
func (c *chart) bars(p *picture) {
	const width, left, right, above, thick = 960, 290, 90, 4, 18
	points := slices.DeleteFunc(slices.Clone(c.points), func(pt point) bool { return slices.Max(pt.y) == 0 })
	if empty := len(c.points) - len(points); empty > 0 {
		p.Note = fmt.Sprintf("%s without anything to draw.", counted(empty, "row"))
	}
	if len(points) > maxBars {
		p.Note = fmt.Sprintf("The picture is of the first %d of %s.", maxBars, counted(len(c.points)+c.missed, "row"))
		points = points[:maxBars]
	}
	c.legend(p)
	_, top := ticks(c.top(points))
	p.Width = width
	y := float64(above)
	for _, pt := range points {
		lanes := 1
		if c.Type != "stacked" {
			lanes = len(pt.y)
		}
		p.Labels = append(p.Labels, label{left - 10, px(y + thick*float64(lanes)/2 + 4), "end", short(pt.x)})
		from, sum := float64(left), 0.0
		for i, v := range pt.y {
			w := (width - left - right) * v / top
			if v > 0 {
				p.Marks = append(p.Marks, markRect{X: px(from), Y: px(y + 1), W: px(max(w, 1)), H: thick - 2, Class: c.markClass(pt, i), Tip: c.tip(pt, i)})
			}
			if c.Type == "stacked" {
				from, sum = from+w, sum+v
				continue
			}
			p.Labels = append(p.Labels, label{px(left + w + 6), px(y + thick/2 + 4), "start", number(v)})
			y += thick
		}
		if c.Type == "stacked" {
			p.Labels = append(p.Labels, label{px(from + 6), px(y + thick/2 + 4), "start", number(sum)})
			y += thick
		}
		y += 6
	}
	p.Height = px(y)
}

// heat draws a field a pair of x and group, the darker the larger its value.
func (c *chart) heat(p *picture, axis []string) {
	const width, right, above, line = 960, 12, 4, 24
	type pair struct{ x, group string }
	value := map[pair]float64{}
	faint := map[string]bool{}
	var groups []string
	if axis == nil {
		for _, pt := range c.points {
			if !slices.Contains(axis, pt.x) {
				axis = append(axis, pt.x)
			}
		}
	}
	top := 0.0
	for _, pt := range c.points {
		at := pair{pt.x, pt.group}
		if _, twice := value[at]; twice {
			p.Note = fmt.Sprintf("Not drawn: more than one row for %s and %s.", pt.x, pt.group)
			return
		}
		value[at] = pt.y[0]
		top = max(top, pt.y[0])
		faint[pt.x] = faint[pt.x] || pt.faint
		if !slices.Contains(groups, pt.group) {
			groups = append(groups, pt.group)
		}
	}
	if len(groups) > maxBars {
		p.Note = fmt.Sprintf("The picture is of the first %d of %d lines.", maxBars, len(groups))
		groups = groups[:maxBars]
	}
	if len(axis) > maxPoints {
		p.Note = fmt.Sprintf("The picture is of the last %d of %d steps.", maxPoints, len(axis))
		axis = axis[len(axis)-maxPoints:]
	}
	p.Width = width
	p.Height = px(above + line*len(groups) + 26)
	p.Desc = fmt.Sprintf("%s by %s and %s", c.Y[0], c.X, c.Group)
	longest := 0
	for _, g := range groups {
		longest = max(longest, cells.StringWidth(short(g)))
	}
	left := 20 + 8*float64(longest)
	slot := (width - left - right) / float64(len(axis))
	every := max(1, int(math.Ceil(float64(8*longestOf(axis)+8)/slot)))
	for g, group := range groups {
		y := above + float64(line*g)
		p.Labels = append(p.Labels, label{px(left - 10), px(y + line/2 + 4), "end", short(group)})
		for n, x := range axis {
			v, ok := value[pair{x, group}]
			r := markRect{X: px(left + slot*float64(n)), Y: px(y), W: px(slot), H: line, Class: "h0"}
			if ok {
				r.Class = shade(v, top)
				r.Tip = fmt.Sprintf("%s, %s: %s %s", group, x, number(v), words(c.Y[0]))
			}
			p.Marks = append(p.Marks, r)
			if s := number(v); ok && v > 0 && 6.5*float64(len(s))+2 <= slot {
				class := "mid in"
				if r.Class == "h4" || r.Class == "h5" {
					class = "mid on"
				}
				p.Labels = append(p.Labels, label{px(left + slot*(float64(n)+0.5)), px(y + line/2 + 4), class, s})
			}
		}
	}
	for n := 0; n < len(axis); n += every {
		p.Labels = append(p.Labels, label{px(left + slot*(float64(n)+0.5)), p.Height - 8, "mid", marked(axis[n], faint)})
	}
	if slices.ContainsFunc(axis, func(x string) bool { return faint[x] }) {
		p.Note = strings.TrimSpace(p.Note + " * " + c.faintWords())
	}
	p.shades(func(i int) float64 { return math.Ceil(top * float64(i) / 5) })
}

// shades says up to which value each of the five stands.
func (p *picture) shades(upTo func(i int) float64) {
	last := 0.0
	for i := 1; i <= 5; i++ {
		if up := upTo(i); up > last {
			p.Legend = append(p.Legend, legend{"h" + strconv.Itoa(i), "up to " + number(up)})
			last = up
		}
	}
}

// words are a column's name in a sentence: users signed in.
func words(name string) string {
	s := heading(name)
	if len(s) > 1 && strings.ToUpper(s[:2]) == s[:2] {
		return s // an abbreviation
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// faintWords say what is drawn faintly: a week of which the files have a part.
func (c *chart) faintWords() string { return "not a whole " + words(c.X) }

// shade is one of five, by the value's part of the largest.
func shade(v, top float64) string {
	if v <= 0 {
		return "h0"
	}
	return "h" + strconv.Itoa(min(5, int(math.Ceil(v/top*5))))
}

func longestOf(axis []string) int {
	n := 0
	for _, x := range axis {
		n = max(n, cells.StringWidth(x))
	}
	return n
}

// short cuts a name to what the room beside a bar holds.
func short(s string) string { return cells.Truncate(s, 40, "…") }

// number is a value in a picture: grouped, with two decimals if it has any.
func number(v float64) string {
	if v == math.Trunc(v) && v < 1e15 {
		return grouped(int(v))
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// ticks divides an axis that reaches top into three to six round steps.
func ticks(top float64) (step, end float64) {
	if top <= 0 {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(top)))
	for _, part := range []float64{0.2, 0.5, 1, 2} {
		if top/(step*part) <= 6 {
			step *= part
			break
		}
	}
	if top >= 1 && top == math.Trunc(top) {
		step = max(step, 1) // half a sign-in is none
	}
	return step, step * math.Ceil(top/step)
}

// timeAxis returns the axis in time order without gaps, or nil if the x of
// some point is no day, week, month or hour, or comes twice (but for its group).
// Only a column named hour holds hours: error code 16 is none.
func timeAxis(name string, points []point) []string {
	seen := map[string]bool{}
	pairs := map[string]bool{}
	for _, pt := range points {
		if pairs[pt.x+"\x00"+pt.group] {
			return nil
		}
		pairs[pt.x+"\x00"+pt.group] = true
		seen[pt.x] = true
	}
	for _, u := range units {
		if u.column != "" && u.column != name {
			continue
		}
		var all []time.Time
		for x := range seen {
			if t, ok := u.parse(x); ok {
				all = append(all, t)
			}
		}
		if len(all) == 0 || len(all) < len(seen) {
			continue
		}
		first, last := slices.MinFunc(all, time.Time.Compare), slices.MaxFunc(all, time.Time.Compare)
		var axis []string
		for t := first; !t.After(last); t = u.next(t) {
			if len(axis) == 10*maxPoints { // one wrong clock would make an axis of centuries
				return nil
			}
			axis = append(axis, u.format(t))
		}
		return axis
	}
	return nil
}

// unit is a step of a time axis as the reports write it.
type unit struct {
	column string // the only column that may hold it; empty = any
	parse  func(string) (time.Time, bool)
	next   func(time.Time) time.Time
	format func(time.Time) string
}

var units = []unit{
	layoutUnit("2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }),
	layoutUnit("2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }),
	{"", parseWeek, func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }, formatWeek},
	{
		"hour",
		func(s string) (time.Time, bool) {
			h, err := strconv.Atoi(s)
			return time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC), err == nil && h >= 0 && h < 24 && len(s) <= 2
		},
		func(t time.Time) time.Time { return t.Add(time.Hour) },
		func(t time.Time) string { return strconv.Itoa(t.Hour()) },
	},
}

func layoutUnit(layout string, next func(time.Time) time.Time) unit {
	return unit{
		"",
		func(s string) (time.Time, bool) { t, err := time.Parse(layout, s); return t, err == nil },
		next,
		func(t time.Time) string { return t.Format(layout) },
	}
}

// parseWeek reads an ISO week, 2026-W42, as its Monday.
func parseWeek(s string) (time.Time, bool) {
	var year, week int
	if n, err := fmt.Sscanf(s, "%4d-W%2d", &year, &week); n != 2 || err != nil {
		return time.Time{}, false
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(week-1))
	return monday, formatWeek(monday) == s
}

func formatWeek(t time.Time) string {
	year, week := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}
