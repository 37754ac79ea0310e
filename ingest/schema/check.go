package schema

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"entrail/ingest/engine"
)

// A case database may come from somebody else, who could have put into it what
// runs when it is read: a view in a table's place, a generated column, an index
// on an expression. Only the catalog is read before it is known to hold none.

// ErrForeign is the error of Check for a database that no entrail has made.
var ErrForeign = errors.New("this database isn't a case written by entrail")

// Check tells why the attached database is not to be read, or returns nil: then
// its tables are exactly those of this schema, with nothing in them but values.
// It evaluates nothing of the database. Views and macros in it are not looked
// at: no name may resolve to them, see DropMacros and Case of package queries.
func Check(ctx context.Context, e *engine.Engine, database string) error {
	found, err := catalog(ctx, e, database)
	if err != nil {
		return damaged(err)
	}
	expected, err := ownCatalog(ctx, e)
	if err != nil {
		return err
	}
	if found["table meta"] != expected["table meta"] {
		return ErrForeign
	}
	for _, entry := range slices.Sorted(maps.Keys(found)) {
		if !strings.HasPrefix(entry, "table ") {
			return altered("has the %s", entry)
		}
	}
	version, err := versionOf(ctx, e, database)
	if err != nil {
		return err
	}
	if version != Version {
		return fmt.Errorf("the case has schema version %s, this entrail reads version %s; load the exports again into a new case", version, Version)
	}
	for _, entry := range slices.Sorted(maps.Keys(found)) {
		if expected[entry] == "" {
			return altered("has the %s", entry)
		}
	}
	for _, entry := range slices.Sorted(maps.Keys(expected)) {
		switch found[entry] {
		case expected[entry]:
		case "":
			return altered("lacks the %s", entry)
		default:
			return altered("has another definition of the %s", entry)
		}
	}
	return nil
}

func altered(format string, entry string) error {
	return fmt.Errorf("somebody has changed the case database: it "+format+"; nothing in it was read; load the exports again into a new case", entry)
}

func damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w (%w)", engine.ErrDamaged, err)
}

// versionOf reads the schema version out of meta, which is known to be our table.
func versionOf(ctx context.Context, e *engine.Engine, database string) (string, error) {
	rows, err := e.All(ctx, "select value from "+engine.Identifier(database)+".main.meta where key = 'schema_version'")
	if err != nil {
		return "", damaged(err)
	}
	if len(rows) != 1 {
		return "", ErrForeign
	}
	version, _ := rows[0][0].(string)
	return version, nil
}

// catalog lists what a database has besides views and macros, by kind and name,
// with its definition as the engine spells it.
func catalog(ctx context.Context, e *engine.Engine, database string) (map[string]string, error) {
	rows, err := e.All(ctx, `
		select 'table ' || if(schema_name = 'main', '', schema_name || '.') || table_name, sql
		from duckdb_tables()
		where database_name = $1
		union all
		select 'index ' || index_name, coalesce(sql, 'index')
		from duckdb_indexes()
		where database_name = $1
		union all
		select 'sequence ' || sequence_name, 'sequence'
		from duckdb_sequences()
		where database_name = $1
		union all
		select 'type ' || type_name, 'type'
		from duckdb_types()
		where database_name = $1 and not internal`, database)
	if err != nil {
		return nil, err
	}
	entries := map[string]string{}
	for _, row := range rows {
		entry, _ := row[0].(string)
		entries[entry], _ = row[1].(string)
	}
	return entries, nil
}

// spelt is the catalog of a new case, once the engine has made it.
var spelt struct {
	sync.Mutex
	catalog map[string]string
}

// ownCatalog is the catalog of a new case. The engine spells it, for only then
// equal definitions are equal texts.
func ownCatalog(ctx context.Context, e *engine.Engine) (own map[string]string, err error) {
	spelt.Lock()
	defer spelt.Unlock()
	if spelt.catalog != nil {
		return spelt.catalog, nil
	}
	err = e.Together(ctx, func() (err error) {
		if own, err = makeCatalog(ctx, e); err != nil {
			return err
		}
		return e.Exec(ctx, "drop schema memory.own cascade")
	})
	if err == nil {
		spelt.catalog = own
	}
	return own, err
}

func makeCatalog(ctx context.Context, e *engine.Engine) (map[string]string, error) {
	if err := e.Exec(ctx, "create schema memory.own"); err != nil {
		return nil, err
	}
	for _, t := range tables {
		statement, _, _ := strings.Cut(t.sql, ";\n")
		if err := e.Exec(ctx, strings.Replace(statement, "create table ", "create table memory.own.", 1)); err != nil {
			return nil, err
		}
	}
	rows, err := e.All(ctx, "select table_name, replace(sql, 'CREATE TABLE own.', 'CREATE TABLE ') from duckdb_tables() where database_name = 'memory' and schema_name = 'own'")
	if err != nil {
		return nil, err
	}
	own := map[string]string{}
	for _, row := range rows {
		name, _ := row[0].(string)
		own["table "+name], _ = row[1].(string)
	}
	addCopies(own)
	return own, nil
}

// DropMacros takes all macros out of the attached database, which must not be the
// default yet: ours in it may not be what they were, and another may have the name
// of a function of the engine. CreateMacros makes ours anew.
func DropMacros(ctx context.Context, e *engine.Engine, database string) error {
	rows, err := e.All(ctx, `
		select distinct function_name, if(function_type = 'table_macro', 'macro table', 'macro')
		from duckdb_functions()
		where database_name = $1 and schema_name = 'main'
		order by all`, database)
	if err != nil {
		return damaged(err)
	}
	for _, row := range rows {
		name, _ := row[0].(string)
		kind, _ := row[1].(string)
		if err := e.Exec(ctx, "drop "+kind+" "+engine.Identifier(database)+".main."+engine.Identifier(name)); err != nil {
			return fmt.Errorf("remove the macro %s: %w", name, err)
		}
	}
	return nil
}
