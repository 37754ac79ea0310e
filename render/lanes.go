package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"entrail/queries"
)

const laneSlots = 240 // slots that the time is cut into, see queries/dossier/lanes.sql

// tile is a field of the picture.
type tile struct {
	lane, network, what string
	mark                string // what a reader must not miss; empty = nothing
	slot, events        int
	segment             int // part of the time, between two long breaks
	first, last         time.Time
}

// lanes draws time across, a lane a line, a colour a network: a row is what one
// lane has of one network in one slot of the time. Where several
// networks fall into one slot of a lane they share its height.
func lanes(r *queries.Result) (picture, int, error) {
	p := picture{Title: "Who did what, when, and from which network"}
	var all []tile
	for row, err := range rows(r) {
		if err != nil {
			return p, 0, err
		}
		t := tile{lane: axisLabel(row[0]), network: axisLabel(row[1]), what: visible(text(row[6]))}
		t.mark = visible(text(row[8]))
		segment, _ := row[7].(int64)
		t.segment = int(segment)
		slot, _ := row[2].(int64)
		events, _ := row[5].(int64)
		t.slot, t.events = int(min(max(slot, 0), laneSlots-1)), int(events)
		t.first, _ = row[3].(time.Time)
		t.last, _ = row[4].(time.Time)
		all = append(all, t)
	}
	if len(all) == 0 {
		return p, 0, nil
	}
	events := 0
	first, last := all[0].first, all[0].last
	var names []string
	for _, t := range all {
		events += t.events
		if t.first.Before(first) {
			first = t.first
		}
		if t.last.After(last) {
			last = t.last
		}
		if !slices.Contains(names, t.lane) {
			names = append(names, t.lane)
		}
	}
	p.Desc = fmt.Sprintf("%s in %s from %s to %s", counted(events, "event"), counted(len(names), "lane"), clock(first), clock(last))
	drawLanes(&p, all, names)
	return p, events, nil
}

func drawLanes(p *picture, all []tile, names []string) {
	const width, right, above, line, tall = 960, 14, 26, 20, 15
	longest := 0
	for _, name := range names {
		longest = max(longest, cells.StringWidth(short(name)))
	}
	left := 24 + 7.2*float64(longest)
	plot := width - left - right
	slot := plot / laneSlots
	bottom := float64(above + line*len(names))
	p.Width, p.Height = width, px(bottom+30)
	p.drawTime(all, left, slot, above, bottom)
	p.drawMoments(all, left, slot, above, bottom)
	for i, name := range names {
		y := float64(above + line*i)
		p.Rules = append(p.Rules, rule{px(left), px(y + line), width - right, px(y + line)})
		p.Labels = append(p.Labels, label{px(left - 10), px(y + line/2 + 4), "end", short(name)})
	}

	classes := networkClasses(p, all)
	at := map[[2]string][]tile{}
	var keys [][2]string
	for _, t := range all {
		k := [2]string{t.lane, strconv.Itoa(t.slot)}
		if len(at[k]) == 0 {
			keys = append(keys, k)
		}
		at[k] = append(at[k], t)
	}
	for _, k := range keys {
		y := float64(above+line*slices.Index(names, k[0])) + (line-tall)/2
		share := tall / float64(len(at[k]))
		for i, t := range at[k] {
			p.Marks = append(p.Marks, markRect{
				X: px(left + slot*float64(t.slot)), W: px(max(slot, 4)),
				Y: px(y + share*float64(i)), H: px(share), Class: classes[t.network], Tip: t.tip(),
				From: t.first.Format(time.DateTime), To: t.last.Format(time.DateTime),
			})
		}
	}
}

// tip is what a field stands for, in words.
func (t tile) tip() string {
	when := clock(t.first)
	if !t.last.Equal(t.first) {
		when += " to " + clock(t.last)
	}
	return fmt.Sprintf("%s, %s: %s (%s)", t.lane, when, t.what, t.network)
}

// noNetworks are what stands in the place of a network in
// queries/dossier/lanes.sql, with how it looks.
var noNetworks = map[string]string{
	"network unknown":                   "hollow",
	"no address of the user":            "none",
	"failed attempt in the user's name": "failed",
}

// networkClasses gives the networks their colours, in the order in which they
// appear, and writes the legend. What is not known has none, and neither has what failed.
func networkClasses(p *picture, all []tile) map[string]string {
	byTime := slices.Clone(all)
	slices.SortStableFunc(byTime, func(a, b tile) int { return a.first.Compare(b.first) })
	classes := map[string]string{}
	more := 0
	var unknown []legend
	for _, t := range byTime {
		if classes[t.network] != "" {
			continue
		}
		switch n := len(classes) - len(unknown); {
		case noNetworks[t.network] != "":
			classes[t.network] = noNetworks[t.network]
			unknown = append(unknown, legend{classes[t.network], t.network})
		case n < maxSeries-1:
			classes[t.network] = "s" + strconv.Itoa(n)
			p.Legend = append(p.Legend, legend{classes[t.network], t.network})
		default:
			classes[t.network] = "s" + strconv.Itoa(maxSeries-1)
			more++
		}
	}
	if more > 0 {
		p.Legend = append(p.Legend, legend{"s" + strconv.Itoa(maxSeries-1), counted(more, "other network")})
	}
	p.Legend = append(p.Legend, unknown...)
	return classes
}

// stretch is what is drawn between two breaks of the axis.
type stretch struct {
	from, to    int // slots
	first, last time.Time
}

// stretches are the parts of the time that something happened in, in order.
func stretches(all []tile) []stretch {
	var parts []stretch
	byTime := slices.Clone(all)
	slices.SortStableFunc(byTime, func(a, b tile) int { return cmp.Or(cmp.Compare(a.segment, b.segment), cmp.Compare(a.slot, b.slot)) })
	segment := -1
	for _, t := range byTime {
		if t.segment != segment {
			segment = t.segment
			parts = append(parts, stretch{t.slot, t.slot, t.first, t.last})
		}
		last := &parts[len(parts)-1]
		last.to = max(last.to, t.slot)
		if t.first.Before(last.first) {
			last.first = t.first
		}
		if t.last.After(last.last) {
			last.last = t.last
		}
	}
	return parts
}

// drawTime writes the time along the bottom: where each stretch begins, and round
// moments in those that are wide enough. Between stretches the axis is broken.
func (p *picture) drawTime(all []tile, left, slot, above, bottom float64) {
	const room = 78 // that a label takes
	free := left - room
	tick := func(x float64, text string) {
		if x < free {
			return
		}
		free = x + room
		p.Rules = append(p.Rules, rule{px(x), px(above), px(x), px(bottom + 5)})
		class := "mid"
		if x-left < room/2 {
			class, free = "start", x+room+room/2
		}
		p.Labels = append(p.Labels, label{px(x), px(bottom + 20), class, text})
	}
	for i, part := range stretches(all) {
		from, wide := left+slot*float64(part.from), slot*float64(part.to-part.from)
		if i > 0 {
			for _, at := range []float64{from - 4*slot, from - 2.5*slot} {
				p.Rules = append(p.Rules, rule{px(at - 3), px(bottom + 5), px(at + 3), px(bottom - 5)})
			}
		}
		tick(from, part.first.Format("01-02 15:04"))
		span := part.last.Sub(part.first)
		if span <= 0 {
			continue
		}
		for _, t := range laneTicks(part.first, part.last) {
			tick(from+wide*float64(t.at.Sub(part.first))/float64(span), t.at.Format("01-02 15:04"))
		}
	}
}

// maxMoments is how many moments are numbered in a picture.
const maxMoments = 12

// drawMoments numbers what a reader must not miss, with a line through all lanes, and
// says below what it was: the picture is whole without a pointer to hover with.
func (p *picture) drawMoments(all []tile, left, slot, above, bottom float64) {
	byTime := slices.Clone(all)
	slices.SortStableFunc(byTime, func(a, b tile) int { return a.first.Compare(b.first) })
	more := 0
	var said []string
	free := 0.0
	for _, t := range byTime {
		if t.mark == "" || slices.Contains(said, t.mark+strconv.Itoa(t.segment)) {
			continue
		}
		said = append(said, t.mark+strconv.Itoa(t.segment)) // once in a stretch
		if len(p.Moments) == maxMoments {
			more++
			continue
		}
		x := left + slot*(float64(t.slot)+0.5)
		p.Moments = append(p.Moments, clock(t.first.Truncate(time.Second))+" "+t.mark)
		p.Rules = append(p.Rules, rule{px(x), px(above - 6), px(x), px(bottom)})
		free = max(free, x)
		p.Labels = append(p.Labels, label{px(free), px(above - 12), "mid moment", strconv.Itoa(len(p.Moments))})
		free += 16
	}
	if more > 0 {
		p.Note = counted(more, "more moment") + " of this kind, not numbered in the picture."
	}
}

type laneTick struct {
	at   time.Time
	text string
}

// laneTicks are round moments between first and last, in the zone that they
// are shown in: twelve at most.
func laneTicks(first, last time.Time) []laneTick {
	span := last.Sub(first)
	var ticks []laneTick
	for _, step := range []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if span > 8*step { // a label needs its room
			continue
		}
		day := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, first.Location())
		for t := day; !t.After(last); t = t.Add(step) {
			if t.Before(first) {
				continue
			}
			format := "15:04"
			if t.Hour() == 0 && t.Minute() == 0 || len(ticks) == 0 {
				format = "01-02 15:04"
			}
			ticks = append(ticks, laneTick{t, t.Format(format)})
		}
		if len(ticks) == 0 {
			ticks = []laneTick{{first, first.Format("01-02 15:04:05")}}
		}
		return ticks
	}
	days := 1
	for _, n := range []int{1, 2, 7, 14, 30, 90, 365} {
		days = n
		if span <= time.Duration(12*n)*24*time.Hour {
			break
		}
	}
	for t := time.Date(first.Year(), first.Month(), first.Day()+1, 0, 0, 0, 0, first.Location()); !t.After(last); t = t.AddDate(0, 0, days) {
		ticks = append(ticks, laneTick{t, t.Format("2006-01-02")})
	}
	return ticks
}
