package schema

import (
	"context"
	"fmt"
	"strings"

	"entrail/ingest/engine"
)

// Where several records tell of one event and say different things, the log has one
// row, made of all of them. What each says by itself stays in the schema copies: a
// table for each log and for each table that hangs on one, of the same name and
// columns. A later load undoes the row with it and makes it anew. Of the record
// that supplies the row's raw, raw is NULL there.

// Copied returns the tables that have a counterpart in the schema copies, a
// parent before its children.
func Copied() []Table {
	return where(func(t Table) bool {
		return t.Log != "" || t.Parent.Table != ""
	})
}

func createCopies(ctx context.Context, e *engine.Engine) error {
	if err := e.Exec(ctx, "create schema copies"); err != nil {
		return fmt.Errorf("create the schema of copies: %w", err)
	}
	for _, t := range Copied() {
		if err := e.Exec(ctx, "create table copies."+t.Name+" as from "+t.Name+" limit 0"); err != nil {
			return fmt.Errorf("create the table of copies of %s: %w", t.Name, err)
		}
	}
	return nil
}

// addCopies adds the definitions of these tables to a catalog of the others.
func addCopies(catalog map[string]string) {
	for _, t := range Copied() {
		catalog["table copies."+t.Name] = strings.Replace(catalog["table "+t.Name], "CREATE TABLE ", "CREATE TABLE copies.", 1)
	}
}
