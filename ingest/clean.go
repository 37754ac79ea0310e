package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"unicode/utf8"

	"entrail/ingest/engine"
)

// cleanCopy is a CSV file in the private temp folder that the engine reads
// records from: those of small files together. Its columns are those of the
// relation that the format files call `source`.
type cleanCopy struct {
	file    *os.File
	w       *bufio.Writer
	rows    int64
	bytes   int64
	longest int
	line    []byte
}

func newCleanCopy(dir, name string) (*cleanCopy, error) {
	f, err := os.CreateTemp(dir, name+"-*.csv")
	if err != nil {
		return nil, fmt.Errorf("write the clean copy: %w", err)
	}
	return &cleanCopy{file: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

// Add writes one record.
func (c *cleanCopy) Add(fileID int32, record int64, category string, raw, body []byte) error {
	line := strconv.AppendInt(c.line[:0], int64(fileID), 10)
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
	c.line = line
	c.rows++
	c.bytes += int64(len(line))
	c.longest = max(c.longest, len(line))
	if _, err := c.w.Write(line); err != nil {
		return fmt.Errorf("write the clean copy: %w", err)
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

func (c *cleanCopy) finish() error {
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("write the clean copy: %w", err)
	}
	return c.file.Close()
}

// relation is the SELECT that reads the copy back.
func (c *cleanCopy) relation() string {
	return fmt.Sprintf(`select file_id, record, category, raw, coalesce(body, raw) as body
from read_csv(%s,
    columns = {file_id: 'INTEGER', record: 'BIGINT', category: 'VARCHAR', raw: 'VARCHAR', body: 'VARCHAR'},
    auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n', parallel = false,
    max_line_size = %d)`, engine.Literal(c.file.Name()), max(2_000_000, 2*c.longest))
}

// appendJSONString appends text as a JSON string. Bytes that are no UTF-8
// become U+FFFD; bad tells whether there were any.
func appendJSONString(dst, text []byte) (out []byte, bad bool) {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(text[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			bad = true
			dst = append(dst, text[start:i]...)
			dst = append(dst, "\ufffd"...)
		} else {
			dst = append(dst, text[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
		}
		i++
		start = i
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"'), bad
}
