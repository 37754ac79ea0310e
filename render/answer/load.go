package answer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"entrail/ingest"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/render/console"
)

// load reads the evidence into a case: a temporary one, or --db.
func load(ctx context.Context, c *call, private string, stderr io.Writer) (path string, complete bool, err error) {
	target := filepath.Join(private, "case.duckdb")
	var file *ingest.CaseFile
	var exclude []string
	if c.DB != "" {
		file, err = ingest.OpenCaseFile(ctx, c.DB)
		switch {
		case errors.Is(err, ingest.ErrNoCase):
			return "", false, given.Wrong("give another name, or an existing case to add to", "--db %s: %v", c.DB, err)
		case err != nil:
			return "", false, fmt.Errorf("--db %s: %w", c.DB, err)
		}
		defer file.Close()
		target, exclude = file.Partial, file.Files()
	}
	clean := filepath.Join(private, "load")
	if err := os.Mkdir(clean, 0o700); err != nil {
		return "", false, err
	}
	defer removeFolder(clean)
	bar := console.NewProgress(c.Quiet, stderr)
	options := ingest.Options{
		Engine:      c.Engine,
		DateOrder:   c.DateOrder,
		Version:     c.program.Version,
		CommandLine: strings.ToValidUTF8(strings.Join(os.Args[1:], " "), "\ufffd"),
		Now:         c.program.Clock,
		Names:       c.names(),
		Progress:    bar.Update,
		Partitions:  c.Filter.Partitions(),
		Exclude:     exclude,
		Warn: func(sentence string) {
			if !c.Quiet {
				bar.Clear()
				console.Tell(stderr, "%s", sentence)
			}
		},
	}
	options.Engine.Temp = clean
	summary, err := ingest.Load(ctx, target, c.Paths, options)
	bar.Clear()
	if err != nil {
		return "", false, err
	}
	if file == nil {
		return target, summary.Complete(), nil
	}
	if err := queries.AddViews(ctx, target, options.Engine); err != nil {
		return "", false, err
	}
	return c.DB, summary.Complete(), file.Commit()
}
