package queries

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/schema"
)

// The parts of a dossier: the files dossier/NAME.sql, under a header as a
// report has it, by the position in its group. They ask for what the table
// dossier_records names, and read all evidence: what a dossier is of is shown whole.
//
//go:embed dossier/*.sql
var dossierFiles embed.FS

// What several parts read, made for each dossier in turn: the table of what stands
// beside its records, its numbers, and what is known of it as a whole, where it is no session.
var (
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

// SessionsShown returns the ids of the sessions that the filters let through,
// the ones to look at first on top.
func (c *Case) SessionsShown(ctx context.Context) ([]string, error) {
	rows, err := c.all(ctx, "select session_id from shown_sessions order by points desc, last_seen desc, session_id")
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
func (c *Case) SessionHeadings(ctx context.Context, sessions []string) (map[string]SessionHeading, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	var ids []string
	for _, id := range sessions {
		ids = append(ids, literal(id))
	}
	rows, err := c.all(ctx, "select session_id, users, first_seen, last_seen, reasons from shown_sessions where session_id in ("+strings.Join(ids, ", ")+")")
	if err != nil {
		return nil, fmt.Errorf("describe the sessions: %w", err)
	}
	headings := map[string]SessionHeading{}
	for _, row := range rows {
		id, _ := row[0].(string)
		headings[id] = SessionHeading{
			About:   fmt.Sprintf("%s, %s to %s", c.shown(row[1]), c.shown(row[2]), c.shown(row[3])),
			Reasons: c.shown(row[4]),
		}
	}
	return headings, nil
}

// Dossier tells one session: in numbers and in sentences what happened, a picture of it, the story in
// order, what was read, changed, downloaded, sent and deleted, what is still open, and what
// is known of it as a whole. Parts of which there is nothing are named in a note of the first.
func (c *Case) Dossier(ctx context.Context, session string) ([]*Result, error) {
	var parts []string
	for _, t := range schema.Logs() {
		if t.Has("session_id") {
			parts = append(parts, "select file_id, record from evidence."+t.Name+" where session_id = "+literal(session))
		}
	}
	results, err := c.dossier(ctx, "Session "+session, strings.Join(parts, " union all "), 0, session)
	if err != nil {
		return nil, fmt.Errorf("dossier of session %s: %w", session, err)
	}
	return results, nil
}

// DossierOfIncident tells an incident in the same parts.
func (c *Case) DossierOfIncident(ctx context.Context, incident int64) ([]*Result, error) {
	if err := c.define(ctx, false, "incident_events"); err != nil {
		return nil, err
	}
	results, err := c.dossier(ctx, fmt.Sprint("Incident ", incident),
		fmt.Sprintf("select file_id, record from incident_events where incident = %d", incident), incident, "")
	if err != nil {
		return nil, fmt.Errorf("dossier of incident %d: %w", incident, err)
	}
	return results, nil
}

// DossierShown tells what the filters show, under that title, in the same parts: a user, an
// address, an application, a finding. Logs that the filters can't narrow are left out.
func (c *Case) DossierShown(ctx context.Context, title string) ([]*Result, error) {
	var parts []string
	for _, t := range schema.Logs() {
		if len(c.filters.conditionsOf[t.Name]) > 0 {
			parts = append(parts, "select file_id, record from "+t.Name)
		}
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("dossier: no filter narrows a log")
	}
	results, err := c.dossier(ctx, title, strings.Join(parts, " union all "), 0, "")
	if err != nil {
		return nil, fmt.Errorf("dossier of %s: %w", title, err)
	}
	return results, nil
}

// IncidentsShown returns the numbers of the incidents that the filters let through.
func (c *Case) IncidentsShown(ctx context.Context) ([]int64, error) {
	rows, err := c.all(ctx, `
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

// dossier makes the parts of what the records are that the SELECT gives. incident and
// session are set where they are those of one.
func (c *Case) dossier(ctx context.Context, title, records string, incident int64, session string) ([]*Result, error) {
	names := slices.Concat(namesIn(besideSQL), namesIn(numbersSQL), namesIn(factsSQL))
	if session != "" {
		names = append(names, "sessions")
	}
	if err := c.define(ctx, false, names...); err != nil {
		return nil, err
	}
	ofSession, ofIncident := "null", "null"
	if session != "" {
		ofSession = literal(session)
	}
	if incident > 0 {
		ofIncident = fmt.Sprint(incident)
	}
	statements := []string{
		"set variable dossier_session = " + ofSession,
		"set variable dossier_incident = " + ofIncident,
		fmt.Sprintf("set variable dossier_of_users = %t", session == "" && incident == 0 && len(c.filters.filter.Users) > 0),
		"create or replace table dossier_records as select distinct file_id, record from (" + records + ")",
		"create or replace table dossier_beside as\n" + besideSQL,
		"create or replace table dossier_numbers as\n" + numbersSQL,
	}
	for _, s := range statements {
		if err := c.engine.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("find what belongs to it: %w", err)
		}
	}
	var facts *Result
	var summary sessionSummary
	var err error
	if session != "" {
		traces, failed := c.traces(ctx)
		if failed != nil {
			return nil, fmt.Errorf("count what belongs to it: %w", failed)
		}
		facts, summary, err = c.sessionFacts(ctx, session, traces)
	} else {
		facts, summary, err = c.facts(ctx)
	}
	if err != nil {
		return nil, err
	}
	var results []*Result
	var nothing []string
	for _, part := range dossierParts {
		result, err := c.RunFirst(ctx, part, partRows)
		if err != nil {
			return nil, err
		}
		first, err := buffered(result)
		if err != nil {
			return nil, err
		}
		result.Notes = nil // on the filters, which do not apply
		switch {
		case part.Name == "lanes":
			result.Report.Title = title
			result.Report.Description = summary.about
			result.Notes = summary.reasons
			results = append(results, result)
		case len(first) == 0:
			nothing = append(nothing, strings.ToLower(part.Title[:1])+part.Title[1:])
		default:
			results = append(results, result)
		}
	}
	results = append(results, facts)
	for _, r := range results {
		r.Report.Group = cmp.Or(summary.users, title)
	}
	if len(nothing) > 0 {
		lanes := slices.IndexFunc(results, func(r *Result) bool { return r.Report.Name == "lanes" })
		results[lanes].Notes = append(results[lanes].Notes, "No record in these files tells of: "+strings.Join(nothing, "; ")+".")
	}
	return results, nil
}

// facts is what is known as a whole of what is no session.
func (c *Case) facts(ctx context.Context) (*Result, sessionSummary, error) {
	rows, err := c.all(ctx, factsSQL)
	if err != nil {
		return nil, sessionSummary{}, err
	}
	if len(rows) == 0 {
		return nil, sessionSummary{}, errors.New("no record is of it")
	}
	facts := fields("facts", "What is known of it as a whole", rows)
	facts.Report.Description = "What its records say, a line a fact."
	return facts, sessionSummary{about: "Who did what, when and from which network; time in which nothing happened is left out."}, nil
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

// sessionSummary is what stands above a session: who and when, and why to look.
type sessionSummary struct {
	users   string
	about   string
	reasons []string
}

// sessionTraces is what a session has beside the records that the view sessions
// counts.
type sessionTraces struct {
	requests    int64     // to Microsoft Graph, with its id
	within      int64     // records without its id, within its time
	outside     int64     // the same, before and after
	first, last time.Time // of its own and of those from its addresses or under its correlation ids
}

func (c *Case) traces(ctx context.Context) (sessionTraces, error) {
	rows, err := c.all(ctx, `
		select
			(select count(*) from evidence.graph_activity where session_id = getvariable('dossier_session')),
			(select count(*) from dossier_beside where is_within),
			(select count(*) from dossier_beside where not is_within),
			least(first_seen, (select min(event_time) from dossier_beside where is_trace)),
			greatest(last_seen, (select max(event_time) from dossier_beside where is_trace))
		from sessions
		where session_id = getvariable('dossier_session')`)
	if err != nil || len(rows) == 0 { // sessionFacts says that there is none
		return sessionTraces{}, err
	}
	var t sessionTraces
	for i, n := range []*int64{&t.requests, &t.within, &t.outside} {
		*n = rows[0][i].(int64)
	}
	t.first, _ = rows[0][3].(time.Time)
	t.last, _ = rows[0][4].(time.Time)
	return t, nil
}

// sessionFacts is the session's row of the view sessions, a field a row, and
// what of it stands above.
func (c *Case) sessionFacts(ctx context.Context, session string, traces sessionTraces) (*Result, sessionSummary, error) {
	view, _ := lookupView("sessions")
	var columns []string
	for _, column := range view.Columns {
		columns = append(columns, column.Name)
	}
	found, err := c.all(ctx, "select "+strings.Join(columns, ", ")+" from sessions where session_id = "+literal(session))
	if err != nil {
		return nil, sessionSummary{}, err
	}
	if len(found) != 1 {
		return nil, sessionSummary{}, fmt.Errorf("there is no such session")
	}
	var rows [][]any
	values := map[string]any{}
	for i, column := range view.Columns {
		v := found[0][i]
		values[column.Name] = v
		if text := c.shown(v); text != "" {
			rows = append(rows, []any{column.Name, text, column.Comment})
		}
	}
	for _, trace := range []struct {
		name    string
		at      time.Time
		meaning string
	}{
		{"first_trace", traces.first, "first_seen, or what came earlier from its addresses or under its correlation ids without its id (UTC)"},
		{"last_trace", traces.last, "last_seen, or what came later from its addresses or under its correlation ids without its id (UTC)"},
	} {
		if !trace.at.IsZero() {
			rows = append(rows, []any{trace.name, c.shown(trace.at), trace.meaning})
		}
	}
	facts := fields("facts", "What is known of it as a whole", rows)
	facts.Report.Description = "The session's row in the report sessions, a line a column; last, its first and last trace."
	return facts, c.summarise(values, traces), nil
}

func (c *Case) summarise(values map[string]any, traces sessionTraces) sessionSummary {
	first, _ := values["first_seen"].(time.Time)
	last, _ := values["last_seen"].(time.Time)
	s := sessionSummary{users: c.shown(values["users"])}
	s.about = fmt.Sprintf("%s, %s to %s (%s). ",
		s.users, c.shown(values["first_seen"]), c.shown(values["last_seen"]), stretchOf(last.Sub(first)))
	signIns, _ := values["sign_ins"].(int64)
	audits, _ := values["audit_events"].(int64)
	carry := howMany(signIns, "sign-in") + " and " + howMany(audits, "audit event")
	if traces.requests > 0 {
		carry = howMany(signIns, "sign-in") + ", " + howMany(audits, "audit event") + " and " + howMany(traces.requests, "request") + " to Microsoft Graph"
	}
	s.about += carry + " carry its session id."
	if traces.within+traces.outside > 0 {
		s.about += fmt.Sprintf(" Records beside it, without its id: %d within its time, %d before or after.", traces.within, traces.outside)
	}
	s.about += fmt.Sprintf(" Events in the picture, which are those within its time with its id or without: %d.", signIns+audits+traces.requests+traces.within)
	if traces.first.Before(first) || traces.last.After(last) {
		s.about += fmt.Sprintf(" With what came from its addresses or under its correlation ids without its id, the first trace is of %s, the last of %s.",
			c.shown(traces.first), c.shown(traces.last))
	}
	if reasons := c.shown(values["reasons"]); reasons != "" {
		for reason := range strings.SplitSeq(reasons, "; ") {
			s.reasons = append(s.reasons, strings.ToUpper(reason[:1])+reason[1:])
		}
	} else {
		s.reasons = []string{"Nothing stands out in it, which is no acquittal."}
	}
	return s
}

// stretchOf is a duration in words, to the minute.
func stretchOf(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	var words []string
	for _, part := range []struct {
		n    int
		noun string
	}{{days, "day"}, {hours, "hour"}, {minutes, "minute"}} {
		switch {
		case part.n == 1:
			words = append(words, "1 "+part.noun)
		case part.n > 1:
			words = append(words, fmt.Sprintf("%d %ss", part.n, part.noun))
		}
	}
	if len(words) == 0 {
		return "less than a minute"
	}
	return strings.Join(words, " ")
}

// howMany is a count and its noun: 1 sign-in, 2 sign-ins.
func howMany(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprint(n, " ", noun, "s")
}
