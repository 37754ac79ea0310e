package render

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

func laneResult(rows ...[]any) *queries.Result {
	return result(queries.Report{Name: "lanes", Title: "Session", Layout: queries.Lanes}, []queries.Column{
		column("lane", queries.Text), column("network", queries.Text), column("slot", queries.Integer),
		column("first_event", queries.Time), column("last_event", queries.Time), column("events", queries.Integer), column("what", queries.Text),
		column("segment", queries.Integer), column("mark", queries.Text),
	}, rows...)
}

func TestLanes(t *testing.T) {
	day := 24 * time.Hour
	p, events, err := lanes(laneResult(
		[]any{"sign-ins: A", "LT AS1", int64(0), instant, instant, int64(2), "2 sign-in", int64(0), nil},
		[]any{"sign-ins: A", "RO AS2", int64(0), instant.Add(time.Minute), instant.Add(time.Minute), int64(1), "1 sign-in", int64(0), nil},
		[]any{"Exchange: read", "RO AS2", int64(239), instant.Add(3 * day), instant.Add(3 * day), int64(5), "5 MailItemsAccessed", int64(1), "inbox rule"},
		[]any{"Exchange: read", "network unknown", int64(120), instant.Add(day), instant.Add(day), int64(1), "1 MailItemsAccessed", int64(0), nil},
	))
	if err != nil {
		t.Fatal(err)
	}
	if events != 9 || len(p.Marks) != 4 {
		t.Fatalf("%d events in %d fields, want 9 in 4", events, len(p.Marks))
	}
	first, second := p.Marks[0], p.Marks[1]
	if first.X != second.X || first.H != second.H || second.Y != first.Y+first.H {
		t.Errorf("two networks in one slot: %+v and %+v, want them to share its height", first, second)
	}
	if got := []string{first.Class, second.Class, p.Marks[2].Class, p.Marks[3].Class}; fmt.Sprint(got) != "[s0 s1 s1 hollow]" {
		t.Errorf("colours %v: want one a network, none for one that is unknown", got)
	}
	if p.Marks[2].Y <= first.Y || p.Marks[2].X <= p.Marks[3].X {
		t.Errorf("the lanes are not below each other, or time does not run to the right: %+v", p.Marks)
	}
	if want := "Exchange: read, 2026-10-04 08:19:41.123456: 5 MailItemsAccessed (RO AS2)"; p.Marks[2].Tip != want {
		t.Errorf("tip %q, want %q", p.Marks[2].Tip, want)
	}
	// Two days without an event are left out, and the axis says where it goes on.
	var axis []string
	for _, l := range p.Labels {
		if l.Y == p.Height-10 {
			axis = append(axis, l.Text)
		}
	}
	if len(axis) < 3 || axis[0] != "10-01 08:19" || axis[len(axis)-1] != "10-04 08:19" || strings.Contains(fmt.Sprint(axis), "10-03") {
		t.Errorf("axis %v: want it from 10-01 08:19, broken, to 10-04 08:19", axis)
	}
	if want := "[2026-10-04 08:19:41 inbox rule]"; fmt.Sprint(p.Moments) != want {
		t.Errorf("moments %v, want %s: in words, for paper and for those who can't see the picture", p.Moments, want)
	}
	var legend []string
	for _, l := range p.Legend {
		legend = append(legend, l.Text)
	}
	if want := "LT AS1, RO AS2, network unknown"; strings.Join(legend, ", ") != want {
		t.Errorf("legend %v, want %s", legend, want)
	}
}

func TestLanesOfManyNetworks(t *testing.T) {
	var rows [][]any
	for i := range 8 {
		at := instant.Add(time.Duration(i) * time.Minute)
		rows = append(rows, []any{"lane", fmt.Sprint("AS", i), int64(i), at, at, int64(1), "x", int64(0), nil})
	}
	p, _, err := lanes(laneResult(rows...))
	if err != nil {
		t.Fatal(err)
	}
	if last := p.Legend[len(p.Legend)-1]; len(p.Legend) != 6 || last.Text != "3 other networks" || p.Marks[7].Class != last.Class {
		t.Errorf("legend %v, want five networks and 3 others in one colour", p.Legend)
	}
}

// TestDossierIsSelfContained puts every hostile field where a dossier and an
// explained record show what stands in a log.
func TestDossierIsSelfContained(t *testing.T) {
	var tiles, story, fields, lines [][]any
	for i, h := range hostile {
		at := instant.Add(time.Duration(i) * time.Hour)
		tiles = append(tiles, []any{h.field, h.field, int64(i), at, at, int64(1), h.field, int64(i / 3), h.field})
		story = append(story, []any{h.field, h.field}, []any{h.name, fmt.Sprintf(`{"Name": %q}`, h.name+"</pre><script>")})
		fields = append(fields, []any{h.field, h.field, h.field})
		lines = append(lines, []any{h.field})
	}
	text := func(name string) queries.Column { return column(name, queries.Text) }
	parts := []*queries.Result{
		laneResult(tiles...),
		result(queries.Report{Name: "story", Title: "<b>Story", Group: "<i>bob"}, []queries.Column{text("what"), styled("raw", queries.RawRecord)}, story...),
		result(queries.Report{Name: "record", Title: "Record", Layout: queries.Record}, []queries.Column{text("field"), text("value"), styled("meaning", queries.Sentences)}, fields...),
		result(queries.Report{Name: "raw", Title: "Raw", Layout: queries.Raw}, []queries.Column{text("json")}, lines...),
	}
	d := document(append(parts, parts...)...) // two sessions: each name twice
	shown := checkPage(t, render(t, HTML, d))
	for _, h := range hostile {
		if want := visible(h.field); strings.Count(shown, want) < 4 {
			t.Errorf("%s: the page does not show %q everywhere", h.name, want)
		}
	}
	plain := render(t, Text, document(parts[1:]...))
	for _, r := range plain {
		if r != '\n' && hidden(r) {
			t.Fatalf("the text holds %U", r)
		}
	}
}
