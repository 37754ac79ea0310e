package render

import (
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
	slot, events        int
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
	drawLanes(&p, all, names, first, last)
	return p, events, nil
}

func drawLanes(p *picture, all []tile, names []string, first, last time.Time) {
	const width, right, above, line, tall = 960, 14, 8, 26, 20
	longest := 0
	for _, name := range names {
		longest = max(longest, cells.StringWidth(short(name)))
	}
	left := 24 + 7.2*float64(longest)
	plot := width - left - right
	bottom := float64(above + line*len(names))
	p.Width, p.Height = width, px(bottom+30)

	// The days (or hours, or minutes) along the bottom.
	for _, t := range laneTicks(first, last) {
		x := left + plot*float64(t.at.Sub(first))/float64(max(last.Sub(first), 1))
		p.Rules = append(p.Rules, rule{px(x), above, px(x), px(bottom + 5)})
		p.Labels = append(p.Labels, label{px(x), px(bottom + 20), "mid", t.text})
	}
	for i, name := range names {
		y := float64(above + line*i)
		p.Rules = append(p.Rules, rule{px(left), px(y + line), width - right, px(y + line)})
		p.Labels = append(p.Labels, label{px(left - 10), px(y + line/2 + 4), "end", short(name)})
	}

	classes := networkClasses(p, all)
	slot := plot / laneSlots
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
