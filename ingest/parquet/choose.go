package parquet

import (
	"strings"
	"time"

	"entrail/ingest/schema"
)

// Choice says which partitions of a folder are wanted. The zero value is all of them.
type Choice struct {
	Users []string // by any of their names; nil = everybody
	// From and To are the bounds of time, given the newest event; nil = none. To is
	// exclusive.
	From, To func(newest time.Time) time.Time
	By       string // the flags, for people: --user and --since
}

// IsAll tells that nothing is left out.
func (c Choice) IsAll() bool { return c.Users == nil && c.From == nil && c.To == nil }

// Span is from one day to another, both included; a zero one is not known.
type Span struct{ First, Last time.Time }

// Reach is where the records of some users lie, by log and by bucket.
type Reach map[string]map[string]Span

// Add adds what the index says.
func (r Reach) Add(log, bucket string, s Span) {
	if r[log] == nil {
		r[log] = map[string]Span{}
	}
	if before, ok := r[log][bucket]; ok {
		if before.First.IsZero() || s.First.IsZero() {
			s = Span{}
		} else {
			s.First, s.Last = earlier(before.First, s.First), later(before.Last, s.Last)
		}
	}
	r[log][bucket] = s
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// has tells that the reach has something of the day and bucket in a log, or, where log is
// empty, in any.
func (r Reach) has(log string, p Place) bool {
	for name, buckets := range r {
		s, ok := buckets[p.Bucket]
		switch {
		case !ok || log != "" && name != log:
		case s.First.IsZero(), p.Day.IsZero(), !p.Day.Before(s.First) && !p.Day.After(s.Last):
			return true
		}
	}
	return false
}

// Takes tells that a partition of the table is wanted. reach is that of Users, newest
// the last day that the folder has. A day that is not known may be any.
func (c Choice) Takes(t schema.Table, p Place, reach Reach, newest time.Time) bool {
	if IsWhole(t) {
		return true
	}
	if !p.Day.IsZero() {
		// The newest event is anywhere in its day.
		if c.From != nil && !p.Day.Add(24*time.Hour).After(c.From(newest)) {
			return false
		}
		if c.To != nil && !p.Day.Before(c.To(newest.Add(24*time.Hour-time.Microsecond))) {
			return false
		}
	}
	return c.Users == nil || reach.has(logOf(t), p)
}

// logOf is the log that the rows of a table lie with; "" = any.
func logOf(t schema.Table) string {
	switch {
	case t.Parent.Table != "":
		return t.Parent.Table
	case t.Log != "":
		return strings.TrimPrefix(t.Name, copied)
	}
	return ""
}
