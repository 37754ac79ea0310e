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
	id, target, session string
	who                 []string // the accounts that acted
	// addresses that mean somebody; tokens, devices and applications of the evidence that
	// few accounts have, each with its kind before it
	addresses, traces []string
	rank              int64 // 1 = critical
	first, last       time.Time
}

// names are those of whom and what the finding is about.
func (f joinable) names() []string {
	if f.target == "" {
		return f.who
	}
	return append(f.who[:len(f.who):len(f.who)], f.target)
}

// isSeed tells that the finding may begin an incident, and hold one together.
func (f joinable) isSeed() bool { return f.rank <= 3 }

// putIncidentsTogether fills the table incident_findings: which findings belong
// together, and by what. Findings of medium severity or more that have something in
// common within the window are one incident, if it has one of high severity or two of
// medium; the others are context, and go to an incident that they have something in common with.
func (fi *findings) putTogether(ctx context.Context) error {
	findings, err := fi.joinables(ctx)
	if err != nil {
		return fmt.Errorf("put the incidents together: %w", err)
	}
	if err := fi.c.engine.Exec(ctx, "create table incident_findings (incident integer, finding_id varchar, joined_by varchar)"); err != nil {
		return err
	}
	incidents := incidentsOf(findings)
	return fi.c.engine.Append("incident_findings", func(add func(...driver.Value) error) error {
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
// many accounts sign in on several days is an office or a carrier. So is a device or an
// application of more than three accounts anybody's, and one of Microsoft's.
func (fi *findings) joinables(ctx context.Context) ([]joinable, error) {
	if err := fi.c.define(ctx, false, "shared_addresses", "logons", "well_known_ids"); err != nil {
		return nil, err
	}
	rows, err := fi.c.all(ctx, `
		with shared as (
			select coalesce(list(ip_address), []) as shared_list
			from shared_addresses
		),
		borne as (
			select file_id, record, 'device ' || lower(device_id) as trace
			from evidence.sign_ins
			where device_id <> ''
			union all
			select file_id, record, 'application ' || lower(app_id)
			from evidence.sign_ins
			where app_id <> '' and lower(app_id) not in (select lower(id) from well_known_ids)
			union all
			select file_id, record, 'token ' || unique_token_id
			from evidence.sign_ins
			where unique_token_id <> ''
			union all
			select file_id, record, 'token ' || unique_token_id
			from evidence.audit_events
			where unique_token_id <> ''
			union all
			select file_id, record, 'token ' || unique_token_id
			from evidence.graph_activity
			where unique_token_id <> ''
		),
		borne_by_findings as (
			select distinct r.finding_id, b.trace
			from finding_records as r
			join all_findings as f using (finding_id)
			join borne as b using (file_id, record)
			where f.severity_rank <= 3
		),
		common as (
			select 'device ' || lower(device_id) as trace
			from logons
			where device_id is not null
			group by trace
			having count(distinct account) > 3
			union all
			select 'application ' || app_id
			from logons
			where app_id is not null
			group by app_id
			having count(distinct account) > 3
		),
		traced as (
			select finding_id, string_agg(trace, chr(10) order by trace) as traces
			from borne_by_findings
			where trace not in (from common)
			group by finding_id
		)
		select
			finding_id,
			array_to_string(accounts_in(who), chr(10)),
			coalesce(target, ''),
			coalesce(session_id, ''),
			coalesce(traces, ''),
			array_to_string(list_filter(addresses, a -> not list_contains(shared_list, a)), chr(10)),
			severity_rank::bigint,
			first_seen,
			last_seen
		from all_findings
		cross join shared
		left join traced using (finding_id)
		where not list_contains([`+strings.Join(ofStates(), ", ")+`], finding)
		order by severity_rank, first_seen, finding_id`)
	if err != nil {
		return nil, err
	}
	var all []joinable
	for _, row := range rows {
		f := joinable{id: row[0].(string), target: row[2].(string), session: row[3].(string), rank: row[6].(int64)}
		if text := row[1].(string); text != "" {
			f.who = strings.Split(text, "\n")
		}
		if text := row[4].(string); text != "" {
			f.traces = strings.Split(text, "\n")
		}
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
	for _, trace := range a.traces {
		if slices.Contains(b.traces, trace) {
			return trace
		}
	}
	for _, name := range a.names() {
		if slices.ContainsFunc(b.names(), func(other string) bool { return strings.EqualFold(name, other) }) { // the logs spell names in their own ways
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

// ties lists what may join a finding to others, by which those that bear it are looked up.
func (f joinable) ties() []string {
	var all []string
	if f.session != "" {
		all = append(all, "session "+f.session)
	}
	for _, address := range f.addresses {
		all = append(all, "address "+address)
	}
	all = append(all, f.traces...)
	for _, name := range f.names() {
		all = append(all, "name "+strings.ToLower(name))
	}
	return all
}

// bearers knows by a tie the places of what bears it, in ascending order.
type bearers map[string][]int

func (b bearers) add(f joinable, place int) {
	for _, tie := range f.ties() {
		if n := len(b[tie]); n == 0 || b[tie][n-1] != place {
			b[tie] = append(b[tie], place)
		}
	}
}

// near lists, in ascending order, the places of what bears one of the ties of a finding.
func (b bearers) near(f joinable) []int {
	var places []int
	for _, tie := range f.ties() {
		places = append(places, b[tie]...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// drop forgets the places of those that bear a tie of the finding and are placed.
func (b bearers) drop(f joinable, placed []bool) {
	for _, tie := range f.ties() {
		b[tie] = slices.DeleteFunc(b[tie], func(place int) bool { return placed[place] })
	}
}

// incidentsOf puts findings together, the gravest incident first. Findings come by
// severity and time.
func incidentsOf(findings []joinable) [][]member {
	var incidents [][]member
	placed := make([]bool, len(findings))
	seedsBy := bearers{}
	for i, f := range findings {
		if f.isSeed() {
			seedsBy.add(f, i)
		}
	}
	for i, f := range findings {
		if placed[i] || !f.isSeed() {
			continue
		}
		members := []member{{f, ""}}
		placed[i] = true
		for n := 0; n < len(members); n++ {
			seedsBy.drop(members[n].finding, placed)
			for _, j := range seedsBy.near(members[n].finding) {
				if by := inCommon(members[n].finding, findings[j]); by != "" {
					members = append(members, member{findings[j], by})
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
	type membership struct {
		incident int
		finding  joinable
	}
	var memberships []membership
	membersBy := bearers{}
	for n, members := range incidents {
		for _, m := range members {
			membersBy.add(m.finding, len(memberships))
			memberships = append(memberships, membership{n, m.finding})
		}
	}
	for i, f := range findings {
		if placed[i] || f.isSeed() {
			continue
		}
		for _, place := range membersBy.near(f) {
			if by := inCommon(memberships[place].finding, f); by != "" {
				n := memberships[place].incident
				incidents[n] = append(incidents[n], member{f, by})
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
