package ingest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// timeCells rewrites the times of a file's rows.
type timeCells struct {
	reader    *reader
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
			if t.dates, err = t.reader.decideDates(t.names, t.times); err != nil {
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
			t.reader.out.file.noteLossOnce("a time is left out: " + reason)
		case reason != "":
			return reason, nil
		case text != nil:
			if bytes.Contains(cell, []byte(" @ ")) {
				t.reader.out.file.noteLossOnce("times are as Kibana shows them, in the time zone of its settings, and were read as UTC: export again with its time zone (dateFormat:tz) UTC")
			}
			if t.asShown && !dates.IsISO(cell) && !strings.HasSuffix(t.names[i], "]") {
				t.reader.out.file.noteOnce(asShownByPortal)
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
	f := t.reader.out.file
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

// decideDates reads the whole file once more for the order of its dates.
// times are the numbers of the columns that hold times.
func (r *reader) decideDates(names []string, times []int) (*dates.Reading, error) {
	text, done, err := r.reread()
	if err != nil {
		return nil, err
	}
	defer done()
	s := &scan.CSV{Window: scan.NewWindow(text, nil), Comma: ','}
	if _, _, problem := r.header(s); problem != "" {
		return nil, fmt.Errorf("reading it again: %s", problem)
	}
	s.Width = len(names)
	evidence := dates.NewEvidence(lastName(r.out.file.source.path))
	for {
		rec, ok := s.Next()
		if !ok {
			break
		}
		if rec.Reason != "" || s.CellsProblem(rec.Text) != "" {
			continue
		}
		row := make([]dates.Written, len(times))
		for k, i := range times {
			row[k] = dates.Written{Column: names[i], Text: strings.TrimSpace(string(s.Cell(rec.Text, i, nil)))}
		}
		evidence.See(rec.Line, row, r.epoch1904, false)
	}
	d := evidence.Decide(r.dateOrder)
	d.Epoch1904 = r.epoch1904
	return d, nil
}

// settleTimes looks at the times of an object that was recognised, which ends
// there in the text: most are ISO 8601. It returns the object with the others
// rewritten, nil if there are none, and a reason if they can't be; diagnostic
// tells that it stands in a record of Azure's diagnostic settings.
func (r *reader) settleTimes(known recognised, t *scan.JSONText, end int, line int64, diagnostic bool) (rewritten []byte, reason string, err error) {
	if r.evidence != nil {
		var times []dates.Written
		for _, i := range known.times {
			times = append(times, dates.Written{Column: string(t.Text[t.Keys[i].Start:t.Keys[i].End]), Text: dates.TextIn(t.Text[t.Values[i].Start:t.Values[i].End])})
		}
		r.evidence.See(line, times, false, diagnostic)
		return nil, "", nil
	}
	done := 0 // of the text
	for _, i := range known.times {
		value := t.Text[t.Values[i].Start:t.Values[i].End]
		if text := dates.TextIn(value); value[0] == '{' && text != "" {
			if _, isCulture := dates.ParseCulture([]byte(text)); !isCulture {
				rewritten = append(rewritten, t.Text[done:t.Values[i].Start]...)
				rewritten, _ = scan.AppendJSONString(rewritten, []byte(text))
				done = t.Values[i].End
				continue
			}
		}
		if value[0] == '"' && len(value) > 16 && !(dates.IsISO(value[1:len(value)-1]) && dates.IsTidy(value[1:len(value)-1])) {
			if at, ok := dates.Zoned(dates.TextIn(value)); ok {
				rewritten = append(append(rewritten, t.Text[done:t.Values[i].Start]...), '"')
				rewritten = append(append(rewritten, dates.AppendTime(at)...), '"')
				done = t.Values[i].End
				continue
			}
		}
		if value[0] != '{' && (len(value) < 8 || value[0] != '"' || dates.IsISO(value[1:len(value)-1])) {
			continue // or too short for a date
		}
		cell := []byte(dates.TextIn(value))
		if _, ok := dates.ParseCulture(cell); !ok {
			continue
		}
		d := &dates.Reading{}
		if dates.NeedsOrder(cell) {
			if r.dates == nil {
				if r.dates, err = r.decideTimes(); err != nil {
					return nil, "", fmt.Errorf("the order of dates: %w", err)
				}
			}
			d = r.dates
		}
		iso, reason := d.ISO(cell)
		if d.Refusal != "" {
			reason = d.Refusal
		}
		switch {
		case reason != "" && !known.format.isState():
			return nil, reason, nil
		case reason != "":
			r.out.file.noteLossOnce("a time is left out: " + reason)
			rewritten = append(append(rewritten, t.Text[done:t.Values[i].Start]...), "null"...)
		default:
			rewritten = append(append(rewritten, t.Text[done:t.Values[i].Start]...), '"')
			rewritten = append(append(rewritten, iso...), '"')
		}
		done = t.Values[i].End
	}
	if done > 0 {
		rewritten = append(rewritten, t.Text[done:end]...)
	}
	return rewritten, "", nil
}

// decideTimes reads the whole file once more, as it is read now, for the order
// of the dates in its JSON.
func (r *reader) decideTimes() (*dates.Reading, error) {
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
	scout := &reader{ctx: r.ctx, temp: r.temp, evidence: dates.NewEvidence(lastName(r.out.file.source.path))}
	scout.out = newOutlet(&inputFile{id: r.out.file.id, source: r.out.file.source}, rejects)
	scout.out.sink = func(*format) (sink, error) { return nowhere{}, nil }
	if err := scout.read(scan.NewWindow(text, nil)); err != nil {
		return nil, err
	}
	return scout.evidence.Decide(r.dateOrder), nil
}

// nowhere takes records that are only looked at.
type nowhere struct{}

func (nowhere) Add(int32, int64, string, []byte, []byte) error { return nil }

// noteTimes tells in the file's notes how the dates in its JSON were read. What
// is read next may have others.
func (r *reader) noteTimes() {
	if r.dates != nil {
		for _, text := range []string{r.dates.Note, r.dates.Refusal} {
			if text != "" {
				r.out.file.notef("%s", text)
			}
		}
	}
	r.dates = nil
}

// rereadSource opens the file a second time.
func (r *reader) rereadSource() (io.Reader, func(), error) {
	in, err := r.out.file.source.open(r.ctx, func(int64) {})
	if err != nil {
		return nil, nil, err
	}
	text, _ := scan.Decode(in)
	return text, func() { in.close() }, nil
}
