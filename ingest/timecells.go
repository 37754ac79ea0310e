package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// timeCells rewrites the times of a file's rows.
type timeCells struct {
	of        *fileTimes
	names     []string
	times     []int                 // the columns that hold times
	zones     map[int]time.Duration // how far columns are ahead of UTC
	dates     *dates.Reading        // nil: not needed so far
	rewritten map[int][]byte        // cells of the last row, by column
	unknown   int
	example   string
	asShown   bool // those that are written out may be in the zone of the Defender portal's settings
	isState   bool // a record is worth more than its times: what is unsure of these is left out
}

// rewrite looks at the times of a row, and returns why it can't be loaded.
func (t *timeCells) rewrite(s *scan.CSV, row []byte) (reason string, err error) {
	clear(t.rewritten)
	for _, i := range t.times {
		cell := bytes.TrimSpace(s.Cell(row, i, nil))
		if t.dates == nil && dates.NeedsOrder(cell) {
			if t.dates, err = t.decide(); err != nil {
				return "", fmt.Errorf("the order of dates: %w", err)
			}
		}
		if t.dates != nil && t.dates.Refusal != "" {
			if !t.isState {
				return t.dates.Refusal, nil
			}
			if dates.NeedsOrder(cell) {
				t.rewriteCell(i, []byte{})
				continue
			}
		}
		d := t.dates
		if d == nil {
			d = &dates.Reading{}
		}
		text, reason := d.ISO(cell)
		if text == nil && reason == "" && len(cell) > 16 && !(dates.IsISO(cell) && dates.IsTidy(cell)) {
			if at, ok := dates.Zoned(string(cell)); ok {
				text = dates.AppendTime(at)
			}
		}
		if ahead := t.zones[i]; ahead != 0 && reason == "" {
			if text == nil {
				text = cell
			}
			if at, err := time.Parse("2006-01-02 15:04:05.999999999", strings.Replace(string(text), "T", " ", 1)); err == nil {
				text = dates.AppendTime(at.Add(-ahead))
			}
		}
		switch {
		case reason != "" && t.isState:
			t.rewriteCell(i, []byte{})
			t.of.file.noteLossOnce("a time is left out: " + reason)
		case reason != "":
			return reason, nil
		case text != nil:
			if bytes.Contains(cell, []byte(" @ ")) {
				t.of.file.noteLossOnce("times are as Kibana shows them, in the time zone of its settings, and were read as UTC: export again with its time zone (dateFormat:tz) UTC")
			}
			if t.asShown && !dates.IsISO(cell) && !strings.HasSuffix(t.names[i], "]") {
				t.of.file.noteOnce(asShownByPortal)
			}
			t.rewriteCell(i, text)
		case t.isState && len(cell) > 0 && !bytes.ContainsAny(cell, "0123456789"): // such as Permanent
			t.rewriteCell(i, []byte{})
		case dates.UnknownTime(cell):
			if t.unknown++; t.unknown == 1 {
				t.example = fmt.Sprintf("%q in column %q", scan.Excerpt(cell), t.names[i])
			}
		}
	}
	return "", nil
}

// asShownByPortal is what Microsoft says of the portal's times; of its exports it says nothing.
// https://learn.microsoft.com/defender-xdr/m365d-time-zone
const asShownByPortal = "times are as the Defender portal shows them, in UTC or in the local time of who exported them, as its settings say (Settings > Microsoft Defender portal > Time zone), and were read as UTC: if it was local time, set it to UTC and export again"

func (t *timeCells) rewriteCell(i int, text []byte) {
	if t.rewritten == nil {
		t.rewritten = map[int][]byte{}
	}
	t.rewritten[i] = text
}

// note tells in the file's notes what became of its times.
func (t *timeCells) note() {
	f := t.of.file
	if t.dates != nil && t.isState && t.dates.Refusal != "" {
		f.noteLossOnce("times are left out: " + t.dates.Refusal)
	} else if t.dates != nil {
		for _, text := range []string{t.dates.Note, t.dates.Refusal} {
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

// decide reads the whole table once more for the order of its dates.
func (t *timeCells) decide() (*dates.Reading, error) {
	text, done, err := t.of.again()
	if err != nil {
		return nil, err
	}
	defer done()
	s := &scan.CSV{Window: scan.NewWindow(text, nil), Comma: ','}
	if _, _, problem := readHeader(s); problem != "" {
		return nil, fmt.Errorf("reading it again: %s", problem)
	}
	s.Width = len(t.names)
	evidence := dates.NewEvidence(lastName(t.of.file.source.path))
	for {
		rec, ok := nextRow(s)
		if !ok {
			break
		}
		if rec.Reason != "" {
			continue
		}
		row := make([]dates.Written, len(t.times))
		for k, i := range t.times {
			row[k] = dates.Written{Column: t.names[i], Text: strings.TrimSpace(string(s.Cell(rec.Text, i, nil)))}
		}
		evidence.See(rec.Line, row, t.of.epoch1904, false)
	}
	d := evidence.Decide(t.of.order)
	d.Epoch1904 = t.of.epoch1904
	return d, nil
}
