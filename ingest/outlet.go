package ingest

import (
	"fmt"

	"entrail/ingest/scan"
)

// sink takes the records of a format.
type sink interface {
	// Add takes one record. An empty body means that it is its own body.
	Add(fileID int32, record int64, category string, raw, body []byte) error
}

// outlet is where the records of one file go: to the sinks of their formats, or among the
// rejects. It counts them, and tells at the end what the file is.
type outlet struct {
	file *inputFile
	sink func(f *format) (sink, error)

	// bodies takes what child rows are read from where that is not raw; nil if nothing is loaded.
	bodies  func(f *format, fileID int32, record int64, body []byte) error
	rejects *rejectList

	counts   map[*format]int64 // records that went to the sinks
	rejected int64             // records that did not
	first    *reject           // of this file
	why      string            // nothing of the file is recognised, by its first record if it has any
	remarks  remarks

	names  map[*format]names // as shape.go found them so far
	shaped scan.JSONText     // the last record that got another shape
}

func newOutlet(f *inputFile, rejects *rejectList) *outlet {
	return &outlet{file: f, rejects: rejects, counts: map[*format]int64{}, names: map[*format]names{}}
}

// expect says that the file is an export of the format, whether or not there is a record
// in it to hand on.
func (o *outlet) expect(f *format) { o.counts[f] += 0 }

// pass hands a recognised record on. raw is what is kept of it, body what the
// format's SQL reads if that is another text.
func (o *outlet) pass(f *format, rec scan.Record, category string, raw, body []byte) error {
	o.counts[f]++
	to, err := o.sink(f)
	if err != nil {
		return err
	}
	return to.Add(o.file.id, rec.Number, category, raw, body)
}

// passShaped hands a record on whose body first gets the shape that the format's SQL
// reads, and what the envelope says where the body does not.
func (o *outlet) passShaped(known recognised, rec scan.Record, category string, raw, body []byte, envelope *scan.JSONText) error {
	body = o.shape(known, body, envelope)
	if known.format.shapesRaw() {
		raw = body
	}
	if err := o.shaped.Walk(body); err != nil {
		return err
	}
	body = o.shaped.Unpadded(body, body)
	if len(known.format.sections) > 1 && o.bodies != nil {
		if err := o.bodies(known.format, o.file.id, rec.Number, body); err != nil {
			return err
		}
	}
	return o.pass(known.format, rec, category, raw, body)
}

func (o *outlet) shape(known recognised, body []byte, envelope *scan.JSONText) []byte {
	record := treeOf(body)
	if o.names[known.format] == nil {
		o.names[known.format] = names{}
	}
	s := &shaper{format: known.format, names: o.names[known.format], recase: known.recased, keep: known.format.shapesRaw(), typed: o.remarks.losing, unread: o.remarks.cantRead}
	s.shape(record)
	if envelope != nil && known.format.fill(record, envelope) {
		o.remarks.filled++
	}
	return record.append(nil)
}

// refuse rejects a record that is of no format that is read.
func (o *outlet) refuse(rec scan.Record, reason string) error {
	if o.why == "" {
		o.why = reason
	}
	return o.reject(rec, "not recognised: "+reason)
}

func (o *outlet) reject(rec scan.Record, reason string) error {
	return o.list(reject{o.file.id, rec.Number, rec.Line, reason, string(scan.Excerpt(rec.Text))})
}

// list lists a reject, which may be no record's.
func (o *outlet) list(x reject) error {
	if o.first == nil {
		o.first = &x
	}
	if x.record > 0 {
		o.rejected++
	}
	return o.rejects.add(x)
}

// conclude decides what the file is from the records that were found.
func (o *outlet) conclude() {
	f := o.file
	var most int64
	for format, n := range o.counts {
		if f.format == nil || n > most || n == most && format.name < f.format.name {
			f.format, most = format, n
		}
	}
	if f.format == nil {
		if f.unreadable || len(f.notes) > 0 && o.why == "" && o.first == nil {
			return
		}
		why := o.why
		if why == "" && o.first != nil {
			why = fmt.Sprintf("line %d: %s", o.first.line, o.first.reason)
		}
		f.notef("not recognised: %s", why)
		return
	}
	for _, format := range formats { // in one order, which that of a map is not
		if n := o.counts[format]; n > 0 && format != f.format {
			f.notef("%d of the records are %s", n, format.title)
		}
	}
	o.remarks.note(f)
	f.rejected, f.records = o.rejected, o.rejected
	for _, n := range o.counts {
		f.records += n
	}
}
