package schema

import (
	"context"
	"strings"

	"entrail/ingest/engine"
)

// Filled are those of the tables that have rows. A case has few of the logs that
// there are: what a load does to each table would take longer than the load itself.
func Filled(ctx context.Context, e *engine.Engine, tables []Table) ([]Table, error) {
	if len(tables) == 0 {
		return nil, nil
	}
	var parts []string
	for _, t := range tables {
		parts = append(parts, "select '"+t.Name+"' where exists (from "+t.Name+")")
	}
	rows, err := e.Query(ctx, strings.Join(parts, " union all "))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	hasRows := map[any]bool{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		hasRows[values[0]] = true
	}
	var filled []Table
	for _, t := range tables {
		if hasRows[t.Name] {
			filled = append(filled, t)
		}
	}
	return filled, rows.Err()
}
