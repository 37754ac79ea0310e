package given

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entrail/queries"
)

// Bounds of --rules.
const (
	maxFile  = 1 << 20 // bytes of one
	maxFiles = 10_000
)

// Rules reads the files of --rules, in order, and of folders all that can be rules by
// their ending. A file that is given twice comes once. An error is that a path is not
// there, or that there are too many.
func Rules(ctx context.Context, paths []string) ([]queries.RuleFile, error) {
	var all []queries.RuleFile
	var seen []os.FileInfo
	add := func(path string) error {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(seen, func(other os.FileInfo) bool { return os.SameFile(info, other) }):
			return nil
		case len(all) == maxFiles:
			return fmt.Errorf("more than %d files", maxFiles)
		}
		seen = append(seen, info)
		f := queries.RuleFile{Path: path}
		switch {
		case !info.Mode().IsRegular():
			f.Err = errors.New("not a file but a pipe, a socket or a device")
		case !queries.IsRuleFile(path):
			f.Err = fmt.Errorf("its name ends in none of %s", strings.Join(queries.RuleEndings, ", "))
		default:
			f.Text, f.SHA256, f.Err = readHashed(ctx, path, maxFile)
		}
		all = append(all, f)
		return ctx.Err()
	}
	for _, path := range paths {
		if err := walkRules(path, add); err != nil {
			return nil, Wrong("give a file of rules, or a folder with some", "--rules: %v", err)
		}
	}
	return all, nil
}

// walkRules hands over a file, or those of a folder that can be rules.
func walkRules(path string, add func(path string) error) error {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return add(path)
	}
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !queries.IsRuleFile(name) {
			return err
		}
		return add(name)
	})
}

// Sum is the SHA-256 of a file, lower-case hex.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
