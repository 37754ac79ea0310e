package tenant

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
)

// WriteContoso writes the folder that the responder was handed, and returns what
// is in it. Files that are there already are replaced; others are left alone.
func (t *Tenant) WriteContoso(folder string) (*Truth, error) {
	c := newCounter()
	const from, week, to = "2026-09-14", "2026-10-07", "2026-10-14"
	lastWeek := func(list iter.Seq[*SignIn]) iter.Seq[*SignIn] {
		return Where(list, func(s *SignIn) bool { return s.Time >= Day(23).Unix() })
	}

	// The zip of the first responder has the whole period as JSON. A colleague
	// later took the last days as CSV: the same sign-ins once more.
	name := "InteractiveSignIns_" + from + "_" + to
	err := writeZip(filepath.Join(folder, "entra.zip"), name+".json", func(w io.Writer) error {
		return WritePortalJSON(w, c.countSignIns("entra.zip!"+name+".json", t.SignIns(Interactive), true), Pretty)
	})
	if err != nil {
		return nil, err
	}
	signIns := func(name string, columns int, list iter.Seq[*SignIn]) func() error {
		return func() error {
			return writeFile(filepath.Join(folder, name), func(w io.Writer) error {
				return WritePortalCSV(w, columns, c.countSignIns(name, list, false))
			})
		}
	}
	events := func(name string, list iter.Seq[*AuditEvent], write func(io.Writer, iter.Seq[*AuditEvent]) error) func() error {
		return func() error {
			return writeFile(filepath.Join(folder, name), func(w io.Writer) error {
				return write(w, c.countEvents(name, list))
			})
		}
	}
	slice := func(from, to int) iter.Seq[*AuditEvent] {
		return Where(t.AuditEvents(), func(e *AuditEvent) bool {
			// Whoever took the tenant-wide export left MailItemsAccessed out,
			// which fills pages; Adele's has it.
			return Day(from).Unix() <= e.Time && e.Time < Day(to).Unix() && e.Kind.RecordType != mailAccess
		})
	}
	adele := Where(t.AuditEvents(), func(e *AuditEvent) bool {
		return e.Time >= Day(18).Unix() && e.Actor == t.incident.victim && e.Kind.Workload == "Exchange"
	})
	cmdlet := func(columns int) func(io.Writer, iter.Seq[*AuditEvent]) error {
		return func(w io.Writer, list iter.Seq[*AuditEvent]) error { return WriteCmdletCSV(w, columns, list) }
	}
	steps := "InteractiveSignIns_AuthDetails_" + week + "_" + to + ".csv"

	for _, write := range []func() error{
		signIns("InteractiveSignIns_"+week+"_"+to+".csv", 57, lastWeek(t.SignIns(Interactive))),
		func() error {
			return writeFile(filepath.Join(folder, steps), func(w io.Writer) error {
				return WriteAuthDetailsCSV(w, c.countSteps(steps, lastWeek(t.SignIns(Interactive))))
			})
		},
		signIns("NonInteractiveSignIns_"+from+"_"+to+".csv", 57, t.SignIns(NonInteractive)),
		signIns("ApplicationSignIns_"+from+"_"+to+".csv", 22, t.SignIns(ServicePrincipal)),
		signIns("MSISignIns_"+from+"_"+to+".csv", 22, t.SignIns(ManagedIdentity)),
		// Two runs of the cmdlet that overlap by two days; the second lost its
		// place and read some pages twice.
		events("UnifiedAuditLog_2026-09-14_2026-10-06.csv.gz", slice(0, 23), cmdlet(10)),
		events("UnifiedAuditLog_2026-10-05_2026-10-14.csv", paged(slice(21, Days)), cmdlet(13)),
		events("UnifiedAuditLog_adele.vance.json", adele, func(w io.Writer, list iter.Seq[*AuditEvent]) error { return WriteCmdletJSON(w, list, true) }),
	} {
		if err := write(); err != nil {
			return nil, err
		}
	}
	return c.finish(t.incident), nil
}

// paged repeats the last 8 of every 100 events, as paging through a log that
// grows does.
func paged(list iter.Seq[*AuditEvent]) iter.Seq[*AuditEvent] {
	return func(yield func(*AuditEvent) bool) {
		var page []*AuditEvent
		for e := range list {
			if !yield(e) {
				return
			}
			if page = append(page, e); len(page) == 100 {
				for _, again := range slices.Clone(page[92:]) {
					if !yield(again) {
						return
					}
				}
				page = page[:0]
			}
		}
	}
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var w io.Writer = f
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
		if err != nil {
			return err
		}
		defer z.Close()
		w = z
	}
	if err := write(w); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if z, ok := w.(io.Closer); ok && w != io.Writer(f) {
		if err := z.Close(); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return f.Close()
}

func writeZip(path, member string, write func(io.Writer) error) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: member, Method: zip.Deflate, Modified: Day(Days)})
	if err != nil {
		return err
	}
	if err := write(w); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
