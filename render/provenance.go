package render

import (
	"io"
	"slices"
	"strings"
)

// Request is what was asked for, as far as another run must know it to give the same
// answer. Nothing in it depends on the evidence.
type Request struct {
	Format  string   // name of the Format; empty = nothing is said of the request
	Ending  string   // of the file, which chooses among the forms of a format
	To      string   // what the answer went to: one of the constants below
	Report  string   // that this file of a folder holds; empty where there is no folder
	Options []string // the flags that decide what an answer says, as --name=value
	Inputs  []Input  // the files that flags named
}

// What an answer can go to. By that alone some formats choose their reports.
const (
	ToStream = "standard output"
	ToFile   = "file"
	ToFolder = "folder"
)

// Input is a file that a flag named, such as a case sheet.
type Input struct {
	Flag   string `json:"flag"` // with its dashes
	Path   string `json:"path"` // as it was given
	SHA256 string `json:"sha256"`
}

// Source is a file of evidence as the front page names it.
type Source struct {
	Path    string `json:"path"`
	Format  string `json:"format"` // empty = not recognised
	SHA256  string `json:"sha256"` // lower-case hex; empty where it could not be read
	Size    int64  `json:"size_bytes"`
	Records int64  `json:"records"`
}

// ProvenanceEnding is put behind the name of a file that can't hold its provenance, and
// gives the name of the one that does.
const ProvenanceEnding = ".provenance.json"

// HoldsProvenance tells that a file of the format has its provenance inside.
func (f Format) HoldsProvenance() bool {
	return slices.Contains([]string{"html", "xlsx", "json", "md"}, f.Name)
}

// WriteProvenance writes the provenance of a document as a file of its own. It is the
// object that JSON has as `meta`, and that pages, workbooks and Markdown have inside.
func WriteProvenance(w io.Writer, d Document) error {
	_, err := w.Write(append(provenance(d), '\n'))
	return err
}

// provenance says of which evidence an answer is, what was asked, when, and which version
// answered: an object of JSON, with a line for each file of evidence.
func provenance(d Document) []byte {
	b := appendJSONString([]byte(`{"tool": "entrail", "version": `), d.Version)
	if !d.Generated.IsZero() {
		b = appendJSON(append(b, `, "generated": `...), d.Generated)
	}
	b = appendJSONString(append(b, `, "asked": `...), d.Asked)
	b = appendJSONList(append(b, `, "filters": `...), d.Filters)
	if len(d.Remarks) > 0 {
		b = appendJSONList(append(b, `, "remarks": `...), d.Remarks)
	}
	b = appendJSONString(append(b, `, "zone": `...), d.Zone)
	b = appendJSONList(append(b, `, "places": `...), d.Places)
	if r := d.Request; r.Format != "" {
		b = appendJSONString(append(b, `, "format": `...), r.Format)
		b = appendJSONString(append(b, `, "ending": `...), r.Ending)
		b = appendJSONString(append(b, `, "to": `...), r.To)
		b = appendJSONString(append(b, `, "report": `...), r.Report)
		b = appendJSONList(append(b, `, "options": `...), r.Options)
		b = append(b, `, "inputs": [`...)
		end := ""
		for _, i := range r.Inputs {
			b = appendJSONString(append(append(b, end...), `{"flag": `...), i.Flag)
			b = appendJSONString(append(b, `, "path": `...), i.Path)
			b = append(appendJSONString(append(b, `, "sha256": `...), i.SHA256), '}')
			end = ", "
		}
		b = append(b, ']')
	}
	b = append(b, `, "evidence": [`...)
	end := "\n"
	for _, s := range d.Sources {
		b = appendJSONString(append(append(b, end...), `{"path": `...), s.Path)
		b = appendJSONString(append(b, `, "format": `...), s.Format)
		b = appendJSONString(append(b, `, "sha256": `...), s.SHA256)
		b = appendJSON(append(b, `, "size_bytes": `...), s.Size)
		b = appendJSON(append(b, `, "records": `...), s.Records)
		b = append(b, '}')
		end = ",\n"
	}
	return append(b, "]}"...)
}

// inMarkup is JSON that no page takes for markup.
var inMarkup = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)
