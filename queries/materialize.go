package queries

import (
	"context"
	"fmt"
	"slices"

	"entrail/ingest/engine"
)

// define makes the views of these names, and those below them, in the run's own
// database, once, before the first question that reads them: what a case file has of
// them is never asked, and a run that asks for none pays nothing. Names in a view
// mean those of the run, so that it sees what the filters show of a table, unless it
// names evidence.TABLE.
//
// A view that is to be worked out becomes one on a table, NAME_rows. A report reads
// sessions once: working out its first rows alone is much cheaper than all.
func (c *Case) define(ctx context.Context, isReport bool, names ...string) error {
	for _, name := range names {
		if err := c.findings.prepare(ctx, name); err != nil {
			return err
		}
		v, ok := lookupRelation(name)
		isWorkedOut := v.materialized || v.forQueries && !isReport
		if !ok || c.defined[name] == onRows || c.defined[name] == asItStands && !isWorkedOut {
			continue
		}
		if err := c.define(ctx, isReport, v.names...); err != nil {
			return err
		}
		if c.defined[name] == onRows { // on the way, by the rules
			continue
		}
		statements := []string{fmt.Sprintf("create or replace view %s as\n%s", name, c.selectOf(v))}
		as := asItStands
		if isWorkedOut {
			statements = []string{
				"set variable first_rows = null",
				fmt.Sprintf("create or replace table %s_rows as from (\n%s\n)%s", name, c.selectOf(v), v.order()),
				fmt.Sprintf("create or replace view %[1]s as from %[1]s_rows", name),
			}
			as = onRows
		}
		for _, s := range statements {
			if err := c.engine.Exec(ctx, s); err != nil {
				return fmt.Errorf("work out %s: %w", name, err)
			}
		}
		c.defined[name] = as
	}
	return nil
}

// defineAll makes the views that a question names, and those below them.
func (c *Case) defineAll(ctx context.Context, refs []reference, isReport bool) error {
	for _, ref := range refs {
		if ref.evidence {
			continue
		}
		if err := c.define(ctx, isReport, ref.name); err != nil {
			return err
		}
	}
	return nil
}

// definition is what a run has made of a view.
type definition int

const (
	undefined definition = iota
	asItStands
	onRows // of the table NAME_rows
)

// selectOf is the SELECT of a view in this run.
func (c *Case) selectOf(v view) string {
	if v.Name == "addresses" && c.placed != "" {
		return c.placed
	}
	return v.SQL
}

// order is how the rows of a view are stored. Without an order the engine
// stores them as it has them, and then works on one thread.
func (v view) order() string {
	if v.orderedBy == "" {
		return ""
	}
	return " order by " + v.orderedBy
}

// isNeverFiltered tells of a view's name that it stands for all evidence, whatever
// the filters.
func isNeverFiltered(name string) bool {
	v, ok := lookupView(name)
	return ok && v.whole == "" && !isSessionView(name) && !isOfFindings(name) && !slices.ContainsFunc(v.reads, func(below string) bool { return !isNeverFiltered(below) })
}

// AddViews writes the model's macros and views into a case file, for those who open
// it in a DuckDB shell; those that are made of many others are left out, and to be had
// from --show-sql. This program never asks them: it brings its own.
func AddViews(ctx context.Context, path string, o engine.Options) error {
	o.Threads = 1 // there are no rows to work on
	e, err := engine.New(ctx, o)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Extend(ctx, path); err != nil {
		return err
	}
	if err := e.Use(ctx); err != nil {
		return err
	}
	statements := []string{"begin transaction"}
	for _, m := range macros {
		statements = append(statements, "create or replace macro "+m.SQL)
	}
	for _, v := range viewsOfFiles() {
		statements = append(statements, "create or replace view "+v.Name+" as\n"+v.SQL)
	}
	for _, s := range append(statements, "commit") {
		if err := e.Exec(ctx, s); err != nil {
			return fmt.Errorf("write the views of case %s: %w", path, err)
		}
	}
	return e.Detach(ctx)
}

// manyViews is how many views a view may be when those that it reads stand in it, and
// those below in them, as the engine has it when it makes a view. It takes half a
// minute for those of the sessions, which a run stores on the way.
const manyViews = 10

// viewsOfFiles are the views that a case file has: those that are made of few others, and
// of nothing that a run has of the rules.
func viewsOfFiles() []view {
	var all []view
	size, ofRules := map[string]int{}, map[string]bool{}
	for _, v := range views { // each after those that it reads
		size[v.Name] = 1
		for _, name := range v.reads {
			size[v.Name] += size[name]
		}
		ofRules[v.Name] = slices.ContainsFunc(v.names, func(name string) bool { return isTableOfRules(name) || ofRules[name] })
		if size[v.Name] <= manyViews && !ofRules[v.Name] {
			all = append(all, v)
		}
	}
	return all
}
