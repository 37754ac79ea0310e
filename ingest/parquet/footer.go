package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The footer of a Parquet file is one structure in Thrift's compact protocol, and so
// is the head of each page. Only what tells whether the engine may read the file is
// taken out of them; the rest is passed over. Every length is checked against what is
// left of the bytes, so that no file makes the program set aside more than it has.
//
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

const (
	magic     = "PAR1"
	maxFooter = 64 << 20 // bytes; ours have some ten thousand
	maxDepth  = 32       // of structures in structures
)

// Footer is what a file says of itself.
type Footer struct {
	Rows    int64
	Columns []Column
	Groups  []Group
}

// Column is a column of the file. Numbers are those of the format; -1 = not said.
type Column struct {
	Name      string
	Type      int64 // physical
	Converted int64 // the older annotation,
	Logical   int64 // and the field of the newer one that is set
	Children  int64
	IsList    bool // it is repeated
}

// Group is a group of rows, with a chunk for each column.
type Group struct {
	Rows   int64
	Chunks []Chunk
}

// Chunk is one column of one group of rows.
type Chunk struct {
	Column      string
	Type        int64 // physical
	Values      int64 // nulls among them
	Codec       int64
	Encodings   []int64
	Offset      int64 // of its first page with values
	Dictionary  int64 // of the page before that, if there is one; 0 = none
	Size        int64 // of its pages, compressed
	IsElsewhere bool  // in another file
	IsEncrypted bool
}

// ReadFooter reads the footer of a file of that size.
func ReadFooter(file io.ReaderAt, size int64) (Footer, error) {
	var f Footer
	if size < int64(2*len(magic)+4) {
		return f, errors.New("the file is too short to be Parquet")
	}
	head, tail := make([]byte, len(magic)), make([]byte, 4+len(magic))
	if _, err := file.ReadAt(head, 0); err != nil {
		return f, err
	}
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil {
		return f, err
	}
	switch string(tail[4:]) {
	case magic:
	case "PARE":
		return f, errors.New("the file is encrypted")
	default:
		return f, errors.New("the file does not end as Parquet does: it is cut off, or something else")
	}
	if string(head) != magic {
		return f, errors.New("the file does not begin as Parquet does")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > maxFooter || length > size-int64(len(magic)+len(tail)) {
		return f, fmt.Errorf("the footer is said to have %d bytes, which it can't", length)
	}
	bytes := make([]byte, length)
	if _, err := file.ReadAt(bytes, size-int64(len(tail))-length); err != nil {
		return f, err
	}
	if err := f.parse(bytes); err != nil {
		return f, fmt.Errorf("the footer can't be read: %w", err)
	}
	return f, nil
}

// parse reads FileMetaData.
func (f *Footer) parse(bytes []byte) error {
	f.Rows = -1
	t := &thrift{bytes: bytes}
	err := t.structure(func(id int16, kind byte) (err error) {
		switch {
		case id == 2 && kind == kindList:
			return t.list(func(kind byte) error {
				var c Column
				if err := t.column(&c); err != nil {
					return err
				}
				f.Columns = append(f.Columns, c)
				return nil
			})
		case id == 3 && isInteger(kind):
			f.Rows, err = t.integer()
		case id == 4 && kind == kindList:
			return t.list(func(byte) error {
				g, err := t.group()
				f.Groups = append(f.Groups, g)
				return err
			})
		case id == 8:
			return errors.New("it is encrypted")
		default:
			return t.skip(kind)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case f.Rows < 0:
		return errors.New("it does not count its rows")
	case len(f.Columns) == 0:
		return errors.New("it names no columns")
	}
	if root := f.Columns[0]; root.Children != int64(len(f.Columns)-1) {
		return errors.New("it has columns within columns, which no table has")
	}
	f.Columns = f.Columns[1:]
	return nil
}

// column reads SchemaElement.
func (t *thrift) column(c *Column) error {
	c.Type, c.Converted, c.Logical = -1, -1, -1
	return t.structure(func(id int16, kind byte) (err error) {
		var n int64
		switch {
		case id == 1 && isInteger(kind):
			c.Type, err = t.integer()
		case id == 3 && isInteger(kind):
			n, err = t.integer()
			c.IsList = n == 2
		case id == 4 && kind == kindBinary:
			c.Name, err = t.text()
		case id == 5 && isInteger(kind):
			c.Children, err = t.integer()
		case id == 6 && isInteger(kind):
			c.Converted, err = t.integer()
		case id == 10 && kind == kindStruct:
			return t.structure(func(id int16, kind byte) error {
				c.Logical = int64(id)
				return t.skip(kind)
			})
		default:
			return t.skip(kind)
		}
		return err
	})
}

// group reads RowGroup.
func (t *thrift) group() (g Group, err error) {
	err = t.structure(func(id int16, kind byte) (err error) {
		switch {
		case id == 1 && kind == kindList:
			return t.list(func(byte) error {
				var c Chunk
				if err := t.chunk(&c); err != nil {
					return err
				}
				g.Chunks = append(g.Chunks, c)
				return nil
			})
		case id == 3 && isInteger(kind):
			g.Rows, err = t.integer()
			return err
		}
		return t.skip(kind)
	})
	return g, err
}

// chunk reads ColumnChunk, with the ColumnMetaData in it.
func (t *thrift) chunk(c *Chunk) error {
	c.Codec, c.Type, c.Values = -1, -1, -1
	return t.structure(func(id int16, kind byte) error {
		switch {
		case id == 1:
			c.IsElsewhere = true
		case id == 8 || id == 9:
			c.IsEncrypted = true
		case id == 3 && kind == kindStruct:
			return t.chunkData(c)
		}
		return t.skip(kind)
	})
}

func (t *thrift) chunkData(c *Chunk) error {
	return t.structure(func(id int16, kind byte) (err error) {
		switch {
		case id == 1 && isInteger(kind):
			c.Type, err = t.integer()
		case id == 2 && kind == kindList:
			return t.list(func(kind byte) error {
				n, err := t.integer()
				c.Encodings = append(c.Encodings, n)
				return err
			})
		case id == 3 && kind == kindList:
			return t.list(func(byte) error {
				name, err := t.text()
				if c.Column != "" {
					name = c.Column + "." + name
				}
				c.Column = name
				return err
			})
		case id == 4 && isInteger(kind):
			c.Codec, err = t.integer()
		case id == 5 && isInteger(kind):
			c.Values, err = t.integer()
		case id == 7 && isInteger(kind):
			c.Size, err = t.integer()
		case id == 9 && isInteger(kind):
			c.Offset, err = t.integer()
		case id == 11 && isInteger(kind):
			c.Dictionary, err = t.integer()
		default:
			return t.skip(kind)
		}
		return err
	})
}

// page is the head of a page.
type page struct {
	length       int64 // of the head itself
	kind         int64
	uncompressed int64
	compressed   int64
	values       map[int64]int64 // by the kind of page that a number is for
}

// readPage reads PageHeader from the first of the bytes.
func readPage(bytes []byte) (page, error) {
	p := page{kind: -1, uncompressed: -1, compressed: -1, values: map[int64]int64{}}
	t := &thrift{bytes: bytes}
	err := t.structure(func(id int16, kind byte) (err error) {
		switch {
		case id == 1 && isInteger(kind):
			p.kind, err = t.integer()
		case id == 2 && isInteger(kind):
			p.uncompressed, err = t.integer()
		case id == 3 && isInteger(kind):
			p.compressed, err = t.integer()
		case id >= 5 && id <= 8 && kind == kindStruct: // what is said of each kind of page, in their order
			return t.structure(func(inner int16, kind byte) (err error) {
				if inner != 1 || !isInteger(kind) {
					return t.skip(kind)
				}
				p.values[int64(id-5)], err = t.integer()
				return err
			})
		default:
			return t.skip(kind)
		}
		return err
	})
	p.length = int64(len(bytes) - len(t.bytes))
	return p, err
}

// Kinds of values in the compact protocol.
const (
	kindTrue   = 1
	kindFalse  = 2
	kindByte   = 3
	kindI64    = 6
	kindDouble = 7
	kindBinary = 8
	kindList   = 9
	kindSet    = 10
	kindMap    = 11
	kindStruct = 12
	kindUUID   = 13
)

// isInteger tells of numbers that are written as such; a byte is not.
func isInteger(kind byte) bool { return kind > kindByte && kind <= kindI64 }

var errShort = errors.New("it ends in the middle of a value")

// thrift is what is left of a structure's bytes.
type thrift struct {
	bytes []byte
	depth int
}

func (t *thrift) byte() (byte, error) {
	if len(t.bytes) == 0 {
		return 0, errShort
	}
	b := t.bytes[0]
	t.bytes = t.bytes[1:]
	return b, nil
}

func (t *thrift) unsigned() (uint64, error) {
	n, length := binary.Uvarint(t.bytes)
	if length <= 0 {
		return 0, errShort
	}
	t.bytes = t.bytes[length:]
	return n, nil
}

func (t *thrift) integer() (int64, error) {
	n, err := t.unsigned()
	return int64(n>>1) ^ -int64(n&1), err
}

func (t *thrift) text() (string, error) {
	n, err := t.unsigned()
	if err != nil {
		return "", err
	}
	if n > uint64(len(t.bytes)) {
		return "", errShort
	}
	text := string(t.bytes[:n])
	t.bytes = t.bytes[n:]
	return text, nil
}

// structure calls field for each field, which must read its value.
func (t *thrift) structure(field func(id int16, kind byte) error) error {
	if t.depth++; t.depth > maxDepth {
		return errors.New("it has too many structures in each other")
	}
	defer func() { t.depth-- }()
	var id int16
	for {
		b, err := t.byte()
		if err != nil {
			return err
		}
		kind := b & 15
		if kind == 0 {
			return nil
		}
		if step := b >> 4; step > 0 {
			id += int16(step)
		} else {
			n, err := t.integer()
			if err != nil {
				return err
			}
			if n < math.MinInt16 || n > math.MaxInt16 {
				return errors.New("it has a field of an impossible number")
			}
			id = int16(n)
		}
		if err := field(id, kind); err != nil {
			return err
		}
	}
}

// list calls element for each element, which must read it. Each takes a byte at least.
func (t *thrift) list(element func(kind byte) error) error {
	b, err := t.byte()
	if err != nil {
		return err
	}
	n := uint64(b >> 4)
	if n == 15 {
		if n, err = t.unsigned(); err != nil {
			return err
		}
	}
	for range n {
		if len(t.bytes) == 0 {
			return errShort
		}
		if err := element(b & 15); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over a value of that kind.
func (t *thrift) skip(kind byte) error {
	switch kind {
	case kindTrue, kindFalse: // of a field, which says it by its kind
		return nil
	case kindByte:
		_, err := t.byte()
		return err
	case kindDouble, kindUUID:
		n := 8
		if kind == kindUUID {
			n = 16
		}
		if len(t.bytes) < n {
			return errShort
		}
		t.bytes = t.bytes[n:]
		return nil
	case kindBinary:
		_, err := t.text()
		return err
	case kindList, kindSet:
		if t.depth++; t.depth > maxDepth {
			return errors.New("it has too many lists in each other")
		}
		defer func() { t.depth-- }()
		return t.list(t.skipElement)
	case kindMap:
		if t.depth++; t.depth > maxDepth {
			return errors.New("it has too many maps in each other")
		}
		defer func() { t.depth-- }()
		return t.skipMap()
	case kindStruct:
		return t.structure(func(_ int16, kind byte) error { return t.skip(kind) })
	}
	if isInteger(kind) {
		_, err := t.unsigned()
		return err
	}
	return fmt.Errorf("it has a value of the unknown kind %d", kind)
}

// skipElement passes over an element of a list, where true and false take a byte.
func (t *thrift) skipElement(kind byte) error {
	if kind == kindTrue || kind == kindFalse {
		kind = kindByte
	}
	return t.skip(kind)
}

func (t *thrift) skipMap() error {
	n, err := t.unsigned()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := t.byte()
	if err != nil {
		return err
	}
	for range n {
		if len(t.bytes) == 0 {
			return errShort
		}
		if err := errors.Join(t.skipElement(kinds>>4), t.skipElement(kinds&15)); err != nil {
			return err
		}
	}
	return nil
}
