package given

import (
	"context"
	"os"

	"entrail/queries"
	"entrail/render"
)

// readCaseSheet reads the sheet of --case.
func (c *Call) readCaseSheet(ctx context.Context) error {
	const hint = "entrail --init-case writes one with comments"
	if c.SheetAt == "" {
		return Wrong(hint, "--case: it names no file")
	}
	text, sum, err := readHashed(ctx, c.SheetAt, queries.MaxCaseSheet)
	if err != nil {
		return Wrong(hint, "--case %s: %v", c.SheetAt, err)
	}
	if c.Sheet, err = queries.ReadCaseSheet(text); err != nil {
		return Wrong(hint, "--case %s: %v", c.SheetAt, err)
	}
	c.Inputs = append(c.Inputs, render.Input{Flag: "--case", Path: c.SheetAt, SHA256: sum})
	return nil
}

// checkInitCase refuses what --init-case can't do, and to write over a file.
func (c *Call) checkInitCase() error {
	if len(c.Paths) > 0 {
		return Wrong("say -o FILE.toml, and write nothing else", "--init-case reads no evidence")
	}
	if _, err := os.Stat(c.Output); c.Output != "-" && err == nil && !c.Force {
		return Wrong("--force writes over it", "--output %s: the file is already there", c.Output)
	}
	return nil
}
