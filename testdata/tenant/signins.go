package tenant

import (
	"math/rand/v2"
)

// SignIn is one sign-in. Person or Principal is nil.
type SignIn struct {
	ID, Correlation GUID
	Session         GUID // zero = none issued
	Original        GUID // first request of the sequence, zero = this one
	Time            int64
	Category        Category
	Person          *Person
	Principal       *Principal
	App, Resource   *App
	From            Address // Network nil = the log has no address (managed identities)
	Client          *Client
	Code            *Code
	MFA             string // the log's words on how the second factor went; empty = none asked for
	Method          string // of the second factor
	Incoming        string // incoming token type
	Protocol        string // authentication protocol; empty = none in particular
	Latency         int    // milliseconds
}

// What the log says about the second factor of a success.
const (
	mfaByClaim   = "MFA requirement satisfied by claim in the token"
	mfaCompleted = "MFA completed in Azure AD"
)

// session is the id that stays with a browser profile for a week, and with a
// phone for months.
func (t *Tenant) session(p *Person, c *Client, day int) GUID {
	revoked := p.reset > 0 && day >= p.reset
	if c == p.phone || c == p.next {
		day = 0
	}
	if revoked {
		day += 7 * Days
	}
	return newGUID(rand.New(rand.NewPCG(t.seed^uint64(day/7+1), uint64(p.ID[0])<<56|uint64(p.ID[1])<<48|uint64(p.ID[2])<<40|uint64(p.ID[3])<<32|uint64(len(c.App)))))
}

// work is the day of one person: sittings at a computer or phone, each an
// interactive sign-in with what precedes it, and the tokens refreshed after.
func (t *Tenant) work(d *dayLog, p *Person, r *rand.Rand) {
	if p.left > 0 && d.number >= p.left {
		if d.number == p.left+6 { // the phone still tries
			t.refresh(d, r, p, p.phoneOn(d.number), p.office.carrier(r), d.start+43200, GUID{}, disabled)
		}
		return
	}
	if p.travels(d.number) {
		return
	}
	mean := t.sittings
	switch weekend := d.number%7 >= 5; {
	case weekend:
		mean *= 0.1
	case r.IntN(20) == 0: // not at work
		return
	case p.Guest:
		mean *= 0.4
	}
	for range count(r, mean) {
		t.sitting(d, r, p)
	}
}

func (t *Tenant) sitting(d *dayLog, r *rand.Rand, p *Person) {
	client, from := p.desk, p.homeOn(d.number)
	place := p.office.place()
	switch x := r.Float64(); {
	case p.Guest:
	case x < p.inDesk:
		from = p.office.network.at(r.IntN(2))
	case x > 0.86 && (!p.Admin || x > 0.95):
		client, from = p.phoneOn(d.number), p.office.carrier(r)
	case p.vpn && x > 0.6:
		from = companyVPN.at(r.IntN(4))
	}
	for _, trip := range p.trips {
		if trip.on(d.number) {
			place = trip.hotel.Place
			if client == p.desk {
				from = trip.hotel.at(d.number)
			}
		}
	}
	local := float64(p.starts) + float64(9*r.Float64())
	if r.IntN(12) == 0 {
		local += 2.5
	}
	at := d.start + int64((local-float64(place.utc))*3600)
	if at < d.start || at+120 >= d.end {
		return
	}

	app, resource := webApp(r, p, client)
	s := &SignIn{
		Correlation: newGUID(r), Category: Interactive, Person: p, App: app, Resource: resource,
		From: from, Client: client, Code: success, Incoming: "none",
	}
	known := client.Device != nil
	s.Session = t.session(p, client, d.number)
	if !known && r.IntN(3) == 0 {
		s.Session = newGUID(r)
	}
	s.Method = secondFactor(p, client)
	s.MFA = mfaByClaim
	if known {
		s.Incoming = "primaryRefreshToken"
	}
	fresh := r.IntN(10) < 6 && !known || r.IntN(10) == 0

	// What went wrong before it went right.
	var first GUID
	step := func(c *Code) {
		b := *s
		b.ID, b.Time, b.Code, b.Original, b.Latency = newRequestID(r), at, c, first, latency(r)
		if first == (GUID{}) {
			first = b.ID
		}
		if c != keepSignedIn && c != success {
			b.Session = GUID{}
			b.MFA = ""
		}
		if c == wrongPassword {
			b.Incoming, b.Method = "none", ""
		}
		d.signIns = append(d.signIns, &b)
		at += 5 + int64(r.IntN(25))
	}
	if r.IntN(22) == 0 {
		for range 1 + r.IntN(5)/3 {
			step(wrongPassword)
		}
	}
	if fresh {
		s.MFA = mfaCompleted
		switch {
		case client.App == modernApp:
			step(needsMFAHere)
		case r.IntN(4) > 0:
			step(needsMFA)
		}
		if r.IntN(25) == 0 {
			step(mfaFailed)
		}
		if client.App == browserApp && !known && r.IntN(3) == 0 {
			step(keepSignedIn)
		}
	}
	if p.Admin && !client.compliant() {
		step(notCompliant)
		return
	}
	step(success)
	for range count(r, t.refreshes) {
		later := at + int64(r.IntN(5*3600))
		addr := from
		if client != p.desk {
			addr = p.office.carrier(r)
			for _, trip := range p.trips {
				if trip.on(d.number) {
					addr = trip.hotel.at(d.number + 1)
				}
			}
		}
		t.refresh(d, r, p, client, addr, later, s.Session, success)
	}
}

// refresh is a token that a program fetched by itself.
func (t *Tenant) refresh(d *dayLog, r *rand.Rand, p *Person, c *Client, from Address, at int64, session GUID, code *Code) {
	if at >= d.end {
		return
	}
	app, resource := backgroundApp(r, p, c)
	s := &SignIn{
		ID: newRequestID(r), Correlation: newGUID(r), Session: session, Time: at, Category: NonInteractive,
		Person: p, App: app, Resource: resource, From: from, Client: c, Code: code,
		MFA: mfaByClaim, Method: secondFactor(p, c), Incoming: "refreshToken", Latency: latency(r),
	}
	if c.Device != nil && r.IntN(3) > 0 {
		s.Incoming = "primaryRefreshToken"
	}
	if code == success && r.IntN(22) == 0 {
		s.Code = [...]*Code{tokenExpired, noSession, needsMFAHere, tokenExpired}[r.IntN(4)]
	}
	if s.Code != success {
		s.Session, s.MFA = GUID{}, ""
	}
	d.signIns = append(d.signIns, s)
}

func latency(r *rand.Rand) int { return 40 + r.IntN(160) + r.IntN(2)*r.IntN(900) }

func secondFactor(p *Person, c *Client) string {
	switch {
	case (p.Admin || p.Job == "President") && c == p.desk:
		return windowsHello
	case p.office == offices[1]:
		return textMessage
	}
	return authenticator
}

// webApp is what a person opens, backgroundApp what their programs refresh.
func webApp(r *rand.Rand, p *Person, c *Client) (app, resource *App) {
	if c.App == modernApp {
		return pick(r, []*App{outlookMobile, teams}), exchange
	}
	if p.Guest {
		return teamsWeb, teamsSvc
	}
	switch x := r.IntN(100); {
	case p.Admin && x < 35:
		return azurePortal, azureMgmt
	case p.Admin && x < 45:
		return azurePS, azureMgmt
	case x < 40:
		return officeHome, officeHome
	case x < 62:
		return outlookWeb, exchange
	case x < 75:
		return teamsWeb, teamsSvc
	case x < 85:
		return sharePointWeb, sharePoint
	case x < 90 && c.Device != nil && c.OS != "MacOs":
		return windowsSignIn, aadGraph
	case x < 96:
		return expenses, graph
	}
	return crm, graph
}

func backgroundApp(r *rand.Rand, p *Person, c *Client) (app, resource *App) {
	if c != p.desk {
		if r.IntN(3) == 0 {
			return teams, teamsSvc
		}
		return outlookMobile, exchange
	}
	if p.Guest {
		return teamsWeb, pick(r, []*App{teamsSvc, sharePoint})
	}
	switch x := r.IntN(100); {
	case x < 28:
		return outlookWeb, exchange
	case x < 48:
		return teams, pick(r, []*App{teamsSvc, exchange, sharePoint, graph})
	case x < 68:
		return officeDesktop, pick(r, []*App{exchange, sharePoint, graph})
	case x < 84:
		return oneDriveSync, sharePoint
	case x < 92:
		return sharePointWeb, sharePoint
	case x < 95 && c.Device != nil:
		return authBroker, aadGraph
	}
	return officeHome, graph
}

// machines are the sign-ins without a person behind them.
func (t *Tenant) machines(d *dayLog, r *rand.Rand) {
	scanner, sync := t.services[0], t.services[1]
	if d.number%7 < 5 && r.IntN(3) > 0 {
		d.signIns = append(d.signIns, &SignIn{
			ID: newRequestID(r), Correlation: newGUID(r), Time: d.start + 25000 + int64(r.IntN(30000)), Category: Interactive,
			Person: scanner, App: exchange, Resource: exchange, From: officeAmsterdam.at(1), Client: scanner.desk,
			Code: blocked, Incoming: "none", Latency: latency(r),
		})
	}
	d.signIns = append(d.signIns, &SignIn{
		ID: newRequestID(r), Correlation: newGUID(r), Session: newGUID(r), Time: d.start + 3600 + int64(r.IntN(70000)), Category: NonInteractive,
		Person: sync, App: aadPS, Resource: aadGraph, From: sync.home, Client: sync.desk,
		Code: success, Incoming: "none", Latency: latency(r),
	})
	for _, p := range principals {
		for range count(r, t.principals*p.share/138/Days) {
			s := &SignIn{
				ID: newRequestID(r), Correlation: newGUID(r), Time: d.start + int64(r.IntN(86400)), Category: ServicePrincipal,
				Principal: p, App: p.App, Resource: pick(r, p.uses), Code: success, Incoming: "none", Latency: latency(r),
			}
			if p.Managed {
				s.Category = ManagedIdentity
			} else {
				s.From = p.hosts.at(r.IntN(3))
				if p.credential == "clientSecret" && r.IntN(25) == 0 {
					s.Code = badSecret
				}
			}
			d.signIns = append(d.signIns, s)
		}
	}
}
