package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/dates"
	"entrail/ingest/scan"
)

// rowReader takes the records of one file that are rows of a table, or stand in the cells of
// one: each becomes an object by the names of the columns.
type rowReader struct {
	out     *outlet
	times   *fileTimes
	objects *objectReader // takes what stands in a cell
	before  int64         // records of the tables before this one, such as those of other sheets
}

// read reads a table.
func (r *rowReader) read(w *scan.Window) error {
	s := &scan.CSV{Window: w, Comma: ',', Number: r.before}
	header, before, problem := readHeader(s)
	if problem != "" {
		r.out.why = problem
		return nil
	}
	for _, line := range before {
		if err := r.out.reject(line, line.Reason); err != nil {
			return err
		}
	}
	var names []string
	for i := range s.Cells {
		name := strings.TrimPrefix(string(s.Cell(header.Text, i, nil)), "\ufeff") // a second mark, of a text that was encoded twice
		names = append(names, strings.ToValidUTF8(strings.TrimSpace(name), "\ufffd"))
	}
	s.Width = len(names)
	s.Header = bytes.Clone(header.Text)
	defer func() {
		if s.Repeats > 0 {
			r.out.file.notef("%s the header once more: files were joined", were(int64(s.Repeats), "line"))
		}
	}()
	zones, local := dates.ColumnZones(names)
	for i, n := range names {
		if headerKey(n) == "auditdata" {
			r.out.expect(auditLog)
			return r.readAuditRows(s, names, i)
		}
	}
	f, reason := recogniseRecord(names, true)
	if f == nil {
		if short, ok := withoutPrefix(names); ok {
			if f, _ = recogniseRecord(short, true); f != nil {
				names = short
			}
		}
	}
	if f == nil {
		if columns := wrappingColumns(names, wrappers); len(columns) > 0 && isTable(names) && holdRecords(r.objects.names, s, columns) {
			return r.readWrapped(s, names, columns)
		}
		r.out.why = reason
		return nil
	}
	if local != "" {
		r.out.why = fmt.Sprintf("%s, whose times are in the local time of whoever exported it, in column %q: nobody can say here what they are in UTC; export it again with the time zone UTC", f.title, local)
		return nil
	}
	language := f.translated(names)
	if language != "" {
		r.out.file.notef("the columns are named in %s; they were read by their English names", language)
	}
	if unread := f.unread(names); len(unread) > 0 && (language != "" || f.unsure) {
		r.out.file.notef("not read, for their names are not known: %s; the JSON download has everything", scan.Quoted(unread))
	}
	r.out.expect(f) // an export without a single row is one, too
	return r.readRows(s, f, names, zones)
}

// nextRow is the next row, with the reason why it can't be taken, if there is one.
func nextRow(s *scan.CSV) (rec scan.Record, ok bool) {
	rec, ok = s.Next()
	if ok && rec.Reason == "" {
		rec.Reason = s.CellsProblem(rec.Text)
	}
	return rec, ok
}

// end ends a table: the next may write the dates in its cells in another order.
func (r *rowReader) end(s *scan.CSV) {
	r.before = s.Number
	r.times.note()
}

// readAuditRows takes the records that stand in the column AuditData.
func (r *rowReader) readAuditRows(s *scan.CSV, names []string, column int) error {
	var unquoted, mended []byte
	var t scan.JSONText
	types := slices.IndexFunc(names, func(name string) bool {
		return headerKey(name) == "recordtype" || headerKey(name) == "auditlogrecordtype"
	})
	for {
		rec, ok := nextRow(s)
		if !ok {
			r.end(s)
			return nil
		}
		if rec.Reason != "" {
			if err := r.out.reject(rec, rec.Reason); err != nil {
				return err
			}
			continue
		}
		cell := s.Cell(rec.Text, column, unquoted[:0])
		if s.Cells[column].Doubled {
			unquoted = cell
		}
		if !s.Tidy {
			r.out.remarks.untidy++
		}
		cell, err := auditData(&t, cell)
		if err == scan.ErrIncomplete {
			around := map[string]string{}
			for i, name := range names {
				if member := wrapperColumns[headerKey(name)]; member != "" {
					around[member] = string(s.Cell(rec.Text, i, nil))
				}
			}
			if saved, ok := saveCut(&t, cell, around); ok {
				cell, err = saved, nil
				r.out.remarks.cut++
			}
		}
		if err != nil {
			if err := r.out.reject(rec, "AuditData: "+err.Error()); err != nil {
				return err
			}
			continue
		}
		if rec.Mended = t.Flaws != 0; rec.Mended {
			mended = scan.Mend(mended[:0], cell)
			if err := t.Walk(mended); err != nil {
				return err
			}
			cell = mended
		}
		if types >= 0 {
			rec.TypeName = string(s.Cell(rec.Text, types, nil))
		}
		rec.Text = cell
		if err := r.objects.take(rec, &t); err != nil {
			return err
		}
	}
}

// readRows turns each row into a JSON object by its header, with the names as
// the format spells them.
func (r *rowReader) readRows(s *scan.CSV, f *format, names []string, zones map[int]time.Duration) error {
	keys, times := keysOf(f, names)
	category := categoryFromName(f, r.out.file)
	known := recognised{format: f}
	inner := wrappingColumns(names, originals)
	says := slices.IndexFunc(names, func(name string) bool { return headerKey(name) == headerKey(f.says) })
	t := timeCells{of: r.times, names: names, times: times, zones: zones, isState: f.isState(), asShown: f.asShown}
	var row, body []byte
	for {
		rec, ok := nextRow(s)
		if !ok {
			break
		}
		reason := rec.Reason
		if reason == "" && len(inner) > 0 {
			if text := inRow(r.objects.names, s, rec.Text, inner); text != nil {
				if err := r.objects.takeInner(rec, text); err != nil {
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
			if err := r.out.reject(rec, reason); err != nil {
				return err
			}
			continue
		}
		if !s.Tidy {
			r.out.remarks.untidy++
		}
		if f.says != "" && says >= 0 && len(scan.TrimCell(s.Cell(rec.Text, says, nil))) == 0 {
			if err := r.out.refuse(rec, f.otherTable()); err != nil {
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
					r.out.remarks.losing(names[i])
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
			r.out.remarks.mended++
			r.out.remarks.see(rec.Text)
		}
		var err error
		switch {
		case len(f.nested) == 0 && len(f.flat) == 0:
			err = r.out.pass(f, rec, category, row, body)
		case len(body) > 0:
			err = r.out.passShaped(known, rec, category, row, body, nil)
		default:
			err = r.out.passShaped(known, rec, category, row, row, nil)
		}
		if err != nil {
			return err
		}
	}
	t.note()
	r.end(s)
	return nil
}

// keysOf are the names under which the cells of a row stand in its object, and which cells
// are times.
func keysOf(f *format, names []string) (keys [][]byte, times []int) {
	keys = make([][]byte, len(names))
	seen := map[string]int{}
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
	return keys, times
}

// appendCell appends a name and a value to an open JSON object.
func appendCell(object, key, cell []byte) (out []byte, bad bool) {
	if object[len(object)-1] != '{' {
		object = append(object, ',')
	}
	object = append(object, key...)
	return scan.AppendJSONString(append(object, ':'), cell)
}

// readWrapped reads the rows of a table of which nothing is read but the records
// in these columns.
func (r *rowReader) readWrapped(s *scan.CSV, names []string, columns []int) error {
	for {
		rec, ok := nextRow(s)
		if !ok {
			break
		}
		var err error
		if rec.Reason != "" {
			err = r.out.reject(rec, rec.Reason)
		} else if inner := inRow(r.objects.names, s, rec.Text, columns); inner != nil {
			err = r.objects.takeInner(rec, inner)
		} else {
			err = r.out.refuse(rec, "no record of a known log stands in the column "+scan.Quoted(names[columns[0]:columns[0]+1]))
		}
		if err != nil {
			return err
		}
	}
	r.end(s)
	return nil
}

// categoryFromName supplies the kind of sign-in where only the name of the
// portal's file says it.
func categoryFromName(f *format, of *inputFile) string {
	if f.sections[0].table != "sign_ins" || f.name != "portal_sign_ins" {
		return ""
	}
	name := strings.ToLower(lastName(of.source.path))
	for _, k := range []struct{ part, category string }{
		{"noninteractive", "non_interactive"},
		{"interactive", "interactive"},
		{"applicationsignins", "service_principal"},
		{"msisignins", "managed_identity"},
	} {
		if strings.Contains(name, k.part) {
			of.notef("%s by the file's name", k.category)
			return k.category
		}
	}
	of.notef("the columns don't say which kind of sign-ins these are, nor does the file's name")
	return ""
}
