package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// judgeSessions works out the case's view sessions, which costs more than any
// report, and has the run's view of that name read the outcome from then on. It
// does so once, before the first question that reads sessions: a run that asks
// for none pays nothing. The outcome is the table all_sessions, never filtered.
func (c *Case) judgeSessions(ctx context.Context) error {
	if c.judged {
		return nil
	}
	for _, statement := range []string{
		"create table all_sessions as select * from evidence.sessions",
		"create or replace view sessions as select * from all_sessions" + c.sessionsShown(),
	} {
		if _, err := c.engine.Exec(ctx, statement); err != nil {
			return fmt.Errorf("judge the sessions: %w", err)
		}
	}
	c.judged = true
	return nil
}

// readsSessions tells whether a query with these references reads the view sessions.
func readsSessions(refs []reference) bool {
	return slices.Contains(refs, reference{name: "sessions"})
}

// sessionsShown is the condition, from where on, under which the filters show a
// session: it occurs in what they show. It is shown as evidence has it, whole:
// judging it by some of its rows would hide what is wrong with it.
func (c *Case) sessionsShown() string {
	if c.filter.isZero() {
		return ""
	}
	// Rows of a log that lacks a filtered column are all shown; they say
	// nothing about the sessions meant, unless there is no other log to go by.
	var in []string
	joint := " or "
	for _, table := range []string{"sign_ins", "audit_events"} {
		if len(c.wholeFor[table]) == 0 {
			in = append(in, "session_id in (select session_id from "+table+" where session_id is not null)")
		}
	}
	if len(in) == 0 {
		joint = " and "
		for _, table := range []string{"sign_ins", "audit_events"} {
			if len(c.conditionsOf[table]) > 0 {
				in = append(in, "session_id in (select session_id from "+table+" where session_id is not null)")
			}
		}
	}
	if len(in) == 0 { // no filter says anything about sessions
		return ""
	}
	return " where " + strings.Join(in, joint)
}
