package queries

import "strings"

// isOfSessions tells of a view's name that it has a row a session, of those that
// the filters show.
func isOfSessions(name string) bool { return name == "sessions" || name == "shown_sessions" }

// sessionShown is the run's own macro is_session_shown: a session is shown if it
// occurs in what the filters show, and then as evidence has it, whole: judging it by
// some of its rows would hide what is wrong with it.
func (c *Case) sessionShown() string {
	// Rows of a log that lacks a filtered column are all shown; they say
	// nothing about the sessions meant, unless there is no other log to go by.
	var in []string
	joint := " or "
	for _, table := range []string{"sign_ins", "audit_events"} {
		if len(c.wholeFor[table]) == 0 {
			in = append(in, occursIn(table))
		}
	}
	if len(in) == 0 {
		joint = " and "
		for _, table := range []string{"sign_ins", "audit_events"} {
			if len(c.conditionsOf[table]) > 0 {
				in = append(in, occursIn(table))
			}
		}
	}
	if len(in) == 0 { // no filter says anything about sessions
		in = []string{"true"}
	}
	return "is_session_shown(session) as " + strings.Join(in, joint)
}

func occursIn(table string) string {
	return "session in (select session_id from " + table + " where session_id is not null)"
}
