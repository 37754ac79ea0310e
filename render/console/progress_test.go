package console

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestProgress: how far a load is, is told in bytes, with their rate and the
// time left.
func TestProgress(t *testing.T) {
	var shown bytes.Buffer
	p := &Progress{w: &shown, show: true}
	p.Update(0, 400_000_000)
	time.Sleep(200 * time.Millisecond)
	p.Update(4_000_000, 400_000_000) // 1 % done: what is left takes 99 times as long
	want := regexp.MustCompile(`reading +1% \|.*\| +\(4\.0/400 MB, [0-9.]+ [kM]B/s\) \[\d+s:(\d+m)?[1-9]\d*s\]`)
	if line := shown.String(); !want.MatchString(line) {
		t.Errorf("%q is not as %s", line, want)
	}
	p.Clear()
	if line := shown.String(); !strings.HasSuffix(line, "\r") {
		t.Errorf("it is not cleared away: %q", line)
	}
}
