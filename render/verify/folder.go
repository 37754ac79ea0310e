package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entrail/ingest/parquet"
	"entrail/render"
)

// Answer is a file that was handed over, and what it says of itself.
type Answer struct {
	Path   string
	Before Provenance
}

// ReadFolder reads the provenance of each file in a folder, by name. strays says of the
// others why they are no answers; a link is none, wherever it leads.
func ReadFolder(folder, temp string) (answers []Answer, strays []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, plain(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for _, e := range entries {
		of, isBeside := strings.CutSuffix(e.Name(), render.ProvenanceEnding)
		switch {
		case isBeside && names[of]:
			continue
		case isBeside:
			strays = append(strays, fmt.Sprintf("%s is missing, its provenance is there", excerpt(of)))
			continue
		case !e.Type().IsRegular():
			strays = append(strays, excerpt(e.Name())+" is no file but a folder, a link or the like")
			continue
		}
		a := Answer{Path: filepath.Join(folder, e.Name())}
		if e.Name() == parquet.ManifestName && isManifest(a.Path) {
			return nil, nil, errParquet
		}
		if a.Before, err = Read(a.Path, temp); err != nil {
			strays = append(strays, fmt.Sprintf("%s: %v", excerpt(e.Name()), err))
			continue
		}
		answers = append(answers, a)
	}
	return answers, strays, nil
}

// errParquet is the error of a case as Parquet, whose books are those of its loading.
var errParquet = errors.New("it is a case as Parquet, which is evidence and no answer; its report files has the hashes of the exports")

func isManifest(path string) bool {
	f, _, err := openFile(path)
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxProvenance))
	isOne, _ := parquet.ReadManifest(text)
	return err == nil && isOne
}

// Runs puts together what one run made: the answers that say the same of themselves but
// which report they hold. They come in the order of their first ones.
func Runs(answers []Answer) [][]Answer {
	var runs [][]Answer
	at := map[string]int{}
	for _, a := range answers {
		before := a.Before
		before.Report = ""
		key, _ := json.Marshal(before) // texts and times alone
		if _, isThere := at[string(key)]; !isThere {
			at[string(key)] = len(runs)
			runs = append(runs, nil)
		}
		i := at[string(key)]
		runs[i] = append(runs[i], a)
	}
	return runs
}

// Lacking names the files that a run writes into the folder and that are not there, in one
// sentence; empty = none.
func Lacking(folder string, files []string) string {
	var missing []string
	for _, file := range files {
		if _, err := os.Lstat(filepath.Join(folder, filepath.Base(file))); err != nil {
			missing = append(missing, filepath.Base(file))
		}
	}
	slices.Sort(missing)
	switch more := len(missing) - mostNamed; {
	case len(missing) == 0:
		return ""
	case more > 0:
		return fmt.Sprintf("missing: %s and %d more", strings.Join(missing[:mostNamed], ", "), more)
	}
	return "missing: " + strings.Join(missing, ", ")
}
