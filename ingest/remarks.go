package ingest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"entrail/ingest/scan"
)

// remarks are what was odd about the records of a file, and what was done about it. The
// numbers are of records, if nothing else is said.
type remarks struct {
	mended    int64
	illegible int64    // of these, records with bytes that are no UTF-8
	untidy    int64    // rows that CSV does not have like this
	twice     int64    // records with a name that stands there twice
	example   string   // such a name
	cut       int64    // records that were cut off on their way and saved
	lost      []string // properties of which there is only the type's name
	unread    []string // properties that hold what can't be read
	filled    int64    // records that the envelope completed
	wrapped   int64    // records that stood in those of another program
	renamed   bool     // names were written PowerShell's way
}

// see counts a record that was mended and has bytes that are no UTF-8.
func (m *remarks) see(text []byte) {
	if !utf8.Valid(text) {
		m.illegible++
	}
}

// repeats counts a record in which a name stands twice.
func (m *remarks) repeats(known recognised) {
	if known.repeated != "" {
		m.twice++
		m.example = known.repeated
	}
}

// cantRead remembers a property that holds what can't be read.
func (m *remarks) cantRead(property string) {
	if !slices.Contains(m.unread, property) {
		m.unread = append(m.unread, property)
	}
}

// losing remembers a property whose content was never exported.
func (m *remarks) losing(property string) {
	if !slices.ContainsFunc(m.lost, func(p string) bool { return strings.EqualFold(p, property) }) {
		m.lost = append(m.lost, property)
	}
}

// note writes them into the file's notes.
func (m *remarks) note(f *inputFile) {
	if m.renamed {
		f.notef("the names of properties start with a capital, as PowerShell and Log Analytics write them; they were read as Graph spells them")
	}
	if m.wrapped > 0 {
		f.notef("%s taken out of those of another program, such as a SIEM or Defender, which keeps what it was sent; what that says beside it is not read", were(m.wrapped, "record"))
	}
	if m.filled > 0 {
		f.notef("%s completed from the envelope of Azure's diagnostic settings: its time, result, address or place", were(m.filled, "record"))
	}
	if len(m.unread) > 0 {
		f.noteLoss("%s: what stands there could not be read, and is only in raw; export again as JSON, with ConvertTo-Json -Depth 10", scan.ShortList(m.unread))
	}
	if len(m.lost) > 0 {
		f.noteLoss("%s: only the name of a .NET type was written, the content was never exported and can't be recovered; export again with ConvertTo-Json -Depth 10", scan.ShortList(m.lost))
	}
	if m.cut > 0 {
		f.noteLoss("%s cut off before coming here (Excel ends a cell at 32,767 characters): what is left is loaded, and marked with %s in raw", were(m.cut, "record"), scan.CutOffKey)
	}
	if m.mended > m.illegible {
		f.notef("%s mended: half a surrogate pair or a control character is shown as U+FFFD or escaped", were(m.mended-m.illegible, "record"))
	}
	if m.illegible > 0 {
		f.noteLoss("%s not wholly read: bytes that are no UTF-8 are shown as U+FFFD, for their code page is not known here; save the file anew as UTF-8 (CSV UTF-8)", were(m.illegible, "record"))
	}
	if m.untidy > 0 {
		f.notef("%s read as a person would: with a quote too many or too few, another delimiter, or empty cells behind those of the header", were(m.untidy, "row"))
	}
	if m.twice > 0 {
		f.notef("%s read by the first of two values under one name, such as %q: raw has both", were(m.twice, "record"), scan.Excerpt([]byte(m.example)))
	}
}

// were is "1 record was", "2 records were".
func were(n int64, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return fmt.Sprintf("%d %ss were", n, what)
}
