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
	show bool
}

// NewProgress is the bar of a run that writes to stderr.
func NewProgress(quiet bool, stderr io.Writer) *Progress {
	show := !quiet && IsTerminal(stderr) && os.Getenv("TERM") != "dumb"
	return &Progress{w: stderr, show: show && Ready(stderr.(*os.File))}
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
