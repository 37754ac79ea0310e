package ingest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// inputFile is a row of `files` in the making.
type inputFile struct {
	id       int32
	source   source
	sha256   string
	size     int64
	encoding string
	format   *format           // of most of its records; nil = not recognised
	formats  map[*format]int64 // of its records
	records  int64
	rejected int64
	notes    []string
	losses   []string // the notes that tell of something lost

	timesWarned bool // notes tell of times that are none
	empty       bool // there is no record in it, and nothing else
	unreadable  bool
	enveloped   bool     // records stand inside others, under `properties`
	header      []string // CSV: the columns
}

func (f *inputFile) notef(text string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(text, args...))
}

// noteLoss notes something that the file once held and that is not loaded.
func (f *inputFile) noteLoss(text string, args ...any) {
	f.notef(text, args...)
	f.losses = append(f.losses, f.notes[len(f.notes)-1])
}

// noteLossOnce is noteLoss for what happens in many records.
func (f *inputFile) noteLossOnce(text string) {
	if !slices.Contains(f.losses, text) {
		f.noteLoss("%s", text)
	}
}

// noteOnce is notef for what happens in many records.
func (f *inputFile) noteOnce(text string) {
	if !slices.Contains(f.notes, text) {
		f.notef("%s", text)
	}
}

// sink takes the records of a format.
type sink interface {
	// Add takes one record. An empty body means that it is its own body.
	Add(fileID int32, record int64, category string, raw, body []byte) error
}

// reader takes the records out of one file and hands each to the sink of its
// format.
type reader struct {
	ctx  context.Context
	file *inputFile
	sink func(f *format) (sink, error)

	// bodies takes what child rows are read from where that is not raw; nil if nothing is loaded.
	bodies func(f *format, fileID int32, record int64, body []byte) error

	temp      string      // private folder, for the sheets of workbooks
	dateOrder dates.Order // of dates that don't tell it themselves; "" = not said
	reread    func() (text io.Reader, done func(), err error)
	before    int64 // records of the sheets before this one
	epoch1904 bool  // the workbook counts days from 1904

	dates    *dates.Reading  // of times in JSON; nil: not needed so far
	evidence *dates.Evidence // not nil: nothing is loaded, the times are looked at

	lists   *scan.JSON // that the records come from; nil for other syntaxes
	context string     // of the page before
	owner   string     // whose page that is; "" = nobody's, or it does not say
	json    scan.JSONText
	inner   scan.JSONText // a record that another program has wrapped
	names   recogniser

	rejects  *rejectList
	first    *reject // of this file
	rejected int64   // records

	counts  map[*format]int64
	places  map[*format]names
	why     string // the first record of no known format is of none
	remarks remarks
}

// read reads the whole text. What it found is in the file and the reader.
func (r *reader) read(text *scan.Window) error {
	r.names.records, r.names.bodies = map[string]recognised{}, map[string]recognised{}
	r.counts, r.places = map[*format]int64{}, map[*format]names{}
	r.reread = r.rereadSource
	first, empty := firstByte(text)
	var err error
	switch {
	case text.Err != nil:
	case bytes.HasPrefix(text.Rest(), []byte("PK\x03\x04")):
		err = r.readWorkbook(text)
	case binaryKind(text.Rest()) != "":
		for len(text.Rest()) < maxDirectory && text.More() { // what tells them apart stands behind
		}
		r.why = binaryKind(text.Rest())
	case empty:
		r.file.empty = true
		r.file.notef("the file is empty")
	case pythonPrint.Match(text.Rest()):
		r.why = "what Python prints of its objects, which is no JSON: write them with json.dumps"
	case settings.Match(text.Rest()):
		r.why = "the settings of a program or a link to a page (INI), no log"
	case (first == '{' || first == '[') && !(runLog.Match(text.Rest()) && headerBehind(text) > 0):
		isRunLog := runLog.Match(text.Rest())
		err = r.scanJSON(r.newJSONScanner(text))
		if isRunLog && len(r.counts) == 0 {
			r.file.notes, r.file.losses = nil, nil
			r.why = "what a program said while it ran, no export"
		}
	case scan.IsClixml(text.Rest()):
		err = r.readClixml(text)
	default:
		at, line := text.At, text.Line
		err = r.readCSV(text)
		if err == nil && r.why != "" && text.Back(at, line) {
			if s := r.newJSONScanner(text); s.HoldsRecords() {
				r.why, r.file.header = "", nil
				if s.Headless {
					r.file.noteLoss("the start of the file was cut off: it begins in the middle of its JSON")
				}
				err = r.scanJSON(s)
			} else if kind := textKind(text.Rest()); kind != "" {
				r.why = kind
			}
		}
	}
	if err == nil && text.Err != nil {
		if len(r.counts) == 0 && r.first == nil {
			r.file.unreadable = true
			r.file.notef("can't be read: %s", plainReason(text.Err))
			return nil
		}
		r.file.noteLoss("reading stopped: %s; the records before it are loaded", plainReason(text.Err))
		err = r.list(reject{r.file.id, 0, text.Line, "reading stopped: " + plainReason(text.Err), ""})
	}
	if err == nil {
		r.conclude()
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

// conclude decides what the file is from the records that were found.
func (r *reader) conclude() {
	f := r.file
	var most int64
	for format, n := range r.counts {
		if f.format == nil || n > most || n == most && format.name < f.format.name {
			f.format, most = format, n
		}
	}
	if f.format == nil {
		if f.unreadable || len(f.notes) > 0 && r.why == "" && r.first == nil {
			return
		}
		why := r.why
		if why == "" && r.first != nil {
			why = fmt.Sprintf("line %d: %s", r.first.line, r.first.reason)
		}
		f.notef("not recognised: %s", why)
		return
	}
	for _, format := range formats { // in one order, which that of a map is not
		if n := r.counts[format]; n > 0 && format != f.format {
			f.notef("%d of the records are %s", n, format.title)
		}
	}
	r.remarks.note(f)
	f.rejected, f.records = r.rejected, r.rejected
	for _, n := range r.counts {
		f.records += n
	}
}

func (r *reader) reject(rec scan.Record, reason string) error {
	return r.list(reject{r.file.id, rec.Number, rec.Line, reason, string(scan.Excerpt(rec.Text))})
}

func (r *reader) list(x reject) error {
	if r.first == nil {
		r.first = &x
	}
	if x.record > 0 {
		r.rejected++
	}
	return r.rejects.add(x)
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
			if err := r.reject(rec, rec.Reason); err != nil {
				return err
			}
			continue
		}
		if err := r.take(rec, &s.Parser); err != nil {
			return err
		}
	}
	r.noteTimes()
	if s.Prefixed > 0 {
		r.file.notef("%s behind a text of another program on the line, such as the header of a syslog message, which is not read", were(s.Prefixed, "record"))
	}
	if s.Loose > 0 {
		r.file.noteLoss("%s between the records no JSON, such as NUL or a bracket that closes nothing: something may be missing there", were(s.Loose, "byte"))
	}
	if s.Truncated {
		r.file.noteLoss("the file ends inside its list: it was cut off")
	}
	if s.NextLink {
		r.file.notef("one page of several: it names a next page (nextLink)")
	}
	if s.Number == 0 && len(r.file.notes) == 0 {
		r.file.empty = true
		r.file.notef("a JSON file without records")
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
			r.file.noteLoss("reading stopped: the XML is damaged, or ends too early (%v); the records before it are loaded", err)
			break
		}
		if err := t.Walk(rec.Text); err != nil {
			if err := r.reject(rec, err.Error()); err != nil {
				return err
			}
			continue
		}
		if err := r.take(rec, &t); err != nil {
			return err
		}
	}
	r.noteTimes()
	if len(r.counts) == 0 {
		r.why = strings.TrimSuffix(fmt.Sprintf("objects that PowerShell stored with Export-Clixml (%s), which is nothing that is read here; %s", cmp.Or(s.TypeName, "no type"), r.why), "; ")
	} else {
		r.file.notef("read from what Export-Clixml wrote")
	}
	return nil
}

// take recognises one record, mends what can be mended and passes it on.
func (r *reader) take(rec scan.Record, t *scan.JSONText) error {
	known := r.names.record(t)
	r.remarks.repeats(known)
	if known.wrapped {
		if inner := r.unwrapped(rec.Text); inner != nil {
			return r.takeInner(rec, inner)
		}
	}
	if known.format == nil && known.envelope == "" {
		if whole := bagged(t); whole != nil {
			rec.Text = whole
			if err := r.json.Walk(whole); err != nil {
				return r.reject(rec, err.Error())
			}
			return r.take(rec, &r.json)
		}
	}
	if rec.Mended = rec.Mended || t.Flaws != 0; rec.Mended {
		r.remarks.mended++
	}
	if t.Flaws != 0 {
		r.remarks.see(rec.Text)
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
		return r.refuse(rec, cmp.Or(apiError(rec.Text), known.reason))
	}
	return r.takeKnown(rec, t, known)
}

// takeKnown takes a record of a known format, whose names were walked.
func (r *reader) takeKnown(rec scan.Record, t *scan.JSONText, known recognised) error {
	if known.format.isOther(t) {
		return r.refuse(rec, known.format.otherTable())
	}
	body, reason, err := r.settleTimes(known, t, len(rec.Text), rec.Line, false)
	if err != nil {
		return err
	}
	if reason != "" {
		r.counts[known.format] += 0 // it is one of these nevertheless
		return r.reject(rec, reason)
	}
	if known.renamed {
		r.remarks.renamed = true
		rec.Text = scan.GraphNames(nil, rec.Text, r.remarks.losing)
		if body != nil {
			body = scan.GraphNames(nil, body, r.remarks.losing)
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
		return r.pass(known.format, rec, "", rec.Text, t.Unpadded(rec.Text, body))
	}
	if body == nil {
		body = rec.Text
	}
	return r.passShaped(known, rec, "", rec.Text, r.shaped(known, body, nil))
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

// passShaped hands on a record that got another shape.
func (r *reader) passShaped(known recognised, rec scan.Record, category string, raw, body []byte) error {
	if known.format.shapesRaw() {
		raw = body
	}
	if err := r.json.Walk(body); err != nil {
		return err
	}
	body = r.json.Unpadded(body, body)
	if len(known.format.sections) > 1 && r.bodies != nil {
		if err := r.bodies(known.format, r.file.id, rec.Number, body); err != nil {
			return err
		}
	}
	return r.pass(known.format, rec, category, raw, body)
}

func (r *reader) refuse(rec scan.Record, reason string) error {
	if r.why == "" {
		r.why = reason
	}
	return r.reject(rec, "not recognised: "+reason)
}

// pass hands a recognised record on. raw is what is kept of it, body what the
// format's SQL reads if that is another text.
func (r *reader) pass(f *format, rec scan.Record, category string, raw, body []byte) error {
	r.counts[f]++
	to, err := r.sink(f)
	if err != nil {
		return err
	}
	return to.Add(r.file.id, rec.Number, category, raw, body)
}
