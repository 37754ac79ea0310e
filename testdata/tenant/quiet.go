package tenant

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A quiet tenant is a company in a month in which nothing bad happens, and much that
// looks like it: people travel, move house and change phones, the help desk resets
// passwords and methods, people come and leave, make inbox rules, let applications in
// and share files, administrators activate roles, and strangers guess passwords.

// WriteMonth writes the sign-ins, the Entra audit log and the unified audit log of the
// tenant into the folder. Files that are there already are replaced.
func (t *Tenant) WriteMonth(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	signIns := func(c Category) func(io.Writer) error {
		return func(w io.Writer) error { return WritePortalJSON(w, t.SignIns(c), OneLine) }
	}
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"InteractiveSignIns.json", signIns(Interactive)},
		{"NonInteractiveSignIns.json", signIns(NonInteractive)},
		{"ApplicationSignIns.json", signIns(ServicePrincipal)},
		{"MSISignIns.json", signIns(ManagedIdentity)},
		{"AuditLogs.json", func(w io.Writer) error { return WriteDirectoryJSON(w, t.DirectoryEvents(), OneLine) }},
		{"UnifiedAuditLog.jsonl", func(w io.Writer) error {
			return WriteAuditDataLines(w, Where(t.AuditEvents(), func(e *AuditEvent) bool { return e.Kind.RecordType != entraOnly }))
		}},
	} {
		if err := writeFile(filepath.Join(folder, file.name), file.write); err != nil {
			return err
		}
	}
	return nil
}

var (
	hotels = []*Network{
		hotelLisbon, hotelNewYork, hotelTokyo,
		{"Seine Hospitality", 64520, &Place{"Paris", "Paris", "FR", 48.85341, 2.3488, 2}, false, v4wide(400, 1)},
		{"Gulf Hotels", 64521, &Place{"Dubai", "Dubai", "AE", 25.07725, 55.30927, 4}, false, v4wide(401, 1)},
		{"Ipiranga Hoteis", 64522, &Place{"Sao Paulo", "Sao Paulo", "BR", -23.5475, -46.63611, -3}, false, v4wide(402, 1)},
		{"Table Bay Hotels", 64523, &Place{"Cape Town", "Western Cape", "ZA", -33.92584, 18.42322, 2}, false, v4wide(403, 1)},
		{"Ganga Hospitality", 64524, &Place{"Mumbai", "Maharashtra", "IN", 19.07283, 72.88261, 5}, false, v4wide(404, 1)},
		{"Akropol Hotels", 64525, &Place{"Athens", "Attiki", "GR", 37.98376, 23.72784, 3}, false, v4wide(405, 1)},
	}
	// From where strangers guess.
	strangers = []*Network{
		{"Pampa Internet", 64530, &Place{"Rosario", "Santa Fe", "AR", -32.94682, -60.63932, -3}, false, v4wide(420, 1)},
		{"Delta Broadband", 64531, &Place{"Hanoi", "Ha Noi", "VN", 21.0245, 105.84117, 7}, false, v4wide(421, 1)},
		{"Steppe Telecom", 64532, &Place{"Almaty", "Almaty", "KZ", 43.25667, 76.92861, 5}, false, v4wide(422, 1)},
		{"Volta Networks", 64533, &Place{"Accra", "Greater Accra", "GH", 5.55602, -0.1969, 0}, false, v4wide(423, 1)},
	}
)

func entraKind(operation string) *Kind {
	return &Kind{operation, entraOnly, "AzureActiveDirectory", "Success", false, "", nil}
}

var (
	pimActivated     = entraKind("Add member to role completed (PIM activation)")
	pimExpired       = entraKind("Remove member from role (PIM activation expired)")
	methodRegistered = entraKind("User registered security info")
	methodDeleted    = entraKind("Admin deleted security info")
	passIssued       = entraKind("Admin registered security info")
	deviceJoined     = entraKind("Register device")

	userAdded       = directoryKind("Add user.")
	licenceGiven    = directoryKind("Change user license.")
	accountDisabled = directoryKind("Disable account.")
	guestInvited    = entraKind("Invite external user")
	deviceAdded     = directoryKind("Add device.")
	roleGiven       = directoryKind("Add member to role.")
	secretAdded     = directoryKind("Update application – Certificates and secrets management ")

	permissionGiven = cmdletKind("Add-MailboxPermission", permissionBody)
	mailboxDelivers = cmdletKind("Set-Mailbox", deputyBody)

	linkForAnybody = fileKind("AnonymousLinkCreated", sharingRecord, fileBody)
	linkSecure     = fileKind("AddedToSecureLink", sharingRecord, outsiderBody)
	invitation     = fileKind("SharingInvitationCreated", sharingRecord, outsiderBody)
)

// letIn are the applications that people of a quiet tenant let in.
var letIn = []struct{ name, scope string }{
	{"Meeting Planner", "openid profile User.Read Calendars.ReadWrite offline_access"},
	{"Whiteboard Pro", "openid profile User.Read"},
	{"Sign Here", "openid profile User.Read Files.Read offline_access"},
}

// quietMonth draws what happens besides the daily work, and gives people their
// journeys and new phones.
func (t *Tenant) quietMonth() planned {
	r := t.dice(0, 6)
	p := &planned{}
	desk := []*Person{t.person("ciaran.walsh@contoso.com"), t.person("pieter.de.wit@contoso.com")}
	admins := []*Person{t.person("pieter.de.wit@contoso.com"), t.person("priya.raman@contoso.com")}
	var members []*Person
	for _, m := range t.people {
		if !m.Guest && !m.Admin && !m.Disabled && m != desk[0] {
			members = append(members, m)
		}
	}
	// about returns n times a hundred people, at least one.
	about := func(n float64) int { return max(int(float64(n*float64(len(members))/100)), 1) }
	when := func(day int) int64 { return Day(day).Unix() + 25200 + int64(r.IntN(32400)) }
	workday := func() int {
		for {
			if d := r.IntN(Days - 1); d%7 < 5 {
				return d
			}
		}
	}
	entra := func(at int64, kind *Kind, actor, target *Person, item string) {
		ip := actor.office.network.at(0).IP
		if kind.RecordType == directoryRecord {
			ip = microsoft.at(r.IntN(500)).IP
		}
		p.events = append(p.events, &AuditEvent{ID: newGUID(r), Time: at, Kind: kind, Actor: actor, Target: target, IP: ip, Item: item, Detail: r.Uint64()})
	}
	// work is an act in a workload, with the token of a sign-in at the office.
	work := func(at int64, kind *Kind, actor, target *Person, item string) {
		app, resource := outlookWeb, exchange
		if kind.Workload == "SharePoint" {
			app, resource = sharePointWeb, sharePoint
		}
		s := &SignIn{
			ID: newRequestID(r), Correlation: newGUID(r), Session: t.session(actor, actor.desk, int((at-start)/86400)), Time: at - 600,
			Category: NonInteractive, Person: actor, App: app, Resource: resource, From: actor.office.network.at(0), Client: actor.desk,
			Code: success, MFA: mfaByClaim, Method: secondFactor(actor, actor.desk), Incoming: "refreshToken", Latency: latency(r),
		}
		p.signIns = append(p.signIns, s)
		p.events = append(p.events, &AuditEvent{ID: newGUID(r), Time: at, Kind: kind, Actor: actor, SignIn: s, IP: s.From.IP, Target: target, Item: item, Detail: r.Uint64()})
	}

	for range about(6) { // journeys
		m, from := pick(r, members), 1+r.IntN(Days-7)
		if len(m.trips) == 0 {
			m.trips = append(m.trips, trip{from, from + 1 + r.IntN(5), pick(r, hotels), true})
		}
	}
	for range about(5) { // new phones, and the methods on them
		m, day := pick(r, members), workday()
		model := phones[r.IntN(2)]
		m.changes = day
		m.next = &Client{App: modernApp, UserAgent: model.userAgent, Browser: "Mobile Safari", OS: model.os}
		at := when(day)
		entra(at, methodRegistered, m, m, "User registered Microsoft Authenticator App with Notification and Code")
		if r.IntN(2) == 0 {
			entra(at+300, deviceAdded, m, m, m.Name+"'s new phone")
			entra(at+301, deviceJoined, m, m, m.Name+"'s new phone")
		}
	}
	for range about(2) { // people who move house
		m := pick(r, members)
		if m.changes == 0 {
			m.changes, m.moves = workday(), pick(r, m.office.homes).at(r.IntN(2000))
		}
	}
	for range about(6) { // the help desk
		m, at := pick(r, members), when(workday())
		entra(at, passwordReset, pick(r, desk), m, "")
	}
	for range about(1) {
		m, at := pick(r, members), when(workday())
		entra(at, methodDeleted, pick(r, desk), m, "Admin deleted Authenticator App with Notification for user")
		entra(at+1800, methodRegistered, m, m, "User registered Microsoft Authenticator App with Notification and Code")
	}
	for range about(1) { // people who come
		m, at, who := pick(r, members), when(workday()), pick(r, admins)
		entra(at, userAdded, who, m, "")
		entra(at+20, licenceGiven, who, m, "")
		entra(at+60, groupMember, who, m, "")
		entra(at+900, passIssued, who, m, "Admin registered temporary access pass method for user")
		entra(at+7200, methodRegistered, m, m, "User registered Microsoft Authenticator App with Notification and Code")
	}
	for range about(0.6) { // and leave
		m, heir, at, who := pick(r, members), pick(r, members), when(workday()), pick(r, admins)
		entra(at, accountDisabled, who, m, "")
		work(at+200, permissionGiven, who, m, heir.mailName)
		work(at+260, mailboxDelivers, who, m, heir.mailName)
	}
	for range about(4) {
		work(when(workday()), ruleCreated, pick(r, members), nil, pick(r, []string{"Newsletters", "Suppliers", "Tickets", "Tickets", "Advertisements", "To my deputy"}))
	}
	for range about(2) { // applications that people let in
		m, app, at := pick(r, members), r.IntN(len(letIn)), when(workday())
		entra(at, grantAdded, m, nil, letIn[app].name)
		entra(at, consented, m, nil, letIn[app].name)
	}
	entra(when(workday()), consented, admins[0], nil, "Fabrikam Expenses") // for everybody
	for range about(0.4) {
		entra(when(workday()), secretAdded, pick(r, admins), nil, "Contoso HR Sync")
	}
	for range about(5) { // roles for an hour
		who, at := pick(r, admins), when(workday())
		role := pick(r, []string{"User Administrator", "Exchange Administrator", "Helpdesk Administrator", "Authentication Administrator", "Global Administrator"})
		entra(at, pimActivated, who, who, role)
		entra(at+14400, pimExpired, who, who, role)
	}
	entra(when(workday()), roleGiven, admins[0], pick(r, members), "Reports Reader")
	for range about(6) { // files for people outside
		m, at := pick(r, members), when(workday())
		who := fmt.Sprintf("%s@%s", pick(r, []string{"anna", "j.smith", "sales", "office"}), pick(r, []string{"fabrikam.com", "northwind.example", "tailspin.example"}))
		work(at, pick(r, []*Kind{linkSecure, linkSecure, invitation}), m, nil, who)
	}
	for range about(3) {
		work(when(workday()), linkForAnybody, pick(r, members), nil, pick(r, files))
	}
	for range about(1) { // guests
		entra(when(workday()), guestInvited, pick(r, members), nil, pick(r, []string{"anna", "j.smith", "sales"})+"@fabrikam.com")
	}
	for range about(6) { // strangers who guess, and people who don't know their password
		m, at := pick(r, members), Day(r.IntN(Days)).Unix()+int64(r.IntN(86000))
		from := pick(r, strangers).at(r.IntN(250))
		client := &Client{App: modernApp, UserAgent: "", Browser: "Rich Client", OS: "Windows"}
		if r.IntN(3) == 0 {
			client, from = m.desk, m.home
		}
		for range 1 + r.IntN(4) {
			p.signIns = append(p.signIns, &SignIn{
				ID: newRequestID(r), Correlation: newGUID(r), Time: at, Category: Interactive, Person: m, App: officeHome, Resource: officeHome,
				From: from, Client: client, Code: wrongPassword, Incoming: "none", Latency: latency(r),
			})
			at += 9 + int64(r.IntN(60))
		}
	}
	p.trim()
	return *p
}

// trim leaves out what would be after the period.
func (p *planned) trim() {
	end := Day(Days).Unix()
	var events []*AuditEvent
	for _, e := range p.events {
		if e.Time < end {
			events = append(events, e)
		}
	}
	p.events = events
}

// quietChange is what the kinds of a quiet month change in the directory; nil = none
// of them.
func (e *AuditEvent) quietChange(user target) *directoryChange {
	c := &directoryChange{category: "UserManagement", object: user.upn, targets: []target{user}}
	switch e.Kind.Operation {
	case "Add member to role completed (PIM activation)", "Remove member from role (PIM activation expired)":
		c.category, c.service = "RoleManagement", "PIM"
		c.targets = []target{{kind: "Role", id: fixedGUID("role "+e.Item, 0).String(), name: e.Item}, user}
		if e.Kind.Operation == "Remove member from role (PIM activation expired)" {
			c.byApp = "MS-PIM"
		}
	case "Add member to role.":
		c.category = "RoleManagement"
		c.changes = []change{{"Role.ObjectID", "", fixedGUID("role "+e.Item, 0).String(), false}, {"Role.DisplayName", "", e.Item, false}}
	case "User registered security info", "Admin deleted security info", "Admin registered security info":
		c.service, c.reason = "Authentication Methods", e.Item
	case "Add device.", "Register device":
		c.category = "Device"
		id := fixedGUID("device "+e.Item, 0).String()
		c.object, c.targets = id, []target{{kind: "Device", id: id, name: e.Item}}
		if e.Kind.Operation == "Register device" {
			c.service = "Device Registration Service"
		}
	case "Invite external user":
		c.service, c.object = "Invited Users", e.Item
		c.targets = []target{{kind: "User", id: fixedGUID("guest "+e.Item, 0).String(), upn: e.Item}}
	case "Add user.":
		c.changes = []change{{"AccountEnabled", "", "true", true}, {"UserPrincipalName", "", `"` + user.upn + `"`, true}}
	case "Disable account.":
		c.changes = []change{{"AccountEnabled", "true", "false", true}}
	case "Change user license.":
	case "Update application – Certificates and secrets management ":
		id := fixedGUID("app "+e.Item, 0).String()
		c.category, c.object = "ApplicationManagement", id
		c.targets = []target{{kind: "Application", id: id, name: e.Item}}
		old := `"[KeyIdentifier=` + fixedGUID("old key", 0).String() + `,KeyType=Password,KeyUsage=Verify,DisplayName=2025]"`
		c.changes = []change{
			{"KeyDescription", old, old + `,"[KeyIdentifier=` + e.derived("key").String() + `,KeyType=Password,KeyUsage=Verify,DisplayName=2026]"`, true},
			{"Included Updated Properties", "", "KeyDescription", false},
		}
	case "Add delegated permission grant.", "Consent to application.":
		if e.Item == "" {
			return nil
		}
		return e.letInChange(user)
	default:
		return nil
	}
	return c
}

// letInChange is the consent to an application: of a person with the scopes of letIn,
// of an administrator for everybody.
func (e *AuditEvent) letInChange(user target) *directoryChange {
	app := thirdParty(e.Item, fabrikamTenant)
	scope, all := "User.Read", true
	for _, a := range letIn {
		if a.name == e.Item {
			scope, all = a.scope, false
		}
	}
	consent, principal, told := "AllPrincipals", "", "True"
	if !all {
		consent, principal, told = "Principal", e.Actor.ID.String(), "False"
	}
	c := &directoryChange{
		category: "ApplicationManagement", object: app.ID,
		targets: []target{{kind: "ServicePrincipal", id: app.principal.String(), name: app.Name, appID: app.ID}},
		changes: []change{
			{"ConsentContext.IsAdminConsent", "", told, false},
			{"ConsentContext.IsAppOnly", "", "False", false},
			{"ConsentContext.OnBehalfOfAll", "", told, false},
			{"ConsentAction.Permissions", "", "[] => [[Id: " + e.derived("grant").String() + ", ClientId: " + app.principal.String() +
				", PrincipalId: " + principal + ", ResourceId: " + graph.principal.String() + ", ConsentType: " + consent + ", Scope:  " + scope +
				", CreatedDateTime: , LastModifiedDateTime ]]; ", false},
			{"TargetId.ServicePrincipalNames", "", app.ID, false},
		},
	}
	if e.Kind.Operation == "Add delegated permission grant." {
		c.targets = []target{{kind: "ServicePrincipal", id: graph.principal.String(), name: graph.Name, appID: graph.ID}}
		c.changes = []change{
			{"DelegatedPermissionGrant.Scope", "", " " + scope, false},
			{"DelegatedPermissionGrant.ConsentType", "", consent, false},
			{"ServicePrincipal.ObjectID", "", app.principal.String(), false},
		}
	}
	return c
}

func permissionBody(j *jsonText, e *AuditEvent) {
	object := organizationUnit + "/" + e.Target.ID.String()
	cmdletBody(j, e, object, func() {
		j.pair("Identity", e.Target.mailName)
		j.pair("User", e.Item)
		j.pair("AccessRights", "FullAccess")
	})
}

func deputyBody(j *jsonText, e *AuditEvent) {
	cmdletBody(j, e, organizationUnit+"/"+e.Target.ID.String(), func() {
		j.pair("Identity", e.Target.mailName)
		j.pair("ForwardingAddress", e.Item)
		j.pair("DeliverToMailboxAndForward", "True")
	})
}

func outsiderBody(j *jsonText, e *AuditEvent) {
	site, name := e.site(), files[e.Detail%uint64(len(files))]
	sharePointCommon(j, e, site+"Shared Documents/"+name, "File")
	j.str("TargetUserOrGroupType", "Guest")
	j.str("TargetUserOrGroupName", e.Item)
	j.str("SiteUrl", site)
	j.str("SourceFileName", name)
	j.str("SourceRelativeUrl", "Shared Documents")
}
