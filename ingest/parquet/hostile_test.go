package parquet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"entrail/ingest/schema"
)

// A file of one column, put together by hand: what no program writes.

// structure is one in Thrift's compact protocol: numbers of fields, each with its value,
// which is a number, a text, a structure, or a list of one of these.
func structure(fields ...any) []byte {
	var out []byte
	last := 0
	for i := 0; i < len(fields); i += 2 {
		id := fields[i].(int)
		kind, value := compact(fields[i+1])
		out = append(append(out, byte(id-last)<<4|kind), value...)
		last = id
	}
	return append(out, 0)
}

func compact(value any) (kind byte, text []byte) {
	list := func(n int, at func(int) any) (byte, []byte) {
		var out []byte
		var kind byte
		for i := range n {
			var one []byte
			kind, one = compact(at(i))
			out = append(out, one...)
		}
		return kindList, append([]byte{byte(n)<<4 | kind}, out...)
	}
	switch v := value.(type) {
	case int:
		return kindI64, binary.AppendVarint(nil, int64(v))
	case string:
		return kindBinary, append(binary.AppendUvarint(nil, uint64(len(v))), v...)
	case []byte:
		return kindStruct, v
	case []int:
		return list(len(v), func(i int) any { return v[i] })
	case []string:
		return list(len(v), func(i int) any { return v[i] })
	case [][]byte:
		return list(len(v), func(i int) any { return v[i] })
	}
	panic(value)
}

// pageOf is a page of a kind with values that are `unpacked` bytes long by what it says.
func pageOf(kind, values, unpacked int, text string) string {
	said := map[int]int{pageValues: 5, 1: 6, pageDictionary: 7, pageValues2: 8}[kind]
	return string(structure(1, kind, 2, unpacked, 3, len(text), said, structure(1, values, 2, 0, 3, 3, 4, 3))) + text
}

// chunkOf is a chunk of texts: where its pages begin, their size, and the place of a
// dictionary, 0 = none.
func chunkOf(column string, kind, values, offset, size, dictionary int) []byte {
	fields := []any{1, kind, 2, []int{0, 3}, 3, []string{column}, 4, 0, 5, values, 6, size, 7, size, 9, offset}
	if dictionary > 0 {
		fields = append(fields, 11, dictionary)
	}
	return structure(2, 0, 3, structure(fields...))
}

func groupOf(rows int, chunks ...[]byte) []byte { return structure(1, chunks, 2, 0, 3, rows) }

// fileOf is a file with these columns of texts.
func fileOf(pages string, rows int, columns []string, groups ...[]byte) []byte {
	elements := [][]byte{structure(4, "root", 5, len(columns))}
	for _, name := range columns {
		elements = append(elements, structure(1, typeBytes, 3, 1, 4, name, 6, convertedText))
	}
	footer := structure(1, 1, 2, elements, 3, rows, 4, groups)
	text := append([]byte(magic+pages), footer...)
	return append(binary.LittleEndian.AppendUint32(text, uint32(len(footer))), magic...)
}

// TestCheckMadeByHand: what the engine would read elsewhere than where Go has looked, or
// without an end, is refused. Of DuckDB 1.5.6 it was seen with these very files: it begins
// at the dictionary wherever that lies, reads on behind a chunk until it has all values, gives
// two billion rows for 115 bytes, and ends with an error that closes the whole
// database where a later group lacks a column.
func TestCheckMadeByHand(t *testing.T) {
	const hello = "\x02\x00\x00\x00\x02\x01\x05\x00\x00\x00hello"
	one := pageOf(pageValues, 1, len(hello), hello)
	size, behind := len(one), len(magic)+len(one)
	const nothing = "\x06\x00\x00\x00\xfe\xff\xff\xff\x0f\x00" // two billion nulls
	many := pageOf(pageValues, 1<<31-1, len(nothing), nothing)
	dictionary := pageOf(pageDictionary, 1, 9, "\x05\x00\x00\x00hello")
	larger := pageOf(pageDictionary, 1<<31-1, 9, "\x05\x00\x00\x00hello")
	columns := []string{"id"}
	good := chunkOf("id", typeBytes, 1, 4, size, 0)
	for _, test := range []struct {
		reason string
		text   []byte
		want   string // "" = nothing is wrong
	}{
		{"as it should be", fileOf(one, 1, columns, groupOf(1, good)), ""},
		{"two groups", fileOf(one, 2, columns, groupOf(1, good), groupOf(1, good)), ""},
		{"a dictionary before its values", fileOf(dictionary+one, 1, columns, groupOf(1, chunkOf("id", typeBytes, 1, 4+len(dictionary), len(dictionary)+size, 4))), ""},
		{"a dictionary behind its values, where nobody looked", fileOf(one+dictionary, 1, columns, groupOf(1, chunkOf("id", typeBytes, 1, 4, size, behind))), "its dictionary behind its values"},
		{"a dictionary of more values than its bytes can hold", fileOf(larger+one, 1, columns, groupOf(1, chunkOf("id", typeBytes, 1, 4, len(larger)+size, 0))), "2147483647 values in 9 bytes"},
		{"values behind the chunk", fileOf(one+pageOf(pageValues, 1, 1<<31-1, "x"), 2, columns,
			groupOf(2, chunkOf("id", typeBytes, 2, 4, size, 0))), "1 values in its pages, and says that it has 2"},
		{"more values than rows", fileOf(one+one, 1, columns, groupOf(1, chunkOf("id", typeBytes, 2, 4, 2*size, 0))), "2 values in a group of 1 rows"},
		{"more in the pages", fileOf(one+one, 1, columns, groupOf(1, chunkOf("id", typeBytes, 1, 4, 2*size, 0))), "2 values in its pages"},
		{"less than no values", fileOf(pageOf(pageValues, -1, 9, hello), 1, columns, groupOf(1, good)), "-1 values"},
		{"two billion rows in a hundred bytes", fileOf(many, 1<<31-1, columns, groupOf(1<<31-1, chunkOf("id", typeBytes, 1<<31-1, 4, len(many), 0))), "which no log has"},
		{"rows that are too many for a number", fileOf(one, 1, columns, groupOf(1<<62, good), groupOf(1<<62, good), groupOf(1<<62, good), groupOf(1<<62, good), groupOf(1, good)), "which no log has"},
		{"less than no rows", fileOf(one, 0, columns, groupOf(1, good), groupOf(-1, good)), "which no log has"},
		{"groups count otherwise", fileOf(one, 2, columns, groupOf(1, good)), "counts 2 rows, its groups 1"},
		{"a group without columns", fileOf(one, 1, columns, groupOf(1)), "0 columns, and 1 columns"},
		{"a later group that lacks a column", fileOf(one, 2, []string{"id", "name"}, groupOf(1, good, chunkOf("name", typeBytes, 1, 4, size, 0)), groupOf(1, good)), "1 columns, and 2 columns"},
		{"columns in another order", fileOf(one, 1, []string{"id", "name"}, groupOf(1, chunkOf("name", typeBytes, 1, 4, size, 0), good)), `"name" where those of "id" should be`},
		{"values of another type than the column", fileOf(one, 1, columns, groupOf(1, chunkOf("id", typeInt64, 1, 4, size, 0))), `where those of "id" should be`},
		{"a page of another kind", fileOf(pageOf(1, 1, len(hello), hello), 1, columns, groupOf(1, good)), "a page of the kind 1"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			table := schema.Table{Name: "texts", Columns: []schema.Column{{Name: "id", Type: "varchar"}}}
			if bytes.Contains(test.text, []byte("name")) {
				table.Columns = append(table.Columns, schema.Column{Name: "name", Type: "varchar"})
			}
			file := bytes.NewReader(test.text)
			footer, err := ReadFooter(file, int64(len(test.text)))
			if err == nil {
				err = footer.Check(file, int64(len(test.text)), table)
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}
