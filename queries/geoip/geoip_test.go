package geoip

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

var built = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// database writes a database of a record a network.
func database(t testing.TB, o mmdbwriter.Options, records map[string]mmdbtype.DataType) []byte {
	t.Helper()
	o.BuildEpoch, o.IncludeReservedNetworks, o.DisableIPv4Aliasing = built.Unix(), true, true
	tree, err := mmdbwriter.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for network, record := range records {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, record); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func city(code string) mmdbtype.Map {
	return mmdbtype.Map{
		"city":    mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String("Vilnius")}},
		"country": mmdbtype.Map{"iso_code": mmdbtype.String(code), "geoname_id": mmdbtype.Uint32(597427)},
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		record  mmdbtype.DataType
		address string
		want    Place
		reason  string
	}{
		{city("LT"), "203.0.113.9", Place{"LT", 0}, "GeoLite2-City, GeoLite2-Country, DB-IP"},
		{city("LT"), "::ffff:203.0.113.9", Place{"LT", 0}, "the same address as IPv6 sockets write it"},
		{city("LT"), "203.0.114.9", Place{}, "no network of the database"},
		{city("lt"), "203.0.113.9", Place{"LT", 0}, "codes are shown in upper case"},
		{mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(4200000001), "autonomous_system_organization": mmdbtype.String("Example")},
			"203.0.113.9", Place{"", 4200000001}, "GeoLite2-ASN, with a number of 32 bits"},
		{mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint16(64500)}, "203.0.113.9", Place{"", 64500}, "a number that another writer stores in two bytes"},
		{mmdbtype.Map{"country": city("LT")["country"], "traits": mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500)}},
			"203.0.113.9", Place{"LT", 64500}, "GeoIP2-Enterprise"},
		{mmdbtype.Map{"asn": mmdbtype.String("AS64500"), "country": mmdbtype.String("Lithuania"), "country_code": mmdbtype.String("LT")},
			"203.0.113.9", Place{"LT", 64500}, "IPinfo Lite"},
		{mmdbtype.Map{"asn": mmdbtype.String("AS64500"), "country": mmdbtype.String("LT"), "country_name": mmdbtype.String("Lithuania")},
			"203.0.113.9", Place{"LT", 64500}, "IPinfo's older one"},
		{mmdbtype.Map{"registered_country": city("US")["country"]}, "203.0.113.9", Place{}, "where the owner of the network has its seat is not where the address is"},
		{mmdbtype.Map{"connection_type": mmdbtype.String("Cellular")}, "203.0.113.9", Place{}, "a database that tells something else"},
		{mmdbtype.Map{"country": mmdbtype.Uint32(7), "autonomous_system_number": mmdbtype.String("no number")},
			"203.0.113.9", Place{}, "fields of these names that hold something else"},
		{mmdbtype.String("LT"), "203.0.113.9", Place{}, "a record without fields"},
	} {
		d, err := Open(file(t, "places.mmdb", database(t, mmdbwriter.Options{DatabaseType: "Test"}, map[string]mmdbtype.DataType{"203.0.113.0/24": c.record})))
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Find(netip.MustParseAddr(c.address))
		if err != nil || got != c.want {
			t.Errorf("%s (%s): got %v, %v, want %v", c.address, c.reason, got, err, c.want)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFindIPv6(t *testing.T) {
	records := map[string]mmdbtype.DataType{"2001:db8:7::/48": city("NL")}
	address := netip.MustParseAddr("2001:db8:7::1")
	d, err := Open(file(t, "six.mmdb", database(t, mmdbwriter.Options{DatabaseType: "Test"}, records)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := d.Find(address); err != nil || got.Country != "NL" {
		t.Errorf("got %v, %v, want NL", got, err)
	}
	if got, err := d.Find(netip.MustParseAddr("2001:db8:8::1")); err != nil || got != (Place{}) {
		t.Errorf("beside it: got %v, %v, want nothing", got, err)
	}
	four, err := Open(file(t, "four.mmdb", database(t, mmdbwriter.Options{DatabaseType: "Test", IPVersion: 4}, map[string]mmdbtype.DataType{"203.0.113.0/24": city("LT")})))
	if err != nil {
		t.Fatal(err)
	}
	defer four.Close()
	if got, err := four.Find(address); err != nil || got != (Place{}) {
		t.Errorf("in a database without IPv6: got %v, %v, want nothing", got, err)
	}
}

func TestString(t *testing.T) {
	d, err := Open(file(t, "places.mmdb", database(t, mmdbwriter.Options{DatabaseType: "GeoLite2-City"}, map[string]mmdbtype.DataType{"203.0.113.0/24": city("LT")})))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, want := d.String(), "places.mmdb (GeoLite2-City, built 2026-10-01)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOpenErrors(t *testing.T) {
	whole := database(t, mmdbwriter.Options{DatabaseType: "Test"}, map[string]mmdbtype.DataType{"203.0.113.0/24": city("LT")})
	for _, c := range []struct{ path, want, reason string }{
		{filepath.Join(t.TempDir(), "no.mmdb"), "no such file", "missing"},
		{t.TempDir(), "this is a folder", "the folder of the download"},
		{file(t, "empty.mmdb", nil), "no database in MaxMind's format", "a download that failed"},
		{file(t, "half.mmdb", whole[:len(whole)/2]), "only the beginning of one", "what a database says of itself is at its end"},
		{file(t, "log.mmdb", []byte(`[{"id": "1"}]`)), "no database in MaxMind's format", "another file"},
		{file(t, "GeoLite2-City.tar.gz", []byte("\x1f\x8b\x08")), "unpack it", "as MaxMind hands it out"},
		{file(t, "GeoLite2-City.zip", []byte("PK\x03\x04")), "unpack it", "as others do"},
	} {
		d, err := Open(c.path)
		if err == nil {
			d.Close()
			t.Errorf("%s (%s): opened", c.path, c.reason)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: got %q, want the path and %q", c.reason, err, c.want)
		}
	}
}

// TestDamaged overwrites what is behind the search tree's first bytes: the
// answer is an error that names the file, or a place, and never a panic.
func TestDamaged(t *testing.T) {
	whole := database(t, mmdbwriter.Options{DatabaseType: "Test"}, map[string]mmdbtype.DataType{"203.0.113.0/24": city("LT")})
	failed := 0
	for at := range bytes.LastIndex(whole, []byte("\xAB\xCD\xEFMaxMind.com")) {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0xff
		d, err := Open(file(t, "damaged.mmdb", damaged))
		if err != nil {
			continue
		}
		if _, err := d.Find(netip.MustParseAddr("203.0.113.9")); err != nil {
			failed++
			if !strings.Contains(err.Error(), "damaged.mmdb") {
				t.Errorf("byte %d: %v does not name the file", at, err)
			}
		}
		d.Close()
	}
	if failed == 0 {
		t.Error("no damage was noticed: this proves nothing")
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(database(f, mmdbwriter.Options{DatabaseType: "Test"}, map[string]mmdbtype.DataType{"203.0.113.0/24": city("LT")}), []byte{203, 0, 113, 9})
	f.Add(database(f, mmdbwriter.Options{DatabaseType: "Test", IPVersion: 4, RecordSize: 24}, map[string]mmdbtype.DataType{
		"203.0.113.0/24": mmdbtype.Map{"asn": mmdbtype.String("AS64500"), "autonomous_system_number": mmdbtype.Uint32(64500)},
	}), []byte{203, 0, 113, 9})
	f.Add([]byte("\xAB\xCD\xEFMaxMind.com"), make([]byte, 16))
	f.Fuzz(func(t *testing.T, content, address []byte) {
		d, err := open("fuzz.mmdb", func() (*maxminddb.Reader, error) { return maxminddb.OpenBytes(content) })
		if err != nil {
			return
		}
		if a, ok := netip.AddrFromSlice(address); ok {
			p, err := d.Find(a)
			if err != nil && !strings.Contains(err.Error(), "fuzz.mmdb") {
				t.Errorf("%v does not name the file", err)
			}
			if len(p.Country) > 6 || p.Network < 0 {
				t.Errorf("%+v is no place", p)
			}
		}
	})
}
