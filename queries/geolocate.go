package queries

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"strings"

	"entrail/ingest/schema"
	"entrail/queries/geoip"
)

// Geolocate lets the databases, each in turn, fill what the view addresses does not
// know of the client addresses in evidence: what sign-ins say of an address
// stands, whatever a database says. It is for this run only, and comes before
// the first question. The sentences say what each database gave.
func (c *Case) Geolocate(ctx context.Context, databases []*geoip.Database) (sentences []string, err error) {
	if len(databases) == 0 {
		return nil, nil
	}
	unlocated, err := c.unlocated(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the addresses that no sign-in places: %w", err)
	}
	gave := make([]int, len(databases))
	err = c.engine.Exec(ctx, "create table placed_addresses (ip_address varchar, network bigint, country varchar, source varchar)")
	if err != nil {
		return nil, err
	}
	err = c.engine.Append("placed_addresses", func(add func(...driver.Value) error) error {
		for _, a := range unlocated {
			var sources []string
			for i, d := range databases {
				found, err := d.Find(a.address)
				if err != nil {
					return err
				}
				if fills := a.fill(found); fills {
					gave[i]++
					sources = append(sources, d.Name)
				}
			}
			if len(sources) == 0 {
				continue
			}
			if err := add(a.text, a.network, a.country, strings.Join(append(a.sources, sources...), ", ")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("place the addresses: %w", err)
	}
	c.placed = `
		select * from placed_addresses
		union all
		select * from (` + signedIn() + `)
		where ip_address not in (select ip_address from placed_addresses)`
	for i, d := range databases {
		sentences = append(sentences, fmt.Sprintf("Places of addresses from %v: %d of the %d that sign-ins do not place in full", d, gave[i], len(unlocated)))
	}
	return sentences, nil
}

// signedIn is the SELECT of what sign-ins say of addresses.
func signedIn() string {
	v, _ := lookupView("addresses")
	return v.SQL
}

// unlocated is a client address with what the sign-ins say of it; nil = nothing.
type unlocated struct {
	text             string // as logged
	address          netip.Addr
	network, country any
	sources          []string
}

// fill takes what is not known yet, and tells whether there was any.
func (a *unlocated) fill(p geoip.Place) (fills bool) {
	if a.network == nil && p.Network != 0 {
		a.network, fills = p.Network, true
	}
	if a.country == nil && p.Country != "" {
		a.country, fills = p.Country, true
	}
	return fills
}

// unlocated lists the client addresses of all logs whose network or country no
// sign-in tells.
func (c *Case) unlocated(ctx context.Context) ([]unlocated, error) {
	var logs []string
	for _, t := range schema.Logs() {
		if t.Has("ip_address") {
			logs = append(logs, "select client_address(ip_address) as ip_address from evidence."+t.Name)
		}
	}
	rows, err := c.all(ctx, `
		select ip_address, a.network, a.country, a.source
		from (select distinct ip_address from (`+strings.Join(logs, " union all ")+`))
		left join (`+signedIn()+`) as a using (ip_address)
		where ip_address is not null and (a.network is null or a.country is null)
		order by ip_address`)
	if err != nil {
		return nil, err
	}
	var all []unlocated
	for _, row := range rows {
		a := unlocated{text: row[0].(string), network: row[1], country: row[2]}
		// An address may be anything in a log: a name, a host and port.
		if a.address, err = netip.ParseAddr(a.text); err != nil {
			continue
		}
		if a.network != nil || a.country != nil {
			a.sources = []string{row[3].(string)}
		}
		all = append(all, a)
	}
	return all, nil
}
