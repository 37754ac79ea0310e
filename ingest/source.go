package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxUnpacked caps what one archive may unpack to: a zip bomb must not fill
// the disk of an examiner. Real exports pack about 20 to 1.
var maxUnpacked int64 = 64 << 30 // tests lower it

const maxUnpackedRatio = 2000

// maxArchiveRatio is the most that an archive in an archive may be packed: it is packed
// already, and only what is made to fill a disk can be packed much more.
const maxArchiveRatio = 100

// How deep archives may lie in archives, and how many in one.
const (
	maxNestedDepth = 5
	maxNested      = 1000
)

// capped ends a text that unpacks to more than is read, with a sentence.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(int64(len(p)), c.left+1)])
	if int64(n) > c.left {
		n = int(c.left)
		err = errors.New("it unpacks to more than is read of one archive; unpack it yourself if you trust it")
	}
	c.left -= int64(n)
	return n, err
}

// source is one input: a file, or a member of a zip archive.
type source struct {
	path     string // as shown, with slashes on every system: logs/a.zip!b.csv for a member
	file     string // on disk
	size     int64
	modified time.Time

	in    *archive // the archive that it is a member of
	entry int      // its number there

	// note, if not empty, says why there is nothing to read; then debris
	// tells whether that is expected.
	note   string
	debris bool

	archive bool // the archive itself: listed, not read
	spooled bool // file is a copy of what a pipe gave
}

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

// debris is what operating systems leave in folders.
var debris = map[string]bool{".ds_store": true, "thumbs.db": true, "desktop.ini": true}

func isDebris(shown string) bool {
	name := strings.ToLower(lastName(shown))
	return debris[name] || strings.HasPrefix(name, "._") || strings.Contains(toSlashes.Replace("/"+strings.ToLower(shown)), "/__macosx/")
}

// lastName is the name of the file alone, or of the member of an archive.
// Programs on Windows have put back slashes into archives.
func lastName(shown string) string { return path.Base(toSlashes.Replace(shown)) }

var toSlashes = strings.NewReplacer("!", "/", `\`, "/")

// findSources lists every input below the paths, in path order, each real file
// once, without those to exclude. What is no file, such as a pipe, is copied to
// the folder temp, for it gives its bytes only once.
func findSources(ctx context.Context, paths, exclude []string, temp string) ([]source, error) {
	var found []source
	seen := files{}
	for _, name := range exclude {
		if info, err := os.Stat(name); err == nil {
			seen.add(info)
		}
	}
	add := func(file string, info fs.FileInfo) {
		if seen.add(info) {
			found = append(found, source{path: filepath.ToSlash(file), file: file, size: info.Size(), modified: info.ModTime()})
		}
	}
	missed := func(file, note string) {
		found = append(found, source{path: filepath.ToSlash(file), file: file, note: note})
	}
	ignored := func(file, note string) {
		found = append(found, source{path: filepath.ToSlash(file), file: file, note: note, debris: true})
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missed(p, "there is no such file or folder; check the name")
		case err != nil:
			missed(p, "can't be read: "+plainReason(err))
		case info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) != 0:
			copied, err := spool(ctx, p, temp)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				missed(p, "can't be read: "+plainReason(err))
			default:
				copied.modified = info.ModTime()
				found = append(found, copied)
			}
		case !info.IsDir() && !info.Mode().IsRegular():
			missed(p, "not a regular file")
		case !info.IsDir():
			add(p, info)
		default:
			isEmpty := true
			// The separator at the end leads through a link to a folder.
			err = filepath.WalkDir(p+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					// An unreadable folder is named; the rest is still read.
					isEmpty = false
					missed(name, "can't be read: "+plainReason(err))
					if d != nil && d.IsDir() {
						return fs.SkipDir
					}
					return nil
				case d.IsDir():
					return nil
				}
				isEmpty = false
				info, err := os.Stat(name) // follows a link to a file
				switch {
				case err != nil:
					missed(name, "can't be read: "+plainReason(err))
				case info.IsDir() && inside(name, paths):
					ignored(name, "a link to a folder that is read anyway")
				case info.IsDir():
					missed(name, "a link to a folder elsewhere, not followed; give that folder too")
				case !info.Mode().IsRegular():
					ignored(name, "not a regular file")
				default:
					add(name, info)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			if isEmpty {
				missed(p, "the folder is empty; check the name")
			}
		}
	}
	if !slices.ContainsFunc(found, func(s source) bool { return s.note == "" }) && len(found) == len(paths) {
		// Nothing at all to read: most likely a slip of the pen.
		var notes []string
		for _, s := range found {
			notes = append(notes, s.path+": "+s.note)
		}
		return nil, errors.New(strings.Join(notes, "; "))
	}
	slices.SortStableFunc(found, func(a, b source) int { return strings.Compare(a.path, b.path) })
	var all []source
	for _, s := range found {
		if isDebris(s.path) {
			s.note, s.debris = "left by the operating system, no log", true
		}
		members, err := s.members(&nested{ctx: ctx, temp: temp, bytes: maxUnpacked}, 1)
		if err != nil {
			return nil, err
		}
		all = append(all, members...)
	}
	return all, nil
}

// files is a set of real files, each under what is cheap to compare.
type files map[fileKey][]fs.FileInfo

type fileKey struct {
	size     int64
	modified time.Time
}

// add is false for a file that is there already, whatever its name.
func (f files) add(info fs.FileInfo) bool {
	key := fileKey{info.Size(), info.ModTime()}
	for _, other := range f[key] {
		if os.SameFile(other, info) {
			return false
		}
	}
	f[key] = append(f[key], info)
	return true
}

// spool copies what a pipe gives to a file in the folder.
func spool(ctx context.Context, path, folder string) (s source, err error) {
	from, err := openPipe(ctx, path)
	if err != nil {
		return s, err
	}
	defer from.Close()
	defer context.AfterFunc(ctx, func() { from.Close() })() // ends a Read that waits
	s = source{path: filepath.ToSlash(path), spooled: true}
	s.file, s.size, err = copyTo(ctx, folder, "pipe-*", from)
	return s, err
}

// openPipe opens a pipe, which may wait for its writer, and is left alone with
// that when the context is done: nothing else ends it.
func openPipe(ctx context.Context, path string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result)
	go func() {
		file, err := os.Open(path)
		select {
		case opened <- result{file, err}:
		case <-ctx.Done():
			file.Close() // nil is no matter
		}
	}()
	select {
	case r := <-opened:
		return r.file, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// copyTo writes a new file in the folder.
func copyTo(ctx context.Context, folder, pattern string, from io.Reader) (name string, size int64, err error) {
	to, err := os.CreateTemp(folder, pattern)
	if err != nil {
		return "", 0, err
	}
	size, err = io.Copy(to, contextReader{ctx, from})
	return to.Name(), size, errors.Join(err, to.Close())
}

// contextReader ends reading when the run is cancelled.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// inside tells whether a link leads to a folder below one of the paths.
func inside(link string, paths []string) bool {
	target, err := filepath.EvalSymlinks(link)
	if err != nil {
		return false
	}
	for _, p := range paths {
		root, err := filepath.EvalSymlinks(p)
		if err != nil {
			continue
		}
		way, err := filepath.Rel(root, target)
		if err == nil && way != ".." && !strings.HasPrefix(way, ".."+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

func plainReason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}

// nested is what the archives in one archive, and in those, may still take.
type nested struct {
	ctx      context.Context
	temp     string // the folder that they are unpacked to
	archives int
	bytes    int64
}

// members returns the source and, if it is a zip archive of files, its files.
// An error is that of the context.
func (s source) members(n *nested, depth int) ([]source, error) {
	if s.note != "" || !s.startsWith("PK\x03\x04") && !s.startsWith("PK\x05\x06") {
		return []source{s}, nil
	}
	in := &archive{file: s.file}
	entries, err := in.entries()
	if err != nil {
		s.note = "the zip archive can't be opened: " + err.Error() + "; was the copy complete?"
		return []source{s}, nil
	}
	defer in.close()
	if isWorkbook(entries) {
		return []source{s}, nil
	}
	s.archive = true
	all := []source{s}
	var unpacked uint64
	shared := overlapping(entries)
	for i, f := range entries {
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) && f.UncompressedSize64 == 0 {
			continue // a folder
		}
		m := source{path: s.path + "!" + f.Name, file: s.file, size: int64(f.UncompressedSize64), modified: f.Modified, in: in, entry: i}
		unpacked += f.UncompressedSize64
		switch {
		case isDebris(f.Name):
			m.note, m.debris = "left by the operating system, no log", true
		case f.Flags&1 != 0:
			m.note = "protected by a password; unpack the archive and give the files"
		case shared[i]:
			m.note = "not unpacked: it lies in the bytes of another file of the archive, as no program packs it; unpack it yourself if you trust it"
		case unpacked > uint64(maxUnpacked) || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxUnpackedRatio:
			m.note = fmt.Sprintf("not unpacked: it would grow to %d bytes from %d; unpack it yourself if you trust it", f.UncompressedSize64, f.CompressedSize64)
		}
		isArchive := strings.EqualFold(path.Ext(f.Name), ".zip")
		if isArchive && m.note == "" && f.UncompressedSize64 > 1<<18 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxArchiveRatio {
			m.note = fmt.Sprintf("not unpacked: an archive that would grow to %d bytes from %d; unpack it yourself if you trust it", f.UncompressedSize64, f.CompressedSize64)
		}
		if m.note != "" || !isArchive {
			all = append(all, m)
			continue
		}
		inner, err := m.unpacked(n, f, depth)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	if len(all) == 1 {
		s.archive, s.note = false, "a zip archive without a file; was the copy complete?"
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

// unpacked returns an archive that lies in another, and its files.
func (s source) unpacked(n *nested, f *zip.File, depth int) ([]source, error) {
	if n.archives++; depth >= maxNestedDepth || n.archives > maxNested {
		s.note = "an archive among too many that lie in one another, not unpacked; unpack it yourself if you trust it"
		return []source{s}, nil
	}
	member, err := f.Open()
	if err == nil {
		defer member.Close()
		s.in = nil
		s.file, s.size, err = copyTo(n.ctx, n.temp, "member-*.zip", &capped{member, n.bytes})
		n.bytes -= s.size
	}
	switch {
	case n.ctx.Err() != nil:
		return nil, n.ctx.Err()
	case err != nil:
		s.note = "can't be unpacked: " + plainReason(err)
		return []source{s}, nil
	}
	return s.members(n, depth+1)
}

func (s source) startsWith(magic string) bool {
	f, err := os.Open(s.file)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(magic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == magic
}

// opened is a source being read: what comes out of Read is unpacked; sum and
// size are of the file's own bytes (of a member: of its unpacked bytes).
type opened struct {
	io.Reader
	raw      io.Reader // the file's own bytes; reading them feeds hash
	hash     *hasher
	gzipped  bool
	closeAll func() error
}

// open starts reading, until the context is done. progress is told of every
// portion of raw bytes.
func (s source) open(ctx context.Context, progress func(bytes int64)) (*opened, error) {
	o := &opened{}
	var raw io.Reader
	if s.in != nil {
		entries, err := s.in.entries()
		if err != nil {
			return nil, err
		}
		member, err := entries[s.entry].Open()
		if err != nil {
			return nil, err
		}
		raw, o.closeAll = &capped{member, maxUnpacked}, member.Close
	} else {
		f, err := os.Open(s.file)
		if err != nil {
			return nil, errors.New(plainReason(err))
		}
		raw, o.closeAll = f, f.Close
	}
	o.hash = newHasher(progress) // only now: close ends it
	o.raw = io.TeeReader(contextReader{ctx, raw}, o.hash)
	buffered := bufio.NewReaderSize(o.raw, 1<<12)
	o.Reader = buffered
	if head, _ := buffered.Peek(3); bytes.Equal(head, []byte{0x1f, 0x8b, 8}) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			o.close()
			return nil, fmt.Errorf("the gzip file can't be opened: %w; was the copy complete?", err)
		}
		o.gzipped = true
		o.Reader = &capped{unpacked, maxUnpacked}
	}
	return o, nil
}

// close reads what is left, so that the sum covers the whole file.
func (o *opened) close() (sum string, size int64, err error) {
	_, err = io.Copy(io.Discard, o.raw)
	sum, size = o.hash.sum()
	return sum, size, errors.Join(err, o.closeAll())
}

// hasher sums what is written to it beside the writer's own work.
type hasher struct {
	hash     hash.Hash
	blocks   chan []byte
	free     chan []byte
	done     chan struct{}
	size     int64
	progress func(int64)
}

func newHasher(progress func(int64)) *hasher {
	h := &hasher{hash: sha256.New(), blocks: make(chan []byte, 16), free: make(chan []byte, 17), done: make(chan struct{}), progress: progress}
	go func() {
		for b := range h.blocks {
			h.hash.Write(b)
			select {
			case h.free <- b:
			default:
			}
		}
		close(h.done)
	}()
	return h
}

func (h *hasher) Write(p []byte) (int, error) {
	var b []byte
	select {
	case b = <-h.free:
	default:
	}
	h.blocks <- append(b[:0], p...)
	h.size += int64(len(p))
	h.progress(int64(len(p)))
	return len(p), nil
}

func (h *hasher) sum() (string, int64) {
	close(h.blocks)
	<-h.done
	return hex.EncodeToString(h.hash.Sum(nil)), h.size
}
