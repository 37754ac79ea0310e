package render

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	"entrail/queries"
)

// Format is one way to write a Document.
type Format struct {
	Name       string   // as --format takes it
	Endings    []string // of file names, with the dot; the first one is used for new files
	OneReport  bool     // it holds the rows of one report and nothing else, no notes either
	Indicators bool     // that report is indicators
	Write      func(io.Writer, Document) error
}

// Formats lists every format.
var Formats = []Format{
	{"text", []string{".txt"}, false, false, Text},
	{"html", []string{".html", ".htm"}, false, false, HTML},
	{"xlsx", []string{".xlsx"}, false, false, XLSX},
	{"csv", []string{".csv"}, true, false, CSV},
	{"json", []string{".json"}, false, false, JSON},
	{"jsonl", []string{".jsonl", ".ndjson"}, true, false, JSONL},
	{"md", []string{".md", ".markdown"}, false, false, Markdown},
	{"stix", []string{".stix.json"}, true, true, STIX},
	{"misp", []string{".misp.json"}, true, true, MISP},
}

// errOneReport is the answer of a format that holds one report.
var errOneReport = errors.New("a file of this format holds one report: name a folder to write one file each")

// writeOne writes the one result of a document, for a format that holds no more.
func writeOne(d Document, write func(*queries.Result) error) error {
	if d.Several {
		return errOneReport
	}
	first := true
	for r, err := range d.Results {
		switch {
		case err != nil:
			return err
		case !first:
			return errOneReport
		}
		first = false
		if err := write(r); err != nil {
			return err
		}
	}
	return nil
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
