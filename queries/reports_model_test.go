package queries

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	generator "entrail/testdata/tenant"
)

var modelSignIns = flag.Int("sign-ins", 5000, "about how many sign-ins TestReportsCountTheModel makes")

// TestReportsCountTheModel holds the reports to a tenant of any size: its month
// as the sample's mixed folder, with every kind of sign-in as JSON, and with
// every kind as CSV. However it is exported, the numbers are the model's.
//
//	go test ./queries -run TestReportsCountTheModel -sign-ins 250000
func TestReportsCountTheModel(t *testing.T) {
	model := generator.New(generator.Options{Seed: 7, SignIns: *modelSignIns, AuditEvents: *modelSignIns})
	mixed := t.TempDir()
	counted, err := model.WriteContoso(mixed)
	if err != nil {
		t.Fatal(err)
	}
	var truth bytes.Buffer
	if _, err := counted.WriteTo(&truth); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]generator.Category{
		"InteractiveSignIns": generator.Interactive, "NonInteractiveSignIns": generator.NonInteractive,
		"ApplicationSignIns": generator.ServicePrincipal, "MSISignIns": generator.ManagedIdentity,
	}
	audit, err := filepath.Glob(filepath.Join(mixed, "UnifiedAuditLog*"))
	if err != nil || len(audit) == 0 {
		t.Fatal(err, "no audit log")
	}
	for _, export := range []struct {
		name, ending string
		write        func(io.Writer, generator.Category) error
		without      string
		reason       string
	}{
		{"as mixed exports", "", nil, "", "records in several files count once"},
		{"as JSON", ".json", func(w io.Writer, c generator.Category) error {
			return generator.WritePortalJSON(w, model.SignIns(c), generator.Pretty)
		}, "policy_name", "the model counts the policies of the interactive ones, which the mixed exports have"},
		{"as CSV", ".csv", func(w io.Writer, c generator.Category) error {
			columns := 57
			if c == generator.ServicePrincipal || c == generator.ManagedIdentity {
				columns = 22
			}
			return generator.WritePortalCSV(w, columns, model.SignIns(c))
		}, "policy_name", "the CSV has no policies"},
	} {
		t.Run(strings.ReplaceAll(export.name, " ", "_"), func(t *testing.T) {
			if export.write != nil {
				takesLong(t)
			}
			paths := []string{mixed}
			if export.write != nil {
				folder := t.TempDir()
				for name, category := range kinds {
					f, err := os.Create(filepath.Join(folder, name+"_2026-09-14_2026-10-14"+export.ending))
					if err != nil {
						t.Fatal(err)
					}
					if err := export.write(f, category); err != nil {
						t.Fatal(err)
					}
					if err := f.Close(); err != nil {
						t.Fatal(err)
					}
				}
				paths = append([]string{folder}, audit...)
			}
			path := filepath.Join(t.TempDir(), "case.duckdb")
			summary, err := ingest.Load(context.Background(), path, paths, ingest.Options{Engine: engine.Options{Temp: t.TempDir()}})
			if err != nil {
				t.Fatal(err)
			}
			c := openPath(t, path, Filter{}, time.UTC)
			n := compareCounts(t, export.name, c, truth.Bytes(), export.without)
			t.Logf("%s: %d records loaded, %d sign-ins, %d audit events, %d numbers compared (%s)",
				export.name, summary.Loaded, counted.SignIns.Total, counted.Audit.Total, n, export.reason)
		})
	}
}
