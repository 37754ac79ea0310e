package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"entrail/ingest/engine"
)

// reject is a row of `rejects`.
type reject struct {
	fileID  int32
	record  int64 // 0 = not one record's
	line    int64
	reason  string
	excerpt string
}

// rejectList is where rejects wait, in a CSV file in the private temp folder,
// until it is known which files are in the case: there may be as many of them
// as records.
type rejectList struct {
	file *os.File
	w    *bufio.Writer
	line []byte
}

func newRejectList(dir string) (*rejectList, error) {
	f, err := os.CreateTemp(dir, "rejects-*.csv")
	if err != nil {
		return nil, fmt.Errorf("list the rejects: %w", err)
	}
	return &rejectList{file: f, w: bufio.NewWriterSize(f, 1<<16)}, nil
}

func (l *rejectList) add(x reject) error {
	line := strconv.AppendInt(l.line[:0], int64(x.fileID), 10)
	line = append(line, ',')
	if x.record > 0 {
		line = strconv.AppendInt(line, x.record, 10)
	}
	line = append(line, ',')
	line = strconv.AppendInt(line, x.line, 10)
	line = append(line, ',')
	line = appendQuoted(line, visible([]byte(x.reason)))
	line = append(line, ',')
	line = appendQuoted(line, visible([]byte(x.excerpt)))
	line = append(line, '\n')
	l.line = line
	if _, err := l.w.Write(line); err != nil {
		return fmt.Errorf("list the rejects: %w", err)
	}
	return nil
}

// load writes the rejects of the files that are in the case into its table.
func (l *rejectList) load(ctx context.Context, e *engine.Engine) error {
	if err := l.finish(); err != nil {
		return fmt.Errorf("list the rejects: %w", err)
	}
	err := e.Exec(ctx, fmt.Sprintf(`
		insert into rejects
		select file_id, record, line, reason, excerpt
		from read_csv(%s,
			columns = {file_id: 'INTEGER', record: 'BIGINT', line: 'BIGINT', reason: 'VARCHAR', excerpt: 'VARCHAR'},
			auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n',
			parallel = false, allow_quoted_nulls = false)
		where file_id in (select file_id from loading)`, engine.Literal(l.file.Name())))
	if err != nil {
		return fmt.Errorf("list the rejects: %w", err)
	}
	return nil
}

// finish ends the list: on Windows the engine reads no file that is still open
// for writing.
func (l *rejectList) finish() error {
	return errors.Join(l.w.Flush(), l.file.Close())
}

// remove removes the file, finished or not.
func (l *rejectList) remove() {
	l.file.Close()
	os.Remove(l.file.Name())
}

// visible keeps an excerpt one line of text.
func visible(b []byte) []byte {
	return bytes.Map(func(c rune) rune {
		if c < ' ' {
			return '␀' + c
		}
		return c
	}, bytes.ToValidUTF8(b, []byte("\ufffd")))
}
