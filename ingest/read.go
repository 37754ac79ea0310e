package ingest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// reader takes the records out of one file and hands each to the sink of its
// format.
type reader struct {
	ctx    context.Context
	out    *outlet
	times  *fileTimes
	temp   string // private folder, for the sheets of workbooks
	before int64  // records of the sheets before this one

	lists   *scan.JSON // that the records come from; nil for other syntaxes
	context string     // of the page before
	owner   string     // whose page that is; "" = nobody's, or it does not say
	json    scan.JSONText
	inner   scan.JSONText // a record that another program has wrapped
	names   recogniser
}

func newReader(ctx context.Context, f *inputFile, rejects *rejectList, temp string) *reader {
	r := &reader{ctx: ctx, out: newOutlet(f, rejects), temp: temp}
	r.times = &fileTimes{
		file:  f,
		again: func() (io.Reader, func(), error) { return openAgain(ctx, f.source) },
		look:  r.look,
	}
	r.names.records, r.names.bodies = map[string]recognised{}, map[string]recognised{}
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
		err = r.readWorkbook(text)
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
		err = r.scanJSON(r.newJSONScanner(text))
		if isRunLog && len(r.out.counts) == 0 {
			r.out.file.notes, r.out.file.losses = nil, nil
			r.out.why = "what a program said while it ran, no export"
		}
	case scan.IsClixml(text.Rest()):
		err = r.readClixml(text)
	default:
		at, line := text.At, text.Line
		err = r.readCSV(text)
		if err == nil && r.out.why != "" && text.Back(at, line) {
			if s := r.newJSONScanner(text); s.HoldsRecords() {
				r.out.why = ""
				if s.Headless {
					r.out.file.noteLoss("the start of the file was cut off: it begins in the middle of its JSON")
				}
				err = r.scanJSON(s)
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

func (r *reader) newJSONScanner(w *scan.Window) *scan.JSON {
	return scan.NewJSON(w, func(t *scan.JSONText) bool {
		known := r.names.record(t)
		return known.format != nil || known.envelope != "" || known.wrapped && r.unwrapped(t.Walked()) != nil || bagged(t) != nil
	})
}

func (r *reader) scanJSON(s *scan.JSON) error {
	r.lists = s
	defer func() { r.lists = nil }()
	for {
		rec, ok := s.Next()
		if !ok {
			break
		}
		if rec.Reason != "" {
			if err := r.out.reject(rec, rec.Reason); err != nil {
				return err
			}
			continue
		}
		if err := r.take(rec, &s.Parser); err != nil {
			return err
		}
	}
	r.times.note()
	if s.Prefixed > 0 {
		r.out.file.notef("%s behind a text of another program on the line, such as the header of a syslog message, which is not read", were(s.Prefixed, "record"))
	}
	if s.Loose > 0 {
		r.out.file.noteLoss("%s between the records no JSON, such as NUL or a bracket that closes nothing: something may be missing there", were(s.Loose, "byte"))
	}
	if s.Truncated {
		r.out.file.noteLoss("the file ends inside its list: it was cut off")
	}
	if s.NextLink {
		r.out.file.notef("one page of several: it names a next page (nextLink)")
	}
	if s.Number == 0 && len(r.out.file.notes) == 0 {
		r.out.file.empty = true
		r.out.file.notef("a JSON file without records")
	}
	return nil
}

// readClixml takes the records of what Export-Clixml wrote.
func (r *reader) readClixml(text *scan.Window) error {
	s := scan.NewClixml(text)
	var t scan.JSONText // its own: that of what stands in an envelope is another
	for {
		rec, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if text.Err != nil || r.ctx.Err() != nil {
				return r.ctx.Err()
			}
			r.out.file.noteLoss("reading stopped: the XML is damaged, or ends too early (%v); the records before it are loaded", err)
			break
		}
		if err := t.Walk(rec.Text); err != nil {
			if err := r.out.reject(rec, err.Error()); err != nil {
				return err
			}
			continue
		}
		if err := r.take(rec, &t); err != nil {
			return err
		}
	}
	r.times.note()
	if len(r.out.counts) == 0 {
		r.out.why = strings.TrimSuffix(fmt.Sprintf("objects that PowerShell stored with Export-Clixml (%s), which is nothing that is read here; %s", cmp.Or(s.TypeName, "no type"), r.out.why), "; ")
	} else {
		r.out.file.notef("read from what Export-Clixml wrote")
	}
	return nil
}

// take recognises one record, mends what can be mended and passes it on.
func (r *reader) take(rec scan.Record, t *scan.JSONText) error {
	known := r.names.record(t)
	r.out.remarks.repeats(known)
	if known.wrapped {
		if inner := r.unwrapped(rec.Text); inner != nil {
			return r.takeInner(rec, inner)
		}
	}
	if known.format == nil && known.envelope == "" {
		if whole := bagged(t); whole != nil {
			rec.Text = whole
			if err := r.json.Walk(whole); err != nil {
				return r.out.reject(rec, err.Error())
			}
			return r.take(rec, &r.json)
		}
	}
	if rec.Mended = rec.Mended || t.Flaws != 0; rec.Mended {
		r.out.remarks.mended++
	}
	if t.Flaws != 0 {
		r.out.remarks.see(rec.Text)
		rec.Text = scan.Mend(nil, rec.Text)
		if err := r.inner.Walk(rec.Text); err != nil {
			return err
		}
		t = &r.inner
	}
	if known.envelope != "" {
		return r.open(rec, t, known.envelope)
	}
	if known.format == nil {
		if r.lists != nil && !known.isOpen && r.lists.OpenLast(rec) {
			return nil
		}
		return r.out.refuse(rec, cmp.Or(apiError(rec.Text), known.reason))
	}
	return r.takeKnown(rec, t, known)
}

// takeKnown takes a record of a known format, whose names were walked.
func (r *reader) takeKnown(rec scan.Record, t *scan.JSONText, known recognised) error {
	if known.format.isOther(t) {
		return r.out.refuse(rec, known.format.otherTable())
	}
	body, reason, err := r.times.settle(known, t, len(rec.Text), rec.Line, false)
	if err != nil {
		return err
	}
	if reason != "" {
		r.out.expect(known.format) // it is one of these nevertheless
		return r.out.reject(rec, reason)
	}
	if known.renamed {
		r.out.remarks.renamed = true
		rec.Text = scan.GraphNames(nil, rec.Text, r.out.remarks.losing)
		if body != nil {
			body = scan.GraphNames(nil, body, r.out.remarks.losing)
		}
	}
	if name := r.names.strangeType(known.format, t, rec.TypeName); name != "" && !known.isOdd(t, rec.Text) {
		if body == nil {
			body = rec.Text
		}
		body = withMember(body, "RecordTypeName", name)
	}
	if owner := r.pageOwner(); owner != "" && known.format.isState() {
		if body == nil {
			body = rec.Text
		}
		body = withMember(body, "userPrincipalName", owner)
	}
	if !known.isOdd(t, rec.Text) {
		return r.out.pass(known.format, rec, "", rec.Text, t.Unpadded(rec.Text, body))
	}
	if body == nil {
		body = rec.Text
	}
	return r.out.passShaped(known, rec, "", rec.Text, body, nil)
}

// ofUser is the context of a page that lists what one user has.
var ofUser = regexp.MustCompile(`#users\('([^']+)'\)/`)

// pageOwner is the account whose page of Graph the last record stood in; "" for none.
func (r *reader) pageOwner() string {
	if r.lists == nil {
		return ""
	}
	if context := r.lists.Context(); context != r.context {
		r.context, r.owner = context, ""
		if m := ofUser.FindStringSubmatch(context); m != nil {
			if account, err := url.QueryUnescape(m[1]); err == nil && strings.Contains(account, "@") {
				r.owner = account
			}
		}
	}
	return r.owner
}
