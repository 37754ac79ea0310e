// Package output is where an answer goes: standard output, a device or pipe, or a file,
// which appears when it is whole.
package output

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Write writes to standard output, to a device or pipe as it stands, or to
// a file that appears only when it is whole.
func Write(path string, stdout io.Writer, fill func(io.Writer) error) error {
	if path == "-" {
		return buffered(stdout, fill)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		defer f.Close()
		if err := buffered(f, fill); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return f.Close()
	}
	p, err := NewPartial(path, fill)
	if err != nil {
		return err
	}
	defer p.Remove()
	return p.Commit()
}

// Partial is a file that is whole, and not yet there under its name.
type Partial struct{ path, name string }

// NewPartial writes a file next to where it is to be.
func NewPartial(path string, fill func(io.Writer) error) (Partial, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return Partial{}, fmt.Errorf("write %s: %w", path, err)
	}
	p := Partial{path, f.Name()}
	err = buffered(f, fill)
	if closed := errors.Join(f.Chmod(0o644), f.Close()); err == nil {
		err = closed
	}
	if err != nil {
		p.Remove()
		return Partial{}, fmt.Errorf("write %s: %w", path, err)
	}
	return p, nil
}

// Commit gives the file its name.
func (p Partial) Commit() error {
	if err := os.Rename(p.name, p.path); err != nil {
		return fmt.Errorf("write %s: %w", p.path, err)
	}
	return nil
}

// Remove takes the file away, unless it has its name.
func (p Partial) Remove() { os.Remove(p.name) }

// buffered collects the many small writes of fill; the first error counts.
func buffered(to io.Writer, fill func(io.Writer) error) error {
	w := bufio.NewWriterSize(to, 1<<20)
	err := fill(w)
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}

// IsMissing tells that there is nothing of that name.
func IsMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// Holds tells whether the file is the path, or below it.
func Holds(path string, file os.FileInfo) bool {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	found := false
	filepath.WalkDir(root, func(name string, _ os.DirEntry, _ error) error {
		if info, err := os.Stat(name); err == nil && os.SameFile(info, file) {
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

// IsDeviceName knows the names, such as aux.csv, that on Windows are none of
// files: what is written there goes to a device or, behind a colon, into a
// stream beside the file, without a word. NUL alone is what it says.
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func IsDeviceName(path string) bool {
	name := filepath.Base(path)
	return runtime.GOOS == "windows" && name != `\` && name != ".." && !strings.EqualFold(name, os.DevNull) && !filepath.IsLocal(name)
}
