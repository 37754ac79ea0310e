package queries

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/ingest/pseudonym"
	"entrail/ingest/schema"
)

// testKey is a key file, the same in each run.
const testKey = "entrail-key-1 0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0\n"

// pseudonymised is the sample tenant, its copy with pseudonyms and what that was made with.
var pseudonymised = sync.OnceValues(func() (p struct {
	original, copied string
	judged           []string
	key              *pseudonym.Key
}, err error) {
	folder, err := os.MkdirTemp("", "pseudonyms-")
	if err != nil {
		return p, err
	}
	atEnd = append(atEnd, func() { os.RemoveAll(folder) })
	p.original, p.copied = filepath.Join(folder, "original.duckdb"), filepath.Join(folder, "copy.duckdb")
	options := engine.Options{Temp: folder}
	if _, err := ingest.Load(context.Background(), p.original, []string{"../testdata/contoso"}, ingest.Options{Engine: options}); err != nil {
		return p, err
	}
	file := filepath.Join(folder, "key")
	if err := os.WriteFile(file, []byte(testKey), 0o600); err != nil {
		return p, err
	}
	if p.key, err = pseudonym.ReadKey(file); err != nil {
		return p, err
	}
	p.judged, err = Pseudonymise(context.Background(), p.original, p.copied, p.key, options)
	return p, err
})

// TestCopyHasTheNumbers: every report of the copy has as many rows as that of the original,
// and these the same numbers and times; only texts are others.
func TestCopyHasTheNumbers(t *testing.T) {
	takesLong(t)
	p, err := pseudonymised()
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(path string) map[string][]string {
		c, err := Open(context.Background(), path, engine.Options{Temp: t.TempDir()}, Filter{}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all := map[string][]string{}
		for _, r := range Reports() {
			result, err := c.Run(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			rows := []string{}
			for row, err := range result.Rows {
				if err != nil {
					t.Fatal(err)
				}
				var kept []string
				for i, v := range row {
					if _, isText := v.(string); isText {
						v = "text"
					}
					kept = append(kept, fmt.Sprintf("%s=%v", result.Columns[i].Name, v))
				}
				rows = append(rows, strings.Join(kept, " "))
			}
			slices.Sort(rows)
			all[r.Name] = rows
		}
		return all
	}
	original, copied := numbers(p.original), numbers(p.copied)
	rows := 0
	for _, r := range Reports() {
		a, b := original[r.Name], copied[r.Name]
		rows += len(a)
		if !slices.Equal(a, b) {
			i := 0
			for i < min(len(a), len(b)) && a[i] == b[i] {
				i++
			}
			t.Errorf("%s has %d rows in the original, %d in the copy; the first that differ:\n%s\n%s", r.Name, len(a), len(b), at(a, i), at(b, i))
		}
	}
	if rows < 3000 {
		t.Errorf("only %d rows were compared", rows)
	}
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return "(none)"
}

// namesInFiles takes the names out of the exports themselves: mail addresses and their
// domains, addresses, people, devices, subjects and files.
func namesInFiles(t *testing.T) map[string]bool {
	var text bytes.Buffer
	err := filepath.WalkDir("../testdata/contoso", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, ".gz"):
			r, err := gzip.NewReader(bytes.NewReader(raw))
			if err != nil {
				return err
			}
			io.Copy(&text, r)
		case strings.HasSuffix(path, ".zip"):
			z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
			if err != nil {
				return err
			}
			for _, f := range z.File {
				r, err := f.Open()
				if err != nil {
					return err
				}
				io.Copy(&text, r)
			}
		default:
			text.Write(raw)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.ToLower(strings.NewReplacer(`""`, `"`, `\"`, `"`, `\\`, `\`).Replace(text.String()))
	names := map[string]bool{}
	for _, form := range []string{
		`[a-z0-9.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`,
		`@([a-z0-9-]+(?:\.[a-z0-9-]+)+)`,
		`"(?:userdisplayname|subject|sourcefilename|devicename)" ?: ?"([^"]{4,})"`,
		`"devicedetail": ?\{[^}]*"displayname": ?"([^"\n]{4,})"`,
		`\b(?:\d{1,3}\.){3}\d{1,3}\b`,
		`\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b`,
		`"(?:user|username|device id)" ?: ?"([^"]{4,})"`,
	} {
		found := 0
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(all, -1) {
			name := m[len(m)-1]
			if ip, err := netip.ParseAddr(name); err == nil && (ip.IsLoopback() || strings.HasPrefix(name, "127.") || strings.HasSuffix(name, ".0.0.0")) {
				continue // versions of browsers
			}
			names[name] = true
			found++
		}
		t.Logf("%6d of %s", found, form)
	}
	return names
}

// stays are names in the exports that are nobody's: Microsoft's services, and public mail.
var stays = regexp.MustCompile(`^(gmail|outlook|hotmail|live|microsoft)\.com$|(^|\.)(sharepoint|onmicrosoft|outlook)\.com$|^(app@sharepoint|not available)$|^[0-9:.]{1,8}$`)

// TestCopyHasNoName looks for each name that stands in the exports in all tables of the
// copy, and in the bytes of its file.
func TestCopyHasNoName(t *testing.T) {
	takesLong(t)
	p, err := pseudonymised()
	if err != nil {
		t.Fatal(err)
	}
	names := namesInFiles(t)
	bytesOfFile, err := os.ReadFile(p.copied)
	if err != nil {
		t.Fatal(err)
	}
	in := func(path string) string { return strings.ToLower(textOf(t, path)) }
	original, copied, file := in(p.original), in(p.copied), strings.ToLower(string(bytesOfFile))
	looked := 0
	for name := range names {
		if stays.MatchString(name) {
			continue
		}
		if looked++; !strings.Contains(original, name) {
			t.Logf("%s is not in the original case as it is spelt", name)
		}
		if i := strings.Index(copied, name); i >= 0 {
			t.Errorf("%q stands in the copy: %q", name, copied[max(0, i-200):min(len(copied), i+100)])
		}
		if strings.Contains(file, name) {
			t.Errorf("%q stands in the bytes of the copy's file", name)
		}
	}
	if looked < 200 {
		t.Errorf("only %d names were looked for", looked)
	}
	for _, name := range []string{"contoso", "adele", "signins_2026", p.original} {
		if strings.Contains(copied, name) {
			t.Errorf("%q stands in the copy", name)
		}
	}
}

// textOf are all values of all tables of a case.
func textOf(t *testing.T, path string) string {
	e, err := engine.New(context.Background(), engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Attach(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	tables := []string{}
	for _, table := range schema.Tables() {
		tables = append(tables, "main."+table.Name)
	}
	for _, table := range schema.Copied() {
		tables = append(tables, "copies."+table.Name)
	}
	for _, table := range tables {
		rows, err := e.All(context.Background(), "select * from evidence."+table)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			fmt.Fprintln(&out, row...)
		}
	}
	return out.String()
}

// TestBackWithTheKey: what is led back from the copy is the original, value by value.
func TestBackWithTheKey(t *testing.T) {
	takesLong(t)
	p, err := pseudonymised()
	if err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(t.TempDir(), "back.duckdb")
	if err := pseudonym.Restore(context.Background(), p.copied, back, p.key, engine.Options{Temp: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	lines := func(path string) []string {
		all := strings.Split(textOf(t, path), "\n")
		slices.Sort(all) // the engine stores rows in the order in which it gets them
		return all
	}
	original, restored := lines(p.original), lines(back)
	if len(original) != len(restored) {
		t.Fatalf("%d lines became %d", len(original), len(restored))
	}
	for i := range original {
		if original[i] != restored[i] {
			t.Fatalf("a row differs:\n%s\n%s", original[i], restored[i])
		}
	}
	other, err := pseudonym.MakeKey(filepath.Join(t.TempDir(), "other"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pseudonym.Restore(context.Background(), p.copied, filepath.Join(t.TempDir(), "x.duckdb"), other, engine.Options{Temp: t.TempDir()}); err == nil {
		t.Error("another key leads back too")
	}
}

// TestFindingsAreThoseOfTheOriginal: the copy has the findings of the original, and says of
// those that were not judged on it that they were not.
func TestFindingsAreThoseOfTheOriginal(t *testing.T) {
	takesLong(t)
	p, err := pseudonymised()
	if err != nil {
		t.Fatal(err)
	}
	count := func(path string) (all map[string]int, marked map[string]bool) {
		c, err := Open(context.Background(), path, engine.Options{Temp: t.TempDir()}, Filter{}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		rows, err := c.all(context.Background(), "select finding, severity, what from all_findings")
		if err != nil {
			t.Fatal(err)
		}
		all, marked = map[string]int{}, map[string]bool{}
		for _, row := range rows {
			all[fmt.Sprint(row[0], " ", row[1])]++
			if strings.HasSuffix(row[2].(string), asJudged) {
				marked[row[0].(string)] = true
			}
		}
		return all, marked
	}
	original, markedBefore := count(p.original)
	copied, marked := count(p.copied)
	if fmt.Sprint(original) != fmt.Sprint(copied) {
		t.Errorf("the original has %v, the copy %v", original, copied)
	}
	if len(markedBefore) > 0 {
		t.Errorf("the original has %v as judged elsewhere", markedBefore)
	}
	// Which brings a word of its own name into the judgement: a mail account called as a tool is.
	if !slices.Contains(p.judged, "abused_application") || !marked["abused_application"] {
		t.Errorf("the application's name is judged on the copy: %v, %v", p.judged, marked)
	}
	if marked["inbox_rule_hides_mail"] {
		t.Error("an inbox rule is judged alike on both")
	}
}
