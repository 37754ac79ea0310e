package console

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestProgress: how far a load is, is told in bytes, with their rate and the
// time left.
func TestProgress(t *testing.T) {
	var shown bytes.Buffer
	p := &Progress{w: &shown, wide: barWide(80), show: true}
	p.Update(0, 400_000_000)
	time.Sleep(200 * time.Millisecond)
	p.Update(4_000_000, 400_000_000) // 1 % done: what is left takes 99 times as long
	want := regexp.MustCompile(`reading +1% \|.*\| +\(4\.0/400 MB, [0-9.]+ [kM]B/s\) \[\d+s:(\d+m)?[1-9]\d*s\]`)
	if line := shown.String(); !want.MatchString(line) {
		t.Errorf("%q is not as %s", line, want)
	}
	for line := range strings.SplitSeq(shown.String(), "\r") {
		if n := utf8.RuneCountInString(line); n >= 80 {
			t.Errorf("%d columns, which goes on in the next line: %q", n, line)
		}
	}
	p.Clear()
	if line := shown.String(); !strings.HasSuffix(line, "\r") {
		t.Errorf("it is not cleared away: %q", line)
	}
}

func TestBarWide(t *testing.T) {
	for _, test := range []struct {
		columns, want int
		reason        string
	}{{200, 40, "no wider than is of use"}, {80, 16, "what is left of the line"}, {60, 0, "no room"}, {0, 0, "nothing is known of the terminal"}} {
		if got := barWide(test.columns); got != test.want {
			t.Errorf("%s: %d of %d columns, want %d", test.reason, got, test.columns, test.want)
		}
	}
}
