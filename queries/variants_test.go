package queries

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestVariants loads testdata/variants, records as exports have them, other ones than the
// shared samples of the same kinds: NUMBER.txtar, or NUMBER.txtar.gz where there are many,
// has those of a number of the catalogue.
// A line that covers the number must have its evidence in each bad_NAME.jsonl, and none
// of medium severity or more in a harmless_NAME.jsonl.
func TestVariants(t *testing.T) {
	takesLong(t)
	t.Parallel()
	archives, err := filepath.Glob("testdata/variants/*.txtar*")
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) == 0 {
		t.Fatal("there are no variants")
	}
	folder := t.TempDir()
	numbers := map[string]string{} // by path
	for _, path := range archives {
		archive := readArchive(t, path)
		number, _, _ := strings.Cut(filepath.Base(path), ".")
		if err := os.Mkdir(filepath.Join(folder, number), 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			written := filepath.Join(folder, number, f.Name)
			if err := os.WriteFile(written, f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
			numbers[written] = number
		}
	}
	lines := findingsBeside(t, nil, folder)
	for path, number := range numbers {
		isOf := func(l line) bool { return slices.Contains(l.files, path) }
		name := number + " " + filepath.Base(path)
		switch {
		case strings.HasPrefix(filepath.Base(path), "bad_"):
			if !slices.ContainsFunc(lines, func(l line) bool { return isOf(l) && slices.Contains(l.numbers, number) }) {
				t.Errorf("%s: no line is a finding of %s", name, number)
			}
		case strings.HasPrefix(filepath.Base(path), "harmless_"):
			if i := slices.IndexFunc(lines, func(l line) bool { return isOf(l) && l.isMarked() }); i >= 0 {
				t.Errorf("%s: %s: %s", name, lines[i].severity, lines[i].what)
			}
		default:
			t.Errorf("%s: want bad_NAME.jsonl or harmless_NAME.jsonl", name)
		}
	}
}

// readArchive reads a txtar archive, packed or not.
func readArchive(t *testing.T, path string) *txtar.Archive {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		var unpacked *gzip.Reader
		if unpacked, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(unpacked)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return txtar.Parse(text)
}
