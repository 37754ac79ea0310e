package render

import (
	"io"
	"path/filepath"
	"strings"

	"entrail/queries"
)

// Format is one way to write a Document.
type Format struct {
	Name    string   // as --format takes it
	Endings []string // of file names, with the dot; the first one is used for new files
	Write   func(io.Writer, Document) error
}

// Formats lists every format.
var Formats = []Format{
	{"text", []string{".txt"}, Text},
	{"html", []string{".html", ".htm"}, HTML},
	{"xlsx", []string{".xlsx"}, XLSX},
	{"csv", []string{".csv"}, CSV},
	{"json", []string{".json"}, JSON},
	{"md", []string{".md", ".markdown"}, Markdown},
}

// Rows is how many rows of a report the format shows at most, so that no more
// are asked for; 0 = all.
func (f Format) Rows(d Document, r queries.Report) int {
	switch {
	case r.Layout == queries.Summary:
		return 0
	case f.Name == "html":
		return htmlRows
	case f.Name == "text" && d.Limit > 0 && hasGrid(r):
		return max(d.Limit, maxKept)
	case f.Name == "text":
		return d.Limit
	}
	return 0
}

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// FormatFor returns the format that a file's ending asks for.
func FormatFor(path string) (Format, bool) {
	ending := strings.ToLower(filepath.Ext(path))
	for _, f := range Formats {
		for _, e := range f.Endings {
			if e == ending {
				return f, true
			}
		}
	}
	return Format{}, false
}
