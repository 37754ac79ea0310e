package given

import (
	"os"
	"path/filepath"
	"slices"

	"entrail/render/output"

	"github.com/spf13/pflag"
)

var (
	// besidePseudonymise are the flags that say something of making a copy with pseudonyms.
	besidePseudonymise = []string{"pseudonymise", "key-file", "db", "quiet", "date-order", "memory", "threads", "temp"}
	// besideRestore are those of leading a text back from them.
	besideRestore = []string{"restore", "key-file", "db", "output", "force", "quiet", "memory", "threads", "temp"}
)

// checkPseudonyms refuses what can't stand beside --pseudonymise, --restore and --key-file.
func (c *Call) checkPseudonyms(flags *pflag.FlagSet) error {
	beside := func(allowed []string) (other string) {
		flags.Visit(func(f *pflag.Flag) {
			if other == "" && !slices.Contains(allowed, f.Name) {
				other = f.Name
			}
		})
		return other
	}
	switch {
	case flags.Changed("pseudonymise"):
		switch other := beside(besidePseudonymise); {
		case c.Pseudonymise == "":
			return Wrong("give the name of the copy", "--pseudonymise: it names no file")
		case other != "":
			return Wrong("leave it out; ask the copy with --db", "--pseudonymise and --%s exclude each other: the copy is of the whole case", other)
		case c.KeyFile == "":
			return Wrong("say --key-file FILE; a file that is not there is made", "--pseudonymise: names are replaced by a key, and led back by it alone")
		case output.IsDeviceName(c.Pseudonymise):
			return Wrong(otherName, "--pseudonymise %s: Windows keeps this name for a device or a stream", c.Pseudonymise)
		case isThere(c.Pseudonymise):
			return Wrong("choose another name", "--pseudonymise %s: the file is already there", c.Pseudonymise)
		case output.IsMissing(filepath.Dir(c.Pseudonymise)):
			return Wrong("make the folder first", "--pseudonymise %s: there is no folder %s", c.Pseudonymise, filepath.Dir(c.Pseudonymise))
		case output.IsDeviceName(c.KeyFile):
			return Wrong(otherName, "--key-file %s: Windows keeps this name for a device or a stream", c.KeyFile)
		case output.IsMissing(filepath.Dir(c.KeyFile)):
			return Wrong("make the folder first", "--key-file %s: there is no folder %s", c.KeyFile, filepath.Dir(c.KeyFile))
		case isOneName(c.KeyFile, c.Pseudonymise) || isOneName(c.KeyFile, c.DB) || isOneName(c.Pseudonymise, c.DB):
			return Wrong("choose three names", "--pseudonymise, --key-file and --db are three files")
		}
		return nil
	case flags.Changed("restore"):
		switch other := beside(besideRestore); {
		case c.Restore == "":
			return Wrong("give the file with the text", "--restore: it names no file")
		case other != "":
			return Wrong("leave it out", "--restore and --%s exclude each other", other)
		case c.KeyFile == "" || c.DB == "":
			return Wrong("say --db COPY --key-file FILE", "--restore: it takes the copy and the key that it was made with")
		}
	case !flags.Changed("key-file"):
		return nil
	}
	switch {
	case c.KeyFile == "":
		return Wrong("give the key that the copy was made with", "--key-file: it names no file")
	case c.DB == "" || len(c.Paths) > 0:
		return Wrong("--db COPY --key-file FILE asks a copy in the original names, --pseudonymise COPY --key-file FILE makes one", "--key-file goes with --db alone, or with --pseudonymise")
	case output.IsMissing(c.KeyFile):
		return Wrong("give the key that the copy was made with", "--key-file %s: there is no such file", c.KeyFile)
	}
	return nil
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// isOneName tells that two paths are spelt alike.
func isOneName(a, b string) bool { return a != "" && filepath.Clean(a) == filepath.Clean(b) }
