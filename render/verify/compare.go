package verify

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"entrail/render"

	"github.com/xuri/excelize/v2"
)

// Compare tells why a file is not the one that was made of the evidence, ours, which has the
// same name for its format: which evidence is another, and where the two begin to differ.
// Both empty = they are the same, byte for byte, and so is the provenance beside them.
func Compare(path, ours string, before Provenance, temp string) (evidence []string, where string, err error) {
	offset, err := firstDifference(path, ours)
	if err != nil {
		return nil, "", err
	}
	beside := int64(-1)
	with, oursWith := path+render.ProvenanceEnding, ours+render.ProvenanceEnding
	_, isBeside := os.Stat(oursWith)
	if isBeside == nil {
		if beside, err = firstDifference(with, oursWith); err != nil {
			return nil, "", err
		}
	}
	if offset < 0 && beside < 0 {
		return nil, "", nil
	}
	now, err := Read(ours, temp)
	if err != nil {
		return nil, "", err
	}
	evidence = Evidence(before.Evidence, now.Evidence)
	switch {
	case offset >= 0:
		if where, err = difference(path, ours, before.Format, temp); err != nil || where != "" {
			return evidence, where, err
		}
		where, err = lines(path, ours, false)
		return evidence, "the rest is the same, its provenance is not: " + where, err
	case len(evidence) == 0:
		where, err = lines(with, oursWith, false)
		return nil, "it is the same, its provenance in " + excerpt(filepath.Base(with)) + " is not: " + where, err
	}
	return evidence, "", nil
}

// difference tells where two files of a format begin to differ, their provenance left
// aside; empty = only there.
func difference(path, ours, format, temp string) (string, error) {
	switch {
	case format == "xlsx":
		return cells(path, ours, temp)
	case format == "csv", format == "timesketch" && strings.HasSuffix(ours, ".csv"):
		return records(path, ours)
	}
	return lines(path, ours, true)
}

// firstDifference is the offset of the first byte that is another; negative = there is none.
func firstDifference(a, b string) (offset int64, err error) {
	left, right, done, err := both(a, b)
	if err != nil {
		return 0, err
	}
	defer done()
	x, y := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, errX := io.ReadFull(left, x)
		m, errY := io.ReadFull(right, y)
		for i := range min(n, m) {
			if x[i] != y[i] {
				return offset + int64(i), nil
			}
		}
		switch {
		case n != m:
			return offset + int64(min(n, m)), nil
		case errX != nil && errX != io.EOF && errX != io.ErrUnexpectedEOF:
			return 0, plain(errX)
		case errY != nil && errY != io.EOF && errY != io.ErrUnexpectedEOF:
			return 0, plain(errY)
		case errX != nil:
			return -1, nil
		}
		offset += int64(n)
	}
}

// both opens a file and ours. Of the file no more is read than ours has and a little: what
// comes after is another anyway.
func both(path, ours string) (left, right io.Reader, done func(), err error) {
	f, _, err := openFile(path)
	if err != nil {
		return nil, nil, nil, err
	}
	g, size, err := openFile(ours)
	if err != nil {
		f.Close()
		return nil, nil, nil, err
	}
	return io.LimitReader(f, size+1<<20), g, func() { f.Close(); g.Close() }, nil
}

// records compares CSV files by their records and columns.
func records(path, ours string) (string, error) {
	left, right, done, err := both(path, ours)
	if err != nil {
		return "", err
	}
	defer done()
	reader := func(r io.Reader) *csv.Reader {
		c := csv.NewReader(r)
		c.LazyQuotes, c.FieldsPerRecord = true, -1
		return c
	}
	a, b := reader(left), reader(right)
	var header []string
	for row := 0; ; row++ {
		x, errX := a.Read()
		y, errY := b.Read()
		switch {
		case errX == io.EOF && errY == io.EOF:
			return "the values are the same, but not how they are written: line ends, quotes or a byte order mark", nil
		case errX == io.EOF:
			return fmt.Sprintf("the file ends before row %d: %s", row, excerpt(strings.Join(y, ","))), nil
		case errY == io.EOF:
			return fmt.Sprintf("the evidence has no row %d: %s", row, excerpt(strings.Join(x, ","))), nil
		case errX != nil:
			return fmt.Sprintf("row %d can't be read: %v", row, errX), nil
		case errY != nil:
			return "", errY
		}
		for i := range max(len(x), len(y)) {
			if at(x, i) == at(y, i) && i < len(x) == (i < len(y)) {
				continue
			}
			name := at(header, i)
			if row == 0 {
				return fmt.Sprintf("the header, column %d: %s", i+1, versus(at(x, i), at(y, i))), nil
			}
			return fmt.Sprintf("row %d, column %s: %s", row, excerpt(name), versus(at(x, i), at(y, i))), nil
		}
		if row == 0 {
			header = slices.Clone(x)
		}
	}
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// versus says what stands in the file and what is right. Of long texts it shows from where
// they are not the same.
func versus(file, evidence string) string {
	const before = 20
	i := 0
	for i < min(len(file), len(evidence)) && file[i] == evidence[i] {
		i++
	}
	start := 0
	if max(len(file), len(evidence)) > shown {
		start = max(0, i-before)
	}
	return fmt.Sprintf("the file has %s, the evidence gives %s", excerpt(file[start:]), excerpt(evidence[start:]))
}

const shown = 100 // bytes of a text

// excerpt is a text as it can be shown, whatever is in it.
func excerpt(text string) string {
	if len(text) > shown {
		return fmt.Sprintf("%+q...", strings.ToValidUTF8(text[:shown], "\ufffd"))
	}
	return fmt.Sprintf("%+q", text)
}

// Where a line stands: what was last begun before it.
var (
	reportLine  = regexp.MustCompile(`^"([a-z_0-9]+)": [{\[]`)
	sectionLine = regexp.MustCompile(`<section id="([^"]{1,100})"`)
	rowLine     = regexp.MustCompile(`<tr id="([^"]{1,100})"`)
	headingLine = regexp.MustCompile(`^##? (.{1,100})`)
)

// place is where a reader is in a file of lines.
type place struct{ report, row string }

func (p *place) pass(line []byte) {
	if m := reportLine.FindSubmatch(line); m != nil {
		if p.report = ""; string(m[1]) != "meta" {
			p.report = "report " + string(m[1])
		}
	} else if m := headingLine.FindSubmatch(line); m != nil {
		p.report = "below " + excerpt(string(m[1]))
	}
	if m := sectionLine.FindAllSubmatch(line, -1); m != nil {
		p.report, p.row = "section "+string(m[len(m)-1][1]), ""
	}
	if m := rowLine.FindAllSubmatch(line, -1); m != nil {
		p.row = ", " + string(m[len(m)-1][1])
	}
}

func (p place) String() string {
	if p.report == "" {
		return ""
	}
	return " (" + p.report + p.row + ")"
}

// lineReader reads lines and counts them.
type lineReader struct {
	r     *bufio.Reader
	n     int  // the number of the last line
	skips bool // leaves out the provenance
}

// next returns the next line; empty at the end.
func (l *lineReader) next() ([]byte, error) {
	var isEnd func(line []byte) bool // of the provenance, once it has begun
	for {
		line, err := l.r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, plain(err)
		}
		l.n++
		switch {
		case len(line) == 0 || !l.skips:
			return line, nil
		case bytes.HasPrefix(line, []byte("<meta http-equiv")), bytes.HasPrefix(line, []byte("<style>")):
			continue // of paper, with the sum of the evidence
		case isEnd != nil:
		case bytes.Contains(line, pageStart):
			isEnd = func(line []byte) bool { return bytes.Contains(line, pageEnd) }
		case bytes.HasPrefix(line, metaStart):
			isEnd = func(line []byte) bool { return bytes.HasSuffix(line, metaEnd) }
		case bytes.Equal(line, markdownHeading):
			isEnd = func(line []byte) bool { return bytes.Equal(line, []byte("```\n")) }
		default:
			return line, nil
		}
		if isEnd(line) {
			isEnd = nil
		}
	}
}

var (
	metaStart       = []byte(`"meta": `)
	metaEnd         = []byte("]},\n")
	markdownHeading = []byte("## Provenance\n")
)

// lines compares files of lines; where a line is an object, by its members.
func lines(path, ours string, skips bool) (string, error) {
	left, right, done, err := both(path, ours)
	if err != nil {
		return "", err
	}
	defer done()
	a, b := lineReader{bufio.NewReader(left), 0, skips}, lineReader{bufio.NewReader(right), 0, skips}
	var p place
	for {
		x, err := a.next()
		if err != nil {
			return "", err
		}
		y, err := b.next()
		if err != nil {
			return "", err
		}
		if bytes.Equal(x, y) {
			if len(x) == 0 {
				return "", nil
			}
			p.pass(y)
			continue
		}
		equal := 0
		for equal < min(len(x), len(y)) && x[equal] == y[equal] {
			equal++
		}
		p.pass(y[:equal])
		switch {
		case len(x) == 0:
			return fmt.Sprintf("the file ends before line %d%s: %s", b.n, p, excerpt(string(y))), nil
		case len(y) == 0:
			return fmt.Sprintf("the evidence gives no line %d%s: %s", a.n, p, excerpt(string(x))), nil
		}
		return fmt.Sprintf("line %d%s%s", a.n, p, ofLine(x, y)), nil
	}
}

// ofLine says what of a line is another: the first member, where both are objects.
func ofLine(file, evidence []byte) string {
	x, y := members(file), members(evidence)
	for i, m := range y {
		if i < len(x) && x[i].name == m.name && x[i].value != m.value {
			return fmt.Sprintf(", %s: %s", excerpt(m.name), versus(x[i].value, m.value))
		}
	}
	return ": " + versus(string(bytes.TrimSpace(file)), string(bytes.TrimSpace(evidence)))
}

type member struct{ name, value string }

// members are those of an object that is all of a line; nil = it is none.
func members(line []byte) []member {
	line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte(","))
	if !json.Valid(line) {
		line = bytes.TrimSuffix(line, []byte("]}")) // the last of a list in an object
	}
	if !bytes.HasPrefix(line, []byte("{")) || !json.Valid(line) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.Token()
	var all []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil
		}
		m := member{value: string(value)}
		m.name, _ = name.(string)
		if strings.HasPrefix(m.value, `"`) {
			json.Unmarshal(value, &m.value) // it is valid
		}
		all = append(all, m)
	}
	return all
}

// cells compares workbooks by their sheets and cells.
func cells(path, ours, temp string) (where string, err error) {
	var broken error // what is wrong with the file is no error of ours
	err = open(ours, temp, func(b *excelize.File) error {
		broken = open(path, temp, func(a *excelize.File) error {
			where = sheets(a, b)
			return nil
		})
		return nil
	})
	if broken != nil {
		return broken.Error(), err
	}
	return where, err
}

func sheets(a, b *excelize.File) string {
	names := b.GetSheetList()
	if i := slices.Index(names, "About"); i >= 0 { // it has the provenance: the others tell more
		names = append(slices.Delete(slices.Clone(names), i, i+1), "About")
	}
	for _, name := range names {
		if !slices.Contains(a.GetSheetList(), name) {
			return fmt.Sprintf("the file has no sheet %s", excerpt(name))
		}
		if where := sheet(a, b, name); where != "" {
			return fmt.Sprintf("sheet %s, %s", excerpt(name), where)
		}
	}
	for _, name := range a.GetSheetList() {
		if !slices.Contains(b.GetSheetList(), name) {
			return fmt.Sprintf("the evidence gives no sheet %s", excerpt(name))
		}
	}
	return "the cells of all sheets are the same, the bytes are not: another program saved it, or changed what is not in a cell"
}

func sheet(a, b *excelize.File, name string) string {
	left, err := a.Rows(name)
	if err != nil {
		return "which can't be read: " + err.Error()
	}
	defer left.Close()
	right, err := b.Rows(name)
	if err != nil {
		return "which can't be read: " + err.Error()
	}
	defer right.Close()
	for row := 1; ; row++ {
		moreX, moreY := left.Next(), right.Next()
		var x, y []string
		if moreX {
			if x, err = left.Columns(excelize.Options{RawCellValue: true}); err != nil {
				return fmt.Sprintf("row %d can't be read: %v", row, err)
			}
		}
		if moreY {
			if y, err = right.Columns(excelize.Options{RawCellValue: true}); err != nil {
				return fmt.Sprintf("row %d can't be read: %v", row, err)
			}
		}
		for i := range max(len(x), len(y)) {
			if at(x, i) != at(y, i) {
				cell, _ := excelize.CoordinatesToCellName(i+1, row)
				return fmt.Sprintf("cell %s: %s", cell, versus(at(x, i), at(y, i)))
			}
		}
		if !moreX && !moreY {
			return ""
		}
	}
}
