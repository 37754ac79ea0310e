// Package verify compares an answer that somebody handed over with the one that the
// evidence gives.
//
// The file is hostile. Its provenance is what it says of itself: no path in it is opened,
// and nothing is read beyond bounds. What is compared with it is our own.
package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"entrail/render"

	"github.com/xuri/excelize/v2"
)

// Provenance is what a file says of itself, see render.WriteProvenance.
type Provenance struct {
	Tool, Version string
	Generated     time.Time
	Format        string
	Ending        string
	To            string
	Report        string
	Options       []string
	Inputs        []render.Input
	Evidence      []render.Source
}

// Request is what the answer was to.
func (p Provenance) Request() render.Request {
	return render.Request{Format: p.Format, Ending: p.Ending, To: p.To, Report: p.Report, Options: p.Options, Inputs: p.Inputs}
}

// Asked are the options as they can be shown: what is true of an answer is true of what was
// asked alone.
func (p Provenance) Asked() string {
	const most = 20
	var all []string
	for _, o := range p.Options[:min(len(p.Options), most)] {
		all = append(all, excerpt(o))
	}
	switch more := len(p.Options) - most; {
	case len(all) == 0:
		return "no options"
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(all, " "), more)
	}
	return strings.Join(all, " ")
}

// InputsAs are files that flags name now, as they were called then.
func (p Provenance) InputsAs(now []render.Input) []render.Input {
	var all []render.Input
	for _, i := range now {
		for _, then := range p.Inputs {
			if then.Flag == i.Flag && then.SHA256 == i.SHA256 {
				i.Path = then.Path
				break
			}
		}
		all = append(all, i)
	}
	return all
}

// maxProvenance bounds a provenance in bytes: some 200 for each file of evidence.
const maxProvenance = 64 << 20

var (
	pageStart     = []byte(`<script type="application/json" id="provenance">`)
	pageEnd       = []byte("</script>")
	markdownStart = []byte("\n## Provenance\n\n```json\n")
	markdownEnd   = []byte("\n```")
	workbookStart = "Provenance"
)

// errNone is the error of a file that does not say of what it is.
var errNone = errors.New("it does not say of which evidence it is: neither inside nor in a file " + render.ProvenanceEnding + " beside it")

// Read reads the provenance of a file: what stands in it, else in the file beside it.
func Read(path, temp string) (Provenance, error) {
	text, err := find(path, temp)
	if err != nil {
		return Provenance{}, err
	}
	var p Provenance
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("its provenance is damaged: %w", err)
	}
	if p.Tool != "entrail" || p.Format == "" || p.Generated.IsZero() {
		return p, errNone
	}
	return p, nil
}

// find returns the JSON of the provenance.
func find(path, temp string) ([]byte, error) {
	f, size, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 64))
	if err != nil {
		return nil, plain(err)
	}
	all := io.MultiReader(bytes.NewReader(head), f)
	switch {
	case bytes.HasPrefix(head, []byte("<!DOCTYPE html>")):
		return within(io.LimitReader(all, maxProvenance), pageStart, pageEnd)
	case bytes.HasPrefix(head, []byte("PK")):
		return inWorkbook(path, temp)
	case bytes.HasPrefix(head, []byte("{\n\"meta\": ")):
		return ofMeta(io.LimitReader(all, maxProvenance))
	}
	beside, _, err := openFile(path + render.ProvenanceEnding)
	switch {
	case err == nil:
		defer beside.Close()
		text, err := io.ReadAll(io.LimitReader(beside, maxProvenance))
		return text, plain(err)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the file beside it, %s%s: %w", filepath.Base(path), render.ProvenanceEnding, err)
	case bytes.HasPrefix(head, []byte("# ")):
		if _, err := f.Seek(max(0, size-maxProvenance), io.SeekStart); err != nil {
			return nil, plain(err)
		}
		return within(io.LimitReader(f, maxProvenance), markdownStart, markdownEnd)
	}
	return nil, errNone
}

// openFile opens a file that is one: to open a pipe may wait for ever.
func openFile(path string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, plain(err)
	case info.IsDir():
		return nil, 0, errors.New("it is a folder; give one of the files in it")
	case !info.Mode().IsRegular():
		return nil, 0, errors.New("it is no file but a pipe, a socket or a device")
	}
	f, err = os.Open(path)
	return f, info.Size(), plain(err)
}

// plain is the error without the path, which stands in the sentence already.
func plain(err error) error {
	if inside := (*os.PathError)(nil); errors.As(err, &inside) {
		return inside.Err
	}
	return err
}

// within returns what stands between the last start and the end behind it.
func within(r io.Reader, start, end []byte) ([]byte, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, plain(err)
	}
	i := bytes.LastIndex(text, start)
	if i < 0 {
		return nil, errNone
	}
	found, _, ok := bytes.Cut(text[i+len(start):], end)
	if !ok {
		return nil, errNone
	}
	return found, nil
}

// ofMeta returns the first member of the object that JSON writes.
func ofMeta(r io.Reader) ([]byte, error) {
	d := json.NewDecoder(r)
	for range 2 { // the brace and the name
		if _, err := d.Token(); err != nil {
			return nil, errNone
		}
	}
	var text json.RawMessage
	if err := d.Decode(&text); err != nil {
		return nil, fmt.Errorf("its provenance is damaged: %w", err)
	}
	return text, nil
}

// inWorkbook returns what stands below the last heading on the sheet About.
func inWorkbook(path, temp string) (text []byte, err error) {
	err = open(path, temp, func(book *excelize.File) error {
		rows, err := book.Rows("About")
		if err != nil {
			return errNone
		}
		defer rows.Close()
		var b *strings.Builder
		for rows.Next() {
			cells, err := rows.Columns()
			switch {
			case err != nil:
				return err
			case len(cells) > 0 && cells[0] == workbookStart:
				b = &strings.Builder{}
			case b != nil && len(cells) > 0 && b.Len() < maxProvenance:
				b.WriteString(cells[0])
			}
		}
		if b == nil {
			return errNone
		}
		text = []byte(b.String())
		return rows.Error()
	})
	return text, err
}

// Bounds of a workbook: what it may unpack to, as a multiple of its size and in bytes
// that are no harm, and the bytes of it that are unpacked in memory and not into the temp folder.
const (
	maxRatio = 200
	harmless = 32 << 20
	inMemory = 16 << 20
)

// open opens a workbook that may have been made to do harm.
func open(path, temp string, do func(*excelize.File) error) (err error) {
	defer func() {
		if damage := recover(); damage != nil {
			err = fmt.Errorf("it is no workbook that can be read: %v", damage)
		}
	}()
	info, err := os.Stat(path)
	if err != nil {
		return plain(err)
	}
	book, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxRatio*info.Size() + harmless, UnzipXMLSizeLimit: inMemory, TmpDir: temp})
	if err != nil {
		return fmt.Errorf("it is no workbook that can be read: %w", err)
	}
	defer book.Close()
	return do(book)
}
