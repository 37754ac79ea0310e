package queries

import (
	"context"
	"errors"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// CheckQuery tells why a question can't be asked, or returns nil: one's own, or one
// that came with a rule from somebody else. It may be one SELECT over the tables and
// views of the run, which calls what engine.Functions allows. The error names what is
// in the way and why, and the nearest that may stand in its place.
func (c *Case) CheckQuery(ctx context.Context, text string) error {
	c.endReading()
	var refusal *engine.Refusal
	for {
		err := c.engine.CheckSelect(ctx, text)
		if !errors.As(err, &refusal) {
			return err
		}
		// A view is made before the first question that reads it.
		isNew, err := c.defineNew(ctx, refusal.Table)
		if err != nil {
			return err
		}
		if !isNew {
			break
		}
	}
	var near string
	switch {
	case refusal.Function != "":
		near = didYouMean(refusal.Function, functionNames(refusal.Function))
	case refusal.Table != "":
		near = didYouMean(refusal.Table, relationNames())
	}
	if refusal.Place != "" {
		near += "; at " + refusal.Place
	}
	return errors.New(refusal.Reason + near)
}

// defineNew makes a view of the model, or a table of the rules, that the run does not
// have yet; false where the name is none of these.
func (c *Case) defineNew(ctx context.Context, name string) (bool, error) {
	name = strings.TrimPrefix(name, "memory.main.") // the run's own database
	_, isView := lookupRelation(name)
	isNew := isView && c.defined[name] == undefined || isTableOfRules(name) && !c.findings.isLookedFor
	if !isNew {
		return false, nil
	}
	if isTableOfRules(name) {
		return true, c.findings.look(ctx)
	}
	return true, c.define(ctx, false, name)
}

// functionNames are those that a question may call, but the one.
func functionNames(but string) []string {
	var names []string
	for _, f := range engine.Functions() {
		if f.Allowed && f.Name != but && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, m := range macros {
		names = append(names, m.Name)
	}
	return names
}

// relationNames are the tables and views of a case.
func relationNames() []string {
	var names []string
	for _, t := range schema.Tables() {
		names = append(names, t.Name)
	}
	for _, v := range views {
		names = append(names, v.Name)
	}
	return slices.Concat(names, ruleTables, hitTables)
}
