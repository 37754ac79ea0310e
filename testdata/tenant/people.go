package tenant

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const (
	// TenantID is Contoso's.
	TenantID       = "5f0a1c52-7d3e-4b86-9c41-2a6f8e90b7d4"
	tenantName     = "Contoso"
	tenantDomain   = "contoso.com"
	onMicrosoft    = "contoso.onmicrosoft.com"
	fabrikamTenant = "b3d91e07-52c8-4f6a-8d10-7e4c95a2f136"
)

// Person is an account that people (or a device without a person) sign in with.
type Person struct {
	Name, UPN string // UPN in lower case, as the sign-in log has it
	mailName  string // the same as Exchange writes it
	ID        GUID
	Job       string
	Admin     bool
	Guest     bool
	Service   bool // not a person: a scanner, a shared mailbox
	Disabled  bool // left the company

	puid    string // Exchange's and the directory's other id of the account
	sid     string
	mailbox GUID
	office  *office
	home    Address
	desk    *Client // the usual computer
	phone   *Client
	starts  int // hour of the local day at which work begins
	inDesk  float64
	vpn     bool
	trips   []trip
	left    int     // the first day (of the period) without the account; 0 = stays
	reset   int     // the day on which an administrator ended all sessions; 0 = none
	next    *Client // the phone that takes the place of the first
	moves   Address // the home after a move
	changes int     // the first day with next or moves; 0 = none
}

// phoneOn is the phone that the person has on a day.
func (p *Person) phoneOn(day int) *Client {
	if p.next != nil && day >= p.changes {
		return p.next
	}
	return p.phone
}

// homeOn is where the person lives on a day.
func (p *Person) homeOn(day int) Address {
	if p.moves.Network != nil && day >= p.changes {
		return p.moves
	}
	return p.home
}

// trip is a journey with a return, days counted from the start of the period.
type trip struct {
	from, to int
	hotel    *Network
	onTheWay bool // takes the days before and after too, without work
}

func (t trip) on(day int) bool { return t.from <= day && day <= t.to }

// travels tells that the person spends the day on the way.
func (p *Person) travels(day int) bool {
	for _, t := range p.trips {
		if t.onTheWay && !t.on(day) && t.from-1 <= day && day <= t.to+1 {
			return true
		}
	}
	return false
}

// Device is a computer or phone that the directory may know.
type Device struct {
	ID                 GUID
	Name, OS, Trust    string
	Compliant, Managed bool
}

// Client is a program on a device.
type Client struct {
	App       string // client app in the log's words: Browser, IMAP4, ...
	UserAgent string
	Browser   string
	OS        string
	Device    *Device // nil = not registered
	Legacy    bool
}

func (c *Client) compliant() bool { return c.Device != nil && c.Device.Compliant }

const (
	browserApp = "Browser"
	modernApp  = "Mobile Apps and Desktop clients"
)

// Methods of authentication, in the log's words.
const (
	password      = "Password"
	authenticator = "Mobile app notification"
	textMessage   = "Text message"
	windowsHello  = "Windows Hello for Business"
)

const windowsEdge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"

var computers = []struct{ userAgent, browser, os, prefix string }{
	{windowsEdge, "Edge 140.0.0", "Windows11", "LT"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome 140.0.0", "Windows10", "LT"},
	{windowsEdge, "Edge 140.0.0", "Windows10", "PC"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "Safari 18.6", "MacOs", "MB"},
	{"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox 142.0", "Linux", "WS"},
}

var phones = []struct{ userAgent, os string }{
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 PKeyAuth/1.0", "Ios 18.6"},
	{"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/139.0.7258.158 Mobile Safari/537.36 PKeyAuth/1.0", "Android 15"},
}

// staff are the accounts with a story; offices by index. More people, made
// from the two lists of names, join a larger tenant.
var staff = []struct {
	name, job string
	office    int
	traits    string
}{
	{"Adele Vance", "Accounts payable", 0, "phone"},
	{"Pieter de Wit", "IT administrator", 0, "admin"},
	{"Priya Raman", "IT administrator", 3, "admin"},
	{"Megan Bowen", "Marketing manager", 2, ""},
	{"Alex Wilber", "Sales director", 0, "traveller phone"},
	{"Isla O'Brien", "Legal counsel", 1, ""},
	{"Joni Sherman", "Paralegal", 1, ""},
	{"Lee Gu", "Engineer", 3, "linux"},
	{"Lidia Holloway", "Product manager", 2, "mac"},
	{"Lynne Robbins", "Planner", 2, ""},
	{"Nestor Wilke", "Operations", 2, "phone"},
	{"Sanne Bakker", "Controller", 0, ""},
	{"Ruben Visser", "Engineer", 0, "linux vpn"},
	{"José Álvarez", "Buyer", 1, ""},
	{"Mei Lin Tan", "Finance manager", 3, ""},
	{"Daan Mulder", "Warehouse", 0, "phone"},
	{"Fleur Jansen", "Human resources", 0, "mac"},
	{"Grady Archie", "Engineer", 2, ""},
	{"Henrietta Mueller", "Designer", 0, "mac"},
	{"Ciaran Walsh", "Service desk", 1, ""},
	{"Wei Jie Lim", "Sales", 3, "phone"},
	{"Patti Fernandez", "President", 2, "phone"},
	{"Bram Smit", "Receptionist", 0, "left"},
	{"Nora Byrne", "Intern", 1, "left"},
}

var (
	firstNames = strings.Fields("Anna Bart Carla David Emma Frank Greta Hugo Ines Jack Kim Lars Maria Noah Olga Paul Quinn Rosa Sven Tara Umar Vera Wout Xia Yara Zoe Ahmed Britt Colm Deepa")
	lastNames  = strings.Fields("Vries Berg Dijk Bos Vos Peters Hendriks Kelly Ryan Doyle Byrne Smith Jones Brown Miller Davis Wilson Moore Ng Chua Goh Koh Ong Teo Lim Wong Patel Singh Khan Costa")
)

func (t *Tenant) hire(size int) {
	for i, s := range staff {
		p := newPerson(s.name, i, offices[s.office], s.traits)
		p.Job = s.job
		t.people = append(t.people, p)
	}
	for i := len(t.people); i < size; i++ {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		name := firstNames[i%len(firstNames)] + " " + lastNames[i/len(firstNames)%len(lastNames)]
		if n := i / (len(firstNames) * len(lastNames)); n > 0 {
			name += fmt.Sprintf(" %d", n+1)
		}
		traits := []string{"", "", "", "phone", "mac", "", "vpn", "linux"}[r.IntN(8)]
		p := newPerson(name, i, offices[r.IntN(len(offices))], traits)
		p.Job = "Staff"
		t.people = append(t.people, p)
	}
	t.guests()
	t.serviceAccounts()
}

// account turns a name into the part before the @.
func account(name string) string {
	return strings.NewReplacer(" ", ".", "'", "", "é", "e", "Á", "A").Replace(name)
}

func newPerson(name string, i int, o *office, traits string) *Person {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	p := &Person{
		Name: name, UPN: strings.ToLower(account(name)) + "@" + tenantDomain, mailName: account(name) + "@" + tenantDomain,
		ID: fixedGUID("person", i), mailbox: fixedGUID("mailbox", i), office: o,
		puid:   fmt.Sprintf("10032002%08X", 0x1A2B3C00+i*7919),
		sid:    fmt.Sprintf("S-1-5-21-2718281828-3141592653-1618033988-%d", 21000000+i*13),
		home:   o.homes[i%len(o.homes)].at(i * 3),
		starts: 7 + r.IntN(3), inDesk: 0.35 + float64(0.3*r.Float64()),
	}
	kind := [6]int{0, 0, 1, 2, 1, 0}[i%6]
	switch {
	case strings.Contains(traits, "mac"):
		kind = 3
	case strings.Contains(traits, "linux"):
		kind = 4
	}
	c := computers[kind]
	p.desk = &Client{App: browserApp, UserAgent: c.userAgent, Browser: c.browser, OS: c.os}
	if kind != 4 { // the Linux workstations are nobody's to manage
		p.desk.Device = &Device{
			ID: fixedGUID("device", i), Name: fmt.Sprintf("CON-%s-%04d", c.prefix, 1000+i*37%9000), OS: c.os,
			Trust: "Azure AD joined", Compliant: true, Managed: true,
		}
		if kind == 2 {
			p.desk.Device.Trust = "Hybrid Azure AD joined"
		}
	}
	ph := phones[i%2]
	p.phone = &Client{App: modernApp, UserAgent: ph.userAgent, Browser: "Mobile Safari", OS: ph.os}
	if i%2 == 1 {
		p.phone.Browser = "Chrome Mobile WebView 139.0.7258"
	}
	if strings.Contains(traits, "phone") {
		p.phone.Device = &Device{ID: fixedGUID("phone", i), Name: strings.Fields(name)[0] + "'s phone", OS: ph.os, Trust: "Azure AD registered", Compliant: true, Managed: true}
	}
	p.Admin = strings.Contains(traits, "admin")
	p.vpn = strings.Contains(traits, "vpn")
	if strings.Contains(traits, "left") {
		p.Disabled, p.left = true, 4
	}
	if strings.Contains(traits, "traveller") {
		p.trips = []trip{{2, 4, hotelLisbon, false}, {9, 12, hotelNewYork, false}, {21, 25, hotelTokyo, false}}
	}
	return p
}

// guests are invited from a partner's tenant.
func (t *Tenant) guests() {
	for i, name := range []string{"Omar Haddad", "Sofie Lund"} {
		p := newPerson(name, 9000+i, offices[0], "")
		p.UPN = strings.ToLower(account(name)) + "@fabrikam.com"
		p.mailName = p.UPN
		p.Guest, p.Job = true, "Partner"
		p.desk.Device, p.phone.Device = nil, nil
		p.home = homeLondon.at(i)
		p.inDesk = 0
		t.people = append(t.people, p)
	}
}

// services are accounts without a person. The scanner still speaks a legacy
// protocol, which Conditional Access stops.
func (t *Tenant) serviceAccounts() {
	scanner := newPerson("Scanner Amsterdam", 9100, offices[0], "")
	scanner.UPN = "svc-scan@" + tenantDomain
	scanner.desk = &Client{App: "Authenticated SMTP", UserAgent: "BAV2ROPC", Legacy: true}
	sync := newPerson("On-Premises Directory Synchronization Service Account", 9101, offices[0], "")
	sync.UPN = "sync_con-adc01_4f2a9c71d0be@" + onMicrosoft
	sync.desk = &Client{App: modernApp, UserAgent: "", Browser: "Rich Client 4.61.3.0", OS: "Windows10"}
	shared := newPerson("Accounts Payable (shared)", 9102, offices[0], "")
	shared.UPN = "ap@" + tenantDomain
	for _, p := range []*Person{scanner, sync, shared} {
		p.Service, p.Job = true, "Service"
		p.home = buildHosts.at(len(p.UPN))
		t.services = append(t.services, p)
	}
	t.shared = shared
}

// paysBills: has the shared mailbox of accounts payable.
func (p *Person) paysBills() bool {
	return p.Job == "Accounts payable" || p.Job == "Controller" || p.Job == "Finance manager"
}

func (t *Tenant) person(upn string) *Person {
	for _, p := range t.people {
		if p.UPN == upn {
			return p
		}
	}
	panic("no such person: " + upn)
}
