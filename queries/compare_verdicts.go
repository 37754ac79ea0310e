package queries

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrail/ingest/engine"
)

// In a comparison a note of the case sheet is about what it is about in either of the two
// cases: a record that only the earlier export has may be what it names.

// comparedNotes is what either case says of the notes before both are laid side by side.
type comparedNotes struct {
	unmatched []string            // sentences on notes that are about nothing in either
	evidence  [2][][]driver.Value // rows of sheet_evidence: of this case, of the earlier one
}

// readComparedNotes asks each case by itself what the notes are about: of findings, its
// rules have to run.
func readComparedNotes(ctx context.Context, path, earlier string, sheet CaseSheet, o engine.Options) (comparedNotes, error) {
	var notes comparedNotes
	if len(sheet.Notes) == 0 {
		return notes, nil
	}
	for i, file := range []string{path, earlier} {
		unmatched, evidence, err := readNotes(ctx, file, sheet, o)
		if err != nil {
			return notes, fmt.Errorf("look in %s for what the notes of the case sheet are about: %w", file, err)
		}
		notes.evidence[i] = evidence
		if i == 0 {
			notes.unmatched = unmatched
			continue
		}
		notes.unmatched = slices.DeleteFunc(notes.unmatched, func(s string) bool { return !slices.Contains(unmatched, s) })
	}
	return notes, nil
}

// readNotes asks one case.
func readNotes(ctx context.Context, file string, sheet CaseSheet, o engine.Options) (unmatched []string, evidence [][]driver.Value, err error) {
	c, err := Open(ctx, file, o, Filter{}, time.UTC)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	if err := c.Sheet().Know(ctx, sheet); err != nil {
		return nil, nil, err
	}
	rows, err := c.all(ctx, "select file_id, record, position, verdict, text from sheet_evidence")
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		values := make([]driver.Value, len(row))
		for i, v := range row {
			values[i] = v
		}
		evidence = append(evidence, values)
	}
	unmatched, err = c.Sheet().unmatchedNotes(ctx)
	return unmatched, evidence, err
}

// findVerdicts makes compared_verdicts, a row a record that a note is about, as the view
// noted_records has it.
func (c *Comparison) findVerdicts(ctx context.Context, sheet CaseSheet, notes comparedNotes) error {
	if err := makeSheetTables(ctx, c.engine); err != nil {
		return err
	}
	if err := enterNotes(ctx, c.engine, sheet.Notes, "select lower(session_id) as id from compared_events where session_id is not null"); err != nil {
		return err
	}
	last, err := c.engine.All(ctx, "select getvariable('last_here')::bigint")
	if err != nil {
		return err
	}
	err = c.engine.Append("sheet_evidence", func(add func(...driver.Value) error) error {
		for i, rows := range notes.evidence {
			for _, row := range rows {
				row[0] = int32(row[0].(int64) + int64(i)*last[0][0].(int64))
				row[2] = int32(row[2].(int64))
				if err := add(row...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	noted, _ := lookupView("noted_records")
	for _, m := range macros {
		if strings.Contains(noted.SQL, m.Name+"(") {
			if err := c.engine.Exec(ctx, "create macro "+m.SQL); err != nil {
				return err
			}
		}
	}
	return c.exec(ctx, "create temp view all_events as from compared_events", "create temp table compared_verdicts as\n"+noted.SQL)
}
