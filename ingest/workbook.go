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
	if why := swollen(data); why != "" {
		r.why = why
		return nil
	}
	var book *excelize.File
	var sheets []string
	err = guarded(func() error {
		var err error
		if book, err = excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, TmpDir: r.temp, UnzipSizeLimit: maxWorkbookUnpacked}); err != nil {
			return err
		}
		if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
			r.epoch1904 = *props.Date1904
		}
		sheets = book.GetSheetList()
		return nil
	})
	if book != nil {
		defer guarded(book.Close)
	}
	if err != nil {
		r.why = fmt.Sprintf("an archive or workbook that can't be opened (%v); unpack it, or save the sheet as CSV UTF-8", err)
		return nil
	}
	r.file.encoding = "xlsx"
	var unread []string
	reread := r.reread
	for _, sheet := range sheets {
		before := r.before
		err := r.readSheet(book, sheet)
		var damage *sheetDamage
		if err != nil && !errors.As(err, &damage) {
			return fmt.Errorf("sheet %q: %w", sheet, err)
		}
		switch {
		case damage != nil && r.before > before:
			unread = append(unread, fmt.Sprintf("sheet %q: reading stopped behind row %d: %v", sheet, damage.rows, damage.err))
		case damage != nil:
			unread = append(unread, fmt.Sprintf("sheet %q: %v", sheet, damage.err))
		case r.why != "":
			unread = append(unread, fmt.Sprintf("sheet %q: %s", sheet, r.why))
		}
		r.why = ""
		if r.before > before {
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

// Bounds of what a workbook unpacks to. Texts of logs are packed to a twentieth at
// least; what is packed to less than a two hundredth is one text over and over.
const (
	maxPartRatio = 200
	smallPart    = 16 << 20 // bytes unpacked, below which the ratio is no matter
	maxColumns   = 4096     // of a sheet; logs have some hundreds at most
)

// swollen tells why a workbook is not to be unpacked, from the sizes of its parts;
// empty = it is.
func swollen(data []byte) string {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "" // OpenReader says it
	}
	for _, part := range archive.File {
		if part.UncompressedSize64 > smallPart && part.UncompressedSize64/max(part.CompressedSize64, 1) > maxPartRatio {
			return fmt.Sprintf("an Excel workbook whose part %s would unpack to %d times its size, as no log does; save its sheets as CSV UTF-8", part.Name, part.UncompressedSize64/max(part.CompressedSize64, 1))
		}
	}
	return ""
}

// guarded does what the library of workbooks is asked for. A workbook that was
// tampered with may end that in a panic, which is an error of the workbook alone.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: %v", p)
		}
	}()
	return do()
}

// sheetDamage is what is wrong in a sheet behind some rows that can be read.
type sheetDamage struct {
	rows int
	err  error
}

func (d *sheetDamage) Error() string { return d.err.Error() }
func (d *sheetDamage) Unwrap() error { return d.err }

// readSheet writes the sheet out as CSV, and reads that.
func (r *reader) readSheet(book *excelize.File, sheet string) (err error) {
	f, err := os.CreateTemp(r.temp, "sheet-*.csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	n, err := writeSheet(f, book, sheet)
	var damage *sheetDamage
	if err != nil && !errors.As(err, &damage) || n == 0 {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r.reread = func() (io.Reader, func(), error) {
		again, err := os.Open(f.Name())
		return again, func() { again.Close() }, err
	}
	if err := r.readCSV(newWindow(f, nil)); err != nil || damage == nil {
		return err
	}
	return damage
}

// writeSheet writes the rows as CSV and counts them; a sheetDamage comes behind the
// last that could be read. Excel does not keep empty cells at the end of a row: they
// are put back.
func writeSheet(w io.Writer, book *excelize.File, sheet string) (n int, err error) {
	var rows *excelize.Rows
	if err := guarded(func() (err error) { rows, err = book.Rows(sheet); return err }); err != nil {
		return 0, &sheetDamage{0, err}
	}
	defer guarded(rows.Close)
	buffered := bufio.NewWriterSize(w, 1<<20)
	out := csv.NewWriter(buffered)
	width := 0
	var damage error // not nil once a row could not be read
	for {
		var cells []string
		ok := false
		err := guarded(func() (err error) {
			if ok = rows.Next(); ok {
				cells, err = rows.Columns()
				return err
			}
			return rows.Error()
		})
		if err == nil && len(cells) > maxColumns {
			err = fmt.Errorf("a row has %d columns, the most is %d", len(cells), maxColumns)
		}
		if err != nil {
			damage = &sheetDamage{n, err}
		}
		if err != nil || !ok {
			break
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
	out.Flush()
	if err := errors.Join(out.Error(), buffered.Flush()); err != nil {
		return n, err
	}
	return n, damage
}
