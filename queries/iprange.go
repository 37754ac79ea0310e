package queries

import (
	"fmt"
	"net/netip"
	"strings"
)

// parseRange reads an address or a CIDR range. An IPv4 address in IPv6 clothes
// (::ffff:1.2.3.4) is the IPv4 address.
func parseRange(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		ip = ip.WithZone("").Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("ip %q: want an address or a range such as 203.0.113.0/24 or 2001:db8::/32", s)
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// isRange tells that a value is a CIDR range.
func isRange(s string) bool {
	_, err := netip.ParsePrefix(s)
	return err == nil
}

// logged reads an address as a log has it: any spelling of IPv6, perhaps with
// a port. Logs also hold what is no address at all.
func logged(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.WithZone("").Unmap(), true
	}
	if ip, err := netip.ParseAddrPort(s); err == nil {
		return ip.Addr().WithZone("").Unmap(), true
	}
	return netip.Addr{}, false
}

// within tells whether a logged address lies in one of the ranges.
func within(address string, ranges []netip.Prefix) bool {
	ip, ok := logged(address)
	if !ok {
		return false
	}
	for _, r := range ranges {
		if r.Contains(ip) {
			return true
		}
	}
	return false
}
