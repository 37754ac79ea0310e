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
	at   int64 // the same in the file
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
	w.at += int64(n)
}

// back returns to where the window was at, in the file, if all since then is
// still in memory.
func (w *window) back(at, line int64) bool {
	n := w.at - at
	if n > int64(w.pos) {
		return false
	}
	w.pos -= int(n)
	w.at, w.line = at, line
	return true
}

var newline = []byte("\n")

// more reads on; false at the end of the file, or when rest is already
// longer than a record may be (see tooLong). It adds at least half of what is
// there: scanners look at a record from its start again after each call, and
// readers that decode or unpack give little at a time.
func (w *window) more() bool {
	if w.eof || w.tooLong() {
		return false
	}
	before := len(w.rest())
	for got := 0; got <= before/2 && !w.eof; {
		w.makeRoom()
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		got += n
		if err != nil {
			w.eof = true
			if err != io.EOF {
				w.err = err
			}
		}
	}
	return len(w.rest()) > before
}

// makeRoom moves the rest to the front once the memory is used up, and doubles
// that when it is half full, so that every byte is moved about once.
func (w *window) makeRoom() {
	if len(w.buf) < cap(w.buf) {
		return
	}
	to := w.buf[:0]
	if len(w.rest()) > cap(w.buf)/2 {
		to = make([]byte, 0, 2*cap(w.buf))
	}
	w.buf = append(to, w.rest()...)
	w.pos = 0
}

func (w *window) tooLong() bool { return len(w.buf)-w.pos > maxRecord }
