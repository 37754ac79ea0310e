package queries

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"entrail/ingest/header"
)

// withSections puts the sections of a report where its SELECT says {sections}: the files
// of the folder of the report's name, in order. Each has a header of title and
// description, and one SELECT of item_no, item, value and detail, which may read what the
// report names before. Sections of one title stand together.
func withSections(report, body string) (string, error) {
	names, err := fs.Glob(files, "reports/*/"+report+"/*.sql")
	if err != nil || len(names) == 0 {
		return body, err
	}
	var parts []string
	for i, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return "", err
		}
		fields, section, err := header.Read(path.Base(name), string(text))
		if err != nil {
			return "", err
		}
		if len(fields) != 2 || fields[0].Key != "title" || fields[1].Key != "description" {
			return "", fmt.Errorf("%s: want the header keys title and description", name)
		}
		parts = append(parts, fmt.Sprintf("-- %s\nselect\n    %d as section_no,\n    '%s' as section,\n    *,\nfrom (\n%s)",
			fields[1].Value, i+1, fields[0].Value, section))
	}
	return strings.Replace(body, "{sections}", strings.Join(parts, "\nunion all\n"), 1), nil
}
