package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The largest workbook that is opened, in bytes, and what it may unpack to:
// Excel's one million rows of sign-ins have about 150 MB, and 3 GB.
const (
	maxWorkbook         = 1 << 30
	maxWorkbookUnpacked = 16 << 30
)

// isWorkbook tells a spreadsheet from other zip archives by its members.
func isWorkbook(members []*zip.File) bool {
	types, book := false, false
	for _, m := range members {
		types = types || m.Name == "[Content_Types].xml"
		book = book || strings.HasPrefix(m.Name, "xl/workbook.")
	}
	return types && book
}

// readWorkbook reads the sheets of an Excel workbook one after the other, each
// as the CSV file that it was before. Records are numbered through.
func (r *reader) readWorkbook(text *window) error {
	data, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(text.rest()), text.r), maxWorkbook+1))
	if err != nil {
		text.err = err
		return nil
	}
	if len(data) > maxWorkbook {
		r.why = fmt.Sprintf("an archive or workbook of more than %d bytes; unpack it, or save the sheets as CSV UTF-8", maxWorkbook)
		return nil
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, TmpDir: r.temp, UnzipSizeLimit: maxWorkbookUnpacked})
	if err != nil {
		r.why = fmt.Sprintf("an archive or workbook that can't be opened (%v); unpack it, or save the sheet as CSV UTF-8", err)
		return nil
	}
	defer book.Close()
	r.file.encoding = "xlsx"
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		r.epoch1904 = *props.Date1904
	}
	var unread []string
	reread := r.reread
	for _, sheet := range book.GetSheetList() {
		before := r.before
		if err := r.readSheet(book, sheet); err != nil {
			return fmt.Errorf("sheet %q: %w", sheet, err)
		}
		if r.why != "" {
			unread = append(unread, fmt.Sprintf("sheet %q: %s", sheet, r.why))
			r.why = ""
		} else if r.before > before {
			r.file.notef("read from sheet %q of an Excel workbook", sheet)
		}
	}
	r.reread = reread
	switch {
	case len(r.counts) == 0:
		r.why = strings.Join(append([]string{"an Excel workbook without a log"}, unread...), "; ")
	case len(unread) > 0:
		r.file.lossf("not read: %s", strings.Join(unread, "; "))
	}
	return nil
}

// readSheet writes the sheet out as CSV, and reads that.
func (r *reader) readSheet(book *excelize.File, sheet string) (err error) {
	f, err := os.CreateTemp(r.temp, "sheet-*.csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	n, err := writeSheet(f, book, sheet)
	if err != nil || n == 0 {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r.reread = func() (io.Reader, func(), error) {
		again, err := os.Open(f.Name())
		return again, func() { again.Close() }, err
	}
	return r.readCSV(newWindow(f, nil))
}

// writeSheet writes the rows as CSV and counts them. Excel does not keep empty
// cells at the end of a row: they are put back.
func writeSheet(w io.Writer, book *excelize.File, sheet string) (n int, err error) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	buffered := bufio.NewWriterSize(w, 1<<20)
	out := csv.NewWriter(buffered)
	width := 0
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return n, err
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
		if n == 0 {
			width = len(cells)
		}
		n++
		if err := out.Write(cells); err != nil {
			return n, err
		}
	}
	if err := rows.Error(); err != nil {
		return n, err
	}
	out.Flush()
	return n, errors.Join(out.Error(), buffered.Flush())
}
