package verify

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"entrail/render"
)

// mostFiles bounds how many files below a path decide what it is called.
const mostFiles = 10_000

// Names are what each of these paths was called when the evidence was read then: that
// below which most of the files there had their names. A path that is none of them has the
// name that it is given by.
func Names(paths []string, evidence []render.Source) []string {
	called := map[string][]string{} // by the last name
	for _, s := range evidence {
		file, _, _ := strings.Cut(s.Path, "!") // the archive of a member
		last := path.Base(file)
		if !slices.Contains(called[last], file) {
			called[last] = append(called[last], file)
		}
	}
	var names []string
	for _, p := range paths {
		names = append(names, nameOf(p, called))
	}
	return names
}

func nameOf(given string, called map[string][]string) string {
	own := filepath.ToSlash(given)
	if info, err := os.Stat(given); err != nil || !info.IsDir() {
		all := called[path.Base(own)]
		if len(all) == 0 || slices.Contains(all, own) {
			return own
		}
		return all[0]
	}
	votes := map[string]int{} // of the files below, by the folder that they were in
	n := 0
	filepath.WalkDir(given, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if n++; n > mostFiles {
			return fs.SkipAll
		}
		below, err := filepath.Rel(given, file)
		if err != nil {
			return nil
		}
		below = filepath.ToSlash(below)
		for _, then := range called[path.Base(below)] {
			if folder, ok := strings.CutSuffix("/"+then, "/"+below); ok {
				votes[cmp.Or(strings.TrimPrefix(folder, "/"), ".")]++
			}
		}
		return nil
	})
	best := path.Clean(own)
	for _, folder := range slices.Sorted(maps.Keys(votes)) {
		if votes[folder] > votes[best] {
			best = folder
		}
	}
	return best
}
