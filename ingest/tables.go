package ingest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

//go:embed lookups.sql
var lookupsSQL string

//go:embed views.sql
var viewsSQL string

//go:embed limits.sql
var limitsSQL string

//go:embed sessions.sql
var sessionsSQL string

// CreateTables makes the empty tables and the views of a new case, which must
// be attached writable. It does so in one transaction: each costs a wait for
// the disk.
func CreateTables(ctx context.Context, e *engine.Engine) error {
	return inTransaction(ctx, e, func() error {
		if err := schema.CreateTables(ctx, e); err != nil {
			return err
		}
		return createViews(ctx, e)
	})
}

// openTables makes a case that is there, and attached with Extend, the default, if
// it is one. It runs by the macros and views of this program, not by those that it
// came with; a view of another name stays, for nothing reads it.
func openTables(ctx context.Context, e *engine.Engine) error {
	if err := schema.Check(ctx, e, "evidence"); err != nil {
		return err
	}
	return inTransaction(ctx, e, func() error {
		if err := schema.DropMacros(ctx, e, "evidence"); err != nil {
			return err
		}
		if err := e.Use(ctx); err != nil {
			return err
		}
		return createViews(ctx, e)
	})
}

// createViews makes the macros and the views, instead of those of their names.
func createViews(ctx context.Context, e *engine.Engine) error {
	if err := schema.CreateMacros(ctx, e); err != nil {
		return err
	}
	for _, script := range []string{lookupsSQL, viewsSQL, limitsSQL, sessionsSQL} {
		for statement := range strings.SplitSeq(script, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if err := e.Exec(ctx, strings.Replace(statement, "create view ", "create or replace view ", 1)); err != nil {
				return fmt.Errorf("create the views: %w", err)
			}
		}
	}
	return nil
}

func inTransaction(ctx context.Context, e *engine.Engine, do func() error) error {
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return e.Exec(ctx, "commit")
}
