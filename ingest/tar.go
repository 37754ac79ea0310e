package ingest

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// tarBlock is the size in bytes of a header of a tar archive, and what its files
// are padded to.
const tarBlock = 512

// maxTarRatio is the most that a tar archive may unpack to, in its packed bytes: it is
// unpacked to disk. Logs are packed 20 to 1, those that repeat themselves 100 to 1.
const maxTarRatio = 500

// maxMembers is how many files tar archives may hold that lie in one. No directory
// of theirs tells the number before.
var maxMembers = 200_000 // tests lower it

// isTar tells whether a block is the header of a file in a tar archive: its sum
// is that of the block with blanks in the place of the sum.
func isTar(block []byte) bool {
	if len(block) < tarBlock || block[0] == 0 {
		return false
	}
	const from, to = 148, 156
	want, err := strconv.ParseInt(string(bytes.Trim(block[from:to], " \x00")), 8, 64)
	sum := int64(' ' * (to - from))
	for i, c := range block {
		if i < from || i >= to {
			sum += int64(c)
		}
	}
	return err == nil && sum == want
}

// extent is a part of a file, in bytes.
type extent struct{ begin, size int64 }

// tarMembers lists a tar archive; its files are read where they lie. One that is
// packed is unpacked to disk for that.
func (s source) tarMembers(n *nested, depth int) ([]source, error) {
	file, damage := s.unpackedTar(n)
	if n.ctx.Err() != nil {
		return nil, n.ctx.Err()
	}
	entries, err := listTar(n, file)
	if n.ctx.Err() != nil {
		return nil, n.ctx.Err()
	}
	if damage == nil {
		damage = err
	}
	switch {
	case damage != nil && len(entries) == 0:
		s.note = "the tar archive can't be opened: " + plainReason(damage) + "; was the copy complete?"
		return []source{s}, nil
	case damage != nil:
		s.note = "read only in part: " + plainReason(damage) + "; was the copy complete?"
	case len(entries) == 0:
		s.note = "a tar archive without a file; was the copy complete?"
		return []source{s}, nil
	}
	s.archive = "tar"
	all := []source{s}
	names := map[string]bool{}
	for _, e := range entries {
		names[path.Clean(e.header.Name)] = true
	}
	for _, e := range entries {
		h := e.header
		m := source{path: s.path + "!" + h.Name, file: file, size: h.Size, modified: h.ModTime, part: &extent{e.begin, h.Size}}
		target := path.Clean(h.Linkname)
		if h.Typeflag == tar.TypeSymlink {
			target = path.Join(path.Dir(h.Name), h.Linkname)
		}
		isLink := h.Typeflag == tar.TypeSymlink || h.Typeflag == tar.TypeLink
		switch {
		case isDebris(h.Name):
			m.note, m.debris = "left by the operating system, no log", true
		case isLink && names[target]:
			m.note, m.debris = "a link to a file of the archive, which is read anyway", true
		case isLink:
			m.note = fmt.Sprintf("a link to %q, which is not in the archive", h.Linkname)
		case h.Typeflag == tar.TypeGNUSparse || h.PAXRecords["GNU.sparse.major"] != "" || h.PAXRecords["GNU.sparse.map"] != "":
			m.note = "stored without its empty parts (a sparse file), which is not read here; unpack the archive and give the files"
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeCont:
			m.note, m.debris = "not a regular file", true
		}
		if m.note != "" {
			m.size = 0
			all = append(all, m)
			continue
		}
		inner, err := m.member(n, depth, false, m.openPart)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	slices.SortStableFunc(all[1:], func(a, b source) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// unpackedTar returns a tar archive as it is when it isn't packed: the file itself, or
// a copy. With an error it is what was unpacked before that.
func (s source) unpackedTar(n *nested) (file string, err error) {
	f, err := os.Open(s.file)
	if err != nil {
		return s.file, err
	}
	defer f.Close()
	text, packing, done, err := unpacked(f, min(n.bytes, maxTarRatio*s.size))
	if err != nil || packing == "" {
		return s.file, err
	}
	defer done()
	file, size, err := copyTo(n.ctx, n.temp, "archive-*.tar", text)
	n.bytes -= size
	return file, err
}

// tarEntry is a file in a tar archive, and where its bytes begin.
type tarEntry struct {
	header *tar.Header
	begin  int64
}

// listTar lists what is no folder. With an error it is what stands before that.
func listTar(n *nested, file string) (entries []tarEntry, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list := tar.NewReader(f)
	for {
		if err := n.ctx.Err(); err != nil {
			return nil, err
		}
		h, err := list.Next()
		if err == io.EOF {
			return entries, checkTarEnd(f)
		}
		if err != nil {
			return entries, err
		}
		if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if n.files++; n.files > maxMembers {
			return entries, fmt.Errorf("it has more than %d files; unpack it yourself if you trust it", maxMembers)
		}
		begin, err := f.Seek(0, io.SeekCurrent) // the list reads no byte ahead
		if err != nil {
			return entries, err
		}
		entries = append(entries, tarEntry{h, begin})
	}
}

// checkTarEnd is an error for an archive that lacks the empty block at its end, so that
// nobody knows whether more came behind.
func checkTarEnd(f *os.File) error {
	end := make([]byte, tarBlock)
	if _, err := f.Seek(-tarBlock, io.SeekEnd); err != nil {
		return err
	}
	if _, err := io.ReadFull(f, end); err != nil {
		return err
	}
	if !bytes.Equal(end, make([]byte, tarBlock)) {
		return errors.New("it does not end as a tar archive does")
	}
	return nil
}

// openPart opens a part of a file. Less than the part is an error.
func (s source) openPart() (io.ReadCloser, error) {
	f, err := os.Open(s.file)
	if err != nil {
		return nil, err
	}
	return &partReader{io.NewSectionReader(f, s.part.begin, s.part.size), f, s.part.size}, nil
}

type partReader struct {
	io.Reader
	io.Closer
	left int64
}

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.left -= int64(n)
	if err == io.EOF && p.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
