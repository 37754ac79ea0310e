package ingest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

// BenchmarkLoadTwice loads two exports of one log: in one form, in two forms that
// say as much, and in two of which one says less.
//
//	go test ./ingest -run - -bench LoadTwice -benchtime 1x -records 1000000
func BenchmarkLoadTwice(b *testing.B) {
	sample := tenant.New(tenant.Options{Seed: 1, SignIns: 2 * *benchRecords, AuditEvents: *benchRecords})
	lines := func(w io.Writer) error { return tenant.WriteAuditDataLines(w, sample.AuditEvents()) }
	for _, exports := range []struct {
		name   string
		first  func(io.Writer) error
		second func(io.Writer) error
	}{
		{"audit_equal", lines, lines},
		{"audit_added_key", lines, func(w io.Writer) error {
			return tenant.WriteAuditDataLines(replacing{w, regexp.MustCompile(`(?m)^\{`), `{"@odata.type":"x",`}, sample.AuditEvents())
		}},
		{"sign_ins_csv_json", func(w io.Writer) error {
			return tenant.WritePortalJSON(w, sample.SignIns(tenant.Interactive), tenant.OneLine)
		}, func(w io.Writer) error { return tenant.WritePortalCSV(w, 57, sample.SignIns(tenant.Interactive)) }},
	} {
		b.Run(exports.name, func(b *testing.B) {
			folder := b.TempDir()
			for name, write := range map[string]func(io.Writer) error{"1": exports.first, "2": exports.second} {
				f, err := os.Create(filepath.Join(folder, name))
				if err != nil {
					b.Fatal(err)
				}
				if err := errors.Join(write(f), f.Close()); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				summary, err := Load(context.Background(), filepath.Join(b.TempDir(), "case.duckdb"), []string{folder}, Options{Engine: engine.Options{Temp: b.TempDir()}})
				if err != nil || !summary.Complete() {
					b.Fatal(summary, err)
				}
				b.ReportMetric(float64(summary.Loaded), "loaded")
				b.ReportMetric(float64(summary.Duplicates), "duplicates")
			}
		})
	}
}

// replacing writes what is written to it otherwise.
type replacing struct {
	w    io.Writer
	what *regexp.Regexp
	with string
}

func (r replacing) Write(text []byte) (int, error) {
	_, err := r.w.Write(r.what.ReplaceAll(text, []byte(r.with)))
	return len(text), err
}
