package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"entrail/ingest/scan"
)

// The largest workbook that is opened, in bytes, and what it may unpack to:
// Excel's one million rows of sign-ins have about 150 MB, and 3 GB.
const (
	maxWorkbook         = 1 << 30
	maxWorkbookUnpacked = 16 << 30
)

// book is an Excel workbook that is read: sheet after sheet, each as the CSV file that it was
// before. Records are numbered through.
type book struct {
	file   *excelize.File
	sheets *rowReader // reads them
	temp   string     // private folder, for them
	rows   int        // that were read, empty ones included
}

// readWorkbook reads a file that begins as a workbook does.
func readWorkbook(text *scan.Window, sheets *rowReader, temp string) error {
	out := sheets.out
	data, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(text.Rest()), text.Source), maxWorkbook+1))
	if err != nil {
		text.Err = err
		return nil
	}
	if out.why = noWorkbook(data); out.why != "" {
		return nil
	}
	file, err := openBook(data, temp)
	if err != nil {
		out.why = fmt.Sprintf("an archive or workbook that can't be opened (%v); unpack it, or save the sheet as CSV UTF-8", err)
		return nil
	}
	defer file.Close()
	out.file.encoding = "xlsx"
	if props, err := file.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		sheets.times.epoch1904 = *props.Date1904
	}
	b := &book{file: file, sheets: sheets, temp: temp}
	unread, err := b.readAll()
	if err != nil {
		return err
	}
	if there := rowsOf(data); len(unread) == 0 && b.rows < there {
		out.file.noteLoss("%s not read, or not to its end: the XML of the workbook is damaged; save its sheets as CSV UTF-8", were(int64(there-b.rows), "row"))
	}
	switch {
	case len(out.counts) == 0:
		out.why = strings.Join(append([]string{"an Excel workbook without a log"}, unread...), "; ")
	case len(unread) > 0:
		out.file.noteLoss("not read: %s", strings.Join(unread, "; "))
	}
	return nil
}

// noWorkbook says of a zip archive why it is not opened as a workbook; "" for nothing.
func noWorkbook(data []byte) string {
	if len(data) > maxWorkbook {
		return fmt.Sprintf("an archive or workbook of more than %d bytes; unpack it, or save the sheets as CSV UTF-8", maxWorkbook)
	}
	if z, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
		if kind := documentKind(z.File); kind != "" {
			return kind
		}
		if !slices.ContainsFunc(z.File, func(m *zip.File) bool { return m.Name == "[Content_Types].xml" }) {
			return "a zip archive in another file: unpack it and give the files"
		}
	}
	if why := bomb(data); why != "" {
		return "a workbook that is not opened: " + why + "; save the sheets as CSV UTF-8"
	}
	return ""
}

// Bounds on a workbook: no log has more columns, nor a cell that is longer; Excel's own
// is 32,767 characters. What unpacks to more than so many times its size, and to more
// than a few megabytes, was made for that.
const (
	maxColumns   = 2_000
	maxCellBytes = 1 << 20
	maxRatio     = 200
	smallMember  = 32 << 20 // bytes that are no harm
)

// bomb tells why a workbook would take more memory or disk than it is worth, or "".
func bomb(data []byte) string {
	members, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "" // to open it says more
	}
	for _, m := range members.File {
		if m.UncompressedSize64 <= smallMember {
			continue
		}
		if m.UncompressedSize64 > maxRatio*m.CompressedSize64 {
			return fmt.Sprintf("%q in it unpacks to more than %d times its size", m.Name, maxRatio)
		}
		if longest, err := longestText(m); err == nil && longest > maxCellBytes {
			return fmt.Sprintf("%q in it has a cell of more than %d bytes", m.Name, maxCellBytes)
		}
	}
	return ""
}

// longestText is the length of the longest text between two tags.
func longestText(m *zip.File) (longest int, err error) {
	text, err := m.Open()
	if err != nil {
		return 0, err
	}
	defer text.Close()
	length := 0
	part := make([]byte, 64<<10)
	for {
		n, err := text.Read(part)
		rest := part[:n]
		for {
			k := bytes.IndexByte(rest, '<')
			if k < 0 {
				length += len(rest)
				break
			}
			longest, length, rest = max(longest, length+k), 0, rest[k+1:]
		}
		if longest = max(longest, length); longest > maxCellBytes || err == io.EOF {
			return longest, nil
		}
		if err != nil {
			return longest, err
		}
	}
}

// rowsOf is how many rows the sheets of a workbook have, empty ones between them
// included. excelize ends a sheet at XML that is none, and says nothing. What can't be
// counted is 0.
func rowsOf(data []byte) (rows int) {
	members, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return 0
	}
	for _, m := range members.File {
		if !strings.HasPrefix(m.Name, "xl/worksheets/") || !strings.HasSuffix(m.Name, ".xml") {
			continue
		}
		text, err := m.Open()
		if err != nil {
			return 0
		}
		n := lastRow(text)
		text.Close()
		rows += n
	}
	return rows
}

var rowNumber = regexp.MustCompile(`\sr="([0-9]{1,7})"`)

// lastRow is the number of the last row of a sheet, one more if what stands in it is
// no XML, and 0 if the rows are in no order.
func lastRow(sheet io.Reader) int {
	tags := bufio.NewScanner(sheet)
	tags.Buffer(nil, smallMember+maxCellBytes)
	tags.Split(func(data []byte, atEnd bool) (int, []byte, error) {
		if k := bytes.IndexByte(data, '>'); k >= 0 {
			return k + 1, data[:k+1], nil
		}
		return 0, nil, nil
	})
	last := 0
	var row []byte // the last one, and what follows it
	for tags.Scan() {
		tag := tags.Bytes()
		name := tag[bytes.LastIndexByte(tag, '<')+1:]
		if bytes.HasPrefix(name, []byte("row")) && bytes.IndexByte([]byte(" \t\r\n/>"), name[3]) >= 0 {
			number := last + 1
			if m := rowNumber.FindSubmatch(name); m != nil {
				number, _ = strconv.Atoi(string(m[1]))
			}
			if number <= last {
				return 0
			}
			last, row = number, append(row[:0], '<')
			tag = name
		}
		if row != nil {
			row = append(row, tag...)
		}
	}
	if tags.Err() != nil {
		return 0
	}
	parser := xml.NewDecoder(bytes.NewReader(row))
	for depth := 0; row != nil; {
		switch token, err := parser.Token(); token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth == 0 {
				return last
			}
		default:
			if err != nil {
				return last + 1
			}
		}
	}
	return last
}

// sheetError is the error of a workbook, not of the machine.
type sheetError struct{ error }

// guarded runs what excelize does with a workbook, which panics on some.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = sheetError{fmt.Errorf("%v", p)}
		}
	}()
	return do()
}

func openBook(data []byte, temp string) (book *excelize.File, err error) {
	err = guarded(func() (err error) {
		book, err = excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, TmpDir: temp, UnzipSizeLimit: maxWorkbookUnpacked})
		return err
	})
	return book, err
}

// readAll reads each sheet, and says of those that are not read why.
func (b *book) readAll() (unread []string, err error) {
	out := b.sheets.out
	for _, sheet := range b.file.GetSheetList() {
		before := b.sheets.before
		var damaged sheetError
		err := b.read(sheet)
		if errors.As(err, &damaged) {
			out.why = "it is damaged, or was made to do harm (" + damaged.Error() + "); save the sheet as CSV UTF-8"
		} else if err != nil {
			return nil, fmt.Errorf("sheet %q: %w", sheet, err)
		}
		if out.why != "" {
			unread = append(unread, fmt.Sprintf("sheet %q: %s", sheet, out.why))
			out.why = ""
		} else if b.sheets.before > before {
			out.file.notef("read from sheet %q of an Excel workbook", sheet)
		}
	}
	return unread, nil
}

// read writes a sheet out as CSV, and reads that.
func (b *book) read(sheet string) (err error) {
	f, err := os.CreateTemp(b.temp, "sheet-*.csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	n := 0
	stopped := guarded(func() error { return writeSheet(f, b.file, sheet, &n, &b.rows) })
	var damaged sheetError
	if stopped != nil && !errors.As(stopped, &damaged) || n == 0 {
		return stopped
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	b.sheets.times.again = func() (io.Reader, func(), error) {
		again, err := os.Open(f.Name())
		return again, func() { again.Close() }, err
	}
	if err := b.sheets.read(scan.NewWindow(f, nil)); err != nil {
		return err
	}
	return stopped
}

// writeSheet writes the rows as CSV and counts them in n, and in all with the empty
// ones, those before a sheet is damaged, too. Excel does not keep empty cells at the end of a row: they are put back.
func writeSheet(w io.Writer, book *excelize.File, sheet string, n, all *int) (err error) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return sheetError{err}
	}
	defer rows.Close()
	buffered := bufio.NewWriterSize(w, 1<<20)
	out := csv.NewWriter(buffered)
	defer func() {
		out.Flush()
		if failed := errors.Join(out.Error(), buffered.Flush()); failed != nil {
			err = failed
		}
	}()
	width := 0
	for row := 1; rows.Next(); row++ {
		if row > excelize.TotalRows {
			return sheetError{fmt.Errorf("a row behind the last one that Excel has, %d", excelize.TotalRows)}
		}
		*all++
		cells, err := rows.Columns()
		if err != nil {
			return sheetError{err}
		}
		for len(cells) > 0 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			continue
		}
		for len(cells) < width {
			cells = append(cells, "")
		}
		if *n == 0 {
			width = len(cells)
		}
		if width > maxColumns {
			return sheetError{fmt.Errorf("a header of %d columns", width)}
		}
		if len(cells) > width+maxColumns { // too many anyway
			cells = cells[:width+maxColumns]
			cells[len(cells)-1] = "..."
		}
		*n++
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return sheetError{err}
	}
	return nil
}
