package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// source is one input: a file, or a member of an archive.
type source struct {
	path     string // as shown, with slashes on every system: logs/a.zip!b.csv for a member
	file     string // on disk
	size     int64
	modified time.Time

	in    *archive // the zip archive that it is a member of
	entry int      // its number there
	part  *extent  // of file, if it is a member of a tar archive

	// note, if not empty, says why there is nothing to read; then debris
	// tells whether that is expected.
	note   string
	debris bool

	archive string // its kind, if it is one: listed, not read
	spooled bool   // file is a copy of what a pipe gave
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
// once, without those to exclude. A path that has a name is called by it. What is no file, such as a pipe, is copied to
// the folder temp, for it gives its bytes only once.
func findSources(ctx context.Context, paths, names, exclude []string, temp string) ([]source, error) {
	var found []source
	seen := files{}
	for _, name := range exclude {
		if info, err := os.Stat(name); err == nil {
			seen.add(info)
		}
	}
	var given, name string // the path below which a file lies, and what it is called
	shown := func(file string) string {
		if name != "" {
			switch below, err := filepath.Rel(given, file); {
			case err != nil:
			case below == ".":
				file = name
			default:
				file = filepath.Join(name, below)
			}
		}
		return filepath.ToSlash(file)
	}
	add := func(file string, info fs.FileInfo) {
		if seen.add(info) {
			found = append(found, source{path: shown(file), file: file, size: info.Size(), modified: info.ModTime()})
		}
	}
	missed := func(file, note string) {
		found = append(found, source{path: shown(file), file: file, note: note})
	}
	ignored := func(file, note string) {
		found = append(found, source{path: shown(file), file: file, note: note, debris: true})
	}
	for i, p := range paths {
		if given = p; len(names) > 0 {
			name = names[i]
		}
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
				copied.path, copied.modified = shown(p), info.ModTime()
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

// opened is a source being read: what comes out of Read is unpacked; sum and
// size are of the file's own bytes (of a member: of its unpacked bytes).
type opened struct {
	io.Reader
	raw     io.Reader // the file's own bytes; reading them feeds hash
	hash    *hasher
	packing string // what it was unpacked with; "" = nothing
	done    func() // ends the unpacking
	file    io.Closer
}

// open starts reading, until the context is done. progress hears of every
// portion of raw bytes.
func (s source) open(ctx context.Context, progress func(bytes int64)) (*opened, error) {
	o := &opened{}
	var raw io.ReadCloser
	switch {
	case s.in != nil:
		entries, err := s.in.entries()
		if err != nil {
			return nil, err
		}
		member, err := entries[s.entry].Open()
		if err != nil {
			return nil, err
		}
		raw = struct {
			io.Reader
			io.Closer
		}{&capped{member, maxUnpacked}, member}
	case s.part != nil:
		part, err := s.openPart()
		if err != nil {
			return nil, errors.New(plainReason(err))
		}
		raw = part
	default:
		f, err := os.Open(s.file)
		if err != nil {
			return nil, errors.New(plainReason(err))
		}
		raw = f
	}
	o.file = raw
	o.hash = newHasher(progress) // only now: close ends it
	o.raw = io.TeeReader(contextReader{ctx, raw}, o.hash)
	text, packing, done, err := unpacked(o.raw, maxUnpacked)
	if err != nil {
		o.close()
		return nil, err
	}
	o.Reader, o.packing, o.done = text, packing, done
	return o, nil
}

// close reads what is left, so that the sum covers the whole file.
func (o *opened) close() (sum string, size int64, err error) {
	if o.done != nil {
		o.done()
	}
	_, err = io.Copy(io.Discard, o.raw)
	sum, size = o.hash.sum()
	return sum, size, errors.Join(err, o.file.Close())
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
