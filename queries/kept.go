package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest"
)

// keptView is a view of the case that costs about as much as a report, and that
// many questions read.
type keptView struct {
	name, from, key string
	reads           []string // other kept views
}

var keptViews = []keptView{
	{name: "addresses", from: "addresses", key: "ip_address"}, // with what Place found
	{name: "account_names", from: "evidence.account_names", key: "user_id"},
	{name: "app_names", from: "evidence.app_names", key: "app_id"},
	{name: "device_names", from: "evidence.device_names", key: "device_id"},
	{name: "coverage", from: "evidence.coverage", key: "position, log"},
	{name: "limits", from: "evidence.limits", key: "position, subject"},
	{name: "judged_sessions", from: "evidence.judged_sessions", key: "session_id", reads: []string{"addresses", "account_names", "app_names", "device_names"}},
	{name: "sessions", from: "sessions", key: "session_id", reads: []string{"addresses", "app_names", "device_names", "judged_sessions"}}, // see viewSessions
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
		shown := ""
		if isOfSessions(v.name) {
			shown = c.sessionsShown()
		}
		if v.name == "sessions" {
			if err := c.viewSessions(ctx, "all_judged_sessions"); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			"set variable first_rows = null",
			// Unless told in which order to store rows, the engine stores them in that
			// in which it has them, and then works on one thread (1.1.3).
			fmt.Sprintf("create table all_%s as select * from %s order by %s", v.name, v.from, v.key),
			fmt.Sprintf("create or replace view %[1]s as select * from all_%[1]s%[2]s", v.name, shown),
		} {
			if _, err := c.engine.Exec(ctx, statement); err != nil {
				return fmt.Errorf("work out %s: %w", v.name, err)
			}
		}
		c.kept[v.name] = true
	}
	return nil
}

// prepareFor works out what a report that reads these tables and views needs. A
// report reads sessions once: that is cheaper than to keep them, and for its first
// rows much cheaper.
func (c *Case) prepareFor(ctx context.Context, refs []reference) error {
	for _, v := range keptViews {
		if c.kept[v.name] || !reads(refs, v.name) {
			continue
		}
		workOut := func() error { return c.workOut(ctx, v.name) }
		if v.name == "sessions" {
			workOut = func() error { return c.viewSessions(ctx, "judged_sessions") }
		}
		if err := workOut(); err != nil {
			return err
		}
	}
	return nil
}

// viewSessions makes the run's view sessions, which tells the sessions that the
// view or table from has, all or those shown.
func (c *Case) viewSessions(ctx context.Context, from string) error {
	views := ingest.Views()
	view := views[slices.IndexFunc(views, func(v ingest.View) bool { return v.Name == "sessions" })]
	kept := keptViews[slices.IndexFunc(keptViews, func(v keptView) bool { return v.name == "sessions" })]
	if err := c.workOut(ctx, kept.reads...); err != nil {
		return err
	}
	statement := strings.Replace(view.SQL, "create view", "create or replace view", 1)
	_, err := c.engine.Exec(ctx, strings.ReplaceAll(statement, "evidence.judged_sessions", from))
	return err
}

// reads tells whether a question names the run's view of that name.
func reads(refs []reference, name string) bool {
	return slices.ContainsFunc(refs, func(ref reference) bool { return ref.name == name && !ref.evidence })
}

// isNeverFiltered tells of a kept view's name that it stands for all evidence,
// whatever the filters.
func isNeverFiltered(name string) bool {
	return !isOfSessions(name) && slices.ContainsFunc(keptViews, func(v keptView) bool { return v.name == name })
}

// isOfSessions tells of a view's name that it has a row a session, of those that
// the filters show.
func isOfSessions(name string) bool { return name == "sessions" || name == "judged_sessions" }
