package tenant

import (
	"math/rand/v2"
	"strings"
	"time"
)

// AuditEvent is one record of the unified audit log. What a kind of record says
// beyond these fields is drawn from Detail.
type AuditEvent struct {
	ID     GUID
	Time   int64
	Kind   *Kind
	Actor  *Person // nil = the service itself
	SignIn *SignIn // the logon, or the sign-in whose token was used; nil = the record has no token
	IP     string
	Target *Person // whose mailbox or account; nil = the actor's
	Item   string  // what it was done to, where the kind has a choice
	Detail uint64
}

// Session is the session id that the record carries, zero if none.
func (e *AuditEvent) Session() GUID {
	if e.SignIn == nil || e.Kind.RecordType == directoryRecord {
		return GUID{}
	}
	return e.SignIn.Session
}

// HasToken reports whether the record carries a token id.
func (e *AuditEvent) HasToken() bool { return e.SignIn != nil && e.Kind.token }

// UserID is the actor as the record writes it: the workloads differ in case.
func (e *AuditEvent) UserID() string {
	switch {
	case e.Actor == nil:
		return e.Kind.system
	case e.Kind.Workload == "Exchange":
		return e.Actor.mailName
	case e.Actor.Guest && e.Kind.RecordType != logonRecord:
		return strings.Replace(e.Actor.UPN, "@", "_", 1) + "#ext#@" + onMicrosoft
	}
	return e.Actor.UPN
}

func appendDistantTime(b []byte, unix int64) []byte {
	return time.Unix(unix, 0).UTC().AppendFormat(b, "2006-01-02T15:04:05")
}

// activity is what people do, and how the audit log saw them sign in.
func (t *Tenant) activity(d *dayLog, r *rand.Rand) {
	for _, s := range d.signIns {
		if s.Person == nil {
			continue
		}
		if r.Float64() < t.logons {
			d.events = append(d.events, logonOf(s, r.Uint64()))
		}
		kinds := workOn(s.Resource)
		if s.Code != success || kinds == nil || s.Person.Service {
			continue
		}
		for range count(r, t.workload) {
			e := &AuditEvent{
				ID: newGUID(r), Time: s.Time + 20 + int64(r.IntN(3900)), Kind: pick(r, kinds),
				Actor: s.Person, SignIn: s, IP: s.From.IP, Detail: r.Uint64(),
			}
			if r.IntN(3) == 0 && s.Person.paysBills() && e.Kind.Workload == "Exchange" && e.Kind.RecordType != exchangeAdmin {
				e.Target = t.shared
			}
			if r.IntN(50) == 0 { // a token from before the period
				old := *s
				old.ID, old.Time = newRequestID(r), start-int64(1+r.IntN(90000))
				e.SignIn = &old
			}
			if e.Time < d.end {
				d.events = append(d.events, e)
			}
		}
	}
}

// logonOf is the sign-in as the audit log has it: its id is the record's.
func logonOf(s *SignIn, detail uint64) *AuditEvent {
	kind := userLoggedIn
	if s.Code != success && s.Code != keepSignedIn {
		kind = userLoginFailed
	}
	return &AuditEvent{ID: s.ID, Time: s.Time, Kind: kind, Actor: s.Person, SignIn: s, IP: s.From.IP, Detail: detail}
}

// serviceNoise is the service at work on its own, in batches at night.
func (t *Tenant) serviceNoise(d *dayLog, r *rand.Rand) {
	for left := count(r, t.noise); left > 0; {
		at := d.start + int64(r.IntN(80000))
		for range min(left, 1+r.IntN(8)) {
			at += int64(r.IntN(9))
			d.events = append(d.events, &AuditEvent{
				ID: newGUID(r), Time: at, Kind: pick(r, noiseKinds), Target: pick(r, t.people), Detail: r.Uint64(),
			})
			left--
		}
	}
}

// administration is the service desk and the administrators at work in the
// directory. These records have a back-end address and no session. The victim
// is left to the incident.
func (t *Tenant) administration(d *dayLog, r *rand.Rand) {
	admins := []*Person{t.person("pieter.de.wit@contoso.com"), t.person("priya.raman@contoso.com"), t.person("ciaran.walsh@contoso.com")}
	for range count(r, t.directory) {
		d.events = append(d.events, &AuditEvent{
			ID: newGUID(r), Time: d.start + 25200 + int64(r.IntN(36000)), Kind: pick(r, adminKinds),
			Actor: pick(r, admins), IP: microsoft.at(r.IntN(500)).IP, Target: pick(r, t.people[1:]), Detail: r.Uint64(),
		})
	}
}
