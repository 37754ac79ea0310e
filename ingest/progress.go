package ingest

// progress is how much of the inputs was read, in bytes.
type progress struct {
	done, total int64
	report      func(done, total int64)
}

// add hears of bytes that were read.
func (p *progress) add(bytes int64) {
	p.done += bytes
	p.report(p.done, p.total)
}
