package output

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteFolder writes a folder that appears when it is whole. fill writes into one that
// is empty, within it; the entries before of which isStale is true then go.
func WriteFolder(path string, isStale func(name string) bool, fill func(folder string) error) (err error) {
	_, statErr := os.Stat(path)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if errors.Is(statErr, os.ErrNotExist) {
		defer func() {
			if err != nil {
				os.Remove(path)
			}
		}()
	}
	partial, err := os.MkdirTemp(path, "partial-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.RemoveAll(partial)
	if err := fill(partial); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return replace(path, partial, isStale)
}

// replace moves the entries of the folder partial one up.
func replace(path, partial string, isStale func(name string) bool) error {
	before, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	made, err := os.ReadDir(partial)
	if err != nil {
		return err
	}
	stale, err := os.MkdirTemp(path, "replaced-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stale)
	for _, e := range before {
		if isStale(e.Name()) {
			if err := os.Rename(filepath.Join(path, e.Name()), filepath.Join(stale, e.Name())); err != nil {
				return fmt.Errorf("write over %s: %w", path, err)
			}
		}
	}
	for _, e := range made {
		if err := os.Rename(filepath.Join(partial, e.Name()), filepath.Join(path, e.Name())); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
