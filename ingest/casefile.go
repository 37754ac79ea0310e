package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/gofrs/flock"
)

// A CaseFile adds to the case database of --db. What is loaded goes to a
// copy in the same folder, which takes its place when everything is in: a run that
// is cut off leaves the case as it was, and one that is killed leaves only what
// the next run clears away. One run at a time can have a CaseFile of a case.
type CaseFile struct {
	Partial string // the copy, for Load; it is not there if there is no case yet

	path string // of the case, links followed
	lock *flock.Flock
}

// The endings of what lies beside a case while it is loaded into. Only a run
// that holds the lock removes a partial case, and no one else uses the names.
const (
	partialEnding = ".entrail-partial"
	lockEnding    = ".entrail-lock"
)

// ErrNoCase is the error of OpenCaseFile for a file that is no DuckDB database.
var ErrNoCase = errors.New("the file is there and is no case")

// OpenCaseFile begins to add to the case database at path, which may be a link to it, or
// missing. A case that is there is copied, until the context is done.
func OpenCaseFile(ctx context.Context, path string) (*CaseFile, error) {
	path, err := followed(path)
	if err != nil {
		return nil, err
	}
	c := &CaseFile{Partial: path + partialEnding, path: path, lock: flock.New(path + lockEnding)}
	if err := c.checkNeighbours(); err != nil {
		return nil, err
	}
	if err := replaceable(path); err != nil {
		return nil, err
	}
	if err := c.acquire(); err != nil {
		return nil, err
	}
	c.clear()
	if err := c.copy(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Files are those that lie beside the evidence when the case does, and are none.
func (c *CaseFile) Files() []string {
	return []string{c.path, c.Partial, c.path + lockEnding}
}

// Commit puts the copy in the case's place, when all of it is on the disk: a
// name is never that of half a case, not after a power cut either.
func (c *CaseFile) Commit() error {
	if err := toDisk(c.Partial); err != nil {
		return fmt.Errorf("save the case database: %w", err)
	}
	if err := os.Rename(c.Partial, c.path); err != nil {
		return fmt.Errorf("save the case database: %w", err)
	}
	// Not every system can do this to a folder; without it the case may be
	// the one from before, whole.
	if folder, err := os.Open(filepath.Dir(c.path)); err == nil {
		folder.Sync()
		folder.Close()
	}
	return nil
}

// toDisk waits until what a file holds is on the disk.
func toDisk(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close removes what lies beside the case.
func (c *CaseFile) Close() {
	c.clear()
	os.Remove(c.lock.Path()) // before it is unlocked: then it is nobody else's yet
	c.lock.Close()
	if runtime.GOOS == "windows" {
		os.Remove(c.lock.Path()) // which leaves a file that this or another run has open
	}
}

// replaceable tells before the work whether Commit can do its part: Windows
// replaces no file that is open or write-protected.
func replaceable(path string) error {
	if runtime.GOOS != "windows" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case err == nil:
		return f.Close()
	case IsInUse(err):
		return errors.New("another program has the case open; close it there first")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("the case is write-protected; give another name, or take the protection off")
	}
	return nil // it is missing, or OpenCaseFile says what it is
}

// IsInUse knows the error of a file that another program has open in a way that
// shuts others out. Windows has such: ERROR_SHARING_VIOLATION and
// ERROR_LOCK_VIOLATION.
func IsInUse(err error) bool {
	return runtime.GOOS == "windows" && (errors.Is(err, syscall.Errno(32)) || errors.Is(err, syscall.Errno(33)))
}

// checkNeighbours refuses to go on where the names beside the case are taken by
// what no run has put there: it would be overwritten, or, behind a link, written
// elsewhere.
func (c *CaseFile) checkNeighbours() error {
	for _, name := range []string{c.lock.Path(), c.Partial, c.Partial + ".wal"} {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look into the folder of the case database: %w", err)
		}
		isOurs := info.Mode().IsRegular()
		switch name {
		case c.lock.Path():
			isOurs = isOurs && info.Size() == 0
		case c.Partial: // empty when a run was killed before it wrote a byte
			isOurs = isOurs && (info.Size() == 0 || IsDatabase(name))
		}
		if !isOurs {
			return fmt.Errorf("%s is in the way: entrail uses this name while it loads, and has not made this file; move it away", name)
		}
	}
	return nil
}

// IsDatabase tells that a file begins as those of DuckDB do.
func IsDatabase(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = readHead(f)
	return err == nil
}

// readHead reads the first bytes of a database file.
func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil || string(head[8:]) != "DUCK" {
		return nil, ErrNoCase
	}
	return head, nil
}

// acquire takes the lock. The system drops it when its owner ends, however that
// comes about.
func (c *CaseFile) acquire() error {
	for {
		free, err := c.lock.TryLock()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return nil // a file system without locks
		case err != nil:
			var pathError *fs.PathError
			if errors.As(err, &pathError) {
				err = pathError.Err
			}
			return fmt.Errorf("the case database can't be written in the folder %s: %w; choose another with --db", filepath.Dir(c.path), err)
		case !free:
			return errors.New("another entrail is loading into this case; wait until it is done")
		}
		// The owner before may have removed the file between its opening and
		// its locking.
		held, errHeld := c.lock.Stat()
		there, errThere := os.Stat(c.lock.Path())
		if errHeld == nil && errThere == nil && os.SameFile(held, there) {
			return nil
		}
		c.lock.Close()
	}
}

func (c *CaseFile) clear() {
	os.Remove(c.Partial)
	os.Remove(c.Partial + ".wal")
}

// copy makes the partial case of what is there.
func (c *CaseFile) copy(ctx context.Context) (err error) {
	from, err := os.Open(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the case: %w", err)
	}
	defer from.Close()
	head, err := readHead(from)
	if err != nil {
		return err
	}
	info, err := from.Stat()
	if err != nil {
		return fmt.Errorf("open the case: %w", err)
	}
	to, err := os.OpenFile(c.Partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o600)
	if err != nil {
		return fmt.Errorf("copy the case: %w", err)
	}
	_, err = to.Write(head)
	if err == nil {
		_, err = io.Copy(to, contextReader{ctx, from})
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("copy the case: %w", err)
	}
	return nil
}

// followed is the file that a path leads to, though it may not be there yet.
func followed(path string) (string, error) {
	for range 40 {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link
		}
		if !filepath.IsAbs(target) {
			folder, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", fmt.Errorf("follow the link %s: %w", path, err)
			}
			target = filepath.Join(folder, target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: links that lead in a circle", path)
}
