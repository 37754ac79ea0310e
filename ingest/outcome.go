package ingest

import "fmt"

// Summary tells what became of the inputs of one Load.
type Summary struct {
	Files        int // inputs, archives themselves not counted
	Skipped      int // already in the case
	Unrecognised int
	Unreadable   int
	Damaged      int // recognised, but not whole
	Records      int64
	Loaded       int64
	Duplicates   int64
	Rejected     int64
}

// Complete tells whether every record of every input was taken.
func (s Summary) Complete() bool {
	return s.Unrecognised == 0 && s.Unreadable == 0 && s.Damaged == 0 && s.Rejected == 0
}

// outcome is what became of the inputs of a load. Of each that is not taken as it is, it
// says why.
type outcome struct {
	summary Summary
	warn    func(sentence string)
	skipped []string // what is said of each input that the case had before
}

// unreadable counts an input that can't be read.
func (o *outcome) unreadable(path, why string) {
	o.summary.Unreadable++
	o.warn(path + ": " + why)
}

// unrecognised counts an input that is no export that is known.
func (o *outcome) unrecognised(path, why string) {
	o.summary.Unrecognised++
	o.warn(path + ": " + why)
}

// damaged counts an input that was read, but not whole.
func (o *outcome) damaged(path, loss string) {
	o.summary.Damaged++
	o.warn(path + ": " + loss)
}

// skip leaves out a file that the case has.
func (o *outcome) skip(f *inputFile, before string) {
	f.id = 0
	o.summary.Skipped++
	o.skipped = append(o.skipped, f.source.path+": already in the case as "+before)
}

// warnOfSkipped says in one line which inputs the case had before.
func (o *outcome) warnOfSkipped() {
	switch n := len(o.skipped); {
	case n == 1:
		o.warn(o.skipped[0])
	case n > 1:
		o.warn(fmt.Sprintf("%s; and %d more files known by their content", o.skipped[0], n-1))
	}
}
