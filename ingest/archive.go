package ingest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// maxUnpackedRatio is how much larger than its packed bytes a member of an
// archive may be.
const maxUnpackedRatio = 2000

// maxArchiveRatio is the most that an archive in an archive may be packed: it is packed
// already, and only what is made to fill a disk can be packed much more.
const maxArchiveRatio = 100

// How deep archives may lie in archives, and how many in one.
const (
	maxNestedDepth = 5
	maxNested      = 1000
)

// archive is a zip file whose directory is read once, and again only after
// close.
type archive struct {
	file   string
	reader *zip.ReadCloser
}

func (a *archive) entries() ([]*zip.File, error) {
	if a.reader == nil {
		reader, err := zip.OpenReader(a.file)
		if err != nil {
			return nil, err
		}
		a.reader = reader
	}
	return a.reader.File, nil
}

func (a *archive) close() {
	if a != nil && a.reader != nil {
		a.reader.Close()
		a.reader = nil
	}
}

// nested is what the archives in one archive, and in those, may still take.
type nested struct {
	ctx      context.Context
	temp     string // the folder that they are unpacked to
	archives int
	files    int // in tar archives
	bytes    int64
}

// members returns the source and, if it is an archive of files, its files. An
// error is that of the context.
func (s source) members(n *nested, depth int) ([]source, error) {
	if s.note != "" {
		return []source{s}, nil
	}
	kind, err := kindOf(func() (io.ReadCloser, error) { return os.Open(s.file) })
	switch {
	case err != nil: // to read it says what is wrong
	case kind == zipArchive:
		return s.zipMembers(n, depth)
	case kind != noArchive:
		return s.tarMembers(n, depth)
	}
	return []source{s}, nil
}

// kind is a kind of archive.
type kind int

const (
	noArchive kind = iota
	zipArchive
	plainTar
	packedTar // with one of packings
)

// kindOf tells what a file is by its first bytes.
func kindOf(open func() (io.ReadCloser, error)) (kind, error) {
	f, err := open()
	if err != nil {
		return noArchive, err
	}
	defer f.Close()
	text, packing, done, err := unpacked(f, tarBlock)
	if err != nil {
		return noArchive, err
	}
	defer done()
	head := make([]byte, tarBlock)
	n, _ := io.ReadFull(text, head)
	switch head = head[:n]; {
	case packing == "" && (bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))):
		return zipArchive, nil
	case isTar(head) && packing == "":
		return plainTar, nil
	case isTar(head):
		return packedTar, nil
	}
	return noArchive, nil
}

func (s source) zipMembers(n *nested, depth int) ([]source, error) {
	in := &archive{file: s.file}
	entries, err := in.entries()
	if err != nil {
		s.note = "the zip archive can't be opened: " + err.Error() + "; was the copy complete?"
		return []source{s}, nil
	}
	defer in.close()
	if isWorkbook(entries) || documentKind(entries) != "" {
		return []source{s}, nil
	}
	s.archive = "zip"
	all := []source{s}
	var grown uint64
	shared := overlapping(entries)
	for i, f := range entries {
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) && f.UncompressedSize64 == 0 {
			continue // a folder
		}
		m := source{path: s.path + "!" + f.Name, file: s.file, size: int64(f.UncompressedSize64), modified: f.Modified, in: in, entry: i}
		grown += f.UncompressedSize64
		switch {
		case isDebris(f.Name):
			m.note, m.debris = "left by the operating system, no log", true
		case f.Flags&1 != 0:
			m.note = "protected by a password; unpack the archive and give the files"
		case shared[i]:
			m.note = "not unpacked: it lies in the bytes of another file of the archive, as no program packs it; unpack it yourself if you trust it"
		case grown > uint64(maxUnpacked) || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxUnpackedRatio:
			m.note = fmt.Sprintf("not unpacked: it would grow to %d bytes from %d; unpack it yourself if you trust it", f.UncompressedSize64, f.CompressedSize64)
		}
		if m.note != "" {
			all = append(all, m)
			continue
		}
		isDense := f.UncompressedSize64 > 1<<18 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxArchiveRatio
		inner, err := m.member(n, depth, isDense, f.Open)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	if len(all) == 1 {
		s.archive, s.note = "", "a zip archive without a file; was the copy complete?"
		return []source{s}, nil
	}
	slices.SortStableFunc(all[1:], func(a, b source) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// overlapping tells of each entry of an archive whether its bytes are those of an entry
// that begins before it, or of one before it in the list. To unpack one over and over
// takes for ever.
func overlapping(entries []*zip.File) []bool {
	shared, begins := make([]bool, len(entries)), make([]int64, len(entries))
	var order []int
	for i, f := range entries {
		begin, err := f.DataOffset()
		if err != nil || f.CompressedSize64 == 0 { // to open it says what is wrong
			continue
		}
		begins[i] = begin
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(begins[a], begins[b]) })
	var end int64
	for _, i := range order {
		shared[i] = begins[i] < end
		end = max(end, begins[i]+int64(min(entries[i].CompressedSize64, 1<<61)))
	}
	return shared
}

// member returns a file of an archive and, if it is an archive too, its files: it is
// unpacked for that, unless it is packed as no archive can be.
func (s source) member(n *nested, depth int, isDense bool, open func() (io.ReadCloser, error)) ([]source, error) {
	kind, err := kindOf(open)
	if err != nil || kind == noArchive {
		return []source{s}, nil // to read it says what is wrong
	}
	n.archives++
	switch {
	case kind != plainTar && isDense:
		s.note = fmt.Sprintf("not unpacked: an archive that would grow to %d bytes from less than a hundredth of them; unpack it yourself if you trust it", s.size)
	case depth >= maxNestedDepth || n.archives > maxNested:
		s.note = "an archive among too many that lie in one another, not unpacked; unpack it yourself if you trust it"
	default:
		err := s.copyOut(n, open)
		if n.ctx.Err() != nil {
			return nil, n.ctx.Err()
		}
		if err != nil {
			s.note = "can't be unpacked: " + plainReason(err)
		}
	}
	return s.members(n, depth+1)
}

// copyOut copies a member to a file of its own.
func (s *source) copyOut(n *nested, open func() (io.ReadCloser, error)) error {
	member, err := open()
	if err != nil {
		return err
	}
	defer member.Close()
	file, size, err := copyTo(n.ctx, n.temp, "member-*", &capped{member, n.bytes})
	n.bytes -= size
	if err == nil {
		s.file, s.size, s.in, s.part = file, size, nil, nil
	}
	return err
}

// isWorkbook tells a spreadsheet from other zip archives by its members.
func isWorkbook(members []*zip.File) bool {
	types, book := false, false
	for _, m := range members {
		types = types || m.Name == "[Content_Types].xml"
		book = book || strings.HasPrefix(m.Name, "xl/workbook.")
	}
	return types && book
}
