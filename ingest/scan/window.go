package scan

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

// Window is the part of a file that a scanner looks at: it slides forward
// record by record and grows when a record does not fit.
type Window struct {
	Source io.Reader
	Buf    []byte
	pos    int   // start of what is not consumed
	At     int64 // the same in the file
	Line   int64 // 1-based line at pos
	eof    bool
	Err    error // of the reader, other than io.EOF
}

// NewWindow looks at r from its start. buf is memory to use, or nil.
func NewWindow(r io.Reader, buf []byte) *Window {
	if buf == nil {
		buf = make([]byte, 0, 1<<20)
	}
	return &Window{Source: r, Buf: buf[:0], Line: 1}
}

// Rest is what has been read and not consumed.
func (w *Window) Rest() []byte { return w.Buf[w.pos:] }

// SkipBlank passes over what has been read, which is blank.
func (w *Window) SkipBlank() { w.consume(len(w.Rest())) }

// consume moves on by n bytes.
func (w *Window) consume(n int) {
	w.Line += int64(bytes.Count(w.Buf[w.pos:w.pos+n], Newline))
	w.pos += n
	w.At += int64(n)
}

// Back returns to where the window was at, in the file, if all since then is
// still in memory.
func (w *Window) Back(at, line int64) bool {
	n := w.At - at
	if n > int64(w.pos) {
		return false
	}
	w.pos -= int(n)
	w.At, w.Line = at, line
	return true
}

var Newline = []byte("\n")

// More reads on; false at the end of the file, or when rest is already
// longer than a record may be (see tooLong). It adds at least half of what is
// there: scanners look at a record from its start again after each call, and
// readers that decode or unpack give little at a time.
func (w *Window) More() bool {
	if w.eof || w.tooLong() {
		return false
	}
	before := len(w.Rest())
	for got := 0; got <= before/2 && !w.eof; {
		w.makeRoom()
		n, err := w.Source.Read(w.Buf[len(w.Buf):cap(w.Buf)])
		w.Buf = w.Buf[:len(w.Buf)+n]
		got += n
		if err != nil {
			w.eof = true
			if err != io.EOF {
				w.Err = err
			}
		}
	}
	return len(w.Rest()) > before
}

// makeRoom moves the rest to the front once the memory is used up, and doubles
// that when it is half full, so that every byte is moved about once.
func (w *Window) makeRoom() {
	if len(w.Buf) < cap(w.Buf) {
		return
	}
	to := w.Buf[:0]
	if len(w.Rest()) > cap(w.Buf)/2 {
		to = make([]byte, 0, 2*cap(w.Buf))
	}
	w.Buf = append(to, w.Rest()...)
	w.pos = 0
}

func (w *Window) tooLong() bool { return len(w.Buf)-w.pos > maxRecord }
