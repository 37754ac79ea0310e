package ingest

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed link.sql
var linkSQL string

// link gives audit events without a session id the one that stands elsewhere
// in their text, if it is known from another record.
func (l *loader) link() error {
	if len(l.files) == 0 {
		return nil
	}
	for statement := range strings.SplitSeq(linkSQL, ";\n") {
		if err := l.exec(statement); err != nil {
			return fmt.Errorf("find the session ids in the audit log's text: %w", err)
		}
	}
	return nil
}
