package queries

import (
	"context"
	"fmt"
	"slices"
)

// keptView is a view of the case that costs about as much as a report, and that
// many questions read.
type keptView struct {
	name, key string
	from      string   // empty = its SELECT, in which names mean those of the run
	reads     []string // other kept views
}

var keptViews = []keptView{
	{name: "addresses", key: "ip_address", from: "addresses"}, // with what Place found
	{name: "account_names", key: "user_id"},
	{name: "app_names", key: "app_id"},
	{name: "device_names", key: "device_id"},
	{name: "coverage", key: "position, log"},
	{name: "limits", key: "position, subject"},
	{name: "judged_sessions", key: "session_id", reads: []string{"addresses", "account_names", "app_names", "device_names"}},
	{name: "sessions", key: "session_id", reads: []string{"addresses", "app_names", "device_names", "judged_sessions"}}, // from tellingSessions
}

// workOut works out the views of these names, and has the run's views of their
// names read the outcome from then on. It does so once, before the first question
// that reads them: a run that asks for none pays nothing. The outcome is the table
// all_NAME, never filtered.
func (c *Case) workOut(ctx context.Context, names ...string) error {
	for _, v := range keptViews {
		if c.kept[v.name] || !slices.Contains(names, v.name) {
			continue
		}
		if err := c.workOut(ctx, v.reads...); err != nil {
			return err
		}
		from, shown := v.from, ""
		if isOfSessions(v.name) {
			shown = c.sessionsShown()
		}
		switch {
		case v.name == "sessions":
			from = "(" + tellingSessions("all_judged_sessions") + ")"
		case from == "":
			from = "(" + selectOf(v.name) + ")"
		}
		for _, statement := range []string{
			"set variable first_rows = null",
			// Unless told in which order to store rows, the engine stores them in that
			// in which it has them, and then works on one thread (1.1.3).
			fmt.Sprintf("create table all_%s as select * from %s order by %s", v.name, from, v.key),
			fmt.Sprintf("create or replace view %[1]s as select * from all_%[1]s%[2]s", v.name, shown),
		} {
			if err := c.engine.Exec(ctx, statement); err != nil {
				return fmt.Errorf("work out %s: %w", v.name, err)
			}
		}
		c.kept[v.name] = true
	}
	return nil
}

// prepareFor works out what a question that reads these tables and views needs. A
// report reads sessions once: telling them anew is cheaper than keeping them, and of
// its first rows much cheaper. Other questions may read them more than once, and find
// them in the order in which they are kept.
func (c *Case) prepareFor(ctx context.Context, refs []reference, isReport bool) error {
	if readsFindings(refs) {
		if err := c.lookForFindings(ctx); err != nil {
			return err
		}
	}
	for _, v := range keptViews {
		isRead := slices.ContainsFunc(refs, func(ref reference) bool { return ref.name == v.name && !ref.evidence })
		if !isRead || c.kept[v.name] {
			continue
		}
		if v.name != "sessions" || !isReport {
			if err := c.workOut(ctx, v.name); err != nil {
				return err
			}
			continue
		}
		if err := c.workOut(ctx, v.reads...); err != nil {
			return err
		}
		if err := c.engine.Exec(ctx, "create or replace view sessions as "+tellingSessions("judged_sessions")); err != nil {
			return fmt.Errorf("tell the sessions: %w", err)
		}
	}
	return nil
}

// isNeverFiltered tells of a kept view's name that it stands for all evidence,
// whatever the filters.
func isNeverFiltered(name string) bool {
	return !isOfSessions(name) && slices.ContainsFunc(keptViews, func(v keptView) bool { return v.name == name })
}
