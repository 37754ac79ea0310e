package console

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPaged: what is taller than the screen goes through the pager, what is not does not.
func TestPaged(t *testing.T) {
	for _, test := range []struct {
		lines      int
		pager      string
		want       string
		reason     string
		wantLength int
	}{
		{5, "sed s/line/paged/", "line 0", "it fits", 5},
		{50, "sed s/line/paged/", "paged 0", "it does not", 50},
		{50, "cat", "line 0", "cat is no pager", 50},
		{50, "", "line 0", "nobody wants one", 50},
		{50, "no-such-pager-anywhere", "line 0", "it is not there", 50},
		{100000, "head -n 1", "line 0", "it is left early, which is no error", 1},
	} {
		t.Setenv("PAGER", test.pager)
		f, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		err = Paged(f, 24, func(w io.Writer) error {
			for i := range test.lines {
				if _, err := fmt.Fprintln(w, "line", i); err != nil {
					return err
				}
			}
			return nil
		})
		f.Close()
		text, _ := os.ReadFile(f.Name())
		if lines := strings.Count(string(text), "\n"); err != nil || !strings.HasPrefix(string(text), test.want) || lines != test.wantLength {
			t.Errorf("%s: %v, %d lines that begin %.20q; want %d, %q", test.reason, err, lines, text, test.wantLength, test.want)
		}
	}
}
