// Package engine is the embedded DuckDB: the only package that imports the
// driver, and the only place that knows what this version of it can't do.
//
// An Engine is one connection to an in-memory database, so that SET, temporary
// tables and variables mean one thing; the case file is attached to it as
// `evidence`. Loading attaches it writable; answering attaches it read-only and
// then calls Lock, after which no statement can read a file, write one, load
// an extension or change a setting, until the process ends.
//
// The engine never goes to the network: extensions are neither installed nor
// loaded (the defaults of the library would do both), and everything that is
// used here is built in. Spilling goes to Options.Temp, never to the current
// folder, which may be the evidence.
package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Options bound an Engine.
type Options struct {
	Memory  string // of the whole program, as DuckDB writes sizes, "4GB"; empty = a share of the machine
	Threads int    // 0 = one a core, and one for little evidence
	Temp    string // private folder that the engine may spill to; must exist
	Beside  int    // how many other engines are open meanwhile, which share the memory
}

// Engine is one connection to DuckDB. It is not safe for concurrent use.
type Engine struct {
	db   *sql.DB
	conn *sql.Conn
	feed *Feed // that fed_records reads

	threads int // of Options

	isLost bool // it does not come back from a question, see Query
}

// New starts an engine with an empty in-memory database.
func New(ctx context.Context, o Options) (*Engine, error) {
	// The path stays bare: options in it are applied in random order, and a
	// '#' in it cuts them off.
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", plain(err))
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("start the engine: %w", plain(err))
	}
	e := &Engine{db: db, conn: conn, threads: o.Threads}
	settings := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set allow_community_extensions = false",
		"set allow_persistent_secrets = false",
		"set temp_directory = " + Literal(o.Temp),
		"set enable_progress_bar = false",
		"set TimeZone = 'UTC'", // not the machine's
	}
	if o.Memory != "" {
		settings = append(settings, "set memory_limit = "+Literal(o.Memory))
	}
	if o.Threads > 0 {
		settings = append(settings, fmt.Sprintf("set threads = %d", o.Threads))
	}
	for _, s := range settings {
		if err := e.Exec(ctx, s); err != nil {
			e.Close()
			return nil, fmt.Errorf("start the engine: %w", err)
		}
	}
	part := ofDefault
	if o.Memory != "" {
		part = ofGiven
	}
	if err := e.takePart(ctx, part/float64(1+o.Beside)); err != nil {
		e.Close()
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	return e, nil
}

// Parts of a limit of memory that are the engine's.
const (
	// What the engine takes beside its limit, and Go, has the rest.
	ofGiven = 0.8
	// Nobody said a limit: DuckDB's own default is four fifths of the machine,
	// which leaves too little for the rest of the program and a browser beside it.
	ofDefault = 0.75
)

// takePart lowers the limit of the engine's memory to a part of what it is.
func (e *Engine) takePart(ctx context.Context, part float64) error {
	var limit, unit string
	var size float64
	if err := e.conn.QueryRowContext(ctx, "select current_setting('memory_limit')").Scan(&limit); err != nil {
		return plain(err)
	}
	if _, err := fmt.Sscanf(limit, "%f %s", &size, &unit); err != nil {
		return fmt.Errorf("the limit of memory is %q: %w", limit, err)
	}
	return e.Exec(ctx, fmt.Sprintf("set memory_limit = '%.1f %s'", size*part, unit))
}

// How the file of a case is laid out. A thread that writes holds a group of rows in
// memory until it is full, and one that reads texts of over 4 kB sets aside a block
// for each of the 2,048 rows that it reads at once: with DuckDB's own sizes, 122,880
// rows and 256 KiB, a thread takes several hundred megabytes for either, whatever
// limit it was given.
const (
	blockSize    = 64 << 10   // bytes
	rowGroupSize = 15 * 2_048 // rows

	// The newest that DuckDB 1.2 and all later ones read. It packs texts of over 4 kB,
	// which the records of sign-ins are; what came later takes three times as long.
	storageVersion = "v1.2.0"

	// The engine tries every way of packing on every column. FSST on raw takes half as
	// long again as zstd and leaves three times as much; ids, the other texts that it is
	// for, it makes little smaller. zstd is for texts of this many bytes on average, as raw
	// has them in every log; DuckDB's own bound is 4,096.
	slowCompression = "fsst"
	longTexts       = 256
)

// Create makes a new database file, attaches it as `evidence`, writable, and
// makes it the default. Rows are stored in the order in which the threads are
// done with them.
func (e *Engine) Create(ctx context.Context, path string) error {
	if err := e.attachWritable(ctx, path, fmt.Sprintf(", block_size %d, storage_version '%s'", blockSize, storageVersion)); err != nil {
		return err
	}
	return e.Use(ctx)
}

// Extend attaches a database file that is there as `evidence`, writable. Nothing
// in it is found by its bare name until Use: a macro there could stand before
// a function of the engine.
func (e *Engine) Extend(ctx context.Context, path string) error {
	return e.attachWritable(ctx, path, "")
}

func (e *Engine) attachWritable(ctx context.Context, path, options string) error {
	if err := e.register(); err != nil {
		return err
	}
	for _, s := range []string{
		"set preserve_insertion_order = false", // else only one thread writes
		"set write_buffer_row_group_count = 1", // not five full groups a thread
		"set disabled_compression_methods = " + Literal(slowCompression),
		fmt.Sprintf("set zstd_min_string_length = %d", longTexts),
		"set max_vacuum_tasks = 0", // else the last groups are read and written again, the file grows by a half
		"attach " + Literal(path) + fmt.Sprintf(" as evidence (row_group_size %d%s)", rowGroupSize, options),
	} {
		if err := e.Exec(ctx, s); err != nil {
			return fmt.Errorf("open case %s: %w", path, damage(err))
		}
	}
	return nil
}

// Use makes the attached database the default.
func (e *Engine) Use(ctx context.Context) error { return e.Exec(ctx, "use evidence") }

// Attach attaches a database file as `evidence`, read-only. A name without
// `evidence.` before it never means anything in there.
func (e *Engine) Attach(ctx context.Context, path string) error {
	if err := e.Exec(ctx, "attach "+Literal(path)+" as evidence (read_only)"); err != nil {
		return fmt.Errorf("open case %s: %w", path, damage(err))
	}
	if err := e.Spare(ctx); err != nil {
		return fmt.Errorf("open case %s: %w", path, err)
	}
	return nil
}

// AttachAs attaches one more database file, read-only. It is never the default, so that no
// bare name means anything in there.
func (e *Engine) AttachAs(ctx context.Context, path, name string) error {
	if err := e.Exec(ctx, "attach "+Literal(path)+" as "+Identifier(name)+" (read_only)"); err != nil {
		return fmt.Errorf("open case %s: %w", path, damage(err))
	}
	return nil
}

// Spare has the engine work on one thread if no table of evidence has more rows than
// one thread takes at once, unless Options said on how many. A second one would get
// nothing to do but to make ready for it: that takes a quarter more processor time.
func (e *Engine) Spare(ctx context.Context) error {
	if e.threads > 0 {
		return nil
	}
	var most int64
	err := e.conn.QueryRowContext(ctx, "select coalesce(max(estimated_size), 0) from duckdb_tables() where database_name = 'evidence'").Scan(&most)
	if err != nil || most > rowGroupSize {
		return plain(err)
	}
	return e.Exec(ctx, "set threads = 1")
}

// ErrDamaged is the error of a database file whose bytes aren't what was written.
var ErrDamaged = errors.New("the case database is damaged; use a copy of it, or load the exports again into a new case")

// ErrNoDatabase is the error of a file that is none of the engine's.
var ErrNoDatabase = errors.New("the file is no case database; entrail PATH --db FILE makes one, in a file that is not there yet")

// damage puts ErrDamaged before what the engine says of such a file.
func damage(err error) error {
	if strings.Contains(err.Error(), "not a valid DuckDB database") {
		return ErrNoDatabase
	}
	for _, words := range []string{"Corrupt", "read enough bytes", "deserialize"} {
		if strings.Contains(err.Error(), words) {
			return fmt.Errorf("%w (%w)", ErrDamaged, err)
		}
	}
	return err
}

// Detach writes the case out and closes it.
func (e *Engine) Detach(ctx context.Context) error {
	for _, s := range []string{"use memory", "detach evidence"} {
		if err := e.Exec(ctx, s); err != nil {
			return fmt.Errorf("close the case: %w", err)
		}
	}
	return nil
}

// Lock shuts the engine in for good: no file, no extension, no setting.
// Temporary files of its own still work. From then on it counts the rows of each
// step of a question, which QueryFirst asks for. What it works out stays in memory, and is
// not written out: in 1.5.6 a checkpoint takes up to a second of whichever statement comes
// then, and gives nothing back. The order of these matters.
func (e *Engine) Lock(ctx context.Context) error {
	for _, s := range []string{
		"set checkpoint_threshold = '1TB'",
		"pragma enable_profiling = 'no_output'",
		`pragma custom_profiling_settings = '{"OPERATOR_TYPE": "true", "OPERATOR_CARDINALITY": "true", "EXTRA_INFO": "true"}'`,
		"set enable_external_access = false",
		"set lock_configuration = true",
	} {
		if err := e.Exec(ctx, s); err != nil {
			return fmt.Errorf("lock the engine: %w", err)
		}
	}
	return nil
}

// Confine shuts the engine in for good as Lock does, but for one folder, that it may
// read and write.
func (e *Engine) Confine(ctx context.Context, folder string) error {
	for _, s := range []string{
		"set allowed_directories = [" + Literal(folder) + "]",
		"set enable_external_access = false",
		"set lock_configuration = true",
	} {
		if err := e.Exec(ctx, s); err != nil {
			return fmt.Errorf("lock the engine: %w", err)
		}
	}
	return nil
}

// Close frees the engine. An attached case is checkpointed.
func (e *Engine) Close() error {
	if e.isLost {
		return nil
	}
	e.conn.Close()
	return e.db.Close()
}

// Exec runs a statement. How many rows it changed is asked with Count: the number
// that the engine gives for `create table as` depends on its version.
func (e *Engine) Exec(ctx context.Context, statement string, args ...any) error {
	_, err := e.conn.ExecContext(ctx, statement, args...)
	return plain(err)
}

// Together runs what do does in one transaction: many small statements cost a third
// less. Rows that one of them has written are planned for without statistics, so
// that few should.
func (e *Engine) Together(ctx context.Context, do func() error) error {
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		return err
	}
	err := do()
	switch {
	case err == nil:
		return e.Exec(ctx, "commit")
	case e.isLost:
		return err
	}
	return errors.Join(err, e.Exec(context.WithoutCancel(ctx), "rollback"))
}

// Count is the number of rows of a relation: a table, or whatever may follow `from`.
func (e *Engine) Count(ctx context.Context, relation string) (int64, error) {
	var n int64
	err := e.conn.QueryRowContext(ctx, "select count(*) from "+relation).Scan(&n)
	return n, plain(err)
}

// Append bulk-loads rows into a table of the case, or SCHEMA.TABLE. fill calls add once a
// row with one value a column, of exactly the column's Go type.
func (e *Engine) Append(table string, fill func(add func(...driver.Value) error) error) error {
	schema, name, ok := strings.Cut(table, ".")
	if !ok {
		schema, name = "main", table
	}
	err := e.conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), schema, name)
		if err != nil {
			return err
		}
		if err := fill(a.AppendRow); err != nil {
			a.Close()
			return err
		}
		return a.Close()
	})
	if err != nil {
		return fmt.Errorf("write table %s: %w", table, plain(err))
	}
	return nil
}

// plain keeps of the engine's message what means something to who did not
// write the engine: the first line, and the names that it thinks were meant.
// The excerpt of the source goes.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if ctxErr := contextCause(err); ctxErr != nil {
		return ctxErr
	}
	lines := strings.Split(err.Error(), "\n")
	message := lines[0]
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "Did you mean ") || strings.HasPrefix(line, "Candidate bindings") {
			message += "; " + strings.ToLower(line[:1]) + line[1:]
		}
	}
	return engineError{message, err}
}

func contextCause(err error) error {
	for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
		if strings.Contains(err.Error(), target.Error()) {
			return target
		}
	}
	if strings.Contains(err.Error(), "INTERRUPT") {
		return context.Canceled
	}
	return nil
}

type engineError struct {
	message string
	err     error
}

func (e engineError) Error() string { return e.message }
func (e engineError) Unwrap() error { return e.err }

// Literal quotes a string for SQL. NUL bytes, which no SQL text can hold, go.
func Literal(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// Identifier quotes a name for SQL.
func Identifier(s string) string {
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
