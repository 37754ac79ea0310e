package given

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entrail/ingest/parquet"
	"entrail/render/output"

	"github.com/spf13/pflag"
)

// formatParquet is no format of render: it is the whole case, not an answer.
const formatParquet = "parquet"

// besideParquet are the flags that say something of writing Parquet.
var besideParquet = []string{"format", "output", "db", "force", "quiet", "date-order", "memory", "threads", "temp"}

// chooseParquet settles where the case goes as Parquet. Any flag that would show a part
// of it, or something else, is refused.
func (c *Call) chooseParquet(flags *pflag.FlagSet) error {
	c.Parquet = true
	var other string
	flags.Visit(func(f *pflag.Flag) {
		if other == "" && !slices.Contains(besideParquet, f.Name) {
			other = f.Name
		}
	})
	switch {
	case other != "":
		return Wrong("leave it out; --user, --since and --until choose partitions when the folder is read", "--%s: Parquet holds the whole case, every table as it is", other)
	case c.Output == "-":
		return Wrong("say -o FOLDER", "Parquet is a folder of files, nothing for standard output")
	case output.IsDeviceName(c.Output):
		return Wrong(otherName, "--output %s: Windows keeps this name for a device or a stream", c.Output)
	}
	entries, err := os.ReadDir(c.Output)
	switch {
	case os.IsNotExist(err), err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return Wrong("give the name of a folder", "--output %s: not a folder", c.Output)
	case !c.Force:
		return Wrong("--force writes over a case as Parquet", "--output %s: the folder is not empty", c.Output)
	}
	text, err := os.ReadFile(filepath.Join(c.Output, parquet.ManifestName))
	isOne, _ := parquet.ReadManifest(text)
	for _, e := range entries {
		if err != nil || !isOne || !IsOfParquet(e.Name()) {
			return Wrong("give a folder that is empty, or new", "--output %s: it holds something else than a case as Parquet, such as %s", c.Output, e.Name())
		}
	}
	for _, name := range append([]string{c.DB, c.SheetAt}, c.Paths...) {
		if info, err := os.Stat(name); err == nil && output.Holds(c.Output, info) {
			return Wrong("evidence is never written to; choose another name", "--output %s: %s, an input of this run, lies in it", c.Output, name)
		}
	}
	manifest, err := os.Stat(filepath.Join(c.Output, parquet.ManifestName))
	for _, p := range c.Paths {
		if err == nil && output.Holds(p, manifest) {
			return Wrong("evidence is never written to; choose another name", "--output %s is an input of this run", c.Output)
		}
	}
	return nil
}

// IsOfParquet tells that an entry of a folder is of a case as Parquet.
func IsOfParquet(name string) bool {
	return name == parquet.ManifestName || name == parquet.Lookups || strings.HasPrefix(name, "log=")
}
