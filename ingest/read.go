package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

// were is "1 record was", "2 records were".
func were(n int64, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return fmt.Sprintf("%d %ss were", n, what)
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

	// recordTypes are the numbers, as text, that have a name, and these in lower case.
	recordTypes map[string]bool

	json    scan.JSONText
	inner   scan.JSONText         // a record that another program has wrapped
	formats map[string]recognised // by the names of a record's keys
	insides map[string]recognised // the same for what stands in an envelope

	rejects  *rejectList
	first    *reject // of this file
	rejected int64   // records

	counts    map[*format]int64
	why       string // the first record of no known format is of none
	mended    int64
	illegible int64    // of these, records with bytes that are no UTF-8
	untidy    int64    // rows that CSV does not have like this
	twice     int64    // records with a name that stands there twice
	example   string   // such a name
	cut       int64    // records that were cut off on their way and saved
	lost      []string // properties of which there is only the type's name
	unread    []string // properties that hold what can't be read
	filled    int64    // records that the envelope completed
	wrapped   int64    // records that stood in those of another program
	renamed   bool     // names were written PowerShell's way
	buffer    []byte
}

type recognised struct {
	format   *format
	reason   string
	envelope string // name under which the record itself stands
	wrapped  bool   // a record may stand in it: see wrapped.go
	renamed  bool   // its names start with a capital
	recased  bool   // its names are in another case than the format's
	repeated string // a name that stands there twice
	times    []int  // which of the values are times

	// See shape.go.
	nested    []nestedValue // the values that are objects or lists
	elsewhere bool          // a value stands elsewhere than in the format's record
}

// maxShapes is how many combinations of names are remembered. Exports have a
// few dozen.
const maxShapes = 10_000

// read reads the whole text. What it found is in the file and the reader.
func (r *reader) read(text *scan.Window) error {
	r.formats, r.insides = map[string]recognised{}, map[string]recognised{}
	r.counts = map[*format]int64{}
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
		if len(w.Rest()) > 1<<16 || !w.More() {
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
	if r.renamed {
		f.notef("the names of properties start with a capital, as PowerShell and Log Analytics write them; they were read as Graph spells them")
	}
	if r.wrapped > 0 {
		f.notef("%s taken out of those of another program, such as a SIEM or Defender, which keeps what it was sent; what that says beside it is not read", were(r.wrapped, "record"))
	}
	if r.filled > 0 {
		f.notef("%s completed from the envelope of Azure's diagnostic settings: its time, result, address or place", were(r.filled, "record"))
	}
	if len(r.unread) > 0 {
		f.noteLoss("%s: what stands there could not be read, and is only in raw; export again as JSON, with ConvertTo-Json -Depth 10", scan.ShortList(r.unread))
	}
	if len(r.lost) > 0 {
		f.noteLoss("%s: only the name of a .NET type was written, the content was never exported and can't be recovered; export again with ConvertTo-Json -Depth 10", scan.ShortList(r.lost))
	}
	if r.cut > 0 {
		f.noteLoss("%s cut off before coming here (Excel ends a cell at 32,767 characters): what is left is loaded, and marked with %s in raw", were(r.cut, "record"), scan.CutOffKey)
	}
	if r.mended > r.illegible {
		f.notef("%s mended: half a surrogate pair or a control character is shown as U+FFFD or escaped", were(r.mended-r.illegible, "record"))
	}
	if r.illegible > 0 {
		f.noteLoss("%s not wholly read: bytes that are no UTF-8 are shown as U+FFFD, for their code page is not known here; save the file anew as UTF-8 (CSV UTF-8)", were(r.illegible, "record"))
	}
	if r.untidy > 0 {
		f.notef("%s read as a person would: with a quote too many or too few, another delimiter, or empty cells behind those of the header", were(r.untidy, "row"))
	}
	if r.twice > 0 {
		f.notef("%s read by the first of two values under one name, such as %q: raw has both", were(r.twice, "record"), scan.Excerpt([]byte(r.example)))
	}
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
		known := r.shape(t, r.formats, recogniseJSON)
		return known.format != nil || known.envelope != "" || known.wrapped && r.unwrapped(t.Walked(), 0) != nil || r.bagged(t) != nil
	})
}

func (r *reader) scanJSON(s *scan.JSON) error {
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
		if err := r.json.Walk(rec.Text); err != nil {
			if err := r.reject(rec, err.Error()); err != nil {
				return err
			}
			continue
		}
		if err := r.take(rec, &r.json); err != nil {
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

// see counts a record that was mended and has bytes that are no UTF-8.
func (r *reader) see(text []byte) {
	if !utf8.Valid(text) {
		r.illegible++
	}
}

// take recognises one record, mends what can be mended and passes it on.
func (r *reader) take(rec scan.Record, t *scan.JSONText) error {
	known := r.recognise(t, r.formats, recogniseJSON)
	if known.wrapped {
		if inner := r.unwrapped(rec.Text, 0); inner != nil {
			return r.takeInner(rec, inner)
		}
	}
	if known.format == nil && known.envelope == "" {
		if whole := r.bagged(t); whole != nil {
			rec.Text = whole
			if err := r.json.Walk(whole); err != nil {
				return r.reject(rec, err.Error())
			}
			return r.take(rec, &r.json)
		}
	}
	if rec.Mended = rec.Mended || t.Flaws != 0; rec.Mended {
		r.mended++
	}
	if t.Flaws != 0 {
		r.see(rec.Text)
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
		r.renamed = true
		rec.Text = scan.GraphNames(nil, rec.Text, r.losing)
		if body != nil {
			body = scan.GraphNames(nil, body, r.losing)
		}
	}
	if name := r.strangeType(known.format, t, rec.TypeName); name != "" && !known.isOdd(t, rec.Text) {
		if body == nil {
			body = rec.Text
		}
		body = withTypeName(body, name)
	}
	if !known.isOdd(t, rec.Text) {
		return r.pass(known.format, rec, "", rec.Text, t.Unpadded(rec.Text, body))
	}
	if body == nil {
		body = rec.Text
	}
	return r.passShaped(known, rec, "", rec.Text, r.shaped(known, body, nil))
}

// isOther tells whether the record is of another table that has the same columns.
func (f *format) isOther(t *scan.JSONText) bool {
	if f.says == "" {
		return false
	}
	value := t.Member(f.says)
	return value != nil && (len(value) == 2 || value[0] == 'n')
}

// otherTable says of a record that isOther why it is refused.
func (f *format) otherTable() string {
	return fmt.Sprintf("a row of another table, with the columns of several: %s has something under %q", f.title, f.says)
}

// strangeType is the name that the export's own column has for a record type
// whose number has none here; "" for none.
func (r *reader) strangeType(f *format, t *scan.JSONText, name string) string {
	if f != auditLog || name == "" || name[0] >= '0' && name[0] <= '9' || r.recordTypes[strings.ToLower(name)] {
		return "" // or that of another number
	}
	if number := bytes.Trim(t.Member("RecordType"), `"`); len(number) == 0 || number[0] < '1' || number[0] > '9' || r.recordTypes[string(number)] {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// withTypeName is the AuditData with a name for its record type.
func withTypeName(body []byte, name string) []byte {
	out := append(slices.Clone(bytes.TrimRight(body, " \t\r\n}")), `,"RecordTypeName":`...)
	out, _ = scan.AppendJSONString(out, []byte(name))
	return append(out, '}')
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

// recognise tells what the object is that was walked, and notes what is odd
// about it.
func (r *reader) recognise(t *scan.JSONText, shapes map[string]recognised, by func(names []string) recognised) recognised {
	known := r.shape(t, shapes, by)
	if known.repeated != "" {
		r.twice++
		r.example = known.repeated
	}
	return known
}

// shape looks at the names of the object that was walked. The answer for each
// combination of them is remembered in shapes.
func (r *reader) shape(t *scan.JSONText, shapes map[string]recognised, by func(names []string) recognised) recognised {
	signature := r.buffer[:0]
	for _, k := range t.Keys {
		signature = append(signature, t.Text[k.Start:k.End]...)
		signature = append(signature, 0)
	}
	r.buffer = signature
	known, ok := shapes[string(signature)]
	if ok {
		return known
	}
	names := t.Names()
	known = by(names)
	if known.format != nil {
		known.look(names)
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			known.repeated = names[i]
		}
	}
	if len(shapes) >= maxShapes {
		clear(shapes)
	}
	shapes[string(signature)] = known
	return known
}

// look finds the names that need a look in each record.
func (known *recognised) look(names []string) {
	known.recased = known.recased || known.format.respelled
	spelled := slices.Clone(names)
	for i, name := range names {
		if known.renamed {
			spelled[i] = scan.GraphName(name)
		}
		if known.recased {
			spelled[i] = known.format.spelled(name)
		}
		if known.format.isTime(spelled[i]) {
			known.times = append(known.times, i)
		}
	}
	known.nested, known.elsewhere = known.format.shapes(spelled)
	known.elsewhere = known.elsewhere || isOfAz(names)
}

// cantRead remembers a property that holds what can't be read.
func (r *reader) cantRead(property string) {
	if !slices.Contains(r.unread, property) {
		r.unread = append(r.unread, property)
	}
}

// losing remembers a property whose content was never exported.
func (r *reader) losing(property string) {
	if !slices.ContainsFunc(r.lost, func(p string) bool { return strings.EqualFold(p, property) }) {
		r.lost = append(r.lost, property)
	}
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

// recogniseJSON tells what a record with these keys is, or under which of
// them the record itself stands.
func recogniseJSON(names []string) recognised {
	under := func(envelope string) (found []string) {
		for _, n := range names {
			if strings.EqualFold(n, envelope) {
				found = append(found, n)
			}
		}
		return found
	}
	inside := func(found []string) recognised {
		if len(found) > 1 {
			return recognised{reason: fmt.Sprintf("the record may stand under %s: it must be one", scan.Quoted(found))}
		}
		return recognised{envelope: found[0]}
	}
	// A wrapper may carry names of its own that look like another record's.
	if found := under("AuditData"); len(found) > 0 {
		return inside(found)
	}
	f, reason := recogniseRecord(names, false)
	if f != nil {
		return recognised{format: f, wrapped: wrapperIn(names, originals)}
	}
	if found := under("properties"); len(found) > 0 && len(under("category")) > 0 {
		return inside(found)
	}
	// Records of the activity log of Azure may have no properties, which are not where they are.
	isActivity := !slices.ContainsFunc([]string{"time", "operationName", "category", "callerIpAddress", "identity"}, func(name string) bool { return len(under(name)) == 0 })
	if isActivity && len(under("properties")) == 0 {
		return recognised{format: formatNamed(wholeCategories["Administrative"])}
	}
	isWrapped := wrapperIn(names, wrappers) || prefixOf(names) != ""
	graph := make([]string, len(names))
	for i, n := range names {
		graph[i] = scan.GraphName(n)
	}
	if f, _ := recogniseRecord(graph, false); f != nil {
		return recognised{format: f, renamed: true}
	}
	if f, _ := recogniseNames(names, false, inAnyCase); f != nil {
		return recognised{format: f, recased: true}
	}
	return recognised{reason: reason, wrapped: isWrapped}
}

// recogniseBody tells what a record that stands under another's name is.
func recogniseBody(names []string) recognised {
	f, reason := recogniseRecord(names, false)
	if f == nil {
		if f, _ := recogniseNames(names, false, inAnyCase); f != nil {
			return recognised{format: f, recased: true}
		}
	}
	return recognised{format: f, reason: reason, wrapped: wrapperIn(names, originals)}
}

// signInCategories are the diagnostic-settings categories whose records are
// sign-ins, which don't say by themselves of which kind.
var signInCategories = map[string]string{
	"SignInLogs":                          "",
	"NonInteractiveUserSignInLogs":        "non_interactive",
	"ServicePrincipalSignInLogs":          "service_principal",
	"ManagedIdentitySignInLogs":           "managed_identity",
	"ADFSSignInLogs":                      "adfs",
	"MicrosoftServicePrincipalSignInLogs": "service_principal",
}

// categories are those of diagnostic settings, whose records are of a format
// whatever they lack.
var categories = map[string]string{
	"SignInLogs":                          "entra_sign_ins",
	"NonInteractiveUserSignInLogs":        "entra_sign_ins",
	"ServicePrincipalSignInLogs":          "entra_sign_ins",
	"ManagedIdentitySignInLogs":           "entra_sign_ins",
	"ADFSSignInLogs":                      "entra_sign_ins",
	"MicrosoftServicePrincipalSignInLogs": "entra_sign_ins",
	"AuditLogs":                           "directory_audits",
	"UserRiskEvents":                      "risk_detections",
	"ServicePrincipalRiskEvents":          "risk_detections",
}

// wholeCategories are those whose records are not in their properties: the
// activity log of Azure.
// https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema#categories
var wholeCategories = map[string]string{
	"Administrative": "azure_activity_events",
	"ServiceHealth":  "azure_activity_events",
	"ResourceHealth": "azure_activity_events",
	"Alert":          "azure_activity_events",
	"Autoscale":      "azure_activity_events",
	"Security":       "azure_activity_events",
	"Policy":         "azure_activity_events",
	"Recommendation": "azure_activity_events",
	"Write":          "azure_activity_events", // until 2018, by what was done
	"Delete":         "azure_activity_events",
	"Action":         "azure_activity_events",
}

func formatNamed(name string) *format {
	if i := slices.IndexFunc(formats, func(f *format) bool { return f.name == name }); i >= 0 {
		return formats[i]
	}
	return nil
}

// open takes the record out of its envelope: an object, or its text.
func (r *reader) open(rec scan.Record, outer *scan.JSONText, envelope string) error {
	isAudit := strings.EqualFold(envelope, "AuditData")
	body := outer.Member(envelope)
	category := ""
	for _, name := range outer.Names() {
		if strings.EqualFold(name, "category") {
			json.Unmarshal(outer.Member(name), &category) // of no text there is none
			break
		}
	}
	if of := formatNamed(wholeCategories[category]); of != nil && outer.Member("operationName") != nil {
		known := recognised{format: of}
		known.look(outer.Names())
		return r.takeKnown(rec, outer, known)
	}
	if body[0] == '"' {
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return r.reject(rec, envelope+": "+err.Error())
		}
		body = []byte(text)
	}
	if isAudit && len(body) > 0 && (body[0] == '[' || body[0] == '"') { // a list of one, or a text once more
		if inner := objectIn(body); len(inner) > 0 {
			body = inner
		}
	}
	problem := r.json.Walk(body)
	if problem == scan.ErrIncomplete && isAudit {
		var columns map[string]any
		json.Unmarshal(rec.Text, &columns)
		around := map[string]string{}
		for name, value := range columns {
			if text, ok := value.(string); ok && wrapperColumns[headerKey(name)] != "" {
				around[wrapperColumns[headerKey(name)]] = text
			}
		}
		if saved, ok := r.saveCut(body, around); ok {
			body, problem = saved, nil
		}
	}
	if problem != nil {
		return r.reject(rec, envelope+": "+problem.Error())
	}
	mended := r.json.Flaws != 0
	if mended {
		body = scan.Mend(nil, body)
		if err := r.json.Walk(body); err != nil {
			return err
		}
	}
	if mended && !rec.Mended {
		r.mended++
	}
	known := r.recognise(&r.json, r.insides, recogniseBody)
	if known.wrapped {
		if inner := r.unwrapped(body, 0); inner != nil {
			return r.takeInner(rec, inner)
		}
	}
	if known.format == nil && isAudit {
		// Graph and its SDK keep the properties of an open type in a bag.
		var bag struct{ AdditionalProperties, DynamicProperties json.RawMessage }
		if json.Unmarshal(body, &bag) == nil {
			for _, inner := range []json.RawMessage{bag.AdditionalProperties, bag.DynamicProperties} {
				if len(inner) > 0 && inner[0] == '{' && r.json.Walk(inner) == nil {
					body = inner
					known = r.recognise(&r.json, r.insides, recogniseBody)
				}
			}
		}
	}
	if of := formatNamed(categories[category]); known.format == nil && of != nil && len(body) > 0 && body[0] == '{' {
		known.format = of
		known.look(r.json.Names())
	}
	if known.format == nil {
		reason := known.reason
		if category == "B2CRequestLogs" {
			reason = requestsOfB2C
		} else if category != "" {
			reason = fmt.Sprintf("a record of category %q: %s", category, reason)
		}
		return r.refuse(rec, reason)
	}
	settled, reason, err := r.settleTimes(known, &r.json, len(body), rec.Line, !isAudit)
	if err != nil {
		return err
	}
	if reason != "" {
		r.counts[known.format] += 0
		return r.reject(rec, reason)
	}
	if name := r.strangeType(known.format, &r.json, typeNameIn(outer)); name != "" {
		if settled == nil {
			settled = body
		}
		settled = withTypeName(settled, name)
	}
	isDiagnostic := envelope == "properties" && known.format != auditLog
	incomplete := !isAudit && known.format.lacks(&r.json)
	if incomplete || known.isOdd(&r.json, body) {
		if settled == nil {
			settled = body
		}
		around := outer
		if !incomplete {
			around = nil
		}
		raw := body
		if isDiagnostic && !mended {
			raw = rec.Text
		}
		return r.passShaped(known, rec, signInCategories[category], raw, r.shaped(known, settled, around))
	}
	settled = r.json.Unpadded(body, settled)
	if envelope == "properties" && !mended && known.format != auditLog {
		r.file.enveloped = true
		if settled == nil {
			settled = body
		}
		return r.pass(known.format, rec, signInCategories[category], rec.Text, settled)
	}
	return r.pass(known.format, rec, signInCategories[category], body, settled)
}

// typeNameIn is the record type as the members around AuditData have it.
func typeNameIn(wrapper *scan.JSONText) (name string) {
	for _, member := range []string{"RecordType", "auditLogRecordType", "AuditLogRecordType"} {
		if value := wrapper.Member(member); len(value) > 2 && value[0] == '"' && !strings.EqualFold(jsonString(value), "unknownFutureValue") {
			return jsonString(value)
		}
	}
	return ""
}

func (r *reader) readCSV(w *scan.Window) error {
	s := &scan.CSV{Window: w, Comma: ','}
	header, before, problem := r.header(s)
	if problem != "" {
		r.why = problem
		return nil
	}
	for _, line := range before {
		if err := r.reject(line, line.Reason); err != nil {
			return err
		}
	}
	var names []string
	for i := range s.Cells {
		names = append(names, strings.ToValidUTF8(strings.TrimSpace(string(s.Cell(header.Text, i, nil))), "\ufffd"))
	}
	s.Width = len(names)
	s.Header = bytes.Clone(header.Text)
	defer func() {
		if s.Repeats > 0 {
			r.file.notef("the header comes %d times again: files were joined", s.Repeats)
		}
	}()
	r.file.header = names
	zones, local := dates.ColumnZones(names)
	for i, n := range names {
		if headerKey(n) == "auditdata" {
			r.counts[auditLog] += 0
			return r.readAuditRows(s, i)
		}
	}
	f, reason := recogniseRecord(names, true)
	if f == nil {
		if short, ok := withoutPrefix(names); ok {
			if f, _ = recogniseRecord(short, true); f != nil {
				names, r.file.header = short, short
			}
		}
	}
	if f == nil {
		if columns := wrappingColumns(names, wrappers); len(columns) > 0 && isTable(names) && r.holdRecords(s, columns) {
			return r.readWrapped(s, names, columns)
		}
		r.why = reason
		return nil
	}
	if local != "" {
		r.why = fmt.Sprintf("%s, whose times are in the local time of whoever exported it, in column %q: nobody can say here what they are in UTC; export it again with the time zone UTC", f.title, local)
		return nil
	}
	language := f.translated(names)
	if language != "" {
		r.file.notef("the columns are named in %s; they were read by their English names", language)
	}
	if unread := f.unread(names); len(unread) > 0 && (language != "" || f.unsure) {
		r.file.notef("not read, for their names are not known: %s; the JSON download has everything", scan.Quoted(unread))
	}
	r.counts[f] += 0 // an export without a single row is one, too
	return r.readRows(s, f, names, zones)
}

// header reads the row of column names, behind the lines that PowerShell 5
// (#TYPE ...) and Excel (sep=;) put first, and finds the delimiter. Lines before it are what a
// program or a person has said of the table.
func (r *reader) header(s *scan.CSV) (rec scan.Record, before []scan.Record, problem string) {
	s.Number = r.before
	for end := s.Window.At + int64(headerBehind(s.Window)); s.Window.At < end; {
		line, _ := s.Foreign()
		before = append(before, line)
	}
	numbered := s.Number
	for {
		for bytes.IndexByte(s.Window.Rest(), '\n') < 0 && len(s.Window.Rest()) < 1<<20 && s.Window.More() {
		}
		line, _, _ := bytes.Cut(s.Window.Rest(), scan.Newline)
		line, _, _ = bytes.Cut(line, []byte("\r"))
		s.Comma = delimiterOf(line)
		rec, ok := s.Next()
		s.Number = numbered
		if !ok {
			return rec, nil, "there is no header line"
		}
		if isPreamble(rec.Text) {
			continue
		}
		if rec.Reason != "" {
			return rec, nil, rec.Reason
		}
		if bytes.IndexByte(rec.Text, 0) >= 0 || !utf8.Valid(rec.Text[:min(len(rec.Text), 1000)]) && bytes.ContainsAny(rec.Text, "\x01\x02\x03\x04\x05\x06\x0e\x0f") {
			return rec, nil, "the file is binary"
		}
		if len(rec.Text) > 1<<16 {
			return rec, nil, "the first line is too long for a header"
		}
		return rec, before, ""
	}
}

// delimiterOf is the one of those that tables have that a line has most of.
func delimiterOf(line []byte) byte {
	most, delimiter := 0, byte(',')
	for _, c := range []byte{',', ';', '\t', '|'} {
		if n := bytes.Count(line, []byte{c}); n > most {
			most, delimiter = n, c
		}
	}
	return delimiter
}

// isPreamble tells the lines that PowerShell and Excel put before a header.
func isPreamble(line []byte) bool {
	return bytes.HasPrefix(line, []byte("#TYPE ")) || bytes.HasPrefix(line, []byte("sep="))
}

// headerBehind is how many bytes of other text stand before a header that is known, where the first line is none: a
// warning, a banner, the title of a report. 0 for a file without one.
func headerBehind(w *scan.Window) int {
	const mostBytes, mostLines = 1 << 16, 50
	for len(w.Rest()) < mostBytes && w.More() {
	}
	rest := w.Rest()[:min(len(w.Rest()), mostBytes)]
	at := 0
	for range mostLines {
		line, _, found := bytes.Cut(rest[at:], scan.Newline)
		if text := bytes.TrimSpace(line); len(text) > 0 && !isPreamble(text) && isHeader(text) {
			before := bytes.TrimSpace(rest[:at])
			if len(before) == 0 || isPreamble(before) {
				return 0
			}
			return len(bytes.TrimRight(rest[:at], " \t\r\n"))
		}
		if !found {
			break
		}
		at += len(line) + 1
	}
	return 0
}

// isHeader tells whether a line names the columns of a table that is read.
func isHeader(line []byte) bool {
	s := &scan.CSV{Window: scan.NewWindow(bytes.NewReader(line), nil), Comma: delimiterOf(line)}
	row, ok := s.Next()
	if !ok || row.Reason != "" || len(s.Cells) < 2 {
		return false
	}
	var names []string
	for i := range s.Cells {
		names = append(names, strings.TrimSpace(string(s.Cell(row.Text, i, nil))))
	}
	if slices.ContainsFunc(names, func(name string) bool { return headerKey(name) == "auditdata" }) {
		return true
	}
	f, _ := recogniseRecord(names, true)
	return f != nil
}

func (r *reader) readAuditRows(s *scan.CSV, column int) error {
	var unquoted, mended []byte
	types := slices.IndexFunc(r.file.header, func(name string) bool {
		return headerKey(name) == "recordtype" || headerKey(name) == "auditlogrecordtype"
	})
	for {
		rec, ok := s.Next()
		if !ok {
			r.before = s.Number
			r.noteTimes()
			return nil
		}
		if rec.Reason == "" {
			rec.Reason = s.CellsProblem(rec.Text)
		}
		if rec.Reason != "" {
			if err := r.reject(rec, rec.Reason); err != nil {
				return err
			}
			continue
		}
		cell := s.Cell(rec.Text, column, unquoted[:0])
		if s.Cells[column].Doubled {
			unquoted = cell
		}
		if !s.Tidy {
			r.untidy++
		}
		err := r.json.Walk(cell)
		if err != nil && bytes.HasPrefix(cell, []byte(`{""`)) {
			// Written as CSV twice: the quotes are doubled once more.
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
			err = r.json.Walk(cell)
		}
		if err != nil && bytes.HasPrefix(cell, []byte("@{")) {
			if table := hashtables(string(cell)); table != nil && table.kind == '{' {
				cell = table.append(nil) // PowerShell's text of an object
				err = r.json.Walk(cell)
			}
		}
		if err == scan.ErrIncomplete {
			around := map[string]string{}
			for i, name := range r.file.header {
				if member := wrapperColumns[headerKey(name)]; member != "" {
					around[member] = string(s.Cell(rec.Text, i, nil))
				}
			}
			if saved, ok := r.saveCut(cell, around); ok {
				cell, err = saved, nil
			}
		}
		if err != nil {
			if err := r.reject(rec, "AuditData: "+err.Error()); err != nil {
				return err
			}
			continue
		}
		if rec.Mended = r.json.Flaws != 0; rec.Mended {
			mended = scan.Mend(mended[:0], cell)
			if err := r.json.Walk(mended); err != nil {
				return err
			}
			cell = mended
		}
		if types >= 0 {
			rec.TypeName = string(s.Cell(rec.Text, types, nil))
		}
		rec.Text = cell
		if err := r.take(rec, &r.json); err != nil {
			return err
		}
	}
}

// readRows turns each row into a JSON object by its header, with the names as
// the format spells them.
func (r *reader) readRows(s *scan.CSV, f *format, names []string, zones map[int]time.Duration) error {
	keys := make([][]byte, len(names))
	seen := map[string]int{}
	var times []int
	for i, n := range names {
		name := f.spelled(n)
		if name == n {
			name = strings.Join(strings.Fields(n), " ")
		}
		if f.isTime(name) {
			times = append(times, i)
		}
		if seen[headerKey(name)]++; seen[headerKey(name)] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[headerKey(name)])
		}
		keys[i], _ = scan.AppendJSONString(nil, []byte(name))
	}
	category := r.categoryFromName(f)
	known := recognised{format: f}
	inner := wrappingColumns(names, originals)
	says := slices.IndexFunc(names, func(name string) bool { return headerKey(name) == headerKey(f.says) })
	t := timeCells{reader: r, names: names, times: times, zones: zones, isState: f.isState()}
	var row, body []byte
	for {
		rec, ok := s.Next()
		if !ok {
			break
		}
		reason := rec.Reason
		if reason == "" {
			reason = s.CellsProblem(rec.Text)
		}
		if reason == "" && len(inner) > 0 {
			if text := r.inRow(s, rec.Text, inner); text != nil {
				if err := r.takeInner(rec, text); err != nil {
					return err
				}
				continue
			}
		}
		if reason == "" {
			var err error
			if reason, err = t.rewrite(s, rec.Text); err != nil {
				return err
			}
		}
		if reason != "" {
			if err := r.reject(rec, reason); err != nil {
				return err
			}
			continue
		}
		if !s.Tidy {
			r.untidy++
		}
		if f.says != "" && says >= 0 && len(scan.TrimCell(s.Cell(rec.Text, says, nil))) == 0 {
			if err := r.refuse(rec, f.otherTable()); err != nil {
				return err
			}
			continue
		}
		row, body = append(row[:0], '{'), body[:0]
		bad, padded := false, false
		for i := range s.Cells {
			cell := s.Cell(rec.Text, i, nil)
			if len(scan.TrimCell(cell)) < len(cell) {
				padded = true
			}
			if scan.IsTypeName(cell) {
				padded = true
				// Lists of things have dozens of columns with nothing but a type.
				if !f.isState() || f.spelling[headerKey(names[i])] != "" {
					r.losing(names[i])
				}
			}
			var b bool
			if row, b = appendCell(row, keys[i], cell); b {
				bad = true
			}
		}
		row = append(row, '}')
		if len(t.rewritten) > 0 || padded {
			body = append(body, '{')
			for i := range s.Cells {
				cell, ok := t.rewritten[i]
				if !ok {
					cell = s.Cell(rec.Text, i, nil)
				}
				if scan.IsTypeName(cell) {
					cell = nil
				}
				body, _ = appendCell(body, keys[i], scan.TrimCell(cell))
			}
			body = append(body, '}')
		}
		if bad {
			r.mended++
			r.see(rec.Text)
		}
		var err error
		switch {
		case len(f.nested) == 0 && len(f.flat) == 0:
			err = r.pass(f, rec, category, row, body)
		case len(body) > 0:
			err = r.passShaped(known, rec, category, row, r.shaped(known, body, nil))
		default:
			err = r.passShaped(known, rec, category, row, r.shaped(known, row, nil))
		}
		if err != nil {
			return err
		}
	}
	r.before = s.Number
	t.note()
	return nil
}

// appendCell appends a name and a value to an open JSON object.
func appendCell(object, key, cell []byte) (out []byte, bad bool) {
	if object[len(object)-1] != '{' {
		object = append(object, ',')
	}
	object = append(object, key...)
	return scan.AppendJSONString(append(object, ':'), cell)
}

// categoryFromName supplies the kind of sign-in where only the name of the
// portal's file says it.
func (r *reader) categoryFromName(f *format) string {
	if f.sections[0].table != "sign_ins" || f.name != "portal_sign_ins" {
		return ""
	}
	name := strings.ToLower(lastName(r.file.source.path))
	for _, k := range []struct{ part, category string }{
		{"noninteractive", "non_interactive"},
		{"interactive", "interactive"},
		{"applicationsignins", "service_principal"},
		{"msisignins", "managed_identity"},
	} {
		if strings.Contains(name, k.part) {
			r.file.notef("%s by the file's name", k.category)
			return k.category
		}
	}
	r.file.notef("the columns don't say which kind of sign-ins these are, nor does the file's name")
	return ""
}
