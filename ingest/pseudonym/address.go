package pseudonym

import (
	"crypto/cipher"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Addresses that share their first bits have pseudonyms that share as many: whether the
// next bit is turned depends on those before it (the idea of Crypto-PAn: Fan, Xu, Ammar and
// Moon, "Prefix-preserving IP address anonymization", 2004). A bit on the way to one of the
// ranges below is never turned, so that a private address stays private, and a public one public.

// ranges have a meaning of their own: private addresses, and those of Microsoft's that the
// reports know. Within those of fixed, nobody's, the loopback and groups, the address stays
// as it is.
var (
	ranges = prefixes(`
		10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 20.190.0.0/16 40.126.0.0/16
		2000::/3 fc00::/7 fe80::/10 2603:1000::/26 2603:1040::/27 2603:10a6::/32 2603:10b6::/32`)
	fixed = prefixes(`0.0.0.0/8 127.0.0.0/8 224.0.0.0/3 ::/128 ::1/128 ff00::/8`)
)

// mostTries is how many permutations of addresses are tried.
const mostTries = 16

// choosePermutation takes the first of the key's permutations in which none of the addresses
// becomes another of them, so that who looks for the original ones finds none. Where
// they lie too close together for that, it is the last.
func (m *Mapper) choosePermutation() {
	var all []netip.Addr
	met := map[netip.Addr]bool{}
	for text := range m.names {
		if a, ok := readAddress(text); ok && a.bits < 0 && !isFixed(a.ip) {
			all, met[a.ip] = append(all, a.ip), true
		}
	}
	for n := range mostTries {
		m.permutation, m.addresses = n, m.key.permutation(n)
		if !slices.ContainsFunc(all, func(ip netip.Addr) bool { return met[m.addresses.address(ip, false)] }) {
			return
		}
	}
}

// permutation is one of addresses.
type permutation struct{ cipher.Block }

func isFixed(ip netip.Addr) bool {
	return slices.ContainsFunc(fixed, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func prefixes(list string) (all []netip.Prefix) {
	for p := range strings.FieldsSeq(list) {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// address is the other address, of the same network.
func (p permutation) address(ip netip.Addr, back bool) netip.Addr {
	if ip.Is4In6() {
		return netip.AddrFrom16(p.address(ip.Unmap(), back).As16())
	}
	if isFixed(ip) {
		return ip
	}
	original, bits := ip.AsSlice(), ip.BitLen()
	other := make([]byte, len(original))
	before := other // the bits that decide are those of the original
	if !back {
		before = original
	}
	for n := range bits {
		bit := original[n/8] >> (7 - n%8) & 1
		if !leadsToRange(before, n, ip.Is4()) {
			bit ^= p.turns(before, n)
		}
		other[n/8] |= bit << (7 - n%8)
	}
	ip, _ = netip.AddrFromSlice(other)
	return ip
}

// leadsToRange tells that the first n bits are the beginning of those of a range.
func leadsToRange(ip []byte, n int, is4 bool) bool {
	for _, all := range [][]netip.Prefix{ranges, fixed} {
		for _, p := range all {
			if p.Addr().Is4() == is4 && p.Bits() > n && hasPrefix(p.Addr().AsSlice(), ip, n) {
				return true
			}
		}
	}
	return false
}

func hasPrefix(a, b []byte, n int) bool {
	for i := range n / 8 {
		if a[i] != b[i] {
			return false
		}
	}
	return n%8 == 0 || a[n/8]>>(8-n%8) == b[n/8]>>(8-n%8)
}

// turns is one bit of the key for the first n bits.
func (p permutation) turns(ip []byte, n int) byte {
	var block [32]byte
	copy(block[16:], ip[:n/8])
	if n%8 > 0 {
		block[16+n/8] = ip[n/8] &^ (0xff >> (n % 8))
	}
	block[0], block[1] = byte(n), byte(len(ip))
	p.Encrypt(block[:16], block[:16])
	for i := range 16 {
		block[16+i] ^= block[i]
	}
	p.Encrypt(block[16:], block[16:])
	return block[16] & 1
}

// addressText is an address as a text has it, perhaps with the size of its network.
type addressText struct {
	ip   netip.Addr
	bits int // of a network; -1 = none
}

// readAddress reads one without port and zone.
func readAddress(text string) (a addressText, ok bool) {
	host, size, isNetwork := strings.Cut(text, "/")
	ip, err := netip.ParseAddr(host)
	a = addressText{ip.WithZone(""), -1}
	if isNetwork && err == nil {
		a.bits, err = strconv.Atoi(size)
		if err != nil || a.bits < 0 || a.bits > ip.BitLen() || strconv.Itoa(a.bits) != size {
			return a, false
		}
	}
	return a, err == nil && ip.Zone() == ""
}

// String is the address in the one spelling that the engine writes.
func (a addressText) String() string { return a.ip.String() + a.size() }

// expanded has all zeros.
func (a addressText) expanded() string { return a.ip.StringExpanded() + a.size() }

func (a addressText) size() string {
	if a.bits < 0 {
		return ""
	}
	return "/" + strconv.Itoa(a.bits)
}

// of replaces an address, or a network: of one whose own bits are all 0, those of the other
// are, and of any other they are not.
func (p permutation) of(a addressText, back bool) addressText {
	if a.bits < 0 {
		a.ip = p.address(a.ip, back)
		return a
	}
	isWhole := a.isWhole()
	for {
		a.ip = p.address(a.ip, back)
		if isWhole {
			a.ip = a.masked()
		}
		if a.isWhole() == isWhole {
			return a
		}
	}
}

func (a addressText) masked() netip.Addr { return netip.PrefixFrom(a.ip, a.bits).Masked().Addr() }
func (a addressText) isWhole() bool      { return a.masked() == a.ip }
