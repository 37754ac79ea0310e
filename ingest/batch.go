package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"

	"entrail/ingest/engine"
)

// batch is a CSV file in the private temp folder that the engine reads
// records from: those of small files together. Its columns are those of the
// relation that the format files call `source`.
type batch struct {
	file    *os.File
	w       *bufio.Writer
	rows    int64
	bytes   int64
	longest int
	line    []byte
}

func newBatch(dir, name string) (*batch, error) {
	f, err := os.CreateTemp(dir, name+"-*.csv")
	if err != nil {
		return nil, fmt.Errorf("write the records of small files: %w", err)
	}
	return &batch{file: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

// Add writes one record.
func (b *batch) Add(fileID int32, record int64, category string, raw, body []byte) error {
	line := strconv.AppendInt(b.line[:0], int64(fileID), 10)
	line = append(line, ',')
	line = strconv.AppendInt(line, record, 10)
	line = append(line, ',')
	line = append(line, category...)
	line = append(line, ',')
	line = appendQuoted(line, raw)
	line = append(line, ',')
	if len(body) > 0 {
		line = appendQuoted(line, body)
	}
	line = append(line, '\n')
	b.line = line
	b.rows++
	b.bytes += int64(len(line))
	b.longest = max(b.longest, len(line))
	if _, err := b.w.Write(line); err != nil {
		return fmt.Errorf("write the records of small files: %w", err)
	}
	return nil
}

func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			break
		}
		dst = append(dst, text[:i+1]...)
		dst = append(dst, '"')
		text = text[i+1:]
	}
	dst = append(dst, text...)
	return append(dst, '"')
}

func (b *batch) finish() error {
	if err := b.w.Flush(); err != nil {
		return fmt.Errorf("write the records of small files: %w", err)
	}
	return b.file.Close()
}

// relation is the SELECT that reads the records back.
func (b *batch) relation() string {
	return fmt.Sprintf(`select file_id, record, category, raw, coalesce(body, raw) as body
from read_csv(%s,
    columns = {file_id: 'INTEGER', record: 'BIGINT', category: 'VARCHAR', raw: 'VARCHAR', body: 'VARCHAR'},
    auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n', parallel = false,
    max_line_size = %d)`, engine.Literal(b.file.Name()), max(2_000_000, 2*b.longest))
}
