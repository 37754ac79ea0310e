package engine

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// Column is a column of an answer.
type Column struct {
	Name string
	Type string // DuckDB's name of the type: VARCHAR, BIGINT, TIMESTAMP, VARCHAR[], ...
}

// Rows is an answer that is being read. Close it before the next statement.
type Rows struct {
	Columns []Column
	rows    *sql.Rows
	values  []any
	targets []any
}

// patience is how long a cancelled question is waited for. The engine stops
// soon once it works on the answer, but not while it plans how to (1.5.6, see
// TestContractOfInterrupts).
const patience = time.Second

// Query runs a SELECT. If the engine does not stop when ctx ends, it is left
// alone with it: only Close may follow, which then frees nothing.
func (e *Engine) Query(ctx context.Context, statement string, args ...any) (*Rows, error) {
	var rows *sql.Rows
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		rows, err = e.conn.QueryContext(ctx, statement, args...)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
		select {
		case <-answered:
		case <-time.After(patience):
			e.isLost = true
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, plain(err)
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		rows.Close()
		return nil, plain(err)
	}
	r := &Rows{rows: rows, values: make([]any, len(types)), targets: make([]any, len(types))}
	for i, t := range types {
		r.Columns = append(r.Columns, Column{t.Name(), t.DatabaseTypeName()})
		r.targets[i] = &r.values[i]
	}
	return r, nil
}

// All runs a SELECT with a small answer and reads it whole.
func (e *Engine) All(ctx context.Context, statement string, args ...any) ([][]any, error) {
	rows, err := e.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, rows.Err()
}

// QueryFirst runs a SELECT for its first n rows, and says how many it has in all.
// Fewer than n are all. Of more, where it ends in a total order, which it should, and
// all rows reached the step that chose the first of them, that step has counted them;
// else they are counted by a question of their own. The engine must be locked.
func (e *Engine) QueryFirst(ctx context.Context, statement string, n int) (rows *Rows, total int64, err error) {
	rows, err = e.Query(ctx, fmt.Sprintf("%s\nlimit %d", statement, n))
	if err != nil {
		return nil, 0, err
	}
	profile, err := duckdb.GetProfilingInfo(e.conn)
	if err != nil {
		rows.Close()
		return nil, 0, plain(err)
	}
	if given, ok := givenBy(profile); ok && given < int64(n) {
		return rows, given, nil
	}
	if total, ok := chosenFrom(profile); ok {
		return rows, total, nil
	}
	// The answer lies whole in memory, so another question does no harm to it.
	if err := e.conn.QueryRowContext(ctx, "select count(*) from ("+statement+"\n)").Scan(&total); err != nil {
		rows.Close()
		return nil, 0, plain(err)
	}
	return rows, total, nil
}

// givenBy is the number of rows that a plan gave; false if its last step is none that
// is known to count them. The steps that something is computed in beforehand stand
// before the one that it is for.
func givenBy(plan duckdb.ProfilingInfo) (rows int64, ok bool) {
	for len(plan.Children) > 0 {
		switch plan.Metrics["OPERATOR_TYPE"] {
		case "", "CTE":
			plan = plan.Children[len(plan.Children)-1]
		case "TOP_N", "LIMIT", "STREAMING_LIMIT", "PROJECTION":
			return passedOn(plan)
		default:
			return 0, false
		}
	}
	return 0, false
}

// chosenFrom is the number of rows that went into the last step of a plan, which
// sorts and cuts off; false if it has no such step, or if what it has chosen so far
// may have kept rows from it.
func chosenFrom(plan duckdb.ProfilingInfo) (rows int64, ok bool) {
	for len(plan.Children) > 0 {
		last := plan.Children[len(plan.Children)-1]
		switch plan.Metrics["OPERATOR_TYPE"] {
		case "", "PROJECTION", "CTE":
			plan = last
		case "TOP_N":
			if !isWhole(last) {
				return 0, false
			}
			return passedOn(last)
		default:
			return 0, false
		}
	}
	return 0, false
}

// passedOn is the number of rows that a step gave to the next; false if it counts none.
func passedOn(step duckdb.ProfilingInfo) (rows int64, ok bool) {
	switch step.Metrics["OPERATOR_TYPE"] {
	case "CTE":
		return passedOn(step.Children[len(step.Children)-1])
	case "LEFT_DELIM_JOIN", "RIGHT_DELIM_JOIN":
		return 0, false
	}
	rows, err := strconv.ParseInt(step.Metrics["OPERATOR_CARDINALITY"], 10, 64)
	return rows, err == nil
}

// isWhole tells whether a step certainly passed on all its rows. The one that
// chooses the first rows tells the scans below it what is too late to be chosen
// (a "dynamic filter"), and they leave some of that out, but for the steps that pass
// nothing on before they have read everything. What is computed beforehand, for more
// than one reader, is never told.
func isWhole(step duckdb.ProfilingInfo) bool {
	switch step.Metrics["OPERATOR_TYPE"] {
	case "HASH_GROUP_BY", "PERFECT_HASH_GROUP_BY", "UNGROUPED_AGGREGATE", "WINDOW", "CTE_SCAN", "DELIM_SCAN", "EMPTY_RESULT", "DUMMY_SCAN", "COLUMN_DATA_SCAN":
		return true
	case "CTE":
		return len(step.Children) > 0 && isWhole(step.Children[len(step.Children)-1])
	case "PROJECTION", "FILTER", "UNION", "HASH_JOIN", "LEFT_DELIM_JOIN", "RIGHT_DELIM_JOIN", "CROSS_PRODUCT", "NESTED_LOOP_JOIN", "PIECEWISE_MERGE_JOIN", "IE_JOIN":
		for _, child := range step.Children {
			if !isWhole(child) {
				return false
			}
		}
		return len(step.Children) > 0
	case "TABLE_SCAN":
		return !strings.Contains(step.Metrics["EXTRA_INFO"], "Dynamic Filter (")
	}
	return false
}

// Next moves to the next row; false at the end or on an error, see Err.
func (r *Rows) Next() bool { return r.rows.Next() }

// Values returns the row's values as nil, string, int64, float64, bool or
// time.Time (UTC). The slice is the caller's.
func (r *Rows) Values() ([]any, error) {
	if err := r.rows.Scan(r.targets...); err != nil {
		return nil, plain(err)
	}
	out := make([]any, len(r.values))
	for i, v := range r.values {
		p, err := value(v, r.Columns[i].Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", r.Columns[i].Name, err)
		}
		out[i] = p
	}
	return out, nil
}

// Err is the error that ended Next.
func (r *Rows) Err() error { return plain(r.rows.Err()) }

// Close frees the answer.
func (r *Rows) Close() error { return plain(r.rows.Close()) }

// value turns what the driver returns into one of the six plain types.
// Lists, structs and maps become JSON text.
func value(v any, typeName string) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, int64, float64:
		return v, nil
	case int8:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case int:
		return int64(v), nil
	case uint8:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case uint32:
		return int64(v), nil
	case uint64:
		if v > 1<<63-1 {
			return fmt.Sprint(v), nil
		}
		return int64(v), nil
	case *big.Int:
		if v.IsInt64() {
			return v.Int64(), nil
		}
		return v.String(), nil
	case float32:
		return float64(v), nil
	case duckdb.Decimal:
		return v.Float64(), nil
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %s", v.Months, v.Days, time.Duration(v.Micros)*time.Microsecond), nil
	case time.Time:
		switch typeName {
		case "DATE":
			return v.Format("2006-01-02"), nil
		case "TIME", "TIMETZ":
			return v.Format("15:04:05.999999"), nil
		}
		return v.UTC(), nil
	case []byte:
		if typeName == "UUID" && len(v) == 16 {
			return fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:]), nil
		}
		return hex.EncodeToString(v), nil
	case []any, map[string]any, duckdb.OrderedMap:
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("value of type %s: %w", typeName, err)
		}
		return string(text), nil
	}
	return nil, fmt.Errorf("value of unknown type %T (%s)", v, typeName)
}
