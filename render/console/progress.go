package console

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// IsTerminal tells whether somebody looks at what is written to w.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Progress is the bar on a terminal's stderr; elsewhere it is nothing.
type Progress struct {
	bar  *progressbar.ProgressBar
	w    io.Writer
	wide int // of the bar itself
	show bool
}

// What is written around the bar, at most: percent, bytes, rate, and the time gone and left.
const aroundBar = len("reading 100% |") + len("| (1023.9/1023.9 MB, 1023.9 MB/s) [59m59s:59m59s]")

// barWide is how wide a bar may be, so that its line has room on a terminal of that many
// columns: of a line that goes on in the next, the first stays behind. It is 0 where
// there is no room.
func barWide(columns int) int {
	return max(min(columns-1-aroundBar, 40), 0)
}

// NewProgress is the bar of a run that writes to stderr.
func NewProgress(quiet bool, stderr io.Writer) *Progress {
	if quiet || !IsTerminal(stderr) || os.Getenv("TERM") == "dumb" {
		return &Progress{w: stderr}
	}
	f := stderr.(*os.File)
	columns, _, err := term.GetSize(int(f.Fd()))
	wide := barWide(columns)
	return &Progress{w: stderr, wide: wide, show: err == nil && wide > 0 && Ready(f)}
}

// Update shows how many bytes of how many are read.
func (p *Progress) Update(done, total int64) {
	if !p.show {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription("reading"),
			progressbar.OptionSetWidth(p.wide),
			progressbar.OptionShowBytes(true),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true),
		)
		p.bar.RenderBlank() // the clock starts; there is no rate yet
		return
	}
	p.bar.Set64(min(done, total))
}

// Clear takes the bar away.
func (p *Progress) Clear() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
