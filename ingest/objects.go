package ingest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"entrail/ingest/scan"
)

// objectReader takes the records of one file that are JSON objects, or become such: it recognises
// each, takes it out of what others have put around it, mends what can be mended, and hands
// it on.
type objectReader struct {
	out   *outlet
	times *fileTimes
	names *recogniser

	lists *scan.JSON // that the records come from; nil for other syntaxes
	page  page       // that the last record stood in

	inner    scan.JSONText // the last record that was mended, put together, or taken out of another program's
	enclosed scan.JSONText // the last that stood in an envelope, which is read beside it
}

// scanner finds the objects in a text that may be records, whatever else is in it.
func (o *objectReader) scanner(w *scan.Window) *scan.JSON {
	return scan.NewJSON(w, func(t *scan.JSONText) bool {
		known := o.names.record(t)
		return known.format != nil || known.envelope != "" || known.wrapped && o.unwrapped(t.Walked()) != nil || bagged(t) != nil
	})
}

// read takes the records that the scanner finds.
func (o *objectReader) read(s *scan.JSON) error {
	o.lists = s
	defer func() { o.lists = nil }()
	for {
		rec, ok := s.Next()
		if !ok {
			break
		}
		if rec.Reason != "" {
			if err := o.out.reject(rec, rec.Reason); err != nil {
				return err
			}
			continue
		}
		if err := o.take(rec, &s.Parser); err != nil {
			return err
		}
	}
	o.times.note()
	if s.Prefixed > 0 {
		o.out.file.notef("%s behind a text of another program on the line, such as the header of a syslog message, which is not read", were(s.Prefixed, "record"))
	}
	if s.Loose > 0 {
		o.out.file.noteLoss("%s between the records no JSON, such as NUL or a bracket that closes nothing: something may be missing there", were(s.Loose, "byte"))
	}
	if s.Truncated {
		o.out.file.noteLoss("the file ends inside its list: it was cut off")
	}
	if s.NextLink {
		o.out.file.notef("one page of several: it names a next page (nextLink)")
	}
	if s.Number == 0 && len(o.out.file.notes) == 0 {
		o.out.file.empty = true
		o.out.file.notef("a JSON file without records")
	}
	return nil
}

// readClixml takes the records of what Export-Clixml wrote.
func (o *objectReader) readClixml(ctx context.Context, text *scan.Window) error {
	s := scan.NewClixml(text)
	var t scan.JSONText
	for {
		rec, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if text.Err != nil || ctx.Err() != nil {
				return ctx.Err()
			}
			o.out.file.noteLoss("reading stopped: the XML is damaged, or ends too early (%v); the records before it are loaded", err)
			break
		}
		if err := t.Walk(rec.Text); err != nil {
			if err := o.out.reject(rec, err.Error()); err != nil {
				return err
			}
			continue
		}
		if err := o.take(rec, &t); err != nil {
			return err
		}
	}
	o.times.note()
	if len(o.out.counts) == 0 {
		o.out.why = strings.TrimSuffix(fmt.Sprintf("objects that PowerShell stored with Export-Clixml (%s), which is nothing that is read here; %s", cmp.Or(s.TypeName, "no type"), o.out.why), "; ")
	} else {
		o.out.file.notef("read from what Export-Clixml wrote")
	}
	return nil
}

// take recognises one record, mends what can be mended and passes it on.
func (o *objectReader) take(rec scan.Record, t *scan.JSONText) error {
	known := o.names.record(t)
	o.out.remarks.repeats(known)
	if known.wrapped {
		if inner := o.unwrapped(rec.Text); inner != nil {
			return o.takeInner(rec, inner)
		}
	}
	if known.format == nil && known.envelope == "" {
		if whole := bagged(t); whole != nil {
			rec.Text = whole
			if err := o.inner.Walk(whole); err != nil {
				return o.out.reject(rec, err.Error())
			}
			return o.take(rec, &o.inner)
		}
	}
	if rec.Mended = rec.Mended || t.Flaws != 0; rec.Mended {
		o.out.remarks.mended++
	}
	if t.Flaws != 0 {
		o.out.remarks.see(rec.Text)
		rec.Text = scan.Mend(nil, rec.Text)
		if err := o.inner.Walk(rec.Text); err != nil {
			return err
		}
		t = &o.inner
	}
	if known.envelope != "" {
		return o.open(rec, t, known.envelope)
	}
	if known.format == nil {
		if o.lists != nil && !known.isOpen && o.lists.OpenLast(rec) {
			return nil
		}
		return o.out.refuse(rec, cmp.Or(apiError(rec.Text), known.reason))
	}
	return o.takeKnown(rec, t, known)
}

// takeInner takes the record that stood in the given one.
func (o *objectReader) takeInner(rec scan.Record, inner []byte) error {
	rec.Text = inner
	// Of its own: the record may stand in an envelope, which is read beside it.
	if err := o.inner.Walk(inner); err != nil {
		return o.out.reject(rec, err.Error())
	}
	o.out.remarks.wrapped++
	return o.take(rec, &o.inner)
}

// takeKnown takes a record of a known format, whose names were walked.
func (o *objectReader) takeKnown(rec scan.Record, t *scan.JSONText, known recognised) error {
	if known.format.isOther(t) {
		return o.out.refuse(rec, known.format.otherTable())
	}
	body, reason, err := o.times.settle(known, t, len(rec.Text), rec.Line, false)
	if err != nil {
		return err
	}
	if reason != "" {
		o.out.expect(known.format) // it is one of these nevertheless
		return o.out.reject(rec, reason)
	}
	if known.renamed {
		o.out.remarks.renamed = true
		rec.Text = scan.GraphNames(nil, rec.Text, o.out.remarks.losing)
		if body != nil {
			body = scan.GraphNames(nil, body, o.out.remarks.losing)
		}
	}
	if name := o.names.strangeType(known.format, t, rec.TypeName); name != "" && !known.isOdd(t, rec.Text) {
		if body == nil {
			body = rec.Text
		}
		body = withMember(body, "RecordTypeName", name)
	}
	if owner := o.pageOwner(); owner != "" && known.format.isState() {
		if body == nil {
			body = rec.Text
		}
		body = withMember(body, "userPrincipalName", owner)
	}
	if !known.isOdd(t, rec.Text) {
		return o.out.pass(known.format, rec, "", rec.Text, t.Unpadded(rec.Text, body))
	}
	if body == nil {
		body = rec.Text
	}
	return o.out.passShaped(known, rec, "", rec.Text, body, nil)
}

// open takes the record out of its envelope: an object, or its text.
func (o *objectReader) open(rec scan.Record, outer *scan.JSONText, envelope string) error {
	isAudit := strings.EqualFold(envelope, "AuditData")
	category := categoryIn(outer)
	if of := formatNamed(wholeCategories[category]); of != nil && outer.Member("operationName") != nil {
		known := recognised{format: of}
		known.look(outer.Names())
		return o.takeKnown(rec, outer, known)
	}
	body, isCut, problem := enclosedIn(&o.enclosed, rec, outer.Member(envelope), isAudit)
	if problem != nil {
		return o.out.reject(rec, envelope+": "+problem.Error())
	}
	if isCut {
		o.out.remarks.cut++
	}
	mended := o.enclosed.Flaws != 0
	if mended {
		body = scan.Mend(nil, body)
		if err := o.enclosed.Walk(body); err != nil {
			return err
		}
	}
	if mended && !rec.Mended {
		o.out.remarks.mended++
	}
	known := o.names.body(&o.enclosed)
	o.out.remarks.repeats(known)
	if known.wrapped {
		if inner := o.unwrapped(body); inner != nil {
			return o.takeInner(rec, inner)
		}
	}
	if known.format == nil && isAudit {
		if inner := inBag(&o.enclosed, body); inner != nil {
			body, known = inner, o.names.body(&o.enclosed)
			o.out.remarks.repeats(known)
		}
	}
	if of := formatNamed(categories[category]); known.format == nil && of != nil && len(body) > 0 && body[0] == '{' {
		known.format = of
		known.look(o.enclosed.Names())
	}
	if known.format == nil {
		reason := known.reason
		if category == "B2CRequestLogs" {
			reason = requestsOfB2C
		} else if category != "" {
			reason = fmt.Sprintf("a record of category %q: %s", category, reason)
		}
		return o.out.refuse(rec, reason)
	}
	settled, reason, err := o.times.settle(known, &o.enclosed, len(body), rec.Line, !isAudit)
	if err != nil {
		return err
	}
	if reason != "" {
		o.out.expect(known.format)
		return o.out.reject(rec, reason)
	}
	if name := o.names.strangeType(known.format, &o.enclosed, typeNameIn(outer)); name != "" {
		if settled == nil {
			settled = body
		}
		settled = withMember(settled, "RecordTypeName", name)
	}
	isDiagnostic := envelope == "properties" && known.format != auditLog
	incomplete := !isAudit && known.format.lacks(&o.enclosed)
	if incomplete || known.isOdd(&o.enclosed, body) {
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
		return o.out.passShaped(known, rec, signInCategories[category], raw, settled, around)
	}
	settled = o.enclosed.Unpadded(body, settled)
	if envelope == "properties" && !mended && known.format != auditLog {
		o.out.file.enveloped = true
		if settled == nil {
			settled = body
		}
		return o.out.pass(known.format, rec, signInCategories[category], rec.Text, settled)
	}
	return o.out.pass(known.format, rec, signInCategories[category], body, settled)
}

// pageOwner is the account whose page of Graph the last record stood in; "" for none.
func (o *objectReader) pageOwner() string {
	if o.lists == nil {
		return ""
	}
	if context := o.lists.Context(); context != o.page.context {
		o.page = pageOf(context)
	}
	return o.page.owner
}

// unwrapped is the record that stands in an object; nil for none.
func (o *objectReader) unwrapped(object []byte) []byte {
	return unwrapped(o.names, object, 0, o.lists != nil)
}

// page is a page of Graph that records stand in.
type page struct {
	context string
	owner   string // the account that all of it belongs to; "" = nobody's, or it does not say
}

// ofUser is the context of a page that lists what one user has.
var ofUser = regexp.MustCompile(`#users\('([^']+)'\)/`)

func pageOf(context string) page {
	p := page{context: context}
	if m := ofUser.FindStringSubmatch(context); m != nil {
		if account, err := url.QueryUnescape(m[1]); err == nil && strings.Contains(account, "@") {
			p.owner = account
		}
	}
	return p
}
