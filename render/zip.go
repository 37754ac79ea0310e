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
// pictures come in such an order too, is sorted. Members wait here compressed.
type orderedZip struct {
	w       io.Writer
	members []*member
}

type member struct {
	name   string
	packed bytes.Buffer
	flate  *flate.Writer
	sum    uint32
	size   uint64
	types  *bytes.Buffer // the list of content types, until it is sorted; nil = another member
}

const contentTypes = "[Content_Types].xml"

// typeByEnding is an entry of the list of content types.
var typeByEnding = regexp.MustCompile(`<Default [^>]*></Default>`)

// Create starts a member and ends the one before.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if err := z.endMember(); err != nil {
		return nil, err
	}
	m := &member{name: name}
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
	m.sum = crc32.Update(m.sum, crc32.IEEETable, p)
	m.size += uint64(len(p))
	return m.flate.Write(p)
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
