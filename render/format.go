package render

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"entrail/queries"
)

// Format is one way to write a Document.
type Format struct {
	Name      string   // as --format takes it; one that has two forms has two lines
	Endings   []string // of file names, with the dot; the first one is used for new files
	OneReport bool     // it holds the rows of one report and nothing else, no notes either
	Of        []string // the reports that it can hold, in a form of its own without notes; nil = any
	Write     func(io.Writer, Document) error
}

// Formats lists every format.
var Formats = []Format{
	{"text", []string{".txt"}, false, nil, Text},
	{"html", []string{".html", ".htm"}, false, nil, HTML},
	{"xlsx", []string{".xlsx"}, false, nil, XLSX},
	{"csv", []string{".csv"}, true, nil, CSV},
	{"json", []string{".json"}, false, nil, JSON},
	{"jsonl", []string{".jsonl", ".ndjson"}, true, nil, JSONL},
	{"md", []string{".md", ".markdown"}, false, nil, Markdown},
	{"stix", []string{".stix.json"}, true, []string{"indicators"}, STIX},
	{"misp", []string{".misp.json"}, true, []string{"indicators"}, MISP},
	{"timesketch", []string{".jsonl", ".ndjson"}, false, []string{"timeline", "findings"}, TimesketchJSONL},
	{"timesketch", []string{".csv"}, false, []string{"timeline", "findings"}, TimesketchCSV},
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
		return rowsOnPage(d, r)
	case f.Name == "text" && d.Limit > 0 && hasGrid(r):
		return max(d.Limit, maxKept)
	case f.Name == "text":
		return d.Limit
	}
	return 0
}

// Lookup returns the format of that name; of its forms, the one for files that end as
// path does, else the first.
func Lookup(name, path string) (Format, bool) {
	var forms []Format
	for _, f := range Formats {
		if f.Name == name {
			forms = append(forms, f)
		}
	}
	if len(forms) == 0 {
		return Format{}, false
	}
	return forms[max(0, slices.IndexFunc(forms, func(f Format) bool { return f.hasEnding(path) }))], true
}

// FormatFor returns the format that a file's ending asks for.
func FormatFor(path string) (Format, bool) {
	for _, f := range Formats {
		if f.hasEnding(path) {
			return f, true
		}
	}
	return Format{}, false
}

// hasEnding tells that a file of that name is of the format.
func (f Format) hasEnding(path string) bool {
	return slices.Contains(f.Endings, strings.ToLower(filepath.Ext(path)))
}
