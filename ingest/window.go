package ingest

import (
	"bytes"
	"errors"
	"io"
)

// maxRecord is the longest record that is read, in bytes. What is longer is
// not a log record; it is rejected and named. The longest AuditData seen in
// real exports has 17 kB, Excel cells end at 32 kB.
const maxRecord = 32 << 20

// errTooLong says that more than maxRecord bytes were asked for at once.
var errTooLong = errors.New("longer than 32 MiB")

// window is the part of a file that a scanner looks at: it slides forward
// record by record and grows when a record does not fit.
type window struct {
	r    io.Reader
	buf  []byte
	pos  int   // start of what is not consumed
	line int64 // 1-based line at pos
	eof  bool
	err  error // of the reader, other than io.EOF
}

// newWindow looks at r from its start. buf is memory to use, or nil.
func newWindow(r io.Reader, buf []byte) *window {
	if buf == nil {
		buf = make([]byte, 0, 1<<20)
	}
	return &window{r: r, buf: buf[:0], line: 1}
}

// rest is what has been read and not consumed.
func (w *window) rest() []byte { return w.buf[w.pos:] }

// consume moves on by n bytes.
func (w *window) consume(n int) {
	w.line += int64(bytes.Count(w.buf[w.pos:w.pos+n], newline))
	w.pos += n
}

var newline = []byte("\n")

// more reads on; false at the end of the file, or when rest is already
// longer than a record may be (see tooLong).
func (w *window) more() bool {
	if w.eof || w.tooLong() {
		return false
	}
	if w.pos > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
		w.pos = 0
	}
	if len(w.buf) == cap(w.buf) {
		w.buf = append(make([]byte, 0, 2*cap(w.buf)), w.buf...)
	}
	for {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if err != nil {
			w.eof = true
			if err != io.EOF {
				w.err = err
			}
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
}

func (w *window) tooLong() bool { return len(w.buf)-w.pos > maxRecord }
