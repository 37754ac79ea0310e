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
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	if err := schema.Create(ctx, e); err != nil {
		return err
	}
	for _, script := range []string{lookupsSQL, viewsSQL, limitsSQL, sessionsSQL} {
		for statement := range strings.SplitSeq(script, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if err := e.Exec(ctx, statement); err != nil {
				return fmt.Errorf("create the views: %w", err)
			}
		}
	}
	if err := e.Exec(ctx, "commit"); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	return nil
}
