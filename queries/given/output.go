package given

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entrail/ingest"
	"entrail/queries"
	"entrail/render"
	"entrail/render/console"
	"entrail/render/output"
)

// chooseOutput settles where to write, in which format, and which reports.
func (c *Call) chooseOutput(format string, names []string, stdout io.Writer) error {
	info, err := os.Stat(c.Output)
	c.Folder = err == nil && info.IsDir() || strings.HasSuffix(c.Output, "/") || strings.HasSuffix(c.Output, string(os.PathSeparator))
	var known bool
	switch {
	case format != "":
		if c.Format, known = render.Lookup(format, c.Output); !known {
			var all []string
			for _, f := range render.Formats {
				all = append(all, f.Name)
			}
			return Wrong("one of "+strings.Join(append(slices.Compact(all), formatParquet), ", "), "--format %s: there is no such format", format)
		}
	case c.Folder:
		c.Format, _ = render.Lookup("csv", "")
	case c.Output == "-":
		c.Format, _ = render.Lookup("text", "")
	default:
		if c.Format, known = render.FormatFor(c.Output); !known {
			return Wrong("end the name in .html, .xlsx, .csv, .json, .jsonl, .md or .txt, or say --format", "--output %s: the ending tells no format", c.Output)
		}
	}
	if c.Format.Name == "xlsx" && c.Output == "-" && console.IsTerminal(stdout) {
		return Wrong("say -o FILE.xlsx", "an XLSX file is nothing for a terminal")
	}
	c.Unasked = len(names) == 0 && len(c.Reports) == 0
	c.Dossier = c.Unasked && !c.Folder && c.namesOneThing() && slices.Contains([]string{"html", "xlsx", "md"}, c.Format.Name)
	if c.Dossier {
		c.Reports = []queries.Report{{Name: "dossier"}}
	}
	if len(names) == 0 {
		names = []string{"all"}
		switch {
		case c.Format.Of != nil:
			names = c.Format.Of
		case c.Format.Name == "md" && !c.Folder: // a page for a ticket
			names = []string{"totals", "story", "open_questions"}
		case c.Format.Name == "xlsx" && !c.Folder:
			names = nil
			for _, r := range queries.Reports() {
				if r.InWorkbook {
					names = append(names, r.Name)
				} else {
					c.Others = append(c.Others, r)
				}
			}
		case c.Output == "-":
			names = []string{"summary"}
			if c.Format.Name == "text" {
				names = []string{"story"}
			}
		}
	}
	if len(c.Reports) == 0 {
		if c.Reports, err = queries.Select(names); err != nil {
			return &Mistake{Message: err.Error()}
		}
		for _, r := range c.Reports {
			if queries.IsNamed(names, r) {
				c.ByName = append(c.ByName, r.Name)
			}
		}
	}
	of := strings.ToUpper(c.Format.Name)
	switch {
	case c.Explain != "" && (c.Folder || c.Format.OneReport):
		return Wrong("say -o FILE.html, or -f json", "--explain writes several tables on one page, which is neither a folder nor a %s file", of)
	case c.Format.OneReport && len(c.Reports) > 1 && !c.Folder:
		return Wrong("choose one with --report, or give a folder: -o reports/", "a %s file holds one report, %d are asked for", of, len(c.Reports))
	case len(c.Columns) > 0 && (len(c.Reports) > 1 || c.Explain != "" || c.Dossier):
		return Wrong("choose one with --report", "--columns is for one report, or a query")
	case c.Format.Of != nil && (c.Explain != "" || slices.ContainsFunc(c.Reports, func(r queries.Report) bool { return !slices.Contains(c.Format.Of, r.Name) })):
		return Wrong("leave --report out", "a %s file holds the reports %s and nothing else", of, strings.Join(c.Format.Of, ", "))
	case c.Format.Of != nil && len(c.Columns) > 0:
		return Wrong("leave --columns out", "a %s file has columns of its own", of)
	case c.Bare && c.Format.Name != "json" && c.Format.HoldsProvenance():
		return Wrong("say -f json, or leave it out", "--no-meta is not for %s, which says on the page where it comes from", c.Format.Name)
	}
	return c.protect()
}

// namesOneThing tells that exactly one of the flags is given that name one kind of thing.
func (c *Call) namesOneThing() bool {
	kinds := 0
	for _, values := range [][]string{c.Filter.Users, c.Filter.Sessions, c.Filter.Apps, c.Filter.IPs, c.Filter.Findings, c.Filter.Incidents} {
		if len(values) > 0 {
			kinds++
		}
	}
	return kinds == 1
}

// IsShort says that the answer is the summary of a case or a dossier in Markdown, which has
// what a page or a ticket takes.
func (c *Call) IsShort() bool { return c.Unasked && !c.Folder && c.Format.Name == "md" }

// FileOf is where a report goes when --output is a folder.
func (c *Call) FileOf(r queries.Report) string {
	return filepath.Join(c.Output, r.Name+c.Format.Endings[0])
}

// ProvenanceOf is the name of the file that has the provenance of an output, where the
// format can't hold it, or would be too long with it; empty where it can, where it is not wanted,
// and where the output is no file.
func (c *Call) ProvenanceOf(name string) string {
	if name == "-" || c.Bare || c.Format.HoldsProvenance() && !c.IsShort() {
		return ""
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return ""
	}
	return name + render.ProvenanceEnding
}

// protect refuses, before anything is read, to write over what is there:
// other files only with --force, evidence and the case never.
func (c *Call) protect() error {
	files := []string{c.Output}
	switch {
	case c.Folder:
		files = nil
		for _, r := range c.Reports {
			files = append(files, c.FileOf(r))
		}
	case c.Output == "-":
		files = nil
	case output.IsMissing(filepath.Dir(c.Output)):
		return Wrong("make the folder first", "--output %s: there is no folder %s", c.Output, filepath.Dir(c.Output))
	}
	if output.IsDeviceName(c.Output) {
		return Wrong(otherName, "--output %s: Windows keeps this name for a device or a stream", c.Output)
	}
	for _, name := range files {
		if with := c.ProvenanceOf(name); with != "" {
			files = append(files, with)
		}
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if !c.Force {
			return Wrong("--force writes over it", "--output %s: the file is already there", name)
		}
		if sheet, err := os.Stat(c.SheetAt); err == nil && os.SameFile(info, sheet) {
			return Wrong("choose another name", "--output %s is the case sheet itself", name)
		}
		if db, err := os.Stat(c.DB); err == nil && os.SameFile(info, db) {
			return Wrong("choose another name", "--output %s is the case itself", name)
		}
		if other, err := os.Stat(c.Compare); err == nil && os.SameFile(info, other) {
			return Wrong("choose another name", "--output %s is an input of this run", name)
		}
		for _, p := range c.Paths {
			if output.Holds(p, info) {
				return Wrong("evidence is never written to; choose another name", "--output %s is an input of this run", name)
			}
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		switch {
		case err == nil:
			f.Close()
		case ingest.IsInUse(err):
			return Wrong("close it there, or choose another name", "--output %s: another program has the file open", name)
		}
	}
	if db, err := os.Stat(c.DB); err == nil {
		for _, p := range c.Paths {
			if given, err := os.Stat(p); err == nil && os.SameFile(given, db) {
				return Wrong("evidence is never written to; choose another name", "--db %s is an input of this run", c.DB)
			}
		}
	}
	return nil
}

const otherName = "choose another name, without a colon, and not one such as CON, NUL or COM1, whatever its ending"
