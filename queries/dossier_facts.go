package queries

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// facts is what is known as a whole of what is no session.
func (d dossier) facts(ctx context.Context) (*Result, sessionSummary, error) {
	rows, err := d.c.all(ctx, factsSQL)
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

// traces counts them.
func (d dossier) traces(ctx context.Context) (sessionTraces, error) {
	rows, err := d.c.all(ctx, `
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
func (d dossier) sessionFacts(ctx context.Context, traces sessionTraces) (*Result, sessionSummary, error) {
	view, _ := lookupView("sessions")
	var columns []string
	for _, column := range view.Columns {
		columns = append(columns, column.Name)
	}
	found, err := d.c.all(ctx, "select "+strings.Join(columns, ", ")+" from sessions where session_id = "+literal(d.session))
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
		if text := d.c.shown(v); text != "" {
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
			rows = append(rows, []any{trace.name, d.c.shown(trace.at), trace.meaning})
		}
	}
	facts := fields("facts", "What is known of it as a whole", rows)
	facts.Report.Description = "The session's row in the report sessions, a line a column; last, its first and last trace."
	return facts, d.summarise(values, traces), nil
}

// summarise puts it into sentences.
func (d dossier) summarise(values map[string]any, traces sessionTraces) sessionSummary {
	first, _ := values["first_seen"].(time.Time)
	last, _ := values["last_seen"].(time.Time)
	s := sessionSummary{users: d.c.shown(values["users"])}
	s.about = fmt.Sprintf("%s, %s to %s (%s). ",
		s.users, d.c.shown(values["first_seen"]), d.c.shown(values["last_seen"]), stretchOf(last.Sub(first)))
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
			d.c.shown(traces.first), d.c.shown(traces.last))
	}
	if reasons := d.c.shown(values["reasons"]); reasons != "" {
		for reason := range strings.SplitSeq(reasons, "; ") {
			s.reasons = append(s.reasons, strings.ToUpper(reason[:1])+reason[1:])
		}
		s.reasons = append(s.reasons, "In brackets behind each reason: the points that it adds. They say in which order to read sessions, and prove nothing.")
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
