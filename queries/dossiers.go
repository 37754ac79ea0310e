package queries

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Dossiers tell of one thing each, in the parts of a dossier: a session, an incident, or all
// that the filters show, as of a user.
type Dossiers struct{ c *Case }

// Dossiers are those of the case.
func (c *Case) Dossiers() Dossiers { return Dossiers{c} }

// incidentsOfCase is how many incidents the page of a whole case tells in full.
const incidentsOfCase = 5

// EachIncident yields the picture of the gravest incident, which stands on the first
// screen of a case, or all the rest of the first incidents. false = no more is wanted.
func (ds Dossiers) EachIncident(ctx context.Context, isPicture bool, yield func(*Result, error) bool) bool {
	incidents, err := ds.incidents(ctx)
	if err != nil {
		return yield(nil, err) && false
	}
	if isPicture {
		incidents = incidents[:min(len(incidents), 1)]
	}
	for i, n := range incidents[:min(len(incidents), incidentsOfCase)] {
		results, err := ds.Incident(ctx, n)
		if err != nil {
			return yield(nil, err) && false
		}
		for _, r := range results {
			isDrawn := r.Report.Layout == Lanes
			if r.Report.Name == "limits" || isDrawn != isPicture && (i == 0 || isPicture) || (r.Report.Name == "sentences" || r.Report.Name == "numbers") && i == 0 {
				continue // it stands on the first screen
			}
			if isPicture {
				r.Report.Group = "incident"
			}
			if !yield(r, nil) {
				return false
			}
		}
	}
	return true
}

// Headline names an incident.
type Headline struct {
	Title  string    // whom it affected, and when: that of a case that has none; empty = there is no incident
	Others string    // how many other incidents there are; empty = none
	Begins time.Time // when it began
}

// Headline names the gravest incident that the filters show.
func (ds Dossiers) Headline(ctx context.Context) (Headline, error) {
	rows, err := ds.c.all(ctx, `
		with shown_incidents as (
			select i.incident, list_sort(list(distinct who) filter (where who <> '' and severity_rank <= 3)) as accounts
			from incident_findings as i
			join findings using (finding_id)
			group by i.incident
		)
		select
			'Incident' || case
				when len(accounts) = 1 then ' of ' || accounts[1]
				when len(accounts) > 1 then ' of ' || len(accounts) || ' accounts'
				else ''
			end
			|| ', ' || left(minute_text(first_seen), 10)
			|| case when left(minute_text(last_seen), 10) > left(minute_text(first_seen), 10) then ' to ' || left(minute_text(last_seen), 10) else '' end,
			case when others > 0 then counted(others, 'other incident', 'other incidents') else '' end,
			first_seen
		from (select *, count(*) over () - 1 as others from shown_incidents)
		join incident_periods using (incident)
		order by incident
		limit 1`)
	if err != nil {
		return Headline{}, fmt.Errorf("name the incident: %w", err)
	}
	if len(rows) == 0 {
		return Headline{}, nil
	}
	begins, _ := rows[0][2].(time.Time) // without one it has no time
	return Headline{rows[0][0].(string), rows[0][1].(string), begins}, nil
}

// name is what the one application or finding that is asked for by its id is called;
// empty where there is no such name.
func (ds Dossiers) name(ctx context.Context) (string, error) {
	f := ds.c.filters.filter
	var view, sql string
	switch {
	case len(f.Apps) == 1:
		view, sql = "app_names", "select max(app_display_name) from app_names where app_id = lower("+literal(f.Apps[0])+")"
	case len(f.Findings) == 1:
		view, sql = "all_findings", "select min(title) from all_findings where "+literal(f.Findings[0])+" in (finding_id, finding) having count(distinct title) = 1"
	default:
		return "", nil
	}
	if err := ds.c.define(ctx, false, view); err != nil {
		return "", err
	}
	rows, err := ds.c.all(ctx, sql)
	if err != nil {
		return "", fmt.Errorf("name what is asked for: %w", err)
	}
	if len(rows) == 0 || rows[0][0] == nil {
		return "", nil
	}
	return rows[0][0].(string), nil
}

// maxDossiers is how many sessions or incidents one page tells: a person has to read it.
const maxDossiers = 50

// ErrNoSession is that the filters show no session to tell of.
var ErrNoSession = errors.New("no session to tell of: the filters let none through; --report sessions lists them")

// Asked tells what the one filter names: sessions and incidents each in turn, and of
// the others all that the filter shows.
func (ds Dossiers) Asked(ctx context.Context) (title string, results iter.Seq2[*Result, error], err error) {
	var tell []func() ([]*Result, error)
	f, several := ds.c.filters.filter, "sessions"
	if len(f.Incidents) > 0 {
		several = "incidents"
	}
	switch {
	case len(f.Sessions) > 0:
		sessions, err := ds.sessions(ctx)
		if err != nil {
			return "", nil, err
		}
		if len(sessions) == 0 {
			return "", nil, ErrNoSession
		}
		for _, session := range sessions {
			headings, err := ds.SessionHeadings(ctx, []string{session})
			if err != nil {
				return "", nil, err
			}
			title = "Session of " + headings[session].About + ": " + session
			tell = append(tell, func() ([]*Result, error) { return ds.Session(ctx, session) })
		}
		if len(sessions) > 1 {
			title = fmt.Sprintf("%d sessions", len(sessions))
		}
	case len(f.Incidents) > 0:
		title = "Incident " + strings.Join(f.Incidents, ", ")
		for _, text := range f.Incidents {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return "", nil, fmt.Errorf("--incident %s: not the number of an incident; --report incidents lists them", text)
			}
			tell = append(tell, func() ([]*Result, error) { return ds.Incident(ctx, n) })
		}
		if len(tell) == 1 {
			incident, err := ds.Headline(ctx)
			if err != nil {
				return "", nil, err
			}
			title += strings.TrimPrefix(incident.Title, "Incident")
		}
	default:
		for _, kind := range []struct {
			name   string
			values []string
		}{{"User", f.Users}, {"Application", f.Apps}, {"Address", f.IPs}, {"Finding", f.Findings}} {
			if len(kind.values) > 0 {
				title = kind.name + " " + strings.Join(kind.values, ", ")
			}
		}
		name, err := ds.name(ctx)
		if err != nil {
			return "", nil, err
		}
		if name != "" {
			title += ": " + name
		}
		tell = append(tell, func() ([]*Result, error) { return ds.Shown(ctx, title) })
	}
	if len(tell) > maxDossiers {
		return "", nil, fmt.Errorf("%d %s on one page are too many: name %d at most, or list them with --report %[2]s", len(tell), several, maxDossiers)
	}
	if len(tell) == 1 { // one without a story is no page
		first, err := tell[0]()
		tell[0] = func() ([]*Result, error) { return first, nil }
		if err != nil {
			return "", nil, err
		}
	}
	return title, func(yield func(*Result, error) bool) {
		for _, one := range tell {
			results, err := one()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range results {
				if !yield(r, nil) {
					return
				}
			}
		}
	}, nil
}
