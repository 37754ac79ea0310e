package ingest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// Equal addresses must be equal texts, whoever wrote them.
func TestBareIP(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want, reason string }{
		{"192.0.2.1", "192.0.2.1", "as it is"},
		{" 192.0.2.1 ", "192.0.2.1", "blanks"},
		{"192.0.2.1:33758", "192.0.2.1", "Exchange's port"},
		{"192.0.2.1:", "192.0.2.1", "a colon without a port"},
		{"[192.0.2.1]:443", "192.0.2.1", "brackets around IPv4"},
		{"[192.0.2.1]", "192.0.2.1", "brackets around IPv4, without a port"},
		{"::ffff:192.0.2.1", "192.0.2.1", "IPv4 in IPv6 clothes"},
		{"::FFFF:192.0.2.1", "192.0.2.1", "in capitals"},
		{"::ffff:192.0.2.1:443", "192.0.2.1", "with a port and no brackets"},
		{"[::ffff:192.0.2.1]:443", "192.0.2.1", "with brackets and port"},
		{"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1", "written out"},
		{"::ffff:c000:0201", "192.0.2.1", "in hexadecimal"},
		{"2001:DB8::A", "2001:db8::a", "capitals"},
		{"[2001:db8::a]:52903", "2001:db8::a", "brackets and port"},
		{"[2001:db8::a]", "2001:db8::a", "brackets"},
		{"2001:0db8:0000:0000:0000:0000:0000:000a", "2001:db8::a", "written out"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "of two equal runs of zeros the first is left out"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "a single zero is not"},
		{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "nor abbreviated"},
		{"fe80::1%eth0", "fe80::1", "a zone"},
		{"::1", "::1", "the host itself"},
		{"::", "::", "none at all"},
		{"1::2::3:4:5:6", "1::2::3:4:5:6", "no address: stays"},
		{"1:2::3:4::5:6", "1:2::3:4::5:6", "no address, though eight groups could be made of it"},
		{"1:::2", "1:::2", "no address"},
		{"Host: X", "Host: X", "no address: stays as it is"},
		{"Undefined", "<nil>", "a placeholder"},
		{"NaN", "<nil>", "that of pandas"},
		{"<not set>", "<nil>", "in brackets"},
		{"''", "<nil>", "two quotes"},
		{"0", "<nil>", "a zero"},
		{"unknown.contoso.com", "unknown.contoso.com", "a host whose name begins so"},
		{"PROXY01 (203.0.113.5)", "203.0.113.5", "behind a name"},
		{"203.0.113.5 (proxy.contoso.com)", "203.0.113.5", "before a name"},
		{"unknown, 203.0.113.5:443", "203.0.113.5", "the first of a list that is one"},
		{"2001:db8::1/128", "2001:db8::1", "a network of one address"},
		{"tcp://[2001:db8::1]:443", "2001:db8::1", "with a scheme"},
		{`["203.0.113.5","198.51.100.7"]`, "203.0.113.5", "a list as JSON"},
		{"'203.0.113.5'", "203.0.113.5", "in quotes"},
		{"203.0.113.5.", "203.0.113.5", "with the dot of a sentence"},
		{"::ffff:203.0.113.5%16777216", "203.0.113.5", "in IPv6 clothes, with a zone"},
		{"since 10:01:00", "since 10:01:00", "a time is no address"},
		{"", "<nil>", "nothing"},
		{"<null>", "<nil>", "the log's word for nothing"},
		{"-", "<nil>", "another"},
		{"[]:0", "<nil>", "a port and no address"},
	}
	texts, want := []string{}, []string{}
	for _, tt := range tests {
		texts, want = append(texts, tt.text), append(want, tt.want)
	}
	// What another's reader of addresses makes of the many ways to write one.
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var groups [8]uint16
		for i := range groups {
			if random.IntN(2) == 0 {
				groups[i] = uint16(random.Uint32() >> random.IntN(16))
			}
		}
		var bytes [16]byte
		for i, g := range groups {
			bytes[2*i], bytes[2*i+1] = byte(g>>8), byte(g)
		}
		address := netip.AddrFrom16(bytes)
		text := []string{address.String(), address.StringExpanded(), strings.Trim(fmt.Sprintf("%X", groups), "[]")}[random.IntN(3)]
		texts = append(texts, strings.ReplaceAll(text, " ", ":"))
		want = append(want, address.Unmap().String())
	}
	var values []string
	for i, text := range texts {
		values = append(values, fmt.Sprintf("(%d, %s)", i, engine.Literal(text)))
	}
	c := load(t, write(t, "x.json", signIn("s1")))
	for i, got := range c.ask("select bare_ip(text) from (values " + strings.Join(values, ", ") + ") as t(n, text) order by n") {
		if got != want[i] {
			reason := "as net/netip writes it"
			if i < len(tests) {
				reason = tests[i].reason
			}
			t.Errorf("%q is %q, want %q: %s", texts[i], got, want[i], reason)
		}
	}
}

// One address in the spellings of several logs is one address of the case,
// and the text of each log is kept.
func TestAddressesAreOne(t *testing.T) {
	t.Parallel()
	c := load(t,
		write(t, "a.csv", auditCSV(
			audit("1", "Send", `"ClientIP":"[2001:DB8:0::A]:443"`),
			audit("2", "Send", `"ClientIP":"2001:db8::a"`))),
		write(t, "s.json", strings.Replace(signIn("s1"), "192.0.2.1", "2001:0db8::000a", 1)),
	)
	c.want("select ip_address, count(*) from (select ip_address from sign_ins union all select ip_address from audit_events) group by all", "2001:db8::a|3")
	c.want("select ip_address_raw from audit_events order by id", "[2001:DB8:0::A]:443", "2001:db8::a")
}
