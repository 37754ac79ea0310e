package render

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

var update = flag.Bool("update", false, "write the goldens in testdata anew")

// What takes more than some seconds of a core is a step of .ci/run, and is left out else.
var long = flag.Bool("long", false, "test also what takes long, as .ci/run does")

func takesLong(t *testing.T) {
	t.Helper()
	if !*long {
		t.Skip("it takes long: .ci/run tests it, with -long")
	}
}

// instant is a time with a fraction, which no output may round.
var instant = time.Date(2026, 10, 1, 8, 19, 41, 123456000, time.UTC)

func result(r queries.Report, columns []queries.Column, rows ...[]any) *queries.Result {
	return &queries.Result{Report: r, Columns: columns, Rows: func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}}
}

func column(name string, kind queries.Kind) queries.Column {
	return queries.Column{Name: name, Kind: kind}
}

func styled(name string, style queries.Style) queries.Column {
	return queries.Column{Name: name, Kind: queries.Text, Style: style}
}

func document(results ...*queries.Result) Document {
	return Document{
		Title: "Sign-ins and audit events", Version: "1.2.3", Zone: "UTC",
		Generated: time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC),
		Several:   len(results) != 1,
		Results: func(yield func(*queries.Result, error) bool) {
			for _, r := range results {
				if !yield(r, nil) {
					return
				}
			}
		},
	}
}

// hostile are the fields that a log's author could write to harm its reader.
var hostile = []struct{ name, field string }{
	{"escape sequence", "\x1b[2J\x1b]0;owned\x07red"},
	{"script", `<script>alert(1)</script>`},
	{"attribute", `" onmouseover="alert(1)' style='x`},
	{"link", "javascript:alert(1) https://evil.example/ www.evil.example"},
	{"formula", `=HYPERLINK("https://evil.example","click")`},
	{"formula by plus", "+1+1"},
	{"formula by minus", "-2+3"},
	{"formula by at", "@SUM(A1)"},
	{"formula after a tab", "\t=1+1"},
	{"lines", "one\ntwo\r\nthree\rfour\tfive"},
	{"direction", "annexe\u202egpj.exe"},
	{"invisible", "ad\u200bmin\u00a0\ufeff\u00ad"},
	{"end of text", "before\x00after"},
	{"not utf-8", "caf\xe9 \xff"},
	{"wide", "東京太郎 ｱｲｳ 🙂"},
	{"markdown", "| a | **b** `c` [d](e) _f_ \\"},
	{"template", "{{.}} ${x} %s"},
	{"excel escape", "_x0041_"},
	{"comment end", "--> ]]> </style></title></textarea>"},
}

// hostileDocument holds every hostile field as a title, a note, a cell, a
// column's name and a chart's label.
func hostileDocument() Document {
	var rows [][]any
	for i, h := range hostile {
		rows = append(rows, []any{instant.Add(time.Duration(i) * time.Hour), h.name, h.field, int64(i), 0.5, i%2 == 0})
	}
	rows = append(rows,
		[]any{nil, nil, nil, nil, nil, nil},
		[]any{instant.Truncate(time.Second), "long", strings.Repeat("0123456789", 20), int64(50126), 1e21, true},
	)
	fields := result(queries.Report{
		Name: "fields", Title: "Hostile <b>fields</b>", Group: "evidence",
		Description: "What an attacker may write.", Caveat: "Do not believe it.",
		Charts: []queries.Chart{{Type: "bar", X: "field", Y: []string{"number"}, Title: "Numbers <i>by</i> field"}},
	}, []queries.Column{
		column("event_time", queries.Time), column("name", queries.Text), column("field", queries.Text),
		column("number", queries.Integer), column("share", queries.Number), column("is_managed", queries.Boolean),
	}, rows...)
	fields.Notes = []string{"a note with \x1b[31mcolour and <script>"}
	codes := result(queries.Report{Name: "codes", Title: "Codes", Group: "signins"},
		[]queries.Column{column("=1+1", queries.Text), column("a", queries.Integer), column("A", queries.Integer)},
		[]any{"integers about 2^53", int64(9007199254740992), int64(-9007199254740993)})
	empty := result(queries.Report{Name: "risky_users", Title: "Risky users", Group: "audit", Description: "Users at risk."},
		[]queries.Column{column("user", queries.Text)})
	empty.Notes = []string{"not loaded: no file holds risky users"}
	d := document(fields, codes, empty)
	d.Filters = []string{"user adele@contoso.com", "ip <script>\x1b[31m"}
	d.Sources = []Source{
		{Path: "evidence/<b>\u202e.csv", Format: "portal_signins_csv", SHA256: strings.Repeat("ab", 32), Size: 1234567, Records: 4711},
		{Path: "notes.txt", SHA256: strings.Repeat("cd", 32), Size: 12},
	}
	return d
}

// only keeps the i-th result of a document.
func only(d Document, i int) Document {
	all := d.Results
	d.Several = false
	d.Results = func(yield func(*queries.Result, error) bool) {
		n := 0
		for r, err := range all {
			if n == i && !yield(r, err) {
				return
			}
			n++
		}
	}
	return d
}

func render(t testing.TB, write func(io.Writer, Document) error, d Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldens(t *testing.T) {
	narrow := hostileDocument()
	narrow.Width, narrow.Limit, narrow.Color = 100, 12, true
	raw := only(hostileDocument(), 0)
	raw.RawCSV = true
	bare, bareOne := hostileDocument(), only(hostileDocument(), 1)
	bare.Bare, bareOne.Bare = true, true
	for _, test := range []struct {
		file   string
		write  func(io.Writer, Document) error
		d      Document
		reason string
	}{
		{"hostile.txt", Text, hostileDocument(), "a text file is not shortened"},
		{"terminal.txt", Text, narrow, "a terminal is never wider than it is; colour is ours alone"},
		{"hostile.html", HTML, hostileDocument(), "escaped by html/template"},
		{"hostile.csv", CSV, only(hostileDocument(), 0), "no formulas, nothing hidden"},
		{"raw.csv", CSV, raw, "as in the log"},
		{"hostile.json", JSON, hostileDocument(), "where the rows come from, and the reports by name"},
		{"bare.json", JSON, bare, "several reports without the rest: an object by name"},
		{"one.json", JSON, bareOne, "one report without the rest: an array"},
		{"one.jsonl", JSONL, only(hostileDocument(), 1), "a row a line, nothing else"},
		{"hostile.md", Markdown, hostileDocument(), "no markup, no link"},
		{"summary.txt", Text, summaryDocument(80), "the short page"},
		{"summary.html", HTML, summaryDocument(0), "headed sections, no table of four columns"},
		{"story.txt", Text, storyDocument(80), "each sentence with its basis and its rows"},
		{"story.html", HTML, storyDocument(0), "the sentences before all else, linked to rows that are on the page"},
		{"story.md", Markdown, storyDocument(0), "a list for a ticket"},
		{"charts.html", HTML, chartDocument(), "one picture of each type"},
	} {
		t.Run(test.file, func(t *testing.T) {
			got := withoutOwnFiles(render(t, test.write, test.d))
			path := filepath.Join("testdata", test.file)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from the golden (%s); go test -update writes it anew:\n%s", test.file, test.reason, firstDifference(got, string(want)))
			}
		})
	}
}

// withoutOwnFiles leaves our own script and style sheet out of a page, and their hashes.
func withoutOwnFiles(page string) string {
	for name, text := range map[string]string{"page.js": pageJS, "style.css": styleCSS} {
		hash := strings.NewReplacer("'", "&#39;", "+", "&#43;").Replace(hashOf(text)) // as it stands in an attribute
		page = strings.NewReplacer(text, name, hash, "(hash of "+name+")").Replace(page)
	}
	return page
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return "got:  " + g[i] + "\nwant: " + strings.Join(w[i:min(i+1, len(w))], "")
		}
	}
	return "the golden goes on"
}

func TestSameInputSameBytes(t *testing.T) {
	for _, f := range anyReport() {
		d := hostileDocument
		if f.OneReport {
			d = func() Document { return only(hostileDocument(), 0) }
		}
		first := render(t, f.Write, d())
		for range 5 { // a map's order is random, but not every time
			if render(t, f.Write, d()) != first {
				t.Errorf("%s: two runs differ", f.Name)
				break
			}
		}
	}
}

// anyReport are the formats that take any report, not indicators alone.
func anyReport() []Format {
	return slices.DeleteFunc(slices.Clone(Formats), func(f Format) bool { return f.Of != nil })
}

// A result that fails must fail the page: a file that looks whole is worse.
func TestErrorsReachTheCaller(t *testing.T) {
	broken := errors.New("engine gave up")
	columns := []queries.Column{column("n", queries.Integer)}
	for _, test := range []struct {
		reason string
		d      func() Document
		want   string
	}{
		{"the report can't run", func() Document {
			d := document()
			d.Several = false
			d.Results = func(yield func(*queries.Result, error) bool) { yield(nil, broken) }
			return d
		}, "engine gave up"},
		{"a later row can't be read", func() Document {
			r := result(queries.Report{Name: "files"}, columns)
			r.Rows = func(yield func([]any, error) bool) {
				if yield([]any{int64(1)}, nil) {
					yield(nil, broken)
				}
			}
			return document(r)
		}, "report files: row 2: engine gave up"},
		{"a value of another kind", func() Document {
			return document(result(queries.Report{Name: "files"}, columns, []any{1.5}))
		}, "report files: row 1: column n: a float64 is not of the column's kind"},
		{"a value too few", func() Document {
			return document(result(queries.Report{Name: "files"}, columns, []any{}))
		}, "report files: row 1: 0 values for 1 columns"},
	} {
		for _, f := range anyReport() {
			err := f.Write(io.Discard, test.d())
			if err == nil || err.Error() != test.want {
				t.Errorf("%s: %s: got %v, want %q", f.Name, test.reason, err, test.want)
			}
		}
	}
}

// full is a disk without room, or a pipe that nobody reads.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriteErrorsReachTheCaller(t *testing.T) {
	for _, f := range anyReport() {
		d := only(hostileDocument(), 0)
		if err := f.Write(&full{room: 100}, d); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: got %v, want the writer's error", f.Name, err)
		}
	}
}

func TestEmptyResultIsASentence(t *testing.T) {
	for _, write := range []func(io.Writer, Document) error{Text, HTML, Markdown} {
		got := render(t, write, only(hostileDocument(), 2))
		if !strings.Contains(strings.ToLower(got), "no rows") || !strings.Contains(got, "no file holds risky users") {
			t.Errorf("no sentence in:\n%s", got)
		}
	}
	if got := render(t, CSV, only(hostileDocument(), 2)); got != "user\n" {
		t.Errorf("CSV always has a header: %q", got)
	}
	bare := only(hostileDocument(), 2)
	bare.Bare = true
	if got := render(t, JSON, bare); got != "[]\n" {
		t.Errorf("JSON: %q", got)
	}
	if got := render(t, JSONL, only(hostileDocument(), 2)); got != "" {
		t.Errorf("JSONL: %q", got)
	}
}

// Only a sheet's cell is too small for 40,000 characters; a terminal shortens them.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 4000)
	for _, f := range anyReport() {
		got := render(t, f.Write, one(long))
		if whole := strings.Contains(got, long); whole != (f.Name != "xlsx") {
			t.Errorf("%s holds the whole text: %v", f.Name, whole)
		}
	}
	if page := render(t, HTML, one(long)); !strings.Contains(page, "<i>40,000 characters</i>") {
		t.Error("HTML does not fold it")
	}
}

func TestFormatFor(t *testing.T) {
	for _, test := range []struct{ path, want, reason string }{
		{"case.html", "html", "the usual one"},
		{"CASE.HTM", "html", "case and the short ending"},
		{"a.b/c.xlsx", "xlsx", "the last ending counts"},
		{"c.md", "md", ""},
		{"c.txt", "text", ""},
		{"c.docx", "", "unknown"},
		{"csv", "", "no ending"},
	} {
		f, ok := FormatFor(test.path)
		if f.Name != test.want || ok != (test.want != "") {
			t.Errorf("FormatFor(%q) = %q, %v, want %q: %s", test.path, f.Name, ok, test.want, test.reason)
		}
	}
	for _, f := range Formats {
		if got, ok := Lookup(f.Name, "x"+f.Endings[0]); !ok || got.Name != f.Name || !slices.Equal(got.Endings, f.Endings) {
			t.Errorf("Lookup(%q) = %q, %v", f.Name, got.Name, ok)
		}
	}
}

// many is a report of n rows as the sign-in list has them.
func many(n int) *queries.Result {
	row := []any{
		instant, "402bb386-2682-4e84-8a80-45c94e264323", "megan.bowen@contoso.com", "Office 365 Exchange Online", "203.0.113.7",
		"failure", int64(50126), "Error validating credentials due to invalid username or password.", true, "c9e202ff-a459-4315-8649-71f52257bb7d",
	}
	r := result(queries.Report{Name: "signin_list", Title: "Sign-ins"}, []queries.Column{
		column("event_time", queries.Time), column("id", queries.Text), column("user_principal_name", queries.Text),
		column("app_display_name", queries.Text), column("ip_address", queries.Text), column("status", queries.Text),
		column("error_code", queries.Integer), column("failure_reason", queries.Text), column("is_managed", queries.Boolean), column("session_id", queries.Text),
	})
	r.Rows = repeat(row, n)
	return r
}

func repeat(row []any, n int) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for range n {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func BenchmarkFormats(b *testing.B) {
	const n = 100_000
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				d := document(many(n))
				d.TempDir = b.TempDir()
				if err := f.Write(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// TestMarkdownRemarks: what follows remarks, a heading, is no part of their list.
func TestMarkdownRemarks(t *testing.T) {
	d := document(result(queries.Report{Name: "codes", Title: "Codes", Group: "signins"}, []queries.Column{column("code", queries.Integer)}, []any{int64(1)}))
	d.Remarks, d.Several = []string{"a remark"}, true
	if got := render(t, Markdown, d); !strings.Contains(got, "- a remark\n\n") {
		t.Errorf("no empty line after the remark:\n%s", got)
	}
}
