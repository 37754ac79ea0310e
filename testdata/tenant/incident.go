package tenant

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// incident is the intrusion, in the order in which it happens:
//
//	24 September  a password spray from a hosting provider; nobody falls
//	 6 October    Adele follows a link to a page that passes her password and her
//	              approval on to the real one, and keeps the session
//	 6 October    the session in another country: mail is read, an inbox rule
//	              hides the answers to come
//	 7 October    from a VPN: the Finance site is downloaded
//	 8 October    mails with new bank details; an application gets consent;
//	              forwarding is tried
//	 9-11 October the application reads on
//	12 October    password reset, sessions revoked; the last token outlives that
//	              for half an hour
type incident struct {
	victim  *Person
	session GUID
	planned

	sprayed []*Person
	spray   []*SignIn
	phished []*SignIn // the sign-in through the proxy
	after   []*SignIn // what the session did since
	files   []string
	mails   int // messages read
	reset   int64
}

// InboxRule is the name of the rule that hides mail.
const InboxRule = "."

func (t *Tenant) breach() *incident {
	r := t.dice(0, 5)
	in := &incident{victim: t.people[0], session: newGUID(r)}
	in.victim.reset = 28
	t.incident = in
	in.passwordSpray(t, r)
	in.phish(r)
	in.useSession(r)
	in.contain(t, r)
	return in
}

func at(month time.Month, day, hour, minute, second int) int64 {
	return time.Date(2026, month, day, hour, minute, second, 0, time.UTC).Unix()
}

func (in *incident) add(s *SignIn) *SignIn {
	in.signIns = append(in.signIns, s)
	return s
}

func (in *incident) logged(r *rand.Rand, s *SignIn) {
	in.events = append(in.events, logonOf(s, r.Uint64()))
}

// passwordSpray tries two passwords on everybody whose name can be guessed.
func (in *incident) passwordSpray(t *Tenant, r *rand.Rand) {
	client := &Client{App: modernApp, UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36", Browser: "Chrome 114.0.0", OS: "Windows10"}
	for _, p := range t.people {
		if !p.Guest && len(in.sprayed) < 40 {
			in.sprayed = append(in.sprayed, p)
		}
	}
	for round, when := range []int64{at(9, 24, 2, 10, 0), at(9, 24, 4, 40, 0)} {
		for i, p := range in.sprayed {
			when += 20 + int64(r.IntN(60))
			code := wrongPassword
			switch {
			case p.Disabled:
				code = disabled
			case round == 1 && i%4 == 1:
				code = locked
			}
			s := in.add(&SignIn{
				ID: newRequestID(r), Correlation: newGUID(r), Time: when, Category: Interactive, Person: p,
				App: aadPS, Resource: aadGraph, From: sprayHosting.at(i + round), Client: client, Code: code,
				Incoming: "none", Protocol: "ropc", Latency: latency(r),
			})
			in.spray = append(in.spray, s)
			in.logged(r, s)
		}
	}
}

// phish is one sign-in with three requests, the victim's browser and the
// proxy's address.
func (in *incident) phish(r *rand.Rand) {
	own := in.victim.desk
	client := &Client{App: browserApp, UserAgent: own.UserAgent, Browser: own.Browser, OS: own.OS}
	correlation := newGUID(r)
	var first GUID
	for _, step := range []struct {
		when int64
		code *Code
	}{{at(10, 6, 7, 41, 8), needsMFA}, {at(10, 6, 7, 41, 49), keepSignedIn}, {at(10, 6, 7, 41, 55), success}} {
		s := in.add(&SignIn{
			ID: newRequestID(r), Correlation: correlation, Session: in.session, Original: first, Time: step.when,
			Category: Interactive, Person: in.victim, App: officeHome, Resource: officeHome, From: phishingProxy.at(0),
			Client: client, Code: step.code, MFA: mfaCompleted, Method: authenticator, Incoming: "none", Latency: latency(r),
		})
		if step.code == needsMFA {
			s.Session, s.MFA, first = GUID{}, "", s.ID
		}
		in.phished = append(in.phished, s)
		in.logged(r, s)
	}
}

// useSession is the stolen session at work, until the password is reset.
func (in *incident) useSession(r *rand.Rand) {
	script := &Client{App: browserApp, UserAgent: "axios/1.7.9"}
	browser := &Client{App: browserApp, UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36", Browser: "Chrome 139.0.0", OS: "Windows10"}
	bucharest1, bucharest2, montreal := attackerHosting.at(0), attackerHosting.at(1), attackerVPN.at(0)
	token := func(when int64, from Address, c *Client, app, resource *App) *SignIn {
		s := in.add(&SignIn{
			ID: newRequestID(r), Correlation: newGUID(r), Session: in.session, Time: when, Category: NonInteractive,
			Person: in.victim, App: app, Resource: resource, From: from, Client: c, Code: success,
			MFA: mfaByClaim, Method: authenticator, Incoming: "refreshToken", Latency: latency(r),
		})
		in.after = append(in.after, s)
		return s
	}
	do := func(when int64, kind *Kind, s *SignIn, item string) {
		e := &AuditEvent{ID: newGUID(r), Time: when, Kind: kind, Actor: in.victim, SignIn: s, IP: s.From.IP, Item: item, Detail: r.Uint64()}
		if kind == mailRead {
			in.mails += e.messagesRead()
		}
		in.events = append(in.events, e)
	}
	several := func(n int, when int64, step int, kind *Kind, s *SignIn) {
		for range n {
			do(when, kind, s, "")
			when += int64(5 + r.IntN(step))
		}
	}

	// 6 October: the cookie is replayed, first by a script, then in a browser.
	token(at(10, 6, 7, 49, 30), bucharest1, script, officeHome, graph)
	first := token(at(10, 6, 7, 49, 52), bucharest1, script, outlookWeb, exchange)
	in.logged(r, first)
	opened := in.add(&SignIn{
		ID: newRequestID(r), Correlation: newGUID(r), Session: in.session, Time: at(10, 6, 7, 58, 3), Category: Interactive,
		Person: in.victim, App: outlookWeb, Resource: exchange, From: bucharest2, Client: browser, Code: success,
		MFA: mfaByClaim, Method: authenticator, Incoming: "none", Latency: latency(r),
	})
	in.after = append(in.after, opened)
	in.logged(r, opened)
	several(4, at(10, 6, 7, 51, 10), 40, mailRead, first)
	several(12, at(10, 6, 8, 1, 20), 200, mailRead, opened)
	do(at(10, 6, 8, 6, 2), mailSynced, opened, `\Inbox`)
	do(at(10, 6, 8, 6, 41), mailSynced, opened, `\Sent Items`)
	do(at(10, 6, 8, 31, 17), ruleCreated, opened, InboxRule)
	do(at(10, 6, 8, 31, 18), rulesUpdated, opened, InboxRule)
	second := token(at(10, 6, 9, 10, 44), bucharest2, browser, outlookWeb, exchange)
	several(6, at(10, 6, 9, 12, 0), 300, mailRead, second)
	sites := token(at(10, 6, 9, 31, 9), bucharest2, browser, sharePointWeb, sharePoint)
	several(3, at(10, 6, 9, 32, 0), 60, pageViewed, sites)
	token(at(10, 6, 13, 35, 20), bucharest1, script, officeHome, graph)

	// 7 October: the downloads, through a VPN.
	vpn := token(at(10, 7, 6, 15, 2), montreal, browser, sharePointWeb, sharePoint)
	in.logged(r, vpn)
	when := at(10, 7, 6, 16, 30)
	for i := range 26 {
		name := fmt.Sprintf("Invoice 2026-%04d.pdf", 880+i*3)
		switch i % 7 {
		case 2:
			name = fmt.Sprintf("Supplier statement %s 2026.xlsx", time.Month(1+i%12))
		case 5:
			name = fmt.Sprintf("Payment run week %d.xlsx", 30+i/7)
		}
		in.files = append(in.files, name)
		do(when, fileDownloaded, vpn, name)
		when += 4 + int64(r.IntN(30))
	}
	token(at(10, 7, 6, 33, 51), montreal, browser, outlookWeb, exchange)
	third := token(at(10, 7, 11, 30, 12), bucharest2, browser, outlookWeb, exchange)
	several(5, at(10, 7, 11, 31, 0), 240, mailRead, third)

	// 8 October: the fraud.
	fraud := token(at(10, 8, 5, 55, 40), bucharest2, browser, outlookWeb, exchange)
	in.logged(r, fraud)
	for i := range 4 {
		when := at(10, 8, 6, 0, 10) + int64(i)*95
		do(when, mailSent, fraud, "Updated bank details for invoice 2026-0917")
		do(when+12, mailBinned, fraud, "Updated bank details for invoice 2026-0917")
		do(when+20, mailPurged, fraud, "Updated bank details for invoice 2026-0917")
	}
	token(at(10, 8, 6, 9, 31), bucharest2, browser, officeHome, graph)
	for i, kind := range []*Kind{principalAdded, grantAdded, consented} {
		in.events = append(in.events, &AuditEvent{
			ID: newGUID(r), Time: at(10, 8, 6, 10, 22) + int64(i/2), Kind: kind, Actor: in.victim,
			IP: microsoft.at(r.IntN(500)).IP, Detail: r.Uint64(),
		})
	}
	do(at(10, 8, 6, 20, 37), mailboxFailed, fraud, "ap-archive@contoso-billing.example")

	// 8 to 11 October: the application.
	for _, hour := range []int{7, 15, 31, 46, 55, 77} {
		s := token(at(10, 8, hour, 3, 11), bucharest1, script, rogueApp, graph)
		several(1+hour%2, at(10, 8, hour, 4, 0), 50, mailRead, s)
	}

	// 12 October: one more token, an hour before its end.
	last := token(at(10, 12, 8, 31, 26), bucharest2, browser, outlookWeb, exchange)
	several(2, at(10, 12, 8, 33, 0), 300, mailRead, last)
	for _, minute := range []int{14, 22, 31} {
		do(at(10, 12, 9, minute, 8), mailRead, last, "")
	}
	for i, hour := range []int{9, 10, 12} {
		app, c, from := outlookWeb, browser, bucharest2
		if i == 1 {
			app, c, from = rogueApp, script, bucharest1
		}
		s := token(at(10, 12, hour, 52, 5+i), from, c, app, exchange)
		s.Code, s.Session, s.MFA = tokenRevoked, GUID{}, ""
		in.logged(r, s)
	}
}

// contain is what the administrator did on 12 October.
func (in *incident) contain(t *Tenant, r *rand.Rand) {
	in.reset = at(10, 12, 9, 5, 12)
	for i, kind := range []*Kind{passwordReset, tokensRevoked} {
		in.events = append(in.events, &AuditEvent{
			ID: newGUID(r), Time: in.reset + int64(i), Kind: kind, Actor: t.person("pieter.de.wit@contoso.com"),
			IP: microsoft.at(r.IntN(500)).IP, Target: in.victim, Detail: r.Uint64(),
		})
	}
}
