// Package geoip reads geolocation databases in MaxMind's format: where an
// address is, from a file alone. Which publisher's they are does not matter, as
// long as they use one of the field names below; a database with names of its
// own needs a line in Find.
// https://maxmind.github.io/MaxMind-DB/
package geoip

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Database is an open database. Close it after use.
type Database struct {
	Name   string    // of its file, without the folder
	Type   string    // as its publisher calls it, such as GeoLite2-City
	Built  time.Time // which edition it is (UTC)
	SHA256 string    // of the file, lower-case hex
	reader *maxminddb.Reader
}

// Place is what a database says of an address; zero = it does not say.
type Place struct {
	Country string // two letters, upper case
	Network int64  // number of the autonomous system
}

// Open opens the file. An error names it and says what to do.
func Open(path string) (*Database, error) {
	if err := check(path); err != nil {
		return nil, fmt.Errorf("geolocation database %s: %w", path, err)
	}
	d, err := open(filepath.Base(path), func() (*maxminddb.Reader, error) { return maxminddb.Open(path) })
	if err != nil {
		return nil, fmt.Errorf("geolocation database %s: %w", path, err)
	}
	if d.SHA256, err = sumOf(path); err != nil {
		d.Close()
		return nil, fmt.Errorf("geolocation database %s: %w", path, err)
	}
	return d, nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Unwrap(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// check tells of the mistakes that are likelier than a damaged file.
func check(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return errors.Unwrap(err) // the path is in the sentence already
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return errors.New("this is a folder; name the .mmdb file in it")
	}
	head := make([]byte, 2)
	io.ReadFull(f, head)
	if string(head) == "\x1f\x8b" || string(head) == "PK" {
		return errors.New("this is an archive; unpack it and name the .mmdb file in it")
	}
	return nil
}

// open reads what the database says of itself.
func open(name string, read func() (*maxminddb.Reader, error)) (*Database, error) {
	reader, err := read()
	if err != nil {
		return nil, errors.New("this is no database in MaxMind's format, or only the beginning of one; copy or download it again")
	}
	m := reader.Metadata
	return &Database{Name: name, Type: m.DatabaseType, Built: m.BuildTime().UTC(), reader: reader}, nil
}

// String names the database and its edition.
func (d *Database) String() string {
	return fmt.Sprintf("%s (%s, built %s)", d.Name, d.Type, d.Built.Format(time.DateOnly))
}

// Close frees the file.
func (d *Database) Close() error { return d.reader.Close() }

// Find looks an address up.
func (d *Database) Find(address netip.Addr) (Place, error) {
	address = address.Unmap().WithZone("")
	if address.Is6() && d.reader.Metadata.IPVersion == 4 {
		return Place{}, nil
	}
	record := d.reader.Lookup(address)
	var country, code, letters, asn string
	var number, traits uint32
	for _, field := range []struct {
		into any
		path []any
	}{
		{&country, []any{"country", "iso_code"}},               // GeoIP2, GeoLite2, DB-IP
		{&code, []any{"country_code"}},                         // IPinfo Lite, whose country is a name
		{&letters, []any{"country"}},                           // IPinfo before that
		{&number, []any{"autonomous_system_number"}},           // GeoLite2-ASN, GeoIP2-ISP, DB-IP
		{&traits, []any{"traits", "autonomous_system_number"}}, // GeoIP2-Enterprise
		{&asn, []any{"asn"}},                                   // IPinfo: AS64500
	} {
		// A field of this name that holds another kind of value is none of ours.
		var damage maxminddb.InvalidDatabaseError
		if errors.As(record.DecodePath(field.into, field.path...), &damage) {
			return Place{}, fmt.Errorf("geolocation database %s: the file is damaged, found at %s; copy or download it again", d.Name, address)
		}
	}
	var p Place
	for _, c := range []string{country, code, letters} {
		if len(c) == 2 && p.Country == "" {
			p.Country = strings.ToUpper(strings.ToValidUTF8(c, "?"))
		}
	}
	fromText, _ := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(asn), "AS"), 10, 32)
	for _, n := range []uint32{number, traits, uint32(fromText)} {
		if p.Network == 0 {
			p.Network = int64(n)
		}
	}
	return p, nil
}
