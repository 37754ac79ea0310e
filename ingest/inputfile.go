package ingest

import (
	"fmt"
	"slices"
)

// inputFile is a row of `files` in the making.
type inputFile struct {
	id       int32
	source   source
	sha256   string
	size     int64
	encoding string
	format   *format           // of most of its records; nil = not recognised
	formats  map[*format]int64 // of its records
	records  int64
	rejected int64
	notes    []string
	losses   []string // the notes that tell of something lost

	timesWarned bool // notes tell of times that are none
	empty       bool // there is no record in it, and nothing else
	unreadable  bool
	enveloped   bool // records stand inside others, under `properties`
}

func (f *inputFile) notef(text string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(text, args...))
}

// noteLoss notes something that the file once held and that is not loaded.
func (f *inputFile) noteLoss(text string, args ...any) {
	f.notef(text, args...)
	f.losses = append(f.losses, f.notes[len(f.notes)-1])
}

// noteLossOnce is noteLoss for what happens in many records.
func (f *inputFile) noteLossOnce(text string) {
	if !slices.Contains(f.losses, text) {
		f.noteLoss("%s", text)
	}
}

// noteOnce is notef for what happens in many records.
func (f *inputFile) noteOnce(text string) {
	if !slices.Contains(f.notes, text) {
		f.notef("%s", text)
	}
}
