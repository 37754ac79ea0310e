package ingest

import (
	"context"
	"errors"
	"fmt"

	"entrail/ingest/engine"
	"entrail/ingest/pseudonym"
	"entrail/ingest/schema"
)

// CreateTables makes the empty tables and the macros of a new case, which must
// be attached writable. It does so in one transaction: each costs a wait for
// the disk.
func CreateTables(ctx context.Context, e *engine.Engine) error {
	return e.Together(ctx, func() error {
		if err := schema.CreateTables(ctx, e); err != nil {
			return err
		}
		return schema.CreateMacros(ctx, e)
	})
}

// createCase makes a new case.
func createCase(ctx context.Context, e *engine.Engine, path string, o Options) error {
	if err := e.Create(ctx, path); err != nil {
		return err
	}
	if err := CreateTables(ctx, e); err != nil {
		return err
	}
	return e.Exec(ctx, "insert into meta values ('schema_version', $1, $2, $3::timestamp)", schema.Version, o.Version, o.Now.UTC())
}

// openCase opens a case that is there, to add to it.
func openCase(ctx context.Context, e *engine.Engine, path string) error {
	if err := e.Extend(ctx, path); err != nil {
		return err
	}
	if err := openTables(ctx, e); err != nil {
		return fmt.Errorf("open the case: %w", err)
	}
	return nil
}

// openTables makes a case that is there, and attached with Extend, the default, if
// it is one. The load runs by the macros of this program, not by those that the
// case came with, which go. A view in it stays, for nothing reads it.
func openTables(ctx context.Context, e *engine.Engine) error {
	if err := schema.Check(ctx, e, "evidence"); err != nil {
		return err
	}
	rows, err := e.All(ctx, "select count(*) from evidence.main.meta where key = $1", pseudonym.MetaKey)
	switch {
	case err != nil:
		return err
	case rows[0][0] != int64(0):
		return errors.New("the case is a copy with pseudonyms, and nothing can be added to it; add to the original, and make a copy of that")
	}
	return e.Together(ctx, func() error {
		if err := schema.DropMacros(ctx, e, "evidence"); err != nil {
			return err
		}
		if err := e.Use(ctx); err != nil {
			return err
		}
		return schema.CreateMacros(ctx, e)
	})
}

// number is the answer of a query that is one number.
func number(ctx context.Context, e *engine.Engine, query string, args ...any) (int64, error) {
	rows, err := e.All(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, errors.New("no answer")
	}
	n, _ := rows[0][0].(int64)
	return n, nil
}
