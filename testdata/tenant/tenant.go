// Package tenant invents the logs of Contoso, a company that does not exist: a
// month of ordinary work and one intrusion, in the exact formats that the Entra
// portal and Search-UnifiedAuditLog export. It makes testdata/contoso, which
// tests read, and logs of any size for benchmarks:
//
//	t := tenant.New(tenant.Options{Seed: 1, SignIns: 250_000, AuditEvents: 1_000_000})
//	err := tenant.WritePortalJSON(w, t.SignIns(tenant.Interactive), tenant.OneLine)
//	err = tenant.WriteCmdletCSV(w, 10, t.AuditEvents())
//
// The same options give the same bytes on every machine (products are converted
// to float64 before they are added to, lest a processor fuse the two). Nothing
// reads the clock; a day is drawn from the seed and the day's number alone, so that only
// one day is in memory and both sequences can be walked as often as needed.
//
// [Tenant.WriteContoso] writes the folder of exports that a responder was handed, and
// returns the [Truth]: the counts, taken from the model while it is written out
// and never from what was written. [Tenant.WriteMonth] writes another month: a quiet one,
// of a company where people travel, change phones and share files, or one with one of
// [Intrusions], of which [Tenant.Answers] says what is true.
//
// To add an export format, write a function that takes the sequence (portal_csv.go
// is the shape) and, when it belongs in the case, a line in contoso.go. To add a
// kind of audit record, add it to audit_kinds.go. To add to the story of the
// intrusion, see incident.go. After any change run `go generate ./testdata/tenant`.
package tenant

//go:generate go run entrail/testdata/tenant/generate

import (
	"cmp"
	"iter"
	"math/rand/v2"
	"slices"
	"time"
)

// DefaultSeed is the seed of testdata/contoso.
const DefaultSeed = 20260914

// Days is the length of the period; it starts on Monday 2026-09-14 at 00:00 UTC.
const Days = 31

var start = time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC).Unix()

// Day is midnight UTC at the start of the n-th day, counted from 0.
func Day(n int) time.Time { return time.Unix(start+int64(n)*86400, 0).UTC() }

// Options choose a tenant. SignIns (of all categories together) and AuditEvents
// are what to aim for; what comes out is within a few per cent, and exact in
// the Truth. Zero values stand for the size of testdata/contoso. A quiet tenant
// has no intrusion, but all that looks like one; see quiet.go.
type Options struct {
	Seed                 uint64
	SignIns, AuditEvents int
	People               int // 0 = as many as the sign-ins ask for
	Quiet                bool
	Intrusion            string // one of Intrusions in place of the sample's
}

// Tenant is a company and its month.
type Tenant struct {
	seed     uint64
	people   []*Person
	services []*Person
	shared   *Person
	incident *incident // of the sample's story, else nil
	planned  planned
	// intrusion is another story.
	intrusion *intrusion

	// How much happens, set by size.
	sittings   float64 // times a day that a person signs in
	refreshes  float64 // token refreshes a sitting
	principals float64 // sign-ins of all service principals
	logons     float64 // share of the sign-ins that the audit log has too
	workload   float64 // audit records a token
	noise      float64 // records of the service itself a day
	directory  float64 // directory events a day
}

// New makes the tenant of the options.
func New(o Options) *Tenant {
	if o.Seed == 0 {
		o.Seed = DefaultSeed
	}
	if o.SignIns == 0 {
		o.SignIns = 1400
	}
	if o.AuditEvents == 0 {
		o.AuditEvents = 1050
	}
	t := &Tenant{seed: o.Seed}
	if o.People == 0 {
		o.People = min(o.SignIns/400, 4000)
	}
	t.hire(max(len(staff), o.People))
	switch {
	case o.Quiet:
		t.planned = t.quietMonth()
	case o.Intrusion != "":
		t.intrusion = t.intrude(o.Intrusion)
		t.planned = t.intrusion.planned
	default:
		t.incident = t.breach()
		t.planned = t.incident.planned
	}

	t.scale(o)
	return t
}

// scale sets how much happens. It lives through the period once with one sitting
// a day and one refresh a sitting, and goes by what that left behind.
func (t *Tenant) scale(o Options) {
	users := 0.92 * float64(o.SignIns)
	t.principals = float64(o.SignIns) - users
	t.sittings, t.refreshes = 1, 1
	var signIns [2]float64 // interactive and not
	var tokens [2]float64  // those of them that the audit log sees in use
	for d := range Days {
		day := &dayLog{number: d, start: Day(d).Unix(), end: Day(d + 1).Unix()}
		for i, p := range t.people {
			t.work(day, p, t.dice(d, 10+i))
		}
		for _, s := range day.signIns {
			i := 0
			if s.Category == NonInteractive {
				i = 1
			}
			signIns[i]++
			if s.Code == success && workOn(s.Resource) != nil {
				tokens[i]++
			}
		}
	}
	planted := float64(len(t.planned.signIns))
	interactive, background := max(float64(0.5*users)-planted, 1), 0.5*users
	t.sittings = interactive / signIns[0]
	t.refreshes = background / signIns[1] / t.sittings

	rest := max(float64(o.AuditEvents-len(t.planned.events)), 1)
	t.logons = min(0.24*rest/users, 1)
	rest -= float64(t.logons * users)
	t.directory = 0.08 * rest / Days
	t.noise = 0.42 * rest / Days
	t.workload = 0.50 * rest / (float64(tokens[0]*t.sittings) + float64(tokens[1]*t.sittings*t.refreshes))
}

// Category is which of the portal's four files a sign-in is in.
type Category string

// The categories, in the tables' words.
const (
	Interactive      Category = "interactive"
	NonInteractive   Category = "non_interactive"
	ServicePrincipal Category = "service_principal"
	ManagedIdentity  Category = "managed_identity"
)

// SignIns yields the sign-ins of a category, newest first as the portal does.
func (t *Tenant) SignIns(c Category) iter.Seq[*SignIn] {
	return func(yield func(*SignIn) bool) {
		for d := Days - 1; d >= 0; d-- {
			day := t.day(d, false)
			newestFirst(day.signIns, func(s *SignIn) int64 { return s.Time })
			for _, s := range day.signIns {
				if s.Category == c && !yield(s) {
					return
				}
			}
		}
	}
}

// AuditEvents yields the unified audit log, newest first as the cmdlet does.
func (t *Tenant) AuditEvents() iter.Seq[*AuditEvent] {
	return func(yield func(*AuditEvent) bool) {
		for d := Days - 1; d >= 0; d-- {
			day := t.day(d, true)
			newestFirst(day.events, func(e *AuditEvent) int64 { return e.Time })
			for _, e := range day.events {
				if !yield(e) {
					return
				}
			}
		}
	}
}

func newestFirst[T any](list []T, when func(T) int64) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(when(b), when(a)) })
}

// Where yields what keep accepts.
func Where[T any](list iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range list {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

// planned is what happens besides the drawn days.
type planned struct {
	signIns []*SignIn
	events  []*AuditEvent
}

// dayLog is what happens between two midnights (UTC).
type dayLog struct {
	number     int
	start, end int64
	signIns    []*SignIn
	events     []*AuditEvent
}

// day draws a day. Sign-ins and audit events come from generators of their own,
// so that the sign-ins are the same with and without the events.
func (t *Tenant) day(number int, audit bool) *dayLog {
	d := &dayLog{number: number, start: Day(number).Unix(), end: Day(number + 1).Unix()}
	for i, p := range t.people {
		t.work(d, p, t.dice(number, 10+i))
	}
	t.machines(d, t.dice(number, 1))
	if audit {
		t.activity(d, t.dice(number, 2))
		t.serviceNoise(d, t.dice(number, 3))
		t.administration(d, t.dice(number, 4))
	}
	for _, s := range t.planned.signIns {
		if d.start <= s.Time && s.Time < d.end {
			d.signIns = append(d.signIns, s)
		}
	}
	if audit {
		for _, e := range t.planned.events {
			if d.start <= e.Time && e.Time < d.end {
				d.events = append(d.events, e)
			}
		}
	}
	return d
}

func (t *Tenant) dice(day, stream int) *rand.Rand {
	return rand.New(rand.NewPCG(t.seed, uint64(day)<<32|uint64(stream)))
}

// count is a whole number of times with the given mean.
func count(r *rand.Rand, mean float64) int {
	n := int(mean)
	if r.Float64() < mean-float64(n) {
		n++
	}
	return n
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
