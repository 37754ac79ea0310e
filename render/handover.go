package render

import (
	"iter"
	"path"
	"slices"
	"strings"

	"entrail/queries"
)

// handedOver is an answer as a reader elsewhere wants it: files of evidence that were given by
// absolute paths are called by what follows the folders that they all lie in, but for the last
// of these. The machine of the examiner is no part of a report. Provenance keeps the
// whole paths, by which the answer is verified.
func handedOver(d Document) Document {
	called := namesOf(d.Sources)
	all := d.Results
	d.Results = func(yield func(*queries.Result, error) bool) {
		for r, err := range all {
			if err == nil {
				r = calling(r, called)
			}
			if !yield(r, err) {
				return
			}
		}
	}
	d.Sources = slices.Clone(d.Sources)
	for i, s := range d.Sources {
		d.Sources[i].Path = called[s.Path]
	}
	return d
}

// namesOf are the names of files of evidence, by path.
func namesOf(sources []Source) map[string]string {
	called := map[string]string{}
	var common []string // folders
	for i, s := range sources {
		called[s.Path] = s.Path
		file, _, _ := strings.Cut(s.Path, "!") // the archive of a member
		folders := strings.Split(path.Dir(file), "/")
		if i == 0 {
			common = folders
		}
		n := 0
		for n < min(len(common), len(folders)) && common[n] == folders[n] {
			n++
		}
		if common = common[:n]; !isAbsolute(file) {
			common = nil
		}
	}
	if len(common) == 0 {
		return called
	}
	above := strings.Join(common[:len(common)-1], "/") + "/"
	for p := range called {
		called[p] = strings.TrimPrefix(p, above)
	}
	return called
}

// isAbsolute says that a path begins at a root, on whatever system it was given.
func isAbsolute(file string) bool {
	return strings.HasPrefix(file, "/") || len(file) > 2 && file[1:3] == ":/"
}

// calling is the result with these names in its columns of paths.
func calling(r *queries.Result, called map[string]string) *queries.Result {
	var paths []int
	for i, c := range r.Columns {
		if c.Style == queries.Path {
			paths = append(paths, i)
		}
	}
	if len(paths) == 0 {
		return r
	}
	named := *r
	named.Rows = iter.Seq2[[]any, error](func(yield func([]any, error) bool) {
		for row, err := range r.Rows {
			if err == nil {
				row = slices.Clone(row)
				for _, i := range paths {
					if name, ok := called[text(row[i])]; ok {
						row[i] = name
					}
				}
			}
			if !yield(row, err) {
				return
			}
		}
	})
	return &named
}
