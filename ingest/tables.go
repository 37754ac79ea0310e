package ingest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"entrail/ingest/engine"
)

// SchemaVersion is raised whenever an older entrail could misread a case.
const SchemaVersion = "8"

//go:embed tables.sql
var tablesSQL string

//go:embed codes.sql
var codesSQL string

// Table describes one table or view of a case, as --schema prints it.
type Table struct {
	Name    string
	Comment string
	Columns []TableColumn
}

// TableColumn describes one column of a Table.
type TableColumn struct {
	Name, Type, Comment string
}

// Tables returns the description of every table, read from the
// comments of tables.sql and codes.sql.
func Tables() []Table {
	var all []Table
	var comment []string
	open := false
	for line := range strings.Lines(tablesSQL + codesSQL) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "--"):
			comment = append(comment, strings.TrimSpace(strings.TrimPrefix(line, "--")))
		case strings.HasPrefix(line, "create table "):
			name := strings.Fields(line)[2]
			all = append(all, Table{Name: name, Comment: strings.Join(comment, " ")})
			open = true
		case line == ");":
			open = false
		case open:
			definition, text, _ := strings.Cut(line, " -- ")
			name, typeName, _ := strings.Cut(strings.TrimSuffix(definition, ","), " ")
			t := &all[len(all)-1]
			t.Columns = append(t.Columns, TableColumn{name, typeName, text})
		case line == "":
			comment = nil
		}
	}
	return all
}

// CreateTables makes the empty tables and the macros of a new case, which must
// be attached writable. It does so in one transaction: each costs a wait for
// the disk.
func CreateTables(ctx context.Context, e *engine.Engine) error {
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	for _, script := range []string{tablesSQL, codesSQL, macrosSQL} {
		for statement := range strings.SplitSeq(script, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if err := e.Exec(ctx, statement); err != nil {
				return fmt.Errorf("create the tables: %w", err)
			}
		}
	}
	if err := e.Exec(ctx, "commit"); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	return nil
}
