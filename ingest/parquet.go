package ingest

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/parquet"
	"entrail/ingest/schema"
)

// A case as Parquet (package parquet) is read as what it is: the rows of a case, each with
// the file and record that it came from, and the list of these files. They keep their
// numbers, moved up behind those that the case has before.
//
//	source of Parquet --> copy, hash --> footer and pages --> the engine reads the copy --> tables
//
// A Parquet file is an archive of records: its row in files has none itself, and each row
// in it belongs to a file that `files` of the folder lists. So the books are those of the
// exports: what a part lacks is missing from their records, and is said.

// maxManifest is how many bytes schema.json has at most.
const maxManifest = 16 << 20

// parquetFolder is a case as Parquet among the inputs.
type parquetFolder struct {
	root    string // as shown, up to where log=... begins
	sources []source
}

// findParquet takes the folders of Parquet out of the inputs, and what their records were
// reduced to. What a folder holds that can't be read at all stays, with a note.
func findParquet(ctx context.Context, sources []source) (folders []parquetFolder, reductions, rest []source, err error) {
	var stale []string // folders of another version
	for i := range sources {
		s := &sources[i]
		if s.note != "" || s.archive != "" || s.size > maxManifest || lastName(s.path) != parquet.ManifestName {
			continue
		}
		text, err := textOf(ctx, *s)
		if err != nil {
			if ctx.Err() != nil {
				return nil, nil, nil, ctx.Err()
			}
			continue // it is said where it is read as any other file
		}
		root := strings.TrimSuffix(s.path, parquet.ManifestName)
		switch isOne, err := parquet.ReadManifest(text); {
		case err != nil:
			s.note = err.Error()
			stale = append(stale, root)
		case isOne:
			folders = append(folders, parquetFolder{root: root})
		}
	}
	reductions, sources = findReductions(folders, sources)
	for _, s := range sources {
		of := slices.IndexFunc(folders, func(p parquetFolder) bool { return strings.HasPrefix(s.path, p.root) })
		if slices.ContainsFunc(stale, func(root string) bool { return s.note == "" && strings.HasPrefix(s.path, root) }) {
			s.note, s.debris = "not read, see "+parquet.ManifestName, true
		}
		if of >= 0 {
			folders[of].sources = append(folders[of].sources, s)
		} else {
			rest = append(rest, s)
		}
	}
	return folders, reductions, rest, nil
}

// findReductions takes the answers of reduction queries, which lie beside folders of Parquet,
// out of the inputs.
func findReductions(folders []parquetFolder, sources []source) (reductions, rest []source) {
	roots := rootsOf(folders)
	for _, s := range sources {
		if _, isOne := parquet.ReductionOf(s.path, roots); isOne {
			reductions = append(reductions, s)
		} else {
			rest = append(rest, s)
		}
	}
	return reductions, rest
}

func rootsOf(folders []parquetFolder) (roots []string) {
	for _, f := range folders {
		roots = append(roots, f.root)
	}
	return roots
}

// textOf is the whole text of a small file.
func textOf(ctx context.Context, s source) ([]byte, error) {
	in, err := s.open(ctx, func(int64) {})
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxManifest))
	_, _, closeErr := in.close()
	return text, errors.Join(err, closeErr)
}

// parquetFile is one of a folder's, with where its copy lies.
type parquetFile struct {
	*inputFile
	table schema.Table
	place parquet.Place
	copy  string
	rows  int64 // by its footer
}

// content names what a file holds: two tables may have equal files.
func (f *parquetFile) content() string { return f.sha256 + " " + f.table.Name }

// check copies a file, for what the engine reads must be what was looked at, and tells why
// the engine must not read it. It sums the bytes on the way.
func (f *parquetFile) check(ctx context.Context, temp string, p *progress) error {
	in, err := f.source.open(ctx, p.add)
	if err != nil {
		return err
	}
	var size int64
	f.copy, size, err = copyTo(ctx, temp, "*"+parquet.Ending, in)
	var closeErr error
	f.sha256, f.size, closeErr = in.close()
	switch {
	case err != nil || closeErr != nil:
		f.sha256 = ""
		return errors.Join(err, closeErr)
	case in.packing != "":
		return errors.New("it is packed with " + in.packing + ": unpack it first")
	}
	file, err := os.Open(f.copy)
	if err != nil {
		return err
	}
	defer file.Close()
	footer, err := parquet.ReadFooter(file, size)
	if err != nil {
		return err
	}
	f.rows = footer.Rows
	return footer.Check(file, size, f.table)
}

// fileRange are the numbers of the exports that a folder of Parquet lists.
type fileRange struct {
	first, last int64
	root        string
}

// parquetLoad is what a load has from folders of Parquet, and from what lies beside them.
type parquetLoad struct {
	ctx      context.Context
	engine   *engine.Engine
	options  Options
	outcome  *outcome
	progress *progress
	known    knownFiles
	rejects  *rejectList

	files    []*inputFile // by their numbers
	beside   []*inputFile // those without records, which get their numbers behind those that are read
	first    int64        // file_id of the last file that the case had before, or that a folder lists
	last     int64        // the last file_id so far
	exports  []fileRange
	parts    []string // what was left out
	isJoined bool     // what a folder has came to what the case had
}

// add gives a file the next number.
func (p *parquetLoad) add(f *inputFile) {
	p.last++
	f.id = int32(p.last)
	p.files = append(p.files, f)
}

func (p *parquetLoad) numberBeside() {
	for _, f := range p.beside {
		p.add(f)
	}
	p.beside = nil
}

// refuse lists a file that is not read. Where that was to be expected, it is no fault.
func (p *parquetLoad) refuse(f *inputFile, note string, isExpected bool) {
	f.notef("%s", note)
	p.progress.add(f.size)
	p.beside = append(p.beside, f)
	if !isExpected {
		f.unreadable = true
		p.outcome.summary.Files++
		p.outcome.unreadable(f.source.path, note)
	}
}

// listBeside lists a file that belongs to the folder and has no records, unless the case
// has it.
func (p *parquetLoad) listBeside(f *inputFile, note string) {
	in, err := f.source.open(p.ctx, p.progress.add)
	if err == nil {
		f.sha256, f.size, err = in.close()
	}
	if err != nil {
		p.refuse(f, "can't be read: "+plainReason(err), false)
		return
	}
	if _, isKnown := p.known.paths[f.sha256]; isKnown {
		return
	}
	f.source.archive = "parquet"
	f.notef("%s", note)
	p.beside = append(p.beside, f)
}

// fail notes that a file can't be read.
func (p *parquetLoad) fail(f *parquetFile, why error) {
	os.Remove(f.copy)
	f.unreadable = true
	f.notef("a Parquet file that is not read: %v", why)
	p.outcome.summary.Files++
	p.outcome.unreadable(f.source.path, f.notes[len(f.notes)-1])
	p.beside = append(p.beside, f.inputFile)
}

// settle says of each export how many of its records were in the partitions that
// were read. More than it had can't be.
func (p *parquetLoad) settle() error {
	for _, r := range p.exports {
		more, err := number(p.ctx, p.engine, "select count(*) from files where file_id between $1 and $2 and records < loaded + duplicates + rejected", r.first, r.last)
		if err != nil {
			return err
		}
		if more > 0 {
			return fmt.Errorf("%s: of %d exports more records are in the Parquet than they had: a partition is there twice, or was changed; nothing was read", r.root, more)
		}
		fewer, err := number(p.ctx, p.engine, "select count(*) from files where file_id between $1 and $2 and records > loaded + duplicates + rejected", r.first, r.last)
		if err != nil {
			return err
		}
		if fewer == 0 {
			continue
		}
		if err := p.engine.Exec(p.ctx, `
			update files
			set note = note || format(': {} of its {} records', loaded + duplicates + rejected, records),
				records = loaded + duplicates + rejected
			where file_id between $1 and $2 and records > loaded + duplicates + rejected`, r.first, r.last); err != nil {
			return err
		}
		if !slices.ContainsFunc(p.parts, func(part string) bool { return strings.Contains(part, r.root) }) {
			p.parts = append(p.parts, fmt.Sprintf("%s has not all records of %d of its exports", r.root, fewer))
		}
	}
	return p.engine.Append("meta", func(add func(...driver.Value) error) error {
		for _, part := range p.parts {
			if err := add("part", strings.ToValidUTF8(part, "\ufffd"), p.options.Version, p.options.Now.UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}
