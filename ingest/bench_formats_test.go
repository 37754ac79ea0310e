//go:build unix

package ingest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

var benchBytes = flag.Int("bytes", 32<<20, "bytes of the files that BenchmarkFormats loads")

// BenchmarkFormats loads a large file of each fixture: its records over and over, each
// time with other ids, addresses and times. The metrics that count are ratio and
// cpu-ratio: the seconds a byte, and those of the processor, over those of the family,
// which is loaded first, from the sample tenant. Of what becomes sign-ins that is the
// sign-ins' CSV or JSON, of all others the audit log's. The fixtures have short records,
// of which a byte costs more: record-ratio is the processor's time a record over that.
//
//	go test ./ingest -run - -bench Formats -benchtime 1x
func BenchmarkFormats(b *testing.B) {
	families := map[string]loadCost{}
	for _, family := range []struct {
		name   string
		record int // bytes of one, on average
		fill   func(*tenant.Tenant, io.Writer) error
	}{
		{"audit.csv", 1_720, func(t *tenant.Tenant, w io.Writer) error { return tenant.WriteCmdletCSV(w, 10, t.AuditEvents()) }},
		{"audit.json", 1_400, func(t *tenant.Tenant, w io.Writer) error { return tenant.WriteAuditDataLines(w, t.AuditEvents()) }},
		{"sign_in.csv", 590, func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WritePortalCSV(w, 57, t.SignIns(tenant.Interactive))
		}},
		{"sign_in.json", 3_500, func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WritePortalJSON(w, t.SignIns(tenant.Interactive), tenant.OneLine)
		}},
	} {
		b.Run(family.name, func(b *testing.B) {
			n := *benchBytes / family.record
			sample := tenant.New(tenant.Options{Seed: 1, SignIns: 2 * n, AuditEvents: n})
			families[family.name] = benchmarkLoad(b, family.name, func(w io.Writer) error { return family.fill(sample, w) })
		})
	}
	for _, f := range fixtures {
		b.Run(f.format+"/"+f.file, func(b *testing.B) {
			path := fixture(f.file)
			if f.write != nil {
				path = exported(b, f.file, f.write)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			text, _, err = transform.Bytes(unicode.BOMOverride(unicode.UTF8.NewDecoder()), text)
			if err != nil {
				b.Fatal(err)
			}
			cost := benchmarkLoad(b, f.file, func(w io.Writer) error { return writeOverAndOver(w, text, *benchBytes) })
			log := "audit"
			if f := formatCalled(f.format); strings.HasPrefix(f.sections[0].table, "sign_in") {
				log = "sign_in"
			}
			family := families[log+filepath.Ext(f.file)]
			b.ReportMetric(cost.wall/family.wall, "ratio")
			b.ReportMetric(cost.processor/family.processor, "cpu-ratio")
			b.ReportMetric(cost.record/family.record, "record-ratio")
		})
	}
}

func formatCalled(name string) *format {
	return formats[slices.IndexFunc(formats, func(f *format) bool { return f.name == name })]
}

// loadCost is seconds a byte, and those of the processor a byte and a record.
type loadCost struct{ wall, processor, record float64 }

// benchmarkLoad loads what fill writes, once an iteration.
func benchmarkLoad(b *testing.B, name string, fill func(io.Writer) error) loadCost {
	path := filepath.Join(b.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	buffered := bufio.NewWriter(f)
	if err := fill(buffered); err != nil {
		b.Fatal(err)
	}
	if err := buffered.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	f.Close()
	b.SetBytes(info.Size())
	var cost loadCost
	var bytes, records float64
	for b.Loop() {
		began, processor := time.Now(), processorTime()
		summary, err := Load(context.Background(), filepath.Join(b.TempDir(), "case.duckdb"), []string{path}, Options{Engine: engine.Options{Temp: b.TempDir()}})
		if err != nil || summary.Unrecognised+summary.Unreadable > 0 || summary.Rejected > 0 { // some lost what stood in a column
			b.Fatal(summary, err)
		}
		cost.wall += time.Since(began).Seconds()
		cost.processor += (processorTime() - processor).Seconds()
		bytes += float64(info.Size())
		records += float64(summary.Records)
		b.ReportMetric(float64(summary.Records), "records")
		b.ReportMetric(float64(summary.Duplicates), "duplicates")
	}
	return loadCost{cost.wall / bytes, cost.processor / bytes, cost.processor / records}
}

// processorTime is what all threads of this process have used.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// What makes a record another one: times, ids, addresses, and in JSON what stands under
// the name of an id.
var identifying = regexp.MustCompile(`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)` +
	`|([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})` +
	`|([\w.]+)@[a-z]+\.[a-z]+` +
	`|(Directory_\w+)` +
	`|"(?:id|alertId|userId|Identity|ReportId|Id)": ?"([^"]+)"`)

// writeOverAndOver writes the records of an export again and again, each time others,
// until there are so many bytes.
func writeOverAndOver(w io.Writer, export []byte, size int) error {
	before, records, between, after := cutOut(export)
	// The records are cut before each place that is written otherwise.
	type place struct {
		text []byte // up to the place
		kind int    // the group of identifying
		old  []byte
	}
	var places []place
	at := 0
	for _, m := range identifying.FindAllSubmatchIndex(records, -1) {
		for kind := 1; 2*kind < len(m); kind++ {
			if from, to := m[2*kind], m[2*kind+1]; from >= 0 {
				places = append(places, place{records[at:from], kind, records[from:to]})
				at = to
			}
		}
	}
	rest := records[at:]
	if _, err := w.Write(before); err != nil {
		return err
	}
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	var text []byte
	for n, written := 0, 0; written < size; n++ {
		text = text[:0]
		for i, p := range places {
			text = append(text, p.text...)
			switch p.kind {
			case 1:
				text = start.Add(time.Duration(n+i)*time.Second).AppendFormat(text, "2006-01-02T15:04:05")
			case 2:
				hex := strconv.FormatUint(1<<32|uint64(n), 16)
				text = append(append(text, hex[1:]...), p.old[8:]...)
			default:
				text = strconv.AppendInt(append(text, p.old...), int64(n), 10)
			}
		}
		text = append(text, rest...)
		if written+len(text) < size {
			text = append(text, between...)
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		written += len(text)
	}
	_, err := w.Write(after)
	return err
}

// cutOut are the records of an export, what parts them from more of them, and what stands
// around all: the header of a CSV, the page that a list of JSON is in.
func cutOut(export []byte) (before, records []byte, between string, after []byte) {
	export = bytes.TrimSpace(export)
	if export[0] != '{' && export[0] != '[' {
		header := bytes.IndexByte(export, '\n') + 1
		if bytes.HasPrefix(export, []byte("#TYPE")) {
			header += bytes.IndexByte(export[header:], '\n') + 1
		}
		return export[:header], export[header:], "\n", nil
	}
	var page struct{ Value, Records, Results json.RawMessage }
	list := export
	if export[0] == '{' && json.Unmarshal(export, &page) == nil {
		list = slices.Concat(page.Value, page.Records, page.Results)
	}
	if len(list) == 0 || list[0] != '[' {
		return nil, export, "\n", nil
	}
	from := bytes.Index(export, list)
	to := from + len(list) - 1
	return export[:from+1], export[from+1 : to], ",\n", export[to:]
}
