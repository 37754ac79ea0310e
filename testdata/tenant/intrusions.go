package tenant

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Intrusions are those besides the sample's, by name: what a report says of them is
// held against what their authors know.
var Intrusions = []string{"forwarding", "administrator"}

// Answers are what whoever reads a report about an intrusion must be able to say.
type Answers struct {
	Users     []string   `json:"users"`        // whose accounts the intruder used
	Addresses []string   `json:"ip_addresses"` // of the intruder, those that failed too
	Sessions  []string   `json:"sessions"`     // of the intruder
	First     time.Time  `json:"first"`        // of the sign-in that let the intruder in
	Last      time.Time  `json:"last"`         // of what the intruder did, attempts not counted
	Mailboxes []string   `json:"mailboxes"`    // in which mail was read
	Messages  int        `json:"messages_read"`
	Sent      int        `json:"messages_sent"`
	Forward   string     `json:"forwarded_to"` // and from when to when
	Files     []string   `json:"files_downloaded"`
	Open      []string   `json:"still_open"` // what is left behind
	Contained *time.Time `json:"contained"`  // the first countermeasure, none in the second
	After     int        `json:"acts_after"` // that succeeded after it
	Attempts  int        `json:"attempts_after"`
}

// intrusion is one of Intrusions while it is planned.
type intrusion struct {
	planned
	t       *Tenant
	r       *rand.Rand
	answers Answers
	reset   int64
}

func (t *Tenant) intrude(name string) *intrusion {
	in := &intrusion{t: t, r: t.dice(0, 7)}
	switch name {
	case "forwarding":
		in.forwarding()
	case "administrator":
		in.administrator()
	default:
		panic("no such intrusion: " + name)
	}
	return in
}

func (in *intrusion) signIn(when int64, p *Person, from Address, c *Client, app, resource *App, code *Code) *SignIn {
	s := &SignIn{
		ID: newRequestID(in.r), Correlation: newGUID(in.r), Time: when, Category: Interactive, Person: p, App: app, Resource: resource,
		From: from, Client: c, Code: code, Incoming: "none", Latency: latency(in.r),
	}
	in.signIns = append(in.signIns, s)
	in.events = append(in.events, logonOf(s, in.r.Uint64()))
	in.answers.Addresses = append(in.answers.Addresses, from.IP)
	if code != success && in.reset > 0 {
		in.answers.Attempts++
	}
	return s
}

// do is an act with the token of a sign-in.
func (in *intrusion) do(when int64, kind *Kind, s *SignIn, target *Person, item string) *AuditEvent {
	e := &AuditEvent{ID: newGUID(in.r), Time: when, Kind: kind, Actor: s.Person, SignIn: s, IP: s.From.IP, Target: target, Item: item, Detail: in.r.Uint64()}
	in.events = append(in.events, e)
	in.answers.Last = moment(when)
	switch kind {
	case mailRead:
		in.answers.Messages += e.messagesRead()
		in.answers.Mailboxes = append(in.answers.Mailboxes, e.mailbox().UPN)
	case mailSent:
		in.answers.Sent++
	case fileDownloaded:
		in.answers.Files = append(in.answers.Files, item)
	}
	return e
}

// change is an act in the directory, which has no session id.
func (in *intrusion) change(when int64, kind *Kind, actor, target *Person, from Address, item string) {
	if kind.RecordType == directoryRecord {
		from = microsoft.at(in.r.IntN(500))
	}
	in.events = append(in.events, &AuditEvent{ID: newGUID(in.r), Time: when, Kind: kind, Actor: actor, Target: target, IP: from.IP, Item: item, Detail: in.r.Uint64()})
}

// forwarding is how the mailbox of the controller is read, and then taken for good by
// having its mail sent on: a password that was guessed, a forward, two mails. The
// administrator resets the password, and takes the forward away again. Nothing is left.
func (in *intrusion) forwarding() {
	victim, admin := in.t.person("sanne.bakker@contoso.com"), in.t.person("pieter.de.wit@contoso.com")
	victim.reset = 18
	from := strangers[1].at(17)
	client := &Client{App: browserApp, UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Browser: "Firefox 128.0", OS: "Linux"}
	when := at(9, 28, 22, 14, 5)
	for range 14 {
		in.signIn(when, victim, from, client, outlookWeb, exchange, wrongPassword)
		when += 20 + int64(in.r.IntN(60))
	}
	s := in.signIn(when, victim, from, client, outlookWeb, exchange, success)
	s.Session = newGUID(in.r)
	in.answers.First = moment(when)
	in.answers.Sessions = []string{s.Session.String()}
	for i := range 11 {
		in.do(when+120+int64(i*95), mailRead, s, nil, "")
	}
	const abroad = "sanne.bakker@mailkeeper.example"
	in.do(at(9, 28, 23, 5, 40), mailboxSet, s, nil, abroad)
	again := in.signIn(at(9, 30, 21, 2, 0), victim, from, client, outlookWeb, exchange, success)
	again.Session = s.Session
	for i := range 3 {
		in.do(at(9, 30, 21, 4, i*40), mailRead, again, nil, "")
	}
	for i := range 2 {
		in.do(at(9, 30, 21, 20, 10+i*30), mailSent, again, nil, "Change of our bank account")
	}

	in.reset = at(10, 2, 9, 10, 12)
	in.change(in.reset, passwordReset, admin, victim, Address{}, "")
	in.change(in.reset+1, tokensRevoked, admin, victim, Address{}, "")
	office := &SignIn{
		ID: newRequestID(in.r), Correlation: newGUID(in.r), Session: in.t.session(admin, admin.desk, 18), Time: in.reset + 60, Category: NonInteractive,
		Person: admin, App: outlookWeb, Resource: exchange, From: admin.office.network.at(0), Client: admin.desk, Code: success,
		MFA: mfaByClaim, Method: secondFactor(admin, admin.desk), Incoming: "refreshToken", Latency: latency(in.r),
	}
	in.signIns = append(in.signIns, office)
	in.events = append(in.events, &AuditEvent{
		ID: newGUID(in.r), Time: in.reset + 300, Kind: forwardEnded, Actor: admin, SignIn: office, IP: office.From.IP, Target: victim, Detail: in.r.Uint64(),
	})
	in.answers.Forward = "from 2026-09-28 23:05 until 2026-10-02 09:15 must be taken as sent on to " + abroad
	for i := range 3 {
		in.signIn(at(10, 2, 21, 30, i*25), victim, from, client, outlookWeb, exchange, wrongPassword)
	}
}

// administrator is how the service desk's account is taken over: the password is
// known, and the tenth request on the telephone is approved. The intruder leaves a
// method, an account with a role, a secret and the right to a mailbox behind; nobody
// ends it.
func (in *intrusion) administrator() {
	victim, president := in.t.person("ciaran.walsh@contoso.com"), in.t.person("patti.fernandez@contoso.com")
	from := strangers[2].at(31)
	client := &Client{App: browserApp, UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", Browser: "Chrome 131.0.0", OS: "Windows10"}
	when := at(10, 1, 19, 20, 0)
	for range 9 {
		s := in.signIn(when, victim, from, client, azurePortal, azureMgmt, mfaFailed)
		s.Method = authenticator
		when += 70 + int64(in.r.IntN(50))
	}
	s := in.signIn(when, victim, from, client, azurePortal, azureMgmt, success)
	s.Session, s.MFA, s.Method = newGUID(in.r), mfaCompleted, authenticator
	in.answers.First = moment(when)
	in.answers.Sessions = []string{s.Session.String()}

	in.change(when+240, methodRegistered, victim, victim, from, "User registered Microsoft Authenticator App with Notification and Code")
	added := newPerson("Svc Backup", 9200, offices[1], "")
	in.change(when+600, userAdded, victim, added, from, "")
	in.change(when+640, roleGiven, victim, added, from, "Global Administrator")
	in.change(when+1100, secretAdded, victim, nil, from, "Contoso HR Sync")
	mail := in.signIn(when+1500, victim, from, client, outlookWeb, exchange, success)
	mail.Session, mail.MFA, mail.Method = s.Session, mfaByClaim, authenticator
	in.do(when+1560, permissionGiven, mail, president, victim.mailName)
	for i := range 15 {
		in.do(when+1800+int64(i*41), mailRead, mail, president, "")
	}
	sites := in.signIn(at(10, 2, 19, 30, 0), victim, from, client, sharePointWeb, sharePoint, success)
	sites.Session, sites.MFA, sites.Method = s.Session, mfaByClaim, authenticator
	for i := range 22 {
		in.do(at(10, 2, 19, 31, 7)+int64(i*9), fileDownloaded, sites, nil, fmt.Sprintf("Board minutes %d-%02d.docx", 2024+i/12, 1+i%12))
	}
	in.answers.Open = []string{
		"account svc.backup@contoso.com", "role of svc.backup@contoso.com", "Contoso HR Sync", "patti.fernandez@contoso.com", "authentication method of ciaran.walsh@contoso.com",
	}
}

// forwardEnded takes a forward away.
var forwardEnded = cmdletKind("Set-Mailbox", func(j *jsonText, e *AuditEvent) {
	cmdletBody(j, e, organizationUnit+"/"+e.Target.ID.String(), func() {
		j.pair("Identity", e.Target.mailName)
		j.pair("ForwardingSmtpAddress", "")
		j.pair("DeliverToMailboxAndForward", "False")
	})
})

// Answers is what is true of the tenant's intrusion, which is one of Intrusions.
func (t *Tenant) Answers() Answers {
	a := t.intrusion.answers
	for _, s := range t.planned.signIns {
		if list := []string{s.Session.String()}; s.Session != (GUID{}) && slices.Contains(a.Sessions, list[0]) {
			a.Users = append(a.Users, s.Person.UPN)
		}
	}
	for _, list := range []*[]string{&a.Users, &a.Addresses, &a.Mailboxes, &a.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if t.intrusion.reset > 0 {
		contained := moment(t.intrusion.reset)
		a.Contained = &contained
	}
	return a
}
