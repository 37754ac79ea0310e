package tenant

import (
	"fmt"
	"math/rand/v2"
)

// Place is where an address is, in the words of the sign-in log.
type Place struct {
	City, State, Country string
	Latitude, Longitude  float64
	utc                  int // hours from UTC between March and October
}

// Network is an autonomous system. Addresses and numbers are from the ranges
// that are reserved for documentation and benchmarking (RFC 5737, 3849, 2544,
// 5398), except Microsoft's own, which directory events carry.
type Network struct {
	Name   string
	ASN    int
	Place  *Place
	Office bool // a trusted named location of the tenant
	// address makes the n-th address.
	address func(n int) string
}

// Address is one address of a network.
type Address struct {
	IP      string
	Network *Network
}

func (n *Network) at(i int) Address { return Address{n.address(i), n} }

var (
	amsterdam = &Place{"Amsterdam", "Noord-Holland", "NL", 52.37403, 4.88969, 2}
	haarlem   = &Place{"Haarlem", "Noord-Holland", "NL", 52.38084, 4.63683, 2}
	utrecht   = &Place{"Utrecht", "Utrecht", "NL", 52.09083, 5.12222, 2}
	dublin    = &Place{"Dublin", "Dublin", "IE", 53.33306, -6.24889, 1}
	seattle   = &Place{"Seattle", "Washington", "US", 47.60621, -122.33207, -7}
	singapore = &Place{"Singapore", "", "SG", 1.28967, 103.85007, 8}
	lisbon    = &Place{"Lisbon", "Lisboa", "PT", 38.71667, -9.13333, 1}
	newYork   = &Place{"New York", "New York", "US", 40.71427, -74.00597, -4}
	tokyo     = &Place{"Tokyo", "Tokyo", "JP", 35.6895, 139.69171, 9}
	frankfurt = &Place{"Frankfurt am Main", "Hessen", "DE", 50.11552, 8.68417, 2}
	london    = &Place{"London", "London, City of", "GB", 51.50853, -0.12574, 1}
	sofia     = &Place{"Sofia", "Sofia-Grad", "BG", 42.69751, 23.32415, 3}
	vilnius   = &Place{"Vilnius", "Vilniaus apskritis", "LT", 54.68916, 25.2798, 3}
	bucharest = &Place{"Bucharest", "Bucuresti", "RO", 44.43225, 26.10626, 3}
	montreal  = &Place{"Montreal", "Quebec", "CA", 45.50884, -73.58781, -4}
)

// v4 makes addresses in prefix.0/24, starting at first, size of them.
func v4(prefix string, first, size int) func(int) string {
	return func(n int) string { return fmt.Sprintf("%s.%d", prefix, first+n%size) }
}

// v4wide makes addresses in 198.18.0.0/15, from the /24 number first, count
// /24s of them.
func v4wide(first, count int) func(int) string {
	return func(n int) string {
		block := first + n/250%count
		return fmt.Sprintf("198.%d.%d.%d", 18+block/256, block%256, 2+n%250)
	}
}

// v6 makes addresses in 2001:db8:site::/48.
func v6(site string) func(int) string {
	return func(n int) string { return fmt.Sprintf("2001:db8:%s:%x::%x", site, n%4096, 1+n%61) }
}

var (
	officeAmsterdam = &Network{"Contoso Amsterdam", 64496, amsterdam, true, v4("192.0.2", 10, 2)}
	officeDublin    = &Network{"Contoso Dublin", 64497, dublin, true, v4("192.0.2", 40, 2)}
	officeSeattle   = &Network{"Contoso Seattle", 64498, seattle, true, v4("192.0.2", 70, 2)}
	officeSingapore = &Network{"Contoso Singapore", 64499, singapore, true, v4("192.0.2", 100, 2)}
	companyVPN      = &Network{"Contoso VPN", 64500, frankfurt, true, v4("192.0.2", 200, 4)}

	homeHaarlem   = &Network{"Polder Fiber", 64501, haarlem, false, v4wide(0, 8)}
	homeUtrecht   = &Network{"Dom Cable", 64502, utrecht, false, v4wide(16, 8)}
	homeDublin    = &Network{"Liffey Broadband", 64503, dublin, false, v4wide(32, 8)}
	homeSeattle   = &Network{"Rainier Cable", 64504, seattle, false, v4wide(48, 8)}
	homeSingapore = &Network{"Merlion Fibre", 64505, singapore, false, v4wide(64, 8)}
	homeLondon    = &Network{"Thames Broadband", 64506, london, false, v4wide(80, 8)}

	mobileNL1 = &Network{"Tulp Mobiel", 65536, amsterdam, false, v6("a1")}
	mobileNL2 = &Network{"Noordzee Telecom", 65537, utrecht, false, v4wide(256, 2)}
	mobileIE1 = &Network{"Shamrock Mobile", 65538, dublin, false, v6("b1")}
	mobileIE2 = &Network{"Celtic Wireless", 65539, dublin, false, v4wide(272, 2)}
	mobileUS1 = &Network{"Cascade Wireless", 65540, seattle, false, v6("c1")}
	mobileUS2 = &Network{"Pacific Cellular", 65541, seattle, false, v4wide(288, 2)}
	mobileSG1 = &Network{"Straits Mobile", 65542, singapore, false, v6("d1")}
	mobileSG2 = &Network{"Lion Telecom", 65543, singapore, false, v4wide(304, 2)}

	hotelLisbon  = &Network{"Tejo Hotels", 64507, lisbon, false, v4("198.51.100", 10, 8)}
	hotelNewYork = &Network{"Hudson Hospitality", 64508, newYork, false, v4("198.51.100", 40, 8)}
	hotelTokyo   = &Network{"Sakura Networks", 64509, tokyo, false, v4("198.51.100", 70, 8)}
	cloudHosts   = &Network{"Contoso Cloud", 64510, dublin, false, v4("198.51.100", 130, 20)}
	buildHosts   = &Network{"Contoso Datacenter", 64511, amsterdam, true, v4("198.51.100", 180, 10)}

	sprayHosting    = &Network{"Vitosha Hosting", 65548, sofia, false, v4("203.0.113", 16, 4)}
	phishingProxy   = &Network{"Neris Cloud", 65549, vilnius, false, v4("203.0.113", 77, 1)}
	attackerHosting = &Network{"Dambovita Servers", 65550, bucharest, false, v4("203.0.113", 140, 2)}
	attackerVPN     = &Network{"Laurentian VPN", 65551, montreal, false, v4("203.0.113", 201, 1)}

	// Directory events carry the address of the service, not of the user.
	microsoft = &Network{"Microsoft", 8075, dublin, false, func(n int) string {
		return fmt.Sprintf("%s.%d", [2]string{"20.190.160", "40.126.32"}[n%2], 1+n/2%250)
	}}
)

// office is where people work from, and the providers of the country.
type office struct {
	network *Network
	homes   []*Network
	mobile  [2]*Network
}

var offices = []*office{
	{officeAmsterdam, []*Network{homeHaarlem, homeUtrecht}, [2]*Network{mobileNL1, mobileNL2}},
	{officeDublin, []*Network{homeDublin}, [2]*Network{mobileIE1, mobileIE2}},
	{officeSeattle, []*Network{homeSeattle}, [2]*Network{mobileUS1, mobileUS2}},
	{officeSingapore, []*Network{homeSingapore}, [2]*Network{mobileSG1, mobileSG2}},
}

func (o *office) place() *Place { return o.network.Place }

// carrier is one of a country's two mobile networks: a phone moves between
// them, and its address changes every time.
func (o *office) carrier(r *rand.Rand) Address {
	return o.mobile[r.IntN(2)].at(r.IntN(500))
}
