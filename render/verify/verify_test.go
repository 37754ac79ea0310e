package verify

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/queries"
	"entrail/render"
)

// document is an answer of two rows.
func document(format, ending string, evidence ...render.Source) render.Document {
	rows := [][]any{{"adele@contoso.com", int64(1)}, {"alex@contoso.com", int64(2)}}
	result := &queries.Result{
		Report:  queries.Report{Name: "signin_users", Title: "Users", Layout: queries.Table},
		Columns: []queries.Column{{Name: "user", Kind: queries.Text}, {Name: "sign_ins", Kind: queries.Integer}},
		Rows: func(yield func([]any, error) bool) {
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		},
	}
	return render.Document{
		Title: "A case", Version: "1.0", Generated: time.Date(2026, 10, 3, 4, 0, 0, 123, time.UTC), Zone: "UTC",
		Request: render.Request{Format: format, Ending: ending, To: render.ToFile, Options: []string{"--user=</script>``` \u202e"}},
		Sources: evidence,
		Results: func(yield func(*queries.Result, error) bool) { yield(result, nil) },
	}
}

var source = render.Source{Path: "evidence/</script>\n```a.csv", SHA256: "ab", Size: 1, Records: 2}

// write writes an answer, and its provenance beside it where it must.
func write(t *testing.T, path, format string, evidence ...render.Source) {
	t.Helper()
	f, ok := render.Lookup(format, path)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	put := func(path string, write func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := document(f.Name, f.Endings[0], evidence...)
	put(path, func(b *bytes.Buffer) error { return f.Write(b, d) })
	if !f.HoldsProvenance() {
		put(path+render.ProvenanceEnding, func(b *bytes.Buffer) error { return render.WriteProvenance(b, d) })
	}
}

var formats = []string{"html", "xlsx", "json", "md", "csv", "jsonl", "text"}

// TestRead reads back what each format says of itself, whatever stands in it.
func TestRead(t *testing.T) {
	for _, format := range formats {
		path := filepath.Join(t.TempDir(), "answer")
		write(t, path, format, source)
		p, err := Read(path, t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		want := document(format, "")
		if p.Version != "1.0" || !p.Generated.Equal(want.Generated) || p.Format != format || !slices.Equal(p.Options, want.Request.Options) ||
			!slices.Equal(p.Evidence, []render.Source{source}) {
			t.Errorf("%s: %+v", format, p)
		}
	}
}

// TestReadNothing refuses what has no provenance.
func TestReadNothing(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"", "an empty file"},
		{"user,sign_ins\n", "no file beside it"},
		{"<!DOCTYPE html><p>", "a page of somebody else"},
		{"{\n\"meta\": {}}", "an object that says nothing"},
		{"{\n\"meta\": " + strings.Repeat("[", 100_000), "an object without end"},
		{"PK\x03\x04", "no workbook"},
		{"# A case\n\n## Provenance\n\n```json\n{\"tool\": \"other\"}\n```\n", "of another program"},
	} {
		path := filepath.Join(t.TempDir(), "answer")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := Read(path, t.TempDir()); err == nil {
			t.Errorf("%s: %+v, want an error", test.reason, p)
		}
	}
}

// edit changes a text of a file, in a workbook of its members.
func edit(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.ReplaceAll(text, []byte(from), []byte(to))
	if book, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); err == nil {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, m := range book.File {
			r, err := m.Open()
			if err != nil {
				t.Fatal(err)
			}
			var part bytes.Buffer
			if _, err := part.ReadFrom(r); err != nil {
				t.Fatal(err)
			}
			into, err := w.Create(m.Name)
			if err != nil {
				t.Fatal(err)
			}
			into.Write(bytes.ReplaceAll(part.Bytes(), []byte(from), []byte(to)))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		edited = b.Bytes()
	}
	if err := os.WriteFile(path, edited, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCompare names the place where a file is another than the evidence gives.
func TestCompare(t *testing.T) {
	const file, ours = `the file has "mallory@contoso.com"`, `the evidence gives "alex@contoso.com"`
	for _, test := range []struct {
		format, from, to string
		want             []string
		reason           string
	}{
		{"csv", "alex", "mallory", []string{"row 2, column \"user\"", file, ours}, "a cell of a row"},
		{"csv", "alex@contoso.com,2\n", "", []string{"the file ends before row 2"}, "a row less"},
		{"csv", "alex@contoso.com,2\n", "alex@contoso.com,2\nx,3\n", []string{"the evidence has no row 3"}, "a row more"},
		{"csv", "user,", "name,", []string{"the header, column 1"}, "a column has another name"},
		{"csv", "\n", "\r\n", []string{"the values are the same, but not how they are written"}, "other line ends"},
		{"json", "alex", "mallory", []string{"(report signin_users), \"user\"", file, ours}, "a member of an object"},
		{"json", `"size_bytes": 1`, `"size_bytes": 7`, []string{"the rest is the same, its provenance is not: line 3, \"size_bytes\""}, "only what it says of itself"},
		{"jsonl", "alex", "mallory", []string{"line 2, \"user\"", file, ours}, "a member of a line"},
		{"html", "alex", "mallory", []string{"(section signin_users, row-signin_users-2)", "mallory"}, "a cell of a page"},
		{"md", "alex", "mallory", []string{"(below \"Users\")", "mallory"}, "a cell of a table"},
		{"md", `"records": 2`, `"records": 3`, []string{"the rest is the same, its provenance is not"}, "only what it says of itself"},
		{"text", "alex", "mallory", []string{"line ", "mallory"}, "a line of text"},
		{"xlsx", "alex", "mallory", []string{"sheet \"Users\", cell A", file, ours}, "a cell of a workbook"},
		{"xlsx", "nothing of it", "", []string{"the cells of all sheets are the same, the bytes are not"}, "packed by another program"},
		{"text", "alex", "\x1b[31m\u202e", []string{`\x1b[31m\u202e`}, "what a terminal would obey is shown"},
	} {
		folder := t.TempDir()
		path, other := filepath.Join(folder, "file"), filepath.Join(folder, "ours")
		write(t, path, test.format, source)
		write(t, other, test.format, source)
		before, err := Read(path, folder)
		if err != nil {
			t.Fatal(err)
		}
		if evidence, where, err := Compare(path, other, before, folder); err != nil || len(evidence) > 0 || where != "" {
			t.Errorf("%s, nothing changed: %q, %q, %v", test.format, evidence, where, err)
		}
		edit(t, path, test.from, test.to)
		evidence, where, err := Compare(path, other, before, folder)
		if err != nil || len(evidence) > 0 {
			t.Errorf("%s, %s: %q, %v; want no other evidence", test.format, test.reason, evidence, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(where, want) {
				t.Errorf("%s, %s: %s; want %s", test.format, test.reason, where, want)
			}
		}
	}
}

// TestReadFolder takes of a folder what an answer is, and says of the rest why it is none;
// what one run made stands together.
func TestReadFolder(t *testing.T) {
	folder, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "other.md")
	write(t, filepath.Join(folder, "a.csv"), "csv", source)
	write(t, filepath.Join(folder, "b.csv"), "csv", source)
	write(t, filepath.Join(folder, "c.md"), "md", source)
	write(t, filepath.Join(folder, "gone.csv"), "csv", source)
	write(t, elsewhere, "md", source)
	for _, err := range []error{
		os.Remove(filepath.Join(folder, "gone.csv")),
		os.WriteFile(filepath.Join(folder, "note\x1b.txt"), []byte("a note"), 0o600),
		os.Mkdir(filepath.Join(folder, "more"), 0o700),
		os.Symlink(elsewhere, filepath.Join(folder, "link.md")),
	} {
		if err != nil {
			t.Skipf("this system has no such files: %v", err)
		}
	}
	answers, strays, err := ReadFolder(folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, run := range Runs(answers) {
		for _, a := range run {
			names = append(names, filepath.Base(a.Path))
		}
		names = append(names, "|")
	}
	if got := strings.Join(names, " "); got != "a.csv b.csv | c.md |" {
		t.Errorf("runs %s", got)
	}
	want := []string{
		`"gone.csv" is missing, its provenance is there`,
		`"link.md" is no file but a folder, a link or the like`,
		`"more" is no file but a folder, a link or the like`,
		`"note\x1b.txt": ` + errNone.Error(),
	}
	if !slices.Equal(strays, want) {
		t.Errorf("strays %q, want %q", strays, want)
	}
	if got := Lacking(folder, []string{"/x/a.csv", "/x/e.csv", "/x/d.csv"}); got != "missing: d.csv, e.csv" {
		t.Errorf("lacking %q", got)
	}
	if err := os.WriteFile(filepath.Join(folder, "schema.json"), []byte(`{"format": "entrail case as Parquet"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadFolder(folder, t.TempDir()); err != errParquet {
		t.Errorf("a case as Parquet: %v", err)
	}
}

// TestEvidence names the files of evidence that are not what they were.
func TestEvidence(t *testing.T) {
	a, b := render.Source{Path: "a.csv", SHA256: "aa"}, render.Source{Path: "b.csv", SHA256: "bb"}
	changed, moved := a, b
	changed.SHA256, moved.Path = "cc", "c.csv"
	for _, test := range []struct {
		now    []render.Source
		want   []string
		reason string
	}{
		{[]render.Source{a, b}, nil, "the same files"},
		{[]render.Source{a}, []string{`"b.csv" is missing`}, "one less"},
		{[]render.Source{changed, b}, []string{`"a.csv" is another file: SHA-256 "aa" then, cc now`}, "other bytes"},
		{[]render.Source{a, moved}, []string{`"b.csv" lies elsewhere: "c.csv" has its bytes`}, "another name"},
		{[]render.Source{a, b, {Path: "d.csv", SHA256: "dd"}}, []string{`"d.csv" was not among it`}, "one more"},
	} {
		got := Evidence([]render.Source{a, b}, test.now)
		if len(got) != len(test.want) {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], test.want[i]) {
				t.Errorf("%s: %q, want %q", test.reason, got[i], test.want[i])
			}
		}
	}
}

// TestNames calls paths as they were called when the evidence was read.
func TestNames(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"ev/a.csv", "ev/logs/b.csv", "ev/logs/c.zip", "x/a.csv"} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ev, file := filepath.Join(folder, "ev"), filepath.Join(folder, "ev", "logs", "b.csv")
	for _, test := range []struct {
		given  string
		then   []string
		want   string
		reason string
	}{
		{ev, []string{"evidence/a.csv", "evidence/logs/b.csv"}, "evidence", "a folder that was called otherwise"},
		{ev, []string{"/mnt/x/a.csv", "/mnt/x/logs/c.zip!d.csv"}, "/mnt/x", "one that was elsewhere, with an archive"},
		{ev, []string{"a.csv", "logs/b.csv"}, ".", "the folder that one was in"},
		{ev, []string{"old/a.csv", "new/logs/b.csv", "new/logs/c.zip"}, "new", "where most of it was"},
		{ev, []string{"evidence/z.csv"}, ev, "another folder"},
		{file, []string{"logs/b.csv"}, "logs/b.csv", "a file"},
		{file, []string{"logs/z.csv"}, file, "another file"},
		{file, []string{"b.csv", filepath.ToSlash(file)}, file, "of two of that name, the one that it is"},
		{filepath.Join(folder, "none"), []string{"logs/b.csv"}, filepath.Join(folder, "none"), "what is not there"},
	} {
		var evidence []render.Source
		for _, path := range test.then {
			evidence = append(evidence, render.Source{Path: path})
		}
		if got := Names([]string{test.given}, evidence); len(got) != 1 || got[0] != filepath.ToSlash(test.want) {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
		}
	}
}

// TestMutated changes a byte here and there: each is found, and none ends the program.
func TestMutated(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, format := range formats {
		folder := t.TempDir()
		path, ours := filepath.Join(folder, "file"), filepath.Join(folder, "ours")
		write(t, path, format, source)
		write(t, ours, format, source)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, err := Read(path, folder)
		if err != nil {
			t.Fatal(err)
		}
		for range 15 {
			mutated := slices.Clone(whole)
			at := random.IntN(len(mutated))
			switch random.IntN(3) {
			case 0:
				mutated[at] ^= byte(1 + random.IntN(255))
			case 1:
				mutated = mutated[:at]
			default:
				mutated = slices.Insert(mutated, at, whole[:random.IntN(len(whole))]...)
			}
			if bytes.Equal(mutated, whole) {
				continue
			}
			if err := os.WriteFile(path, mutated, 0o600); err != nil {
				t.Fatal(err)
			}
			Read(path, folder) // which may or may not find its provenance
			evidence, where, err := Compare(path, ours, before, folder)
			reasons := strings.Join(append(evidence, where), "")
			if err != nil || reasons == "" || strings.ContainsFunc(reasons, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				t.Errorf("%s, changed at byte %d: %q, %v; want where", format, at, reasons, err)
			}
		}
	}
}
