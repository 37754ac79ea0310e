package ingest

import (
	"bytes"
	"context"
	"io"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// reader takes the records out of one file and hands each to the sink of its
// format.
type reader struct {
	ctx     context.Context
	out     *outlet
	times   *fileTimes
	objects *objectReader
	rows    *rowReader
	temp    string // private folder, for the sheets of workbooks
}

func newReader(ctx context.Context, f *inputFile, rejects *rejectList, temp string) *reader {
	r := &reader{ctx: ctx, out: newOutlet(f, rejects), temp: temp}
	r.times = &fileTimes{
		file:  f,
		again: func() (io.Reader, func(), error) { return openAgain(ctx, f.source) },
		look:  r.look,
	}
	r.objects = &objectReader{out: r.out, times: r.times, names: newRecogniser()}
	r.rows = &rowReader{out: r.out, times: r.times, objects: r.objects}
	return r
}

// look reads the text as read does for the times in its objects alone: nothing is loaded.
func (r *reader) look(text io.Reader, evidence *dates.Evidence) error {
	rejects, err := newRejectList(r.temp)
	if err != nil {
		return err
	}
	defer rejects.remove()
	scout := newReader(r.ctx, &inputFile{id: r.out.file.id, source: r.out.file.source}, rejects, r.temp)
	scout.out.sink = func(*format) (sink, error) { return nowhere{}, nil }
	scout.times.evidence, scout.times.again = evidence, r.times.again
	return scout.read(scan.NewWindow(text, nil))
}

// nowhere takes records that are only looked at.
type nowhere struct{}

func (nowhere) Add(int32, int64, string, []byte, []byte) error { return nil }

// read reads the whole text. What it found is in the file and the outlet.
func (r *reader) read(text *scan.Window) error {
	first, empty := firstByte(text)
	var err error
	switch {
	case text.Err != nil:
	case bytes.HasPrefix(text.Rest(), []byte("PK\x03\x04")):
		err = readWorkbook(text, r.rows, r.temp)
	case binaryKind(text.Rest()) != "":
		for len(text.Rest()) < maxDirectory && text.More() { // what tells them apart stands behind
		}
		r.out.why = binaryKind(text.Rest())
	case empty:
		r.out.file.empty = true
		r.out.file.notef("the file is empty")
	case pythonPrint.Match(text.Rest()):
		r.out.why = "what Python prints of its objects, which is no JSON: write them with json.dumps"
	case settings.Match(text.Rest()):
		r.out.why = "the settings of a program or a link to a page (INI), no log"
	case (first == '{' || first == '[') && !(runLog.Match(text.Rest()) && headerBehind(text) > 0):
		isRunLog := runLog.Match(text.Rest())
		err = r.objects.read(r.objects.scanner(text))
		if isRunLog && len(r.out.counts) == 0 {
			r.out.file.notes, r.out.file.losses = nil, nil
			r.out.why = "what a program said while it ran, no export"
		}
	case scan.IsClixml(text.Rest()):
		err = r.objects.readClixml(r.ctx, text)
	default:
		at, line := text.At, text.Line
		err = r.rows.read(text)
		if err == nil && r.out.why != "" && text.Back(at, line) {
			if s := r.objects.scanner(text); s.HoldsRecords() {
				r.out.why = ""
				if s.Headless {
					r.out.file.noteLoss("the start of the file was cut off: it begins in the middle of its JSON")
				}
				err = r.objects.read(s)
			} else if kind := textKind(text.Rest()); kind != "" {
				r.out.why = kind
			}
		}
	}
	if err == nil && text.Err != nil {
		if len(r.out.counts) == 0 && r.out.first == nil {
			r.out.file.unreadable = true
			r.out.file.notef("can't be read: %s", plainReason(text.Err))
			return nil
		}
		r.out.file.noteLoss("reading stopped: %s; the records before it are loaded", plainReason(text.Err))
		err = r.out.list(reject{r.out.file.id, 0, text.Line, "reading stopped: " + plainReason(text.Err), ""})
	}
	if err == nil {
		r.out.conclude()
	}
	return err
}

// maxDirectory is how far a file of several parts is read, in bytes, to see what it is.
const maxDirectory = 4 << 20

func firstByte(w *scan.Window) (byte, bool) {
	for {
		for _, c := range w.Rest() {
			if c > ' ' {
				return c, false
			}
		}
		const most = 1 << 16 // a header may begin with an empty cell, but not with so many blanks
		if len(w.Rest()) > most {
			if len(bytes.TrimSpace(w.Rest())) > 0 {
				return 0, false
			}
			w.SkipBlank()
		}
		if !w.More() {
			return 0, len(bytes.TrimSpace(w.Rest())) == 0
		}
	}
}
