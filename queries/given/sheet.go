package given

import (
	"context"
	"os"
	"path/filepath"

	"entrail/queries"
	"entrail/render/output"
)

const newSheet = "entrail --init-case writes one with comments"

// readSheet reads the case sheet of --case.
func readSheet(ctx context.Context, path string) (queries.CaseSheet, error) {
	var sheet queries.CaseSheet
	if path == "" {
		return sheet, Wrong(newSheet, "--case: it names no file")
	}
	text, err := readFile(ctx, path, queries.MaxCaseSheet)
	if err == nil {
		sheet, err = queries.ReadCaseSheet(text)
	}
	if err != nil {
		return sheet, Wrong(newSheet, "--case %s: %v", path, err)
	}
	return sheet, nil
}

// checkNewSheet refuses to write an empty case sheet over what is there.
func (c *Call) checkNewSheet() error {
	switch {
	case len(c.Paths) > 0:
		return Wrong("say -o FILE.toml, and give the exports in the next call", "--init-case reads no evidence")
	case c.Output == "-":
	case output.IsDeviceName(c.Output):
		return Wrong(otherName, "--output %s: Windows keeps this name for a device or a stream", c.Output)
	case output.IsMissing(filepath.Dir(c.Output)):
		return Wrong("make the folder first", "--output %s: there is no folder %s", c.Output, filepath.Dir(c.Output))
	}
	if info, err := os.Stat(c.Output); c.Output != "-" && err == nil && info.Mode().IsRegular() && !c.Force {
		return Wrong("--force writes over it", "--output %s: the file is already there", c.Output)
	}
	return nil
}
