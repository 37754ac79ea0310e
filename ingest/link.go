package ingest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

//go:embed link.sql
var linkSQL string

// link gives audit events without a session id the one that stands elsewhere
// in their text, if it is known from another record.
func link(ctx context.Context, e *engine.Engine) error {
	for _, log := range schema.Logs() {
		if !log.Has("session_id") {
			continue
		}
		// Logs spell the same id in either case. As issued it is lower case.
		if err := e.Exec(ctx, "update "+log.Name+` set session_id = lower(session_id)
			where session_id <> lower(session_id) and try_cast(session_id as uuid) is not null`); err != nil {
			return fmt.Errorf("spell the session ids of %s alike: %w", log.Name, err)
		}
	}
	for statement := range strings.SplitSeq(linkSQL, ";\n") {
		if err := e.Exec(ctx, statement); err != nil {
			return fmt.Errorf("find the session ids in the audit log's text: %w", err)
		}
	}
	return nil
}
