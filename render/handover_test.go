package render

import (
	"strings"
	"testing"

	"entrail/queries"
)

// TestNamesOfEvidence: no name tells where on the examiner's machine the evidence lies, none
// says less than it must, and no two files get one name.
func TestNamesOfEvidence(t *testing.T) {
	for _, test := range []struct{ reason, paths, want string }{
		{"relative ones are short already", "evidence/a.json ../b/c.csv", "evidence/a.json ../b/c.csv"},
		{"the folder given stays", "/home/jo/case/evidence/a.json /home/jo/case/evidence/mail/b.csv", "evidence/a.json evidence/mail/b.csv"},
		{"two folders given", "/home/jo/case/one/a.json /home/jo/case/two/a.json", "case/one/a.json case/two/a.json"},
		{"one file", "/home/jo/case/a.json", "case/a.json"},
		{"members of an archive, with folders of their own", "/home/jo/x.zip /home/jo/x.zip!in/a.json /home/jo/x.zip!/home/b.json", "jo/x.zip jo/x.zip!in/a.json jo/x.zip!/home/b.json"},
		{"two disks", "/home/jo/a.json /media/disk/b.json", "home/jo/a.json media/disk/b.json"},
		{"at the root", "/a.json", "a.json"},
		{"Windows", "C:/Users/jo/case/a.json C:/Users/jo/case/b.json", "case/a.json case/b.json"},
		{"two letters of Windows have nothing in common", "C:/Users/jo/a.json D:/b.json", "C:/Users/jo/a.json D:/b.json"},
		{"beside relative ones they stay, or two could become one", "/home/jo/evidence/a.json evidence/a.json", "/home/jo/evidence/a.json evidence/a.json"},
	} {
		var sources []Source
		for p := range strings.FieldsSeq(test.paths) {
			sources = append(sources, Source{Path: p})
		}
		var got []string
		for _, s := range handedOver(Document{Sources: sources}).Sources {
			got = append(got, s.Path)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
		}
	}
}

// TestHandedOver: what people read calls a file by its name; the provenance, and what
// other programs read, have its path; and a path that is none of the evidence stays.
func TestHandedOver(t *testing.T) {
	const path, other = "/home/jo/case/evidence/a.json", "/home/jo/case/evidence/none.json"
	d := document(result(queries.Report{Name: "files", Title: "Files", Group: "evidence"}, []queries.Column{styled("path", queries.Path)}, []any{path}, []any{other}))
	d.Sources = []Source{{Path: path, SHA256: "00"}}
	for _, test := range []struct {
		format func() string
		name   string
		want   int // times that the path stands there
	}{
		{func() string { return render(t, HTML, d) }, "HTML", 1},
		{func() string { return render(t, Markdown, d) }, "Markdown", 1},
		{func() string { return render(t, CSV, d) }, "CSV", 1},
		{func() string { return render(t, JSON, d) }, "JSON", 2},
	} {
		page := test.format()
		if got := strings.Count(page, path); got != test.want {
			t.Errorf("%s: the path stands %d times, want %d, in\n%s", test.name, got, test.want, page)
		}
		if !strings.Contains(strings.ReplaceAll(page, `\`, ""), other) {
			t.Errorf("%s: the path of another file is gone", test.name)
		}
	}
}
