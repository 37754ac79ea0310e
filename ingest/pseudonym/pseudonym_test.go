package pseudonym

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const testKey = "entrail-key-1 0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0\n"

func mustKey(t testing.TB) *Key {
	k, err := parseKey([]byte(testKey))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// known is what stays in these tests.
var known = Known{
	Words:   listed("subject inbox invoice as read mark microsoft teams userloggedin operation personal ext graph"),
	IDs:     listed("00000003-0000-0000-c000-000000000000"),
	Domains: listed("gmail.com"),
}

// back leads a text back with what m has replaced.
func back(m *Mapper) *Mapper {
	b := NewMapper(m.key, Known{})
	b.back, b.addresses, b.words.originals = true, m.addresses, m.words.originals
	return b
}

// TestText says of each text what may not stand in its pseudonym, and what must.
func TestText(t *testing.T) {
	for _, test := range []struct {
		reason, text string
		kind         Kind
		gone, stays  string // with | between
	}{
		{"a person and a domain of one's own", "Adele.Vance@contoso.com", Other, "adele|vance|contoso", "@|.com"},
		{"a person of public mail", "adele@gmail.com", Other, "adele", "@gmail.com"},
		{"a person whose name is made of words that stay", "mark.read@contoso.com", Other, "mark|read|contoso", ".com"},
		{"a tenant of Microsoft's", "https://contoso-my.sharepoint.com/personal/adele_vance_contoso_com", Other, "contoso|adele|vance", ".sharepoint.com/personal/|_com"},
		{"a guest", "jane_fabrikam.com#EXT#@contoso.onmicrosoft.com", Other, "jane|fabrikam|contoso", ".com#EXT#@|.onmicrosoft.com"},
		{"a subject that is one word of the logs", "Invoice", Name, "invoice", ""},
		{"the number of a subject", "Re: 2026-0917", Name, "2026|0917", ""},
		{"the ending of a file", "Salaries 2026.xlsx", Name, "salaries", ".xlsx"},
		{"no ending is what is a name", "jane.lee", Name, "lee|jane", ""},
		{"an operation", "UserLoggedIn", Other, "", "UserLoggedIn"},
		{"a version is no address", "Mozilla/5.0 Chrome/120.0.0.0", Own, "", "Chrome/120.0.0.0"},
		{"an address is one, with its port", "198.51.100.7:443", Own, "198.51.100.7", ":443"},
		{"an address of IPv6", "[2001:db8::7]:443", Other, "2001:db8::7", "]:443"},
		{"a private address stays one", "10.1.2.3", Other, "10.1.2.3", "10."},
		{"nobody's, in a spelling of its own", "::01", Other, "", "::01"},
		{"spellings of addresses", "2001:DB8::1 2001:db8::1 2001:0db8::0001 2001:dB8:0::1 ::fFf ::fff", Other, "db8", ""},
		{"nobody's", "127.0.0.1, ::1, 0.0.0.0", Other, "", "127.0.0.1, ::1, 0.0.0.0"},
		{"an id", "4b22b1c5-1b1c-4a1e-8f5e-1f2e3d4c5b6a", Own, "4b22b1c5", "-"},
		{"an id of Microsoft's", "00000003-0000-0000-C000-000000000000", Other, "", "00000003-0000-0000-C000-000000000000"},
		{"a time", "2026-10-06T07:41:00.123Z", Other, "", "2026-10-06T07:41:00.123Z"},
		{"an error code", "AADSTS50126: read", Other, "", "AADSTS50126: read"},
		{"a number of the phone", "+31 6 12345678", Other, "12345678", "+31 6 "},
		{"the fields of a record", `{"Operation": "UserLoggedIn", "UserId": "adele@contoso.com", "n": 12, "Subject": "Invoice"}`, Other,
			`adele|contoso|"invoice"`, `{"Operation": "UserLoggedIn", "UserId": "|, "n": 12, "Subject": "`},
		{"a field that is a name", `{"adele@contoso.com": 1}`, Other, "adele", `": 1}`},
		{"a record in a record", `{"AuditData": "{\"Subject\": \"Invoice\"}"}`, Other, "invoice", `{"AuditData": "{\"Subject\": \"`},
		{"a member that says what another is about", `[{"Name": "Subject", "Value": "Invoice"}]`, Other, `invoice`, `[{"Name": "Subject", "Value": "`},
		{"the name of a parameter stays", `[{"Name": "Operation", "Value": "Invoice"}]`, Other, "", `[{"Name": "Operation", "Value": "Invoice"}]`},
		{"a string stays as it is written", `{"Subject": "\u003cInvoice\u003e \ud83d\ude00\/ \"Vance\""}`, Other, "invoice|vance", `{"Subject": "\u003c|\u003e \ud83d\ude00\/ \"|\""}`},
		{"what is nested too deep is a text", strings.Repeat("[", 300) + `"adele"` + strings.Repeat("]", 300), Other, "adele", "[[[["},
		{"no letters", ".", Name, "", "."},
		{"what is no UTF-8", "adele\xff vance", Name, "adele|vance", "\xff "},
		{"letters of other scripts", "Зоя Łukasz 山田", Name, "Зоя|Łukasz|山田", ""},
	} {
		m := NewMapper(mustKey(t), known)
		other := m.Text(test.text, test.kind)
		for gone := range strings.SplitSeq(test.gone, "|") {
			if gone != "" && strings.Contains(strings.ToLower(other), strings.ToLower(gone)) {
				t.Errorf("%s: %q stands in %q", test.reason, gone, other)
			}
		}
		for stays := range strings.SplitSeq(test.stays, "|") {
			if !strings.Contains(other, stays) {
				t.Errorf("%s: %q is not in %q", test.reason, stays, other)
			}
		}
		if again := back(m).Text(other, Other); again != test.text {
			t.Errorf("%s: %q became %q, and that %q", test.reason, test.text, other, again)
		}
	}
}

// TestTies: what is made of a name is made of its pseudonym.
func TestTies(t *testing.T) {
	m := NewMapper(mustKey(t), known)
	text := func(s string) string { return m.Text(s, Other) }
	upn := text("adele.vance@contoso.com")
	for _, test := range []struct{ reason, got, want string }{
		{"case", text("Adele.VANCE@Contoso.com"), strings.ToUpper(upn[:1]) + upn[1:strings.Index(upn, ".")] + "." + strings.ToUpper(upn[strings.Index(upn, ".")+1:strings.Index(upn, "@")]) + "@X" + upn[strings.Index(upn, "@")+2:]},
		{"the OneDrive of a user", text("/personal/adele_vance_contoso_com"), "/personal/" + strings.NewReplacer(".", "_", "@", "_").Replace(upn)},
		{"a display name", m.Text("Adele Vance", Name), titled(upn[:strings.Index(upn, ".")]) + " " + titled(upn[strings.Index(upn, ".")+1:strings.Index(upn, "@")])},
		{"great digits of an id", text("4B22B1C5-1B1C-4A1E-8F5E-1F2E3D4C5B6A"), strings.ToUpper(text("4b22b1c5-1b1c-4a1e-8f5e-1f2e3d4c5b6a"))},
		{"the digits of an id alone", text("4b22b1c51b1c4a1e8f5e1f2e3d4c5b6a"), strings.ReplaceAll(text("4b22b1c5-1b1c-4a1e-8f5e-1f2e3d4c5b6a"), "-", "")},
		{"an address in the clothes of IPv6", text("::ffff:198.51.100.7"), "::ffff:" + text("198.51.100.7")},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.reason, test.got, test.want)
		}
	}
}

// TestTokens: a token id is that of the pseudonym of the sign-in that issued it. The
// first two lines are tokens of records of the sample tenant, with the id of their sign-in; the letters of the third, which begin
// with a dash, are worked out by hand from its bytes.
func TestTokens(t *testing.T) {
	m := NewMapper(mustKey(t), known)
	decoded := func(token string) string {
		raw, err := letters.DecodeString(token)
		if err != nil {
			t.Fatalf("%s is no token", token)
		}
		b := guidBytes(raw)
		const digits = "0123456789abcdef"
		var out strings.Builder
		for i, c := range b {
			if i == 4 || i == 6 || i == 8 || i == 10 {
				out.WriteByte('-')
			}
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
		return out.String()
	}
	for _, token := range []string{"fS2Lu9Gfz0mAj2qiZHhTAA", "bW9yZWJ5dGVzMTIzNDU2Nw", "-2Lu9Gfz0mAj2qiZHhTAAQ"} {
		if !isToken(token) {
			t.Errorf("%s is not taken for a token", token)
			continue
		}
		if other := m.Text(token, Other); m.Text(decoded(token), Other) != decoded(other) {
			t.Errorf("%s became %s, which is not of the other id", token, other)
		}
	}
	if isToken("quarterly-report-final") {
		t.Error("words are taken for a token")
	}
}

// TestNetworks: two addresses share as many bits as their pseudonyms do, and a range with a
// meaning stays one.
func TestNetworks(t *testing.T) {
	p := mustKey(t).permutation(0)
	shared := func(a, b netip.Addr) int {
		n := 0
		x, y := a.AsSlice(), b.AsSlice()
		for n < a.BitLen() && (x[n/8]^y[n/8])>>(7-n%8)&1 == 0 {
			n++
		}
		return n
	}
	for _, pair := range [][2]string{
		{"198.51.100.7", "198.51.100.8"}, {"198.51.100.7", "198.51.101.8"}, {"10.0.0.1", "10.200.0.1"}, {"1.2.3.4", "201.2.3.4"},
		{"2001:db8::1", "2001:db8::2"}, {"2001:db8:1::1", "2001:db8:2::1"}, {"fe80::1", "2001:db8::1"},
	} {
		a, b := netip.MustParseAddr(pair[0]), netip.MustParseAddr(pair[1])
		x, y := p.address(a, false), p.address(b, false)
		if shared(a, b) != shared(x, y) {
			t.Errorf("%s and %s share %d bits, %s and %s share %d", a, b, shared(a, b), x, y, shared(x, y))
		}
		if p.address(x, true) != a || p.address(y, true) != b {
			t.Errorf("%s and %s don't lead back", x, y)
		}
	}
	for _, test := range []struct{ address, network string }{
		{"10.20.30.40", "10.0.0.0/8"}, {"172.16.9.1", "172.16.0.0/12"}, {"192.168.1.1", "192.168.0.0/16"}, {"100.64.1.1", "100.64.0.0/10"},
		{"169.254.1.1", "169.254.0.0/16"}, {"20.190.160.77", "20.190.0.0/16"}, {"fd00::1", "fc00::/7"}, {"fe80::1", "fe80::/10"}, {"2603:10a6:1::1", "2603:10a6::/32"},
	} {
		if other := p.address(netip.MustParseAddr(test.address), false); !netip.MustParsePrefix(test.network).Contains(other) || other.String() == test.address {
			t.Errorf("%s became %s, want another of %s", test.address, other, test.network)
		}
	}
	for _, public := range []string{"8.8.8.8", "11.0.0.1", "172.15.1.1", "172.32.1.1", "192.167.1.1", "100.63.1.1", "198.51.100.7", "223.255.255.1"} {
		other := p.address(netip.MustParseAddr(public), false)
		if other.IsPrivate() || other.IsLoopback() || other.IsMulticast() || netip.MustParsePrefix("100.64.0.0/10").Contains(other) || other.As4()[0] >= 224 || other.As4()[0] == 0 {
			t.Errorf("the public address %s became %s", public, other)
		}
	}
}

// TestKeyFiles: a key file may come from anybody.
func TestKeyFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "key")
	k, err := MakeKey(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v, %v", info.Mode(), err)
	}
	if again, err := ReadKey(path); err != nil || again.ID != k.ID {
		t.Errorf("the key reads as %v, %v", again, err)
	}
	if _, err := MakeKey(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a key is written over: %v", err)
	}
	for reason, text := range map[string]string{
		"empty":              "",
		"no key":             "hello",
		"too short":          keyHead + "0f1e",
		"not hexadecimal":    keyHead + strings.Repeat("zz", 32),
		"too long":           keyHead + strings.Repeat("0f1e2d3c", 9),
		"all alike":          keyHead + strings.Repeat("00", 32),
		"very long":          testKey + strings.Repeat(" ", 2*keyFile),
		"a key and more":     testKey + "and more",
		"another generation": "entrail-key-9 " + testKey[len(keyHead):],
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKey(path); !errors.Is(err, ErrNoKey) {
			t.Errorf("%s: the error is %v", reason, err)
		}
	}
	if _, err := ReadKey(folder); !errors.Is(err, ErrNoKey) {
		t.Errorf("a folder: the error is %v", err)
	}
}

// TestSeal: texts of one length up to 31 bytes can't be told apart by theirs, and nobody
// changes one unseen.
func TestSeal(t *testing.T) {
	k := mustKey(t)
	for _, text := range []string{"", "a", "adele", "a\x00\x80", strings.Repeat("long ", 40)} {
		sealed := k.sealed(text)
		if again, err := k.opened(sealed); err != nil || again != text {
			t.Errorf("%q opens as %q, %v", text, again, err)
		}
		changed := strings.Map(func(r rune) rune {
			if r == decimalOf(sealed) {
				return 'f' - (r - '0')
			}
			return r
		}, sealed)
		if again, err := k.opened(changed); changed != sealed && err == nil {
			t.Errorf("a changed %q opens as %q", text, again)
		}
	}
	if len(k.sealed("Bo")) != len(k.sealed("Wilhelmina")) {
		t.Error("the length of a name shows")
	}
	for _, bad := range []string{"", "zz", "00", strings.Repeat("00", 60)} {
		if _, err := k.opened(bad); err == nil {
			t.Errorf("%q opens", bad)
		}
	}
}

// decimalOf is a decimal digit of the text.
func decimalOf(text string) rune {
	return rune(text[strings.IndexAny(text, "012345")])
}

// TestSpellings: each mixture of small and great letters leads back to itself.
func TestSpellings(t *testing.T) {
	m := NewMapper(mustKey(t), known)
	all := []string{"vance", "Vance", "VANCE", "vAnce", "VanCe", "vaNCE", "ß", "ẞ", "İ", "K", "k", "\u212a"}
	others := map[string]string{}
	for _, w := range all {
		other := m.Text(w, Name)
		if before, ok := others[other]; ok {
			t.Errorf("%s and %s both became %s", before, w, other)
		}
		others[other] = w
	}
	b := back(m)
	for other, w := range others {
		if again := b.Text(other, Other); again != w {
			t.Errorf("%s became %s, and that %s", w, other, again)
		}
	}
}

// TestStandsIn looks for names in the bytes of a file, where a chunk ends in one too.
func TestStandsIn(t *testing.T) {
	m := NewMapper(mustKey(t), known)
	m.Meet("Adele.Vance@contoso.com", Other)
	m.Meet("198.51.100.7", Name)
	m.Meet("mark read", Name) // words that stay
	m.Meet("Bo Li", Name)
	m.Meet("Ann Noor", Name)
	m.Meet("Anna Noor", Name)
	m.Meet("6753-6727", Name)
	m.Meet("Room 6753-6727", Name)
	path := filepath.Join(t.TempDir(), "file")
	for _, test := range []struct {
		reason, text string
		stands       bool
	}{
		{"a mail address", "\x00\x00adele.vance@x\x00", true},
		{"a name, at the end of a chunk", strings.Repeat("\x00", chunk+overlap-8) + "Adele Vance", true},
		{"an address", "\x01198.51.100.7\x01", true},
		{"another address", "\x01198.51.100.70\x01", false},
		{"one word may be of anything", "\x01adele\x01", false},
		{"a name of few letters may be any bytes", "\x9cbO\x00lI\xf1", false},
		{"and so may half of a name", "\x9cadele\x00lI\xf1", false},
		{"seven letters", "\x01Ann Noor\x01", false},
		{"eight letters tell enough", "\x01Anna Noor\x01", true},
		{"numbers, in the middle of ids", "cb7ddc5094ad-6753-6727-1dc3-ba7d6a38d18b11e8c312", false},
		{"numbers with a word", "\x01Room 6753-6727\x01", true},
		{"words far apart", "adele\x00\x00\x00\x00vance", false},
		{"words that the program itself has", "mark read", false},
		{"pseudonyms", m.Text("adele.vance@contoso.com 198.51.100.7", Other), false},
		{"nothing", "", false},
	} {
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if stands, err := m.StandsIn(path); err != nil || stands != test.stands {
			t.Errorf("%s: %v, %v", test.reason, stands, err)
		}
	}
}

// FuzzText: any text leads back, and no two runs give it another pseudonym. Only behind a
// backslash it may be unclear where a word begins.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"Adele.Vance@contoso.com", `{"a": ["Adele", {"Subject": "x\u00e9\n"}]}`, "4b22b1c5-1b1c-4a1e-8f5e-1f2e3d4c5b6a", "10.0.0.5/30 2001:DB8::1/64 ::ffff:1.2.3.4",
		"fS2Lu9Gfz0mAj2qiZHhTAA", "xkofitamo Xkofitamo xkOfitamo", "jane_fabrikam.com#EXT#@contoso.onmicrosoft.com", "a::b::c:1.2.3.4.5", "\\nxkofitamo \xff\xfe", "-2Lu9Gfz0mAj2qiZHhTAAQ",
	} {
		for kind := range 3 {
			f.Add(seed, kind)
		}
	}
	f.Fuzz(func(t *testing.T, text string, kind int) {
		k := Kind(((kind % 3) + 3) % 3)
		m := NewMapper(mustKey(t), known)
		m.Meet(text, Name)
		m.Meet(text, Own)
		m.MeetRaw(text)
		other := m.Text(text, k)
		if again := NewMapper(mustKey(t), known); again.Text(text, Name) != m.Text(text, Name) {
			t.Fatalf("%q becomes one thing and another", text)
		}
		if again := back(m).Text(other, Other); again != text && !strings.Contains(text, `\`) {
			t.Fatalf("%q became %q, and that %q", text, other, again)
		}
	})
}

// FuzzKeyFile: no text of a key file ends the program, and none but a key is one.
func FuzzKeyFile(f *testing.F) {
	f.Add([]byte(testKey))
	f.Add([]byte("entrail-key-1 "))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := parseKey(text)
		if (k == nil) != (err != nil) {
			t.Fatalf("%q is %v and %v", text, k, err)
		}
		if err == nil && !strings.HasPrefix(strings.TrimSpace(string(text)), keyHead) {
			t.Fatalf("%q is a key", text)
		}
	})
}
