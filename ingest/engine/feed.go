package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// Feed hands rows from Go to a statement while it runs. The statement reads
// them from the table function
//
//	fed_records() -> file_id, record, category, raw, body
//
// on all of the engine's threads, in no fixed order. Until Close or Abandon
// the engine must not be used for anything else.
//
// An Appender takes one row at a time on one thread and can't run SQL on it;
// a file would have to be written and read again.
type Feed struct {
	engine  *Engine
	filling *feedBatch
	full    chan *feedBatch
	empty   chan *feedBatch

	ended chan struct{} // closed when the statement has ended
	err   error
}

// feedBatch is some rows, their texts one behind the other.
type feedBatch struct {
	text []byte
	rows []feedRow
}

type feedRow struct {
	fileID    int32
	record    int64
	category  string
	raw, body int // lengths
}

// A batch is passed on when it has as many rows as the engine takes at once,
// or this many bytes: a sign-in of 6 kB has over a hundred columns, each of which costs
// as much for few rows as for many.
const feedBatchSize = 4 << 20

// NewFeed starts the statement, in a transaction of its own.
func (e *Engine) NewFeed(ctx context.Context, statement string) (*Feed, error) {
	if err := e.Exec(ctx, "begin transaction"); err != nil {
		return nil, err
	}
	f := &Feed{
		engine:  e,
		filling: &feedBatch{},
		full:    make(chan *feedBatch, 4),
		empty:   make(chan *feedBatch, 16),
		ended:   make(chan struct{}),
	}
	e.feed = f
	go func() {
		defer close(f.ended)
		if f.err = e.Exec(ctx, statement); f.err == nil {
			f.err = ctx.Err()
		}
	}()
	return f, nil
}

// Add hands over a row, whose texts may be changed afterwards.
func (f *Feed) Add(fileID int32, record int64, category string, raw, body []byte) error {
	b := f.filling
	b.text = append(append(b.text, raw...), body...)
	b.rows = append(b.rows, feedRow{fileID, record, category, len(raw), len(body)})
	if len(b.text) < feedBatchSize && len(b.rows) < duckdb.GetDataChunkCapacity() {
		return nil
	}
	return f.flush()
}

func (f *Feed) flush() error {
	select {
	case f.full <- f.filling:
	case <-f.ended:
		return f.err
	}
	select {
	case f.filling = <-f.empty:
		f.filling.text, f.filling.rows = f.filling.text[:0], f.filling.rows[:0]
	default:
		f.filling = &feedBatch{}
	}
	return nil
}

// Close waits for the statement to take the last row.
func (f *Feed) Close() error {
	flushErr := f.flush()
	f.end()
	if f.err != nil || flushErr != nil {
		f.engine.rollback()
		return errors.Join(f.err, flushErr)
	}
	return f.engine.Exec(context.Background(), "commit")
}

// Abandon undoes what the statement did.
func (f *Feed) Abandon() {
	f.end()
	f.engine.rollback()
}

func (f *Feed) end() {
	close(f.full)
	<-f.ended
	f.engine.feed = nil
}

// rollback ends the transaction whatever became of the run; where the failed
// statement has ended it already there is nothing to do.
func (e *Engine) rollback() { e.Exec(context.Background(), "rollback") }

// register makes fed_records known to the engine.
func (e *Engine) register() error {
	err := duckdb.RegisterTableUDF(e.conn, "fed_records", duckdb.ParallelChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) {
			return fedRecords{e.feed}, nil
		},
	})
	if err != nil {
		return fmt.Errorf("start the engine: %w", plain(err))
	}
	return nil
}

// fedRecords is one use of the function in a statement.
type fedRecords struct{ feed *Feed }

func (fedRecords) ColumnInfos() []duckdb.ColumnInfo {
	var columns []duckdb.ColumnInfo
	for _, c := range []struct {
		name string
		of   duckdb.Type
	}{
		{"file_id", duckdb.TYPE_INTEGER}, {"record", duckdb.TYPE_BIGINT}, {"category", duckdb.TYPE_VARCHAR},
		{"raw", duckdb.TYPE_VARCHAR}, {"body", duckdb.TYPE_VARCHAR},
	} {
		info, err := duckdb.NewTypeInfo(c.of)
		if err != nil {
			panic(err) // these types need nothing more to be made
		}
		columns = append(columns, duckdb.ColumnInfo{Name: c.name, T: info})
	}
	return columns
}

func (fedRecords) Cardinality() *duckdb.CardinalityInfo { return nil }

func (fedRecords) Init() duckdb.ParallelTableSourceInfo {
	// Each thread holds up to rowGroupSize rows until it writes them.
	return duckdb.ParallelTableSourceInfo{MaxThreads: 4}
}

func (fedRecords) NewLocalState() any { return nil }

// FillChunk sets the rows of the next batch; none when there is no more.
func (s fedRecords) FillChunk(_ any, chunk duckdb.DataChunk) error {
	batch, ok := <-s.feed.full
	if !ok {
		return chunk.SetSize(0)
	}
	text := batch.text
	for i, row := range batch.rows {
		raw, body := text[:row.raw], text[row.raw:row.raw+row.body]
		text = text[row.raw+row.body:]
		err := errors.Join(
			duckdb.SetChunkValue(chunk, 0, i, row.fileID),
			duckdb.SetChunkValue(chunk, 1, i, row.record),
			duckdb.SetChunkValue(chunk, 2, i, row.category),
			duckdb.SetChunkValue(chunk, 3, i, raw),
			duckdb.SetChunkValue(chunk, 4, i, body),
		)
		if err != nil {
			return err
		}
	}
	size := len(batch.rows)
	select {
	case s.feed.empty <- batch:
	default:
	}
	return chunk.SetSize(size)
}
