package given

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestList(t *testing.T) {
	for _, test := range []struct {
		reason, text string
		want         []string
	}{
		{"one", "a", []string{"a"}},
		{"a list", "a,b", []string{"a", "b"}},
		{"a comma in quotes", `"Vance, Adele",b`, []string{"Vance, Adele", "b"}},
		{"quotes that are none", `"><*`, []string{`"><*`}},
		{"a quote within", `a"b,c`, []string{`a"b`, "c"}},
	} {
		var got List
		if err := got.Set(test.text); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
	}
	var none List
	if err := none.Set(""); err == nil {
		t.Errorf("nothing is taken as the list %q; want a mistake", none)
	}
}

func TestValues(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "@" + path
	}
	for _, test := range []struct {
		reason string
		values []string
		want   []string
		err    string
	}{
		{"as they are", []string{"a", "b"}, []string{"a", "b"}, ""},
		{"a file in their middle", []string{"a", write("two", "b\n c \r\n\n"), "d"}, []string{"a", "b", "c", "d"}, ""},
		{"as Windows PowerShell writes it", []string{write("utf16", "\xff\xfea\x00\r\x00\n\x00b\x00")}, []string{"a", "b"}, ""},
		{"with a byte order mark", []string{write("bom", "\xef\xbb\xbfa\n")}, []string{"a"}, ""},
		{"an empty file", []string{write("empty", "\n\n")}, nil, "the file holds no value"},
		{"too many", []string{write("many", strings.Repeat("a\n", maxListed+1))}, nil, "the file holds 10001 values, the most is 10000"},
		{"too large", []string{write("large", strings.Repeat("a", maxListFile+1))}, nil, "it has more than 8388608 bytes"},
		{"no such file", []string{"@" + filepath.Join(folder, "none")}, nil, "no such file"},
	} {
		got, err := Values(context.Background(), test.values)
		if !slices.Equal(got, test.want) || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: got %q, %v; want %q, %q", test.reason, got, err, test.want, test.err)
		}
	}
}

// endless is a standard input that nobody closes.
type endless struct{}

func (endless) Read([]byte) (int, error) { select {} }

func TestQuestion(t *testing.T) {
	if got, err := Question(context.Background(), "-", strings.NewReader("select 1")); got != "select 1" || err != nil {
		t.Errorf("of standard input: got %q, %v", got, err)
	}
	if got, err := Question(context.Background(), "select '@x'", nil); got != "select '@x'" || err != nil {
		t.Errorf("as it stands: got %q, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := Question(ctx, "-", endless{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an input without end: %v; want it to end with the run", err)
	}
}

func TestSizes(t *testing.T) {
	for _, test := range []struct {
		size, reason string
		want         bool
	}{
		{"100MB", "the least", true},
		{"0.5 GiB", "with a blank, and of 1,024", true},
		{"1TB", "much", true},
		{"99MB", "less than the least", false},
		{"99999999999999999999TB", "more than any machine has", false},
	} {
		if !sizeForm.MatchString(test.size) {
			t.Errorf("%s: %s is no size", test.reason, test.size)
			continue
		}
		if n := bytesOf(test.size); (n >= minMemory && n <= maxMemory) != test.want {
			t.Errorf("%s: %s is %g bytes, in bounds: %v", test.reason, test.size, n, !test.want)
		}
	}
}

// TestFindingsAsReports: --list has findings beside reports, and --report takes their names:
// the report findings, narrowed to them, and never silently all of it.
func TestFindingsAsReports(t *testing.T) {
	for _, test := range []struct {
		reason, report string
		want           []string
	}{
		{"a name", "impossible_travel", []string{"impossible_travel"}},
		{"in words", "MFA fatigue", []string{"mfa_fatigue"}},
		{"with a dash, and two of them", "password-spray,password_guessing", []string{"password_spray", "password_guessing"}},
		{"the report itself", "findings", nil},
	} {
		c, err := Parse(context.Background(), []string{"e.json", "--report", test.report}, strings.NewReader(""), io.Discard)
		if err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		if len(c.Reports) != 1 || c.Reports[0].Name != "findings" || !slices.Equal(c.Filter.Findings, test.want) {
			t.Errorf("%s: %d reports, findings %q, want the report findings of %q", test.reason, len(c.Reports), c.Filter.Findings, test.want)
		}
	}
	var mistake *Mistake
	if _, err := Parse(context.Background(), []string{"e.json", "-r", "sessions,mfa_fatigue"}, strings.NewReader(""), io.Discard); !errors.As(err, &mistake) {
		t.Errorf("a finding beside a report: %v, want a mistake", err)
	}
}
