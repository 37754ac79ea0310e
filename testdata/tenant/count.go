package tenant

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// counter takes the Truth from the records on their way to the files.
type counter struct {
	truth    Truth
	signIns  map[GUID]bool
	events   map[GUID]bool
	tokens   map[GUID]int // sign-in to the number of events that used its token
	sessions map[GUID]*session
	weeks    map[string]map[string]bool
	apps     map[string]map[string]bool
}

type session struct {
	users, ips, countries map[string]bool
	signIns, events       int
	first, last           int64
}

func newCounter() *counter {
	return &counter{
		truth: Truth{
			SignIns: SignInTruth{
				ByCategory: map[string]int{}, ByStatus: map[string]int{}, ByUser: map[string]StatusCount{},
				ByWeek: map[string]WeekCount{}, ByApp: map[string]AppCount{}, ByCA: map[string]int{},
				Failures: map[int]int{}, Policies: map[string]map[string]int{},
			},
			Audit: AuditTruth{
				ByOperation: map[string]int{}, ByRecordType: map[int]int{}, ByUser: map[string]int{}, Logons: map[string]int{},
			},
		},
		signIns: map[GUID]bool{}, events: map[GUID]bool{}, tokens: map[GUID]int{}, sessions: map[GUID]*session{},
		weeks: map[string]map[string]bool{}, apps: map[string]map[string]bool{},
	}
}

// countSignIns passes a file's sign-ins on and counts them. detail says whether
// the format carries the applied policies.
func (c *counter) countSignIns(path string, list iter.Seq[*SignIn], detail bool) iter.Seq[*SignIn] {
	return func(yield func(*SignIn) bool) {
		file := FileTruth{Path: path}
		for s := range list {
			file.Records++
			if c.signIns[s.ID] {
				file.Repeats++
			} else {
				c.signIns[s.ID] = true
				c.signIn(s, detail)
			}
			if !yield(s) {
				return
			}
		}
		c.truth.Files = append(c.truth.Files, file)
	}
}

// countSteps counts the rows of an AuthDetails file.
func (c *counter) countSteps(path string, list iter.Seq[*SignIn]) iter.Seq[*SignIn] {
	return func(yield func(*SignIn) bool) {
		file := FileTruth{Path: path}
		for s := range list {
			file.Records += len(s.steps())
			if !yield(s) {
				return
			}
		}
		c.truth.SignIns.Steps += file.Records
		c.truth.Files = append(c.truth.Files, file)
	}
}

func (c *counter) countEvents(path string, list iter.Seq[*AuditEvent]) iter.Seq[*AuditEvent] {
	return func(yield func(*AuditEvent) bool) {
		file := FileTruth{Path: path}
		for e := range list {
			file.Records++
			if c.events[e.ID] {
				file.Repeats++
			} else {
				c.events[e.ID] = true
				c.event(e)
			}
			if !yield(e) {
				return
			}
		}
		c.truth.Files = append(c.truth.Files, file)
	}
}

func (c *counter) signIn(s *SignIn, detail bool) {
	t := &c.truth.SignIns
	t.Total++
	t.ByCategory[string(s.Category)]++
	t.ByCA[map[string]string{"success": "success", "failure": "failure", "notApplied": "not_applied"}[s.ConditionalAccess()]]++
	status := strings.ToLower(s.Code.Status)
	t.ByStatus[status]++
	if s.Code != success {
		t.Failures[s.Code.Number]++
	}
	week := isoWeek(s.Time)
	w := t.ByWeek[week]
	w.SignIns++
	t.ByWeek[week] = w
	a := t.ByApp[s.App.Name]
	a.AppID = s.App.ID
	a.SignIns++
	t.ByApp[s.App.Name] = a
	if p := s.Person; p != nil {
		u := t.ByUser[p.UPN]
		u.SignIns++
		switch status {
		case "success":
			u.Success++
		case "failure":
			u.Failure++
		default:
			u.Interrupted++
		}
		t.ByUser[p.UPN] = u
		mark(c.weeks, week, p.UPN)
		mark(c.apps, s.App.Name, p.UPN)
		if detail && !s.Code.beforeAccess {
			for _, policy := range policies {
				result, _, _ := policy.evaluate(s)
				if t.Policies[policy.Name] == nil {
					t.Policies[policy.Name] = map[string]int{}
				}
				t.Policies[policy.Name][result]++
			}
		}
	}
	if s.Session != (GUID{}) {
		v := c.session(s.Session, s.Time, s.Person.UPN, s.From.IP)
		v.signIns++
		v.countries[s.From.Network.Place.Country] = true
	}
}

func (c *counter) event(e *AuditEvent) {
	t := &c.truth.Audit
	t.Total++
	t.ByOperation[e.Kind.Operation]++
	t.ByRecordType[e.Kind.RecordType]++
	t.ByUser[strings.ToLower(e.UserID())]++
	if e.Kind.RecordType == logonRecord {
		t.Logons[e.Kind.Operation]++
	}
	if e.Actor == nil {
		t.System++
	}
	if e.HasToken() {
		c.tokens[e.SignIn.ID]++
	}
	if g := e.Session(); g != (GUID{}) {
		c.session(g, e.Time, strings.ToLower(e.UserID()), e.IP).events++
	}
}

func (c *counter) session(id GUID, at int64, user, ip string) *session {
	v := c.sessions[id]
	if v == nil {
		v = &session{users: map[string]bool{}, ips: map[string]bool{}, countries: map[string]bool{}, first: at, last: at}
		c.sessions[id] = v
	}
	v.first, v.last = min(v.first, at), max(v.last, at)
	v.users[user] = true
	v.ips[ip] = true
	return v
}

func mark(sets map[string]map[string]bool, key, member string) {
	if sets[key] == nil {
		sets[key] = map[string]bool{}
	}
	sets[key][member] = true
}

func isoWeek(unix int64) string {
	year, week := time.Unix(unix, 0).UTC().ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func moment(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

// finish adds up what needs everything to have passed.
func (c *counter) finish(in *incident) *Truth {
	t := &c.truth
	slices.SortFunc(t.Files, func(a, b FileTruth) int { return strings.Compare(a.Path, b.Path) })
	for week, users := range c.weeks {
		w := t.SignIns.ByWeek[week]
		w.Users = len(users)
		t.SignIns.ByWeek[week] = w
	}
	for app, users := range c.apps {
		a := t.SignIns.ByApp[app]
		a.Users = len(users)
		t.SignIns.ByApp[app] = a
	}
	for id, n := range c.tokens {
		if c.signIns[id] {
			t.DecodedTokens += n
		}
	}
	for id, v := range c.sessions {
		t.Session.List = append(t.Session.List, SessionTruth{
			ID: id.String(), Users: sorted(v.users), SignIns: v.signIns, AuditEvents: v.events, IPs: sorted(v.ips),
			Countries: append([]string{}, sorted(v.countries)...), First: moment(v.first), Last: moment(v.last),
		})
	}
	slices.SortFunc(t.Session.List, func(a, b SessionTruth) int { return strings.Compare(a.ID, b.ID) })
	t.Session.Total = len(t.Session.List)
	t.Incident = in.truth(c.sessions[in.session].last)
	return t
}

func (in *incident) truth(last int64) IncidentTruth {
	ips := func(list []*SignIn) []string {
		set := map[string]bool{}
		for _, s := range list {
			set[s.From.IP] = true
		}
		return sorted(set)
	}
	victims := map[string]bool{}
	for _, p := range in.sprayed {
		victims[p.UPN] = true
	}
	return IncidentTruth{
		User: in.victim.UPN, SessionID: in.session.String(),
		SprayIPs: ips(in.spray), SprayVictims: sorted(victims),
		SprayFirst: moment(in.spray[0].Time), SprayLast: moment(in.spray[len(in.spray)-1].Time),
		PhishingIP: in.phished[0].From.IP, AttackerIPs: ips(in.after),
		RuleName: InboxRule, FilesDownloaded: slices.Sorted(slices.Values(in.files)), MessagesAccessed: in.mails,
		AppName: rogueApp.Name, AppID: rogueApp.ID,
		First: moment(in.phished[0].Time), Contained: moment(in.reset), Last: moment(last),
	}
}
