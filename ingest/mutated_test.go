package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

// go test ./ingest -run MutatedFiles -mutated 100000 -mutated-from 0 -timeout 0
var (
	mutatedFiles = flag.Int("mutated", 100, "mutated files that are loaded")
	mutatedFrom  = flag.Int("mutated-from", 0, "number of the first of them")
)

// mutatedFolder is how many files are loaded at once, and slowFile how long one may
// take to be read.
const (
	mutatedFolder = 250
	slowFile      = 10 * time.Second
)

// TestMutatedFiles loads files that were made of good exports by harm of every kind,
// folder by folder. A folder that fails is halved down to the file. File n is the same
// in every run: it is drawn from its number.
func TestMutatedFiles(t *testing.T) {
	t.Parallel()
	good := goodExports(t)
	for from := *mutatedFrom; from < *mutatedFrom+*mutatedFiles; from += mutatedFolder {
		var numbers []int
		for n := from; n < min(from+mutatedFolder, *mutatedFrom+*mutatedFiles); n++ {
			numbers = append(numbers, n)
		}
		failing(t, good, numbers)
	}
}

// failing loads the files of these numbers, and names those that fail by themselves; if
// none does, all that fail together.
func failing(t *testing.T, good []export, numbers []int) (failed bool) {
	problem := loadMutated(t, good, numbers)
	if problem == "" {
		return false
	}
	if len(numbers) == 1 {
		t.Errorf("-mutated 1 -mutated-from %d, which is of %s: %s", numbers[0], mutate(good, numbers[0]).name, problem)
		return true
	}
	half := len(numbers) / 2
	first, second := failing(t, good, numbers[:half]), failing(t, good, numbers[half:])
	if !first && !second {
		t.Errorf("-mutated %d -mutated-from %d, only together: %s", len(numbers), numbers[0], problem)
	}
	return true
}

// loadMutated tells what is wrong with the load of these files, "" for nothing.
func loadMutated(t *testing.T, good []export, numbers []int) (problem string) {
	t.Helper()
	folder := t.TempDir()
	for _, n := range numbers {
		f := mutate(good, n)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%06d-%s", n, f.name)), f.text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	empty, err := emptyCase()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "case.duckdb")
	if err := os.WriteFile(path, empty, 0o666); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Sprintf("panic: %v", p)
		}
	}()
	var slowest time.Duration
	before := time.Now()
	summary, err := Load(context.Background(), path, []string{folder}, Options{
		Engine: engine.Options{Temp: t.TempDir(), Threads: 2},
		Progress: func(int64, int64) { // at each reading
			slowest, before = max(slowest, time.Since(before)), time.Now()
		},
	})
	switch {
	case err != nil:
		return err.Error() // that the books don't balance, too
	case summary.Records != summary.Loaded+summary.Duplicates+summary.Rejected:
		return fmt.Sprintf("the books don't balance: %+v", summary)
	case summary.Files < len(numbers): // an archive has several, or none that can be read
		return fmt.Sprintf("%d files, of which %d are told of", len(numbers), summary.Files)
	case slowest > slowFile:
		return fmt.Sprintf("one file took %v", slowest)
	}
	return ""
}

// export is a file with its name.
type export struct {
	name string
	text []byte
}

// goodExports are small exports of every format, and containers of some.
func goodExports(t *testing.T) []export {
	t.Helper()
	var all []export
	for _, f := range fixtures {
		path := fixture(f.file)
		if f.write != nil {
			path = exported(t, f.file, f.write)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, export{f.file, text[:min(len(text), 40<<10)]})
	}
	lines := exported(t, "lines.jsonl", func(w io.Writer) error { return tenant.WriteAuditDataLines(w, sample.AuditEvents()) })
	text, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(text)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := os.ReadFile(workbook(t, "book.xlsx", map[string][][]any{"Sheet1": {
		{"CreatedDateTime", "UserPrincipalName", "AppDisplayName"}, {"2026-10-01T08:00:00Z", "adele@contoso.com", "Teams"}, {45994.5, "megan@contoso.com", true},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	return append(all, export{"lines.jsonl", text}, export{"lines.jsonl.gz", packed.Bytes()}, export{"book.xlsx", book})
}

// pieces are what breaks readers.
var pieces = []string{
	`"`, `""`, `\`, `\"`, `\u0000`, `\ud83d`, "\x00", "\x00\x00\x00\x00", "\xff", "\xef\xbb\xbf", "\xff\xfe", "\r", "\n", "\r\n", "\n\n", ",", ";", "\t",
	"{", "}", "[", "]", "[]", "{}", ":", "null", "NaN", "1e999", "-0", "99999999999999999999", "true", `"Id":`, `"id":1,`, "=1+1", "'", "\u202e", "é",
	`{"value":[`, `"AuditData":"{`, `"properties":{`, "@{a=b}", "System.Object[]", "13/13/2026 25:61", "0001-01-01T00:00:00Z", "2026-10-01T08:00:00+99:00", "/Date(1)/",
	strings.Repeat("[", 300), strings.Repeat(`{"a":`, 300), strings.Repeat("x", 40_000), strings.Repeat(",", 2_000), strings.Repeat(`,"`, 500),
}

// mutate makes file n: a good export with one harm to eight.
func mutate(good []export, n int) export {
	r := rand.New(rand.NewPCG(20261101, uint64(n)))
	f := good[r.IntN(len(good))]
	text := bytes.Clone(f.text)
	for range 1 + r.IntN(8) {
		at := r.IntN(len(text) + 1)
		size := min(1+r.IntN(1<<r.IntN(13)), len(text)-at)
		part := bytes.Clone(text[at : at+size])
		switch r.IntN(11) {
		case 0: // a bit
			if size > 0 {
				text[at] ^= 1 << r.IntN(8)
			}
		case 1: // a part is missing
			text = append(text[:at], text[at+size:]...)
		case 2: // or there twice
			text = append(text[:at], append(part, text[at:]...)...)
		case 3: // or elsewhere
			text = append(text[:at], text[at+size:]...)
			to := r.IntN(len(text) + 1)
			text = append(text[:to], append(part, text[to:]...)...)
		case 4: // cut off
			text = text[:at]
		case 5: // the start is missing
			text = text[at:]
		case 6: // zeros, as of a disk that was full
			clear(text[at : at+size])
		case 7: // a part of another export
			other := good[r.IntN(len(good))].text
			from := r.IntN(len(other))
			text = append(text[:at], append(bytes.Clone(other[from:from+min(len(other)-from, 2_000)]), text[at:]...)...)
		case 8: // one letter is another throughout
			from, to := pieces[r.IntN(22)], pieces[r.IntN(len(pieces)-5)]
			text = bytes.ReplaceAll(text, []byte(from), []byte(to))
			text = text[:min(len(text), 1<<20)]
		default:
			text = append(text[:at], append([]byte(pieces[r.IntN(len(pieces))]), text[at:]...)...)
		}
	}
	return export{f.name, text}
}
