package queries

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// incidentWindow is how far apart two findings of one incident may be, where it is not
// their session that joins them.
const incidentWindow = 72 * time.Hour

// joinable is a finding with what may join it to others.
type joinable struct {
	id, who, target, session, app string
	addresses                     []string
	rank                          int64 // 1 = critical
	first, last                   time.Time
}

// isSeed tells that the finding may begin an incident, and hold one together.
func (f joinable) isSeed() bool { return f.rank <= 3 }

// putIncidentsTogether fills the table incident_findings: which findings belong
// together, and by what. Findings of medium severity or more that have something in
// common within the window are one incident, if it has one of high severity or two of
// medium; the others are context, and go to an incident that they have something in common with.
func (c *Case) putIncidentsTogether(ctx context.Context) error {
	findings, err := c.joinables(ctx)
	if err != nil {
		return fmt.Errorf("put the incidents together: %w", err)
	}
	if err := c.engine.Exec(ctx, "create table incident_findings (incident integer, finding_id varchar, joined_by varchar)"); err != nil {
		return err
	}
	incidents := incidentsOf(findings)
	return c.engine.Append("incident_findings", func(add func(...driver.Value) error) error {
		for n, members := range incidents {
			for _, m := range members {
				if err := add(int32(n+1), m.finding.id, m.by); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ofStates names the findings that say what stood when the state of the tenant was
// dumped, as literals of SQL: nobody did that then, so they are part of no incident.
func ofStates() (names []string) {
	for _, r := range rules.All() {
		isOfStates := !slices.ContainsFunc(r.Needs, func(need string) bool {
			table, _ := schema.Lookup(need)
			return table.Snapshot == ""
		})
		if isOfStates {
			names = append(names, engine.Literal(r.Name))
		}
	}
	return names
}

// joinables lists the findings, with the addresses that mean somebody: one from which
// many accounts sign in on several days is an office or a carrier.
func (c *Case) joinables(ctx context.Context) ([]joinable, error) {
	if err := c.define(ctx, false, "shared_addresses"); err != nil {
		return nil, err
	}
	rows, err := c.all(ctx, `
		with shared as (
			select coalesce(list(ip_address), []) as shared_list
			from shared_addresses
		)
		select
			finding_id,
			coalesce(who, ''),
			coalesce(target, ''),
			coalesce(session_id, ''),
			coalesce(app_id, ''),
			array_to_string(list_filter(addresses, a -> not list_contains(shared_list, a)), chr(10)),
			severity_rank::bigint,
			first_seen,
			last_seen
		from all_findings, shared
		where not list_contains([`+strings.Join(ofStates(), ", ")+`], finding)
		order by severity_rank, first_seen, finding_id`)
	if err != nil {
		return nil, err
	}
	var all []joinable
	for _, row := range rows {
		f := joinable{id: row[0].(string), who: row[1].(string), target: row[2].(string), session: row[3].(string), app: row[4].(string), rank: row[6].(int64)}
		if text := row[5].(string); text != "" {
			f.addresses = strings.Split(text, "\n")
		}
		f.first, _ = row[7].(time.Time)
		f.last, _ = row[8].(time.Time)
		all = append(all, f)
	}
	return all, nil
}

// inCommon says what joins two findings, "" if nothing does.
func inCommon(a, b joinable) string {
	if a.session != "" && a.session == b.session {
		return "session " + a.session
	}
	if gap := max(a.first.Sub(b.last), b.first.Sub(a.last)); gap > incidentWindow {
		return ""
	}
	for _, address := range a.addresses {
		if slices.Contains(b.addresses, address) {
			return "address " + address
		}
	}
	for _, name := range []string{a.who, a.target} {
		if name != "" && (name == b.who || name == b.target) {
			return "account or object " + name
		}
	}
	return ""
}

// member is a finding of an incident, and what joins it to those before.
type member struct {
	finding joinable
	by      string
}

// incidentsOf puts findings together, the gravest incident first. Findings come by
// severity and time.
func incidentsOf(findings []joinable) [][]member {
	var incidents [][]member
	placed := make([]bool, len(findings))
	for i, f := range findings {
		if placed[i] || !f.isSeed() {
			continue
		}
		members := []member{{f, ""}}
		placed[i] = true
		for n := 0; n < len(members); n++ {
			for j, other := range findings {
				if placed[j] || !other.isSeed() {
					continue
				}
				if by := inCommon(members[n].finding, other); by != "" {
					members = append(members, member{other, by})
					placed[j] = true
				}
			}
		}
		if f.rank <= 2 || len(members) >= 2 {
			incidents = append(incidents, members)
		}
	}
	// What is context joins the first incident that it has something in common with,
	// and nothing else through it.
	for i, f := range findings {
		if placed[i] || f.isSeed() {
			continue
		}
		for n, members := range incidents {
			at := slices.IndexFunc(members, func(m member) bool { return m.finding.isSeed() && inCommon(m.finding, f) != "" })
			if at >= 0 {
				incidents[n] = append(members, member{f, inCommon(members[at].finding, f)})
				break
			}
		}
	}
	slices.SortStableFunc(incidents, func(a, b []member) int {
		return cmp.Or(
			cmp.Compare(a[0].finding.rank, b[0].finding.rank),
			cmp.Compare(seeds(b), seeds(a)),
			a[0].finding.first.Compare(b[0].finding.first),
		)
	})
	return incidents
}

func seeds(members []member) int {
	n := 0
	for _, m := range members {
		if m.finding.isSeed() {
			n++
		}
	}
	return n
}
