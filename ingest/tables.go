package ingest

import (
	"context"
	"errors"

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
