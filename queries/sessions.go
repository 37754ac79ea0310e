package queries

import (
	"strings"

	"entrail/ingest"
)

// isOfSessions tells of a view's name that it has a row a session, of those that
// the filters show.
func isOfSessions(name string) bool { return name == "sessions" || name == "judged_sessions" }

// selectOf is the SELECT of a view of the case. Asked through the view, names in it
// mean those of the case; asked as it stands, those of the run.
func selectOf(name string) string {
	view, _ := ingest.LookupView(name)
	return strings.TrimPrefix(view.SQL, "create view "+name+" as")
}

// tellingSessions is the SELECT of the case's view sessions over the view or table
// judged: judged_sessions, of those shown, or all_judged_sessions.
func tellingSessions(judged string) string {
	return strings.ReplaceAll(selectOf("sessions"), "evidence.judged_sessions", judged)
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
