package render

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// orderedZip is excelize's zip writer with the members in the order of their
// names: excelize walks its streamed sheets in the random order of a map, and
// equal workbooks must be equal bytes. The list of content types, whose entries for
// pictures come in such an order too, is sorted. A sheet that opens at another row than its
// first gets that row here, for excelize writes it before the rows. Members wait here
// compressed.
type orderedZip struct {
	w       io.Writer
	opens   map[string]int // the rows that sheets open at, by their members
	members []*member
}

type member struct {
	name   string
	packed bytes.Buffer
	flate  *flate.Writer
	sum    uint32
	size   uint64
	opens  int           // the row that the sheet opens at; 0 = as written
	types  *bytes.Buffer // the list of content types, until it is sorted; nil = another member
}

const contentTypes = "[Content_Types].xml"

// typeByEnding is an entry of the list of content types.
var typeByEnding = regexp.MustCompile(`<Default [^>]*></Default>`)

// topOfRows is the cell that a sheet's rows are shown from.
var topOfRows = regexp.MustCompile(`(topLeftCell="[A-Z]+)[0-9]+"`)

// Create starts a member and ends the one before.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if err := z.endMember(); err != nil {
		return nil, err
	}
	m := &member{name: name, opens: z.opens[name]}
	m.flate, _ = flate.NewWriter(&m.packed, flate.DefaultCompression)
	z.members = append(z.members, m)
	if name == contentTypes {
		m.types = &bytes.Buffer{}
	}
	return m, nil
}

func (m *member) Write(p []byte) (int, error) {
	if m.types != nil {
		return m.types.Write(p)
	}
	written := p
	if m.opens > 0 { // the first that is written of a sheet has its head
		written = topOfRows.ReplaceAll(p, fmt.Appendf(nil, `${1}%d"`, m.opens))
		m.opens = 0
	}
	m.sum = crc32.Update(m.sum, crc32.IEEETable, written)
	m.size += uint64(len(written))
	if _, err := m.flate.Write(written); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (z *orderedZip) endMember() error {
	if len(z.members) == 0 {
		return nil
	}
	m := z.members[len(z.members)-1]
	if m.types != nil {
		list := m.types.Bytes()
		m.types = nil
		entries := typeByEnding.FindAll(list, -1)
		slices.SortFunc(entries, bytes.Compare)
		n := -1
		sorted := typeByEnding.ReplaceAllFunc(list, func([]byte) []byte { n++; return entries[n] })
		if _, err := m.Write(sorted); err != nil {
			return err
		}
	}
	return m.flate.Close()
}

// AddFS is not used by excelize for a workbook made from nothing.
func (z *orderedZip) AddFS(fs.FS) error { return fmt.Errorf("add a file system: %w", fs.ErrInvalid) }

// Close writes all members, dated with the first day that a zip can name.
func (z *orderedZip) Close() error {
	if err := z.endMember(); err != nil {
		return err
	}
	slices.SortFunc(z.members, func(a, b *member) int { return strings.Compare(a.name, b.name) })
	out := zip.NewWriter(z.w)
	for _, m := range z.members {
		w, err := out.CreateRaw(&zip.FileHeader{
			Name: m.name, Method: zip.Deflate, CRC32: m.sum, ModifiedDate: 1<<5 | 1,
			CompressedSize64: uint64(m.packed.Len()), UncompressedSize64: m.size,
		})
		if err != nil {
			return err
		}
		if _, err := m.packed.WriteTo(w); err != nil {
			return err
		}
	}
	return out.Close()
}
