package answer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entrail/ingest"
	"entrail/ingest/pseudonym"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/render/output"
)

// Pseudonymise makes a copy of the case with pseudonyms in the place of names, and the key
// if it is not there.
func (p Program) Pseudonymise(ctx context.Context, asked *given.Call, stderr io.Writer) (complete bool, err error) {
	c := p.call(asked)
	private, err := makeFolder(c.Engine.Temp)
	if err != nil {
		return false, err
	}
	defer removeFolder(private)
	c.Engine.Temp = private
	key, err := pseudonym.ReadKey(c.KeyFile)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return false, fmt.Errorf("--key-file %s: %w", c.KeyFile, err)
	}
	path, complete := c.DB, true
	if len(c.Paths) > 0 {
		if path, complete, err = load(ctx, c, private, stderr); err != nil {
			return false, err
		}
	}
	if isNew {
		if key, err = pseudonym.MakeKey(c.KeyFile); err != nil {
			return false, fmt.Errorf("--key-file %s: make the key: %w", c.KeyFile, err)
		}
		c.say(stderr, "a new key was made: %s; without it there is no way back from the pseudonyms", c.KeyFile)
	}
	file, err := ingest.OpenCaseFile(ctx, c.Pseudonymise)
	if err != nil {
		return false, fmt.Errorf("--pseudonymise %s: %w", c.Pseudonymise, err)
	}
	defer file.Close()
	judged, err := queries.Pseudonymise(ctx, path, file.Partial, key, c.Engine)
	if err != nil {
		return false, fmt.Errorf("--pseudonymise %s: %w", c.Pseudonymise, err)
	}
	if err := file.Commit(); err != nil {
		return false, err
	}
	c.say(stderr, "copy with pseudonyms written to %s", c.Pseudonymise)
	if len(judged) > 0 {
		c.say(stderr, "findings of %d rules, which read how a name is spelt, are as judged on the original: %s", len(judged), strings.Join(judged, ", "))
	}
	return complete, nil
}

// Restore writes a text about a copy in the original names.
func (p Program) Restore(ctx context.Context, asked *given.Call, stdin io.Reader, stdout, stderr io.Writer) error {
	c := p.call(asked)
	private, err := makeFolder(c.Engine.Temp)
	if err != nil {
		return err
	}
	defer removeFolder(private)
	c.Engine.Temp = private
	key, err := pseudonym.ReadKey(c.KeyFile)
	if err != nil {
		return fmt.Errorf("--key-file %s: %w", c.KeyFile, err)
	}
	names, err := pseudonym.Restorer(ctx, c.DB, key, c.Engine)
	if err != nil {
		return fmt.Errorf("--db %s: %w", c.DB, err)
	}
	from := stdin
	if c.Restore != "-" {
		f, err := os.Open(c.Restore)
		if err != nil {
			return fmt.Errorf("--restore: %w", err)
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return fmt.Errorf("--restore %s: %w", c.Restore, err)
	}
	err = output.Write(c.Output, stdout, func(w io.Writer) error {
		_, err := io.WriteString(w, names.Text(string(text), pseudonym.Other))
		return err
	})
	if err == nil && c.Output != "-" {
		c.say(stderr, "written to %s", c.Output)
	}
	return err
}

// restored is the case that the copy of --db was made of, in the folder.
func (c *call) restored(ctx context.Context, folder string) (path string, err error) {
	key, err := pseudonym.ReadKey(c.KeyFile)
	if err != nil {
		return "", fmt.Errorf("--key-file %s: %w", c.KeyFile, err)
	}
	path = filepath.Join(folder, "restored.duckdb")
	if err := pseudonym.Restore(ctx, c.DB, path, key, c.Engine); err != nil {
		return "", fmt.Errorf("--db %s: %w", c.DB, err)
	}
	return path, nil
}
