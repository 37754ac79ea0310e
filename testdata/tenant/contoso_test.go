package tenant

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

const committed = "../contoso"

// TestContosoIsCurrent fails when the generator was changed and testdata/contoso
// was not made again: go generate ./testdata/tenant.
func TestContosoIsCurrent(t *testing.T) {
	folder := t.TempDir()
	truth, err := New(Options{}).WriteContoso(folder)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := truth.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	if want, err := os.ReadFile(committed + ".json"); err != nil || !bytes.Equal(text.Bytes(), want) {
		t.Errorf("contoso.json is not what the generator writes (read error: %v)", err)
	}
	got, want := contents(t, folder), contents(t, committed)
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is not from the generator", name)
		}
	}
	for name, text := range got {
		if !bytes.Equal(text, want[name]) {
			t.Errorf("%s is not what the generator writes", name)
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	for folder, seed := range map[string]uint64{a: 7, b: 7, c: 8} {
		if _, err := New(Options{Seed: seed}).WriteContoso(folder); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		one, two, other := read(t, a, f.Name()), read(t, b, f.Name()), read(t, c, f.Name())
		if !bytes.Equal(one, two) {
			t.Errorf("%s: two runs of one seed differ", f.Name())
		}
		if bytes.Equal(one, other) {
			t.Errorf("%s: two seeds give the same", f.Name())
		}
	}
}

// TestSize checks that a tenant is about as large as asked for, with no event
// outside of the period and the newest first.
func TestSize(t *testing.T) {
	for _, o := range []Options{{SignIns: 5000, AuditEvents: 5000}, {SignIns: 40000, AuditEvents: 90000}} {
		tenant := New(o)
		signIns := 0
		for _, c := range []Category{Interactive, NonInteractive, ServicePrincipal, ManagedIdentity} {
			last := Day(Days).Unix()
			for s := range tenant.SignIns(c) {
				if s.Time > last || s.Time < Day(0).Unix() {
					t.Fatalf("%s at %d after one at %d", c, s.Time, last)
				}
				last = s.Time
				signIns++
			}
		}
		events, last := 0, Day(Days).Unix()
		for e := range tenant.AuditEvents() {
			if e.Time > last || e.Time < Day(0).Unix() {
				t.Fatalf("event at %d after one at %d", e.Time, last)
			}
			last = e.Time
			events++
		}
		if off := float64(signIns)/float64(o.SignIns) - 1; off < -0.05 || off > 0.05 {
			t.Errorf("asked for %d sign-ins, got %d", o.SignIns, signIns)
		}
		if off := float64(events)/float64(o.AuditEvents) - 1; off < -0.05 || off > 0.05 {
			t.Errorf("asked for %d audit events, got %d", o.AuditEvents, events)
		}
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// contents maps path to bytes, uncompressed: how well a compressor does is the
// Go version's business.
func contents(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		b := read(t, folder, f.Name())
		switch filepath.Ext(f.Name()) {
		case ".zip":
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for _, member := range z.File {
				r, err := member.Open()
				if err != nil {
					t.Fatal(err)
				}
				if all[f.Name()+"!"+member.Name], err = io.ReadAll(r); err != nil {
					t.Fatal(err)
				}
			}
		case ".gz":
			r, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if all[f.Name()], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		default:
			all[f.Name()] = b
		}
	}
	return all
}
