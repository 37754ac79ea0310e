package ingest

import (
	"context"
	"fmt"
	"io"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// fileTimes tells what the times in one file mean. Which part of 03/12/2025 is the day shows
// only in the file as a whole, which is read a second time for that.
type fileTimes struct {
	file      *inputFile
	order     dates.Order                                          // of dates that don't tell it themselves; "" = not said
	epoch1904 bool                                                 // days are counted from 1904, as some workbooks do
	again     func() (text io.Reader, done func(), err error)      // opens what is read a second time
	look      func(text io.Reader, evidence *dates.Evidence) error // reads that as the file is read, for its times alone

	evidence *dates.Evidence // not nil: this is that second time, and nothing is loaded
	reading  *dates.Reading  // of dates in JSON; nil: not needed so far
}

// openAgain opens a source a second time, as text.
func openAgain(ctx context.Context, s source) (io.Reader, func(), error) {
	in, err := s.open(ctx, func(int64) {})
	if err != nil {
		return nil, nil, err
	}
	text, _ := scan.Decode(in)
	return text, func() { in.close() }, nil
}

// settle looks at the times of an object that was recognised, which ends
// there in the text: most are ISO 8601. It returns the object with the others
// rewritten, nil if there are none, and a reason if they can't be; diagnostic
// tells that it stands in a record of Azure's diagnostic settings.
func (f *fileTimes) settle(known recognised, t *scan.JSONText, end int, line int64, diagnostic bool) (rewritten []byte, reason string, err error) {
	if f.evidence != nil {
		f.see(known, t, line, diagnostic)
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
			if f.reading == nil {
				if f.reading, err = f.decide(); err != nil {
					return nil, "", fmt.Errorf("the order of dates: %w", err)
				}
			}
			d = f.reading
		}
		iso, reason := d.ISO(cell)
		if d.Refusal != "" {
			reason = d.Refusal
		}
		switch {
		case reason != "" && !known.format.isState():
			return nil, reason, nil
		case reason != "":
			f.file.noteLossOnce("a time is left out: " + reason)
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

// see shows the times of such an object to the evidence.
func (f *fileTimes) see(known recognised, t *scan.JSONText, line int64, diagnostic bool) {
	var times []dates.Written
	for _, i := range known.times {
		times = append(times, dates.Written{Column: string(t.Text[t.Keys[i].Start:t.Keys[i].End]), Text: dates.TextIn(t.Text[t.Values[i].Start:t.Values[i].End])})
	}
	f.evidence.See(line, times, false, diagnostic)
}

// decide reads the whole file once more, as it is read now, for the order of the dates in
// its JSON.
func (f *fileTimes) decide() (*dates.Reading, error) {
	text, done, err := f.again()
	if err != nil {
		return nil, err
	}
	defer done()
	evidence := dates.NewEvidence(lastName(f.file.source.path))
	if err := f.look(text, evidence); err != nil {
		return nil, err
	}
	return evidence.Decide(f.order), nil
}

// note tells in the file's notes how the dates in its JSON were read. What is read next
// may have others.
func (f *fileTimes) note() {
	if f.reading != nil {
		for _, text := range []string{f.reading.Note, f.reading.Refusal} {
			if text != "" {
				f.file.notef("%s", text)
			}
		}
	}
	f.reading = nil
}
