package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"entrail/ingest/dates"
	"entrail/ingest/duplicates"
	"entrail/ingest/engine"
	"entrail/ingest/parquet"
	"entrail/ingest/scan"
	"entrail/ingest/schema"
)

// feedSize is from which size on the records of a file go straight into the
// engine. Those of smaller files cost less when copied together and loaded in
// one statement. What is packed counts eightfold.
var feedSize int64 = 16 << 20 // tests lower it

// batchSize is how much of batches waits before it is loaded.
const batchSize = 1 << 30

// Options are what Load needs to know besides the paths.
type Options struct {
	Engine      engine.Options          // Engine.Temp also takes the batches
	Version     string                  // of the tool, kept in meta
	CommandLine string                  // kept in meta
	Now         time.Time               // kept in meta
	Partitions  parquet.Choice          // of cases as Parquet, those that are read
	Exclude     []string                // files below the paths that are not evidence: the case itself
	Names       []string                // what the paths are called, one each; nil = as they are given
	DateOrder   string                  // of dates that are 03/12/2025 and nothing tells which is the day: dmy, mdy, or "" to refuse them
	Progress    func(done, total int64) // bytes read; may be nil
	Warn        func(sentence string)   // what went wrong, one file each; may be nil
}

// Summary tells what became of the inputs of one Load.
type Summary struct {
	Files        int // inputs, archives themselves not counted
	Skipped      int // already in the case
	Unrecognised int
	Unreadable   int
	Damaged      int // recognised, but not whole
	Records      int64
	Loaded       int64
	Duplicates   int64
	Rejected     int64
}

// Complete tells whether every record of every input was taken.
func (s Summary) Complete() bool {
	return s.Unrecognised == 0 && s.Unreadable == 0 && s.Damaged == 0 && s.Rejected == 0
}

// Load reads everything below the paths into the database file casePath,
// which is made if it does not exist. Bad input is not an error: it is in the
// Summary, in the tables files and rejects, and passed to Options.Warn. An
// error means that casePath must not be used.
func Load(ctx context.Context, casePath string, paths []string, o Options) (Summary, error) {
	sources, err := findSources(ctx, paths, o.Names, o.Exclude, o.Engine.Temp)
	if err != nil {
		return Summary{}, err
	}
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	_, err = os.Stat(casePath)
	isNew := errors.Is(err, os.ErrNotExist)
	e, err := engine.New(ctx, o.Engine)
	if err != nil {
		return Summary{}, err
	}
	defer e.Close()
	l := &loader{ctx: ctx, engine: e, options: o, intake: newIntake(ctx, e, o.Engine.Temp)}
	if isNew {
		err = l.createCase(casePath)
	} else {
		err = l.openCase(casePath)
	}
	if err != nil {
		return Summary{}, err
	}
	if err := l.load(sources); err != nil {
		return l.summary, err
	}
	return l.summary, e.Detach(ctx)
}

// loader is one run of Load.
//
//	files --> reader --> intake --> tables
type loader struct {
	ctx     context.Context
	engine  *engine.Engine
	options Options
	summary Summary

	first       int64 // file_id of the last file that the case had before, or that a folder of Parquet lists
	last        int64 // the last file_id so far
	fromParquet []fileRange
	parts       []string // what was left out of folders of Parquet
	isJoined    bool     // what a folder of Parquet has came to what the case had
	files       []*inputFile
	intake      *intake
	rejects     *rejectList
	window      []byte            // memory of the last window, for the next
	known       map[string]string // sha256 of the files that the case had before -> path
	sizes       map[int64]bool    // of these files
	recordTypes map[string]bool   // numbers of record types that have a name, and the names
	collected   []*collected
	skipped     []string       // what is said of each input that is one of them
	filled      []schema.Table // of records, those that have any once all is read

	done, total int64
}

func (l *loader) exec(statement string, args ...any) error {
	return l.engine.Exec(l.ctx, statement, args...)
}

func (l *loader) createCase(path string) error {
	if err := l.engine.Create(l.ctx, path); err != nil {
		return err
	}
	if err := CreateTables(l.ctx, l.engine); err != nil {
		return err
	}
	return l.exec("insert into meta values ('schema_version', $1, $2, $3::timestamp)", schema.Version, l.options.Version, l.options.Now.UTC())
}

func (l *loader) openCase(path string) error {
	if err := l.engine.Extend(l.ctx, path); err != nil {
		return err
	}
	if err := openTables(l.ctx, l.engine); err != nil {
		return fmt.Errorf("open the case: %w", err)
	}
	return nil
}

func (l *loader) load(sources []source) error {
	for _, s := range sources {
		if s.archive == "" {
			l.total += s.size
		}
	}
	if 2*l.total < feedSize { // one thread is done sooner up to about 8 MB
		if err := l.engine.Spare(l.ctx); err != nil {
			return err
		}
	}
	var err error
	if l.first, err = l.number("select coalesce(max(file_id), 0) from files"); err != nil {
		return err
	}
	if err := l.readKnown(); err != nil {
		return err
	}
	for _, statement := range []string{
		"create temp table loading (file_id integer)",
		"create temp table file_times (file_id integer, first_event timestamp, last_event timestamp)",
		`set variable record_type_names = (
			select list(name order by n)
			from range(1, (select max(record_type) + 1 from record_types)) as r(n)
			left join record_types on record_type = n
		)`,
		"set variable record_type_words = list_transform(getvariable('record_type_names'), name -> lower(replace(name, ' ', '')))",
	} {
		if err := l.exec(statement); err != nil {
			return fmt.Errorf("prepare the load: %w", err)
		}
	}
	if err := l.readRecordTypes(); err != nil {
		return err
	}
	if l.rejects, err = newRejectList(l.options.Engine.Temp); err != nil {
		return err
	}
	defer l.rejects.remove()
	defer func() {
		l.intake.close()
		for _, s := range sources {
			s.in.close()
		}
	}()
	l.last = l.first
	folders, reductions, sources, err := l.findParquet(sources)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if err := l.loadParquet(folder); err != nil {
			return err
		}
	}
	if err := l.loadReductions(folders, reductions); err != nil {
		return err
	}
	l.collected = findCollected(sources)
	last, records := l.last, false
	for i, s := range sources {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if i > 0 && sources[i-1].in != s.in {
			sources[i-1].in.close()
		}
		f := &inputFile{id: int32(last) + int32(i) + 1, source: s, size: s.size}
		if err := l.loadFile(f); err != nil {
			return fmt.Errorf("load %s: %w", s.path, err)
		}
		if f.id != 0 {
			l.files = append(l.files, f)
		}
		records = records || f.format != nil
	}
	if len(sources) > 0 {
		sources[len(sources)-1].in.close()
	}
	l.warnOfSkipped()
	l.warnOfCollected()
	if err := l.intake.flush(); err != nil {
		return err
	}
	if l.filled, err = schema.Filled(l.ctx, l.engine, schema.Records()); err != nil {
		return err
	}
	if err := l.warnTimeless(); err != nil {
		return fmt.Errorf("look for records without a time: %w", err)
	}
	if err := l.listFiles(); err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	if err := l.intake.loadChildren(l.files); err != nil {
		return err
	}
	// A folder of Parquet has been through this before it was written.
	if records || len(folders) == 0 {
		if err := duplicates.Remove(l.ctx, l.engine, l.first, l.filled); err != nil {
			return err
		}
	}
	if records || len(folders) == 0 || l.isJoined {
		if err := l.link(); err != nil {
			return err
		}
	}
	// The steps of a sign-in come from its JSON or from the AuthDetails file;
	// so do those of a provisioning event, and what it changed.
	children, err := schema.Filled(l.ctx, l.engine, schema.Children())
	if err != nil {
		return err
	}
	for _, child := range children {
		if !child.Has("file_id") {
			continue
		}
		if err := l.exec(fmt.Sprintf(`
			delete from %[1]s
			where file_id is null
				and %[2]s in (select %[2]s from %[1]s where file_id is not null)`, child.Name, child.Parent.Column)); err != nil {
			return err
		}
	}
	return l.account()
}

func (l *loader) number(query string, args ...any) (int64, error) {
	rows, err := l.engine.Query(l.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, errors.Join(rows.Err(), errors.New("no answer"))
	}
	v, err := rows.Values()
	if err != nil {
		return 0, err
	}
	n, _ := v[0].(int64)
	return n, nil
}

// readKnown remembers the files that the case already holds. One of which
// nothing could be loaded, or not before the order of its dates was given, is
// read anew; one of which Parquet had records is read for the first time.
func (l *loader) readKnown() error {
	l.known, l.sizes = map[string]string{}, map[int64]bool{}
	rows, err := l.engine.Query(l.ctx, `
		select sha256, path, size_bytes
		from files
		where format is not null
			and sha256 is not null
			and not contains(coalesce(note, ''), '`+ofParquet+`')
			and (loaded + duplicates > 0 or records = 0)
			and file_id not in (select file_id from rejects where contains(reason, '--date-order'))`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return err
		}
		l.known[v[0].(string)] = v[1].(string)
		l.sizes[v[2].(int64)] = true
	}
	return rows.Err()
}

func (l *loader) readRecordTypes() error {
	l.recordTypes = map[string]bool{}
	rows, err := l.engine.All(l.ctx, "select unnest([record_type::varchar, lower(name)]) from record_types")
	for _, v := range rows {
		l.recordTypes[v[0].(string)] = true
	}
	return err
}

// warnOfSkipped says in one line which inputs the case had before.
func (l *loader) warnOfSkipped() {
	switch n := len(l.skipped); {
	case n == 1:
		l.options.Warn(l.skipped[0])
	case n > 1:
		l.options.Warn(fmt.Sprintf("%s; and %d more files known by their content", l.skipped[0], n-1))
	}
}

// loadFile reads one input. f.id becomes 0 if the case already has it.
func (l *loader) loadFile(f *inputFile) error {
	s := f.source
	switch {
	case s.archive != "":
		if err := l.hashArchive(f); err != nil {
			return err
		}
		if _, ok := l.known[f.sha256]; ok {
			f.id = 0
		}
		return nil
	case s.note != "":
		f.notef("%s", s.note)
		l.done += s.size
		if !s.debris {
			l.summary.Files++
			l.summary.Unreadable++
			l.options.Warn(s.path + ": " + s.note)
		}
		return nil
	}
	l.summary.Files++
	known, err := l.isKnown(f)
	if known || err != nil {
		return err
	}
	r, err := l.readFile(f)
	if err != nil {
		l.intake.abandonFeed()
		return err
	}
	if before, ok := l.known[f.sha256]; ok && f.format != nil {
		l.intake.forget(f)
		l.skip(f, before)
		return nil
	}
	if err := l.intake.closeFeed(f); err != nil {
		return err
	}
	isSide := !f.unreadable && l.isSide(f)
	switch {
	case f.unreadable:
		l.summary.Unreadable++
		l.options.Warn(s.path + ": " + strings.Join(f.notes, "; "))
	case isSide:
	case f.format == nil:
		l.summary.Unrecognised++
		l.options.Warn(s.path + ": " + strings.Join(f.notes, "; "))
	case f.rejected > 0:
		x := r.out.first
		l.options.Warn(fmt.Sprintf("%s: %d of %d records rejected, the first at line %d: %s; see the table rejects", s.path, f.rejected, f.records, x.line, x.reason))
	}
	if f.format != nil && !f.unreadable && len(f.losses) > 0 {
		l.summary.Damaged++
		l.options.Warn(s.path + ": " + strings.Join(f.losses, "; "))
	}
	if l.intake.waiting() > batchSize {
		return l.intake.flush()
	}
	return nil
}

// isSide counts a file in the output of a collector that it is part of, and tells whether it is one
// that the collector leaves beside its exports.
func (l *loader) isSide(f *inputFile) bool {
	c := l.collectedWith(f.source.path)
	switch {
	case c == nil:
	case f.format != nil && f.format.isState():
		c.states++
	case f.format != nil:
		c.logs++
	case f.empty:
		c.side = append(c.side, lastName(f.source.path))
		f.notes = []string{"empty: " + c.by.name + " had nothing to write"}
		return true
	case c.isSide(f.source.path):
		c.side = append(c.side, lastName(f.source.path))
		f.notes = []string{"a file that " + c.by.name + " leaves beside its exports, neither a log nor a state"}
		return true
	}
	return false
}

// isKnown sums a big file that has the size of one in the case, and skips it
// if it is that file. Of small ones the sum comes when they are read.
func (l *loader) isKnown(f *inputFile) (bool, error) {
	if f.size < feedSize || !l.sizes[f.size] {
		return false, nil
	}
	before := l.done
	in, err := f.source.open(l.ctx, l.progress)
	if err != nil {
		return false, nil // readFile will tell
	}
	sum, _, err := in.close()
	path, ok := l.known[sum]
	if err != nil || !ok {
		l.done = before
		return false, l.ctx.Err()
	}
	l.skip(f, path)
	return true, nil
}

// progress hears of bytes that were read.
func (l *loader) progress(bytes int64) {
	l.done += bytes
	l.options.Progress(l.done, l.total)
}

// skip leaves out a file that the case has.
func (l *loader) skip(f *inputFile, before string) {
	l.summary.Files--
	l.summary.Skipped++
	l.skipped = append(l.skipped, f.source.path+": already in the case as "+before)
	f.id = 0
}

// readFile reads the bytes of an input once: sum, and records, which go where
// they are loaded from.
func (l *loader) readFile(f *inputFile) (*reader, error) {
	in, err := f.source.open(l.ctx, l.progress)
	r := newReader(l.ctx, f, l.rejects, l.options.Engine.Temp)
	r.times.order = dates.Order(l.options.DateOrder)
	if err != nil {
		f.unreadable = true
		f.notef("can't be read: %v", err)
		return r, nil
	}
	isBig := f.size >= feedSize || in.packing != "" && 8*f.size >= feedSize
	r.out.sink = func(of *format) (sink, error) { return l.intake.sink(of, isBig) }
	r.out.bodies, r.objects.names.recordTypes = l.intake.addBody, l.recordTypes
	text, encoding := scan.Decode(in)
	f.encoding = encoding
	w := scan.NewWindow(text, l.window)
	readErr := r.read(w)
	l.window = w.Buf
	var closeErr error
	f.sha256, f.size, closeErr = in.close()
	if readErr != nil {
		return r, readErr
	}
	if closeErr != nil {
		f.sha256 = "" // that of the whole file is not known
		if w.Err == nil {
			f.unreadable = true
			f.notef("reading ended with: %v", plainReason(closeErr))
		}
	}
	if d, ok := text.(*scan.Decoded); ok && d.Replaced > 0 {
		f.notef("%s U+FFFD: there the file has bytes that are no %s, or U+FFFD itself", were(d.Replaced, "character"), strings.ToUpper(encoding))
	}
	if u, ok := text.(*scan.Unmarked); ok && u.Page != nil {
		f.encoding = u.Name
		switch {
		case f.format != nil && u.Foreign:
			f.noteLoss("the text is no UTF-8 and was read in the code page %s, but has words that are in no language of that: names are likely wrong; save it anew as UTF-8 (CSV UTF-8)", u.Name)
		case f.format != nil:
			f.notef("the text is no UTF-8 and was read in the code page %s: if names look wrong, save it anew as UTF-8", u.Name)
		}
	}
	if f.source.spooled {
		f.notef("read from a pipe")
	}
	if in.packing != "" {
		f.notef("unpacked with %s", in.packing)
	}
	if f.format != nil {
		f.formats = r.out.counts
	}
	l.intake.count(f)
	return r, nil
}

// hashArchive sums an archive, whose files are inputs of their own.
func (l *loader) hashArchive(f *inputFile) error {
	f.notef("%s archive; its files are listed by themselves", f.source.archive)
	in, err := f.source.open(l.ctx, func(int64) {})
	if err == nil {
		f.sha256, f.size, err = in.close()
	}
	if l.ctx.Err() != nil {
		return l.ctx.Err()
	}
	if err != nil {
		f.sha256 = ""
		f.notef("can't be read to its end: %v", plainReason(err))
	}
	if f.source.note != "" {
		f.notef("%s", f.source.note)
	}
	if len(f.notes) > 1 {
		l.summary.Unreadable++
		l.options.Warn(f.source.path + ": " + strings.Join(f.notes[1:], "; "))
	}
	return nil
}
