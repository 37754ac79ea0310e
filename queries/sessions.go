package queries

import (
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// isSessionView tells of a view's name that it has a row a session, of those that
// the filters show.
func isSessionView(name string) bool { return name == "sessions" || name == "shown_sessions" }

// sessionShown is the run's own macro is_session_shown: a session is shown if it
// occurs in what the filters show, and then as evidence has it, whole: judging it by
// some of its rows would hide what is wrong with it.
func (fs *Filters) sessionShown() string {
	// Rows of a log that lacks what is asked for say nothing about the sessions
	// meant, unless there is no other log to go by.
	conditions, lacks := map[string][]string{}, map[string]bool{}
	tables := []string{"sign_ins", "audit_events"}
	for _, name := range tables {
		t, _ := schema.Lookup(name)
		for i, condition := range fs.conditions {
			if slices.Contains(fs.off, i) {
				continue
			}
			if text := condition.sql(t); text != "" {
				conditions[name] = append(conditions[name], text)
			} else {
				lacks[name] = true
			}
		}
	}
	var in []string
	joint := " or "
	for _, name := range tables {
		if !lacks[name] {
			in = append(in, occursIn(name, conditions[name]))
		}
	}
	if len(in) == 0 {
		joint = " and "
		for _, name := range tables {
			if len(conditions[name]) > 0 {
				in = append(in, occursIn(name, conditions[name]))
			}
		}
	}
	if len(in) == 0 { // no filter says anything about sessions
		in = []string{"true"}
	}
	return "is_session_shown(session) as " + strings.Join(in, joint)
}

func occursIn(table string, conditions []string) string {
	where := append([]string{"session_id is not null"}, conditions...)
	return "session in (select session_id from evidence." + table + " where " + strings.Join(where, " and ") + ")"
}
