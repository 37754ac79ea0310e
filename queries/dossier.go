package queries

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// The parts of a dossier: the files dossier/NAME.sql, under a header as a
// report has it, by the position in its group. They ask for what the table
// dossier_records names, and read all evidence: what a dossier is of is shown whole.
//
//go:embed dossier/*.sql
var dossierFiles embed.FS

// What several parts read, made for each dossier in turn: the tables of its audit records,
// of what stands beside its records, of its numbers, and what is known of it as a whole,
// where it is no session.
var (
	//go:embed dossier/tables/dossier_events.sql
	eventsSQL string

	//go:embed dossier/tables/dossier_beside.sql
	besideSQL string

	//go:embed dossier/tables/dossier_numbers.sql
	numbersSQL string

	//go:embed dossier/tables/dossier_facts.sql
	factsSQL string
)

// partRows is how many rows of a part a dossier has at most.
const partRows = 20000

var dossierParts = mustReadFolder(dossierFiles, "dossier/*.sql", "sessions")

// sessions returns the ids of the sessions that the filters let through,
// the ones to look at first on top.
func (ds Dossiers) sessions(ctx context.Context) ([]string, error) {
	rows, err := ds.c.all(ctx, "select session_id from shown_sessions order by points desc, last_seen desc, session_id")
	if err != nil {
		return nil, fmt.Errorf("list the sessions: %w", err)
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row[0].(string))
	}
	return ids, nil
}

// SessionHeading is what stands above a session's events: who and when, and why
// to look at it.
type SessionHeading struct {
	About, Reasons string // Reasons is empty where nothing stands out
}

// SessionHeadings returns the headings of these sessions, by session id, of those
// that the filters let through.
func (ds Dossiers) SessionHeadings(ctx context.Context, sessions []string) (map[string]SessionHeading, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	var ids []string
	for _, id := range sessions {
		ids = append(ids, literal(id))
	}
	rows, err := ds.c.all(ctx, "select session_id, users, first_seen, last_seen, reasons from shown_sessions where session_id in ("+strings.Join(ids, ", ")+")")
	if err != nil {
		return nil, fmt.Errorf("describe the sessions: %w", err)
	}
	headings := map[string]SessionHeading{}
	for _, row := range rows {
		id, _ := row[0].(string)
		headings[id] = SessionHeading{
			About:   fmt.Sprintf("%s, %s to %s", ds.c.shown(row[1]), ds.c.shown(row[2]), ds.c.shown(row[3])),
			Reasons: ds.c.shown(row[4]),
		}
	}
	return headings, nil
}

// Session tells one session: in numbers and in sentences what happened, a picture of it, the story in
// order, what was read, changed, downloaded, sent and deleted, what is still open, and what
// is known of it as a whole. Parts of which there is nothing are named in a note of the first.
func (ds Dossiers) Session(ctx context.Context, session string) ([]*Result, error) {
	var parts []string
	for _, t := range schema.Logs() {
		if t.Has("session_id") {
			parts = append(parts, "select file_id, record from evidence."+t.Name+" where session_id = "+literal(session))
		}
	}
	results, err := dossier{ds.c, "Session " + session, strings.Join(parts, " union all "), 0, session}.tell(ctx)
	if err != nil {
		return nil, fmt.Errorf("dossier of session %s: %w", session, err)
	}
	return results, nil
}

// Incident tells an incident in the same parts.
func (ds Dossiers) Incident(ctx context.Context, incident int64) ([]*Result, error) {
	if err := ds.c.define(ctx, false, "incident_events"); err != nil {
		return nil, err
	}
	records := fmt.Sprintf("select file_id, record from incident_events where incident = %d", incident)
	results, err := dossier{ds.c, fmt.Sprint("Incident ", incident), records, incident, ""}.tell(ctx)
	if err != nil {
		return nil, fmt.Errorf("dossier of incident %d: %w", incident, err)
	}
	return results, nil
}

// Shown tells what the filters show, under that title, in the same parts: a user, an
// address, an application, a finding. Logs that the filters can't narrow are left out.
func (ds Dossiers) Shown(ctx context.Context, title string) ([]*Result, error) {
	var parts []string
	for _, t := range schema.Logs() {
		if len(ds.c.filters.conditionsOf[t.Name]) > 0 {
			parts = append(parts, "select file_id, record from "+t.Name)
		}
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("dossier: no filter narrows a log")
	}
	if len(ds.c.filters.filter.Apps) > 0 {
		if err := ds.c.define(ctx, false, "directory_acts", "app_names"); err != nil {
			return nil, err
		}
		parts = append(parts, ds.c.filters.actsOnApps())
	}
	results, err := dossier{ds.c, title, strings.Join(parts, " union all "), 0, ""}.tell(ctx)
	if err != nil {
		return nil, fmt.Errorf("dossier of %s: %w", title, err)
	}
	return results, nil
}

// incidents returns the numbers of the incidents that the filters let through.
func (ds Dossiers) incidents(ctx context.Context) ([]int64, error) {
	rows, err := ds.c.all(ctx, `
		select distinct i.incident::bigint
		from incident_findings as i
		join findings using (finding_id)
		order by 1`)
	if err != nil {
		return nil, fmt.Errorf("list the incidents: %w", err)
	}
	var all []int64
	for _, row := range rows {
		all = append(all, row[0].(int64))
	}
	return all, nil
}

// dossier tells what its records are.
type dossier struct {
	c        *Case
	title    string
	records  string // the SELECT that gives them: file_id, record
	incident int64  // whose they are; 0 = of none
	session  string // whose they are; "" = of none
}

// tell makes its parts.
func (d dossier) tell(ctx context.Context) ([]*Result, error) {
	names := slices.Concat(namesIn(besideSQL), namesIn(numbersSQL), namesIn(factsSQL), []string{"all_findings", "finding_records"})
	if d.session != "" {
		names = append(names, "sessions")
	}
	if err := d.c.define(ctx, false, names...); err != nil {
		return nil, err
	}
	ofSession, ofIncident := "null", "null"
	if d.session != "" {
		ofSession = literal(d.session)
	}
	if d.incident > 0 {
		ofIncident = fmt.Sprint(d.incident)
	}
	statements := []string{
		"set variable dossier_session = " + ofSession,
		"set variable dossier_incident = " + ofIncident,
		fmt.Sprintf("set variable dossier_of_users = %t", d.session == "" && d.incident == 0 && len(d.c.filters.filter.Users) > 0),
		"set variable dossier_scope = " + literal(d.scope()),
		"create or replace table dossier_records as select distinct file_id, record from (" + d.records + ")",
		"create or replace table dossier_events as\n" + eventsSQL,
		"create or replace table dossier_beside as\n" + besideSQL,
		"create or replace table dossier_numbers as\n" + numbersSQL,
	}
	for _, s := range statements {
		if err := d.c.engine.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("find what belongs to it: %w", err)
		}
	}
	var facts *Result
	var summary sessionSummary
	var err error
	if d.session != "" {
		traces, failed := d.traces(ctx)
		if failed != nil {
			return nil, fmt.Errorf("count what belongs to it: %w", failed)
		}
		facts, summary, err = d.sessionFacts(ctx, traces)
	} else {
		facts, summary, err = d.facts(ctx)
	}
	if err != nil {
		return nil, err
	}
	evidence, err := d.evidence(ctx)
	if err != nil {
		return nil, fmt.Errorf("find what findings rest on: %w", err)
	}
	var results []*Result
	var nothing []string
	for _, part := range dossierParts {
		result, err := d.c.RunFirst(ctx, part, partRows)
		if err != nil {
			return nil, err
		}
		first, err := buffered(result)
		if err != nil {
			return nil, err
		}
		result.Evidence = evidence
		result.Notes = nil // on the filters, which do not apply
		switch {
		case part.Name == "lanes":
			result.Report.Title = d.title
			result.Report.Description = summary.about
			result.Notes = summary.reasons
			results = append(results, result)
		case len(first) == 0:
			nothing = append(nothing, part.Title)
		default:
			results = append(results, result)
		}
	}
	results = append(results, facts)
	for _, r := range results {
		r.Report.Group = cmp.Or(summary.users, d.title)
	}
	if len(nothing) > 0 {
		lanes := slices.IndexFunc(results, func(r *Result) bool { return r.Report.Name == "lanes" })
		results[lanes].Notes = append(results[lanes].Notes, "Left out, because no record in these files belongs there: "+strings.Join(nothing, "; ")+".")
	}
	return results, nil
}

// scope says whose acts are counted, as a sentence goes on after "nothing" or "3 acts".
func (d dossier) scope() string {
	if d.session != "" {
		return "in this session"
	}
	f := d.c.filters.filter
	kinds := []struct {
		values    []string
		one, many string
	}{
		{f.Users, "in this user's name", "in the names of these users"},
		{f.IPs, "from this address", "from these addresses"},
		{f.Apps, "with this application", "with these applications"},
		{f.Findings, "in the records of this finding", "in the records of these findings"},
	}
	scope := ""
	for _, k := range kinds {
		switch {
		case len(k.values) == 0:
			continue
		case scope != "": // of two kinds, neither says it all
			return "among these records"
		case len(k.values) > 1 || strings.ContainsAny(k.values[0], "*/"):
			scope = k.many
		default:
			scope = k.one
		}
	}
	return cmp.Or(scope, "among these records")
}

// evidence are those of its records, and of what stands beside them, that findings rest on.
func (d dossier) evidence(ctx context.Context) (map[string]bool, error) {
	rows, err := d.c.all(ctx, `
		select distinct r.file_id || ':' || r.record
		from finding_records as r
		join all_findings as f using (finding_id)
		where f.severity <> 'info'
			and (r.file_id, r.record) in (select file_id, record from dossier_records union all select file_id, record from dossier_beside)`)
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for _, row := range rows {
		all[row[0].(string)] = true
	}
	return all, nil
}

// buffered reads a result to its end and lets it be read again.
func buffered(r *Result) ([][]any, error) {
	var all [][]any
	for row, err := range r.Rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	r.Rows = eachOf(all)
	return all, nil
}
