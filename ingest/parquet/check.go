package parquet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// The engine reads Parquet in C++, and a page in a codec that it knows badly has ended
// programs (CVE-2026-111497, of Brotli). What comes here was written by other programs
// too, or by somebody who wants that: so Go looks first, and the engine gets no file
// with anything in it that the tables do not need.

// Codecs by their number in the format. Those with true are read.
var codecs = []struct {
	name   string
	isRead bool
}{
	{"uncompressed", true}, {"snappy", true}, {"gzip", false}, {"lzo", false}, {"brotli", false}, {"lz4", false}, {"zstd", true}, {"lz4_raw", false},
}

// Physical types by their number, and the encodings that are read.
var (
	types     = []string{"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}
	encodings = []int64{0, 2, 3, 4, 5, 6, 7, 8, 9} // plain, dictionaries, runs, deltas, split streams
)

const (
	typeBoolean, typeInt32, typeInt64, typeInt96, typeDouble, typeBytes = 0, 1, 2, 3, 5, 6

	convertedText, convertedDate     = 0, 6
	convertedMillis, convertedMicros = 9, 10
	convertedInt8, convertedInt64    = 15, 18

	logicalText, logicalDate, logicalTime, logicalInt = 1, 6, 8, 10
)

// Kinds of pages. The engine passes no other.
const pageValues, pageDictionary, pageValues2 = 0, 2, 3

const (
	maxPage        = 256 << 20 // bytes of a page, unpacked
	maxRowsPerByte = 100       // of a file; rows of a case have numbers of their own, and take more than one
)

// Check tells why the engine must not read a file, of that size, as rows of the table.
func (f Footer) Check(file io.ReaderAt, size int64, t schema.Table) error {
	var names []string
	for _, c := range f.Columns {
		if slices.Contains(names, c.Name) {
			return fmt.Errorf("it has the column %q twice", c.Name)
		}
		names = append(names, c.Name)
		i := slices.IndexFunc(t.Columns, func(own schema.Column) bool { return InFile(own.Name) == c.Name })
		if i < 0 {
			return fmt.Errorf("it has the column %q, which %s has not", c.Name, t.Name)
		}
		if err := c.check(t.Columns[i].Type); err != nil {
			return err
		}
	}
	for _, c := range t.Columns {
		if !slices.Contains(names, InFile(c.Name)) {
			return fmt.Errorf("it lacks the column %s of %s", c.Name, t.Name)
		}
	}
	var rows int64
	for _, g := range f.Groups {
		if len(g.Chunks) != len(f.Columns) {
			return fmt.Errorf("it has a group of rows with %d columns, and %d columns", len(g.Chunks), len(f.Columns))
		}
		if g.Rows < 0 || g.Rows > maxRowsPerByte*size-rows {
			return fmt.Errorf("it says that it has %d rows and more in %d bytes, which no log has", g.Rows, size)
		}
		rows += g.Rows
		for i, c := range g.Chunks {
			if c.Column != f.Columns[i].Name || c.Type != f.Columns[i].Type {
				return fmt.Errorf("it has values of a column %q where those of %q should be", c.Column, f.Columns[i].Name)
			}
			if c.Values != g.Rows {
				return fmt.Errorf("its column %s has %d values in a group of %d rows", c.Column, c.Values, g.Rows)
			}
			if err := c.check(file, size); err != nil {
				return err
			}
		}
	}
	if rows != f.Rows {
		return fmt.Errorf("it counts %d rows, its groups %d", f.Rows, rows)
	}
	return nil
}

// check tells why a column can't hold what the table has of that type.
func (c Column) check(want string) error {
	isPlain := c.Converted < 0 && c.Logical < 0
	isOf := false
	switch want {
	case "varchar":
		isOf = c.Type == typeBytes && (c.Converted == convertedText || c.Logical == logicalText)
	case "integer", "bigint":
		isWhole := isPlain || c.Logical == logicalInt || c.Converted >= convertedInt8 && c.Converted <= convertedInt64
		isOf = isWhole && (c.Type == typeInt32 || c.Type == typeInt64 && want == "bigint")
	case "double":
		isOf = isPlain && c.Type == typeDouble
	case "boolean":
		isOf = isPlain && c.Type == typeBoolean
	case "date":
		isOf = c.Type == typeInt32 && (c.Converted == convertedDate || c.Logical == logicalDate)
	case "timestamp":
		isOf = c.Type == typeInt96 && isPlain ||
			c.Type == typeInt64 && (c.Converted == convertedMillis || c.Converted == convertedMicros || c.Logical == logicalTime)
	}
	switch {
	case c.Children > 0 || c.IsList:
		return fmt.Errorf("its column %s is a list or a structure, not a %s", c.Name, want)
	case !isOf:
		return fmt.Errorf("its column %s is %s with the annotations %d and %d, not a %s", c.Name, nameOf(types, c.Type), c.Converted, c.Logical, want)
	}
	return nil
}

// check walks along the pages of a chunk, as the engine does: from the dictionary, if one is
// named, to the last value.
func (c Chunk) check(file io.ReaderAt, size int64) error {
	start := c.Offset
	if c.Dictionary != 0 {
		start = c.Dictionary
	}
	switch {
	case c.IsElsewhere:
		return errors.New("it says that its rows are in another file")
	case c.IsEncrypted:
		return errors.New("it is encrypted")
	case c.Codec < 0 || c.Codec >= int64(len(codecs)):
		return fmt.Errorf("its column %s is compressed in an unknown way; write it with zstd or snappy", c.Column)
	case !codecs[c.Codec].isRead:
		return fmt.Errorf("its column %s is compressed with %s, which is not read: write it with zstd or snappy", c.Column, codecs[c.Codec].name)
	case start < int64(len(magic)) || c.Size < 0 || start > size || c.Size > size-start:
		return fmt.Errorf("its column %s is said to lie beyond the file's end", c.Column)
	case start > c.Offset:
		return fmt.Errorf("its column %s has its dictionary behind its values", c.Column)
	}
	for _, e := range c.Encodings {
		if !slices.Contains(encodings, e) {
			return fmt.Errorf("its column %s has the encoding %d, which is not read", c.Column, e)
		}
	}
	head := make([]byte, 64<<10) // statistics may stand in it
	var values int64
	for at, end := start, start+c.Size; at < end; {
		n, err := file.ReadAt(head[:min(int64(len(head)), end-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		p, err := readPage(head[:n])
		switch {
		case err != nil:
			return fmt.Errorf("a page of its column %s can't be read: %w", c.Column, err)
		case p.uncompressed < 0 || p.compressed < 0 || p.compressed > end-at-p.length:
			return fmt.Errorf("a page of its column %s is said to lie beyond its end", c.Column)
		case p.uncompressed > maxPage:
			return fmt.Errorf("a page of its column %s is said to have %d bytes when it is unpacked, %d are the most", c.Column, p.uncompressed, maxPage)
		case p.kind != pageValues && p.kind != pageDictionary && p.kind != pageValues2:
			return fmt.Errorf("its column %s has a page of the kind %d, which is not read", c.Column, p.kind)
		case p.values[p.kind] < 0 || p.kind == pageDictionary && p.values[p.kind] > p.uncompressed/4: // each value has four bytes at least
			return fmt.Errorf("a page of its column %s is said to have %d values in %d bytes", c.Column, p.values[p.kind], p.uncompressed)
		}
		if p.kind != pageDictionary {
			values += p.values[p.kind]
		}
		at += p.length + p.compressed
	}
	if values != c.Values {
		return fmt.Errorf("its column %s has %d values in its pages, and says that it has %d", c.Column, values, c.Values)
	}
	return nil
}

func nameOf(names []string, number int64) string {
	if number < 0 || number >= int64(len(names)) {
		return fmt.Sprintf("of the unknown type %d", number)
	}
	return strings.ToLower(names[number])
}
