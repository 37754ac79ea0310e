package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"entrail/ingest/dates"
	"entrail/ingest/duplicates"
	"entrail/ingest/engine"
	"entrail/ingest/scan"
	"entrail/ingest/schema"
)

// feedSize is from which size on the records of a file go straight into the
// engine. Those of smaller files cost less when copied together and loaded in
// one statement. What is packed counts eightfold.
var feedSize int64 = 16 << 20 // tests lower it

// batchSize is how much of batches waits before it is loaded.
const batchSize = 1 << 30

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
	if isNew {
		err = createCase(ctx, e, casePath, o)
	} else {
		err = openCase(ctx, e, casePath)
	}
	if err != nil {
		return Summary{}, err
	}
	l := &loader{
		ctx: ctx, engine: e, options: o,
		outcome:  outcome{warn: o.Warn},
		progress: progress{report: o.Progress},
		intake:   newIntake(ctx, e, o.Engine.Temp),
	}
	if err := l.load(sources); err != nil {
		return l.outcome.summary, err
	}
	return l.outcome.summary, e.Detach(ctx)
}

// loader is one run of Load: it has the inputs read, and the case put in order by what they
// brought.
//
//	files --> reader --> intake --> tables
type loader struct {
	ctx      context.Context
	engine   *engine.Engine
	options  Options
	outcome  outcome
	progress progress

	files       []*inputFile // of this load
	intake      *intake
	rejects     *rejectList
	window      []byte // memory of the last window, for the next
	known       knownFiles
	recordTypes map[string]bool // numbers of record types that have a name, and the names
	outputs     outputs         // of collectors
}

func (l *loader) exec(statement string, args ...any) error {
	return l.engine.Exec(l.ctx, statement, args...)
}

func (l *loader) load(sources []source) error {
	for _, s := range sources {
		if s.archive == "" {
			l.progress.total += s.size
		}
	}
	if err := l.prepare(); err != nil {
		return err
	}
	defer l.rejects.remove()
	defer func() {
		l.intake.close()
		for _, s := range sources {
			s.in.close()
		}
	}()
	first, err := number(l.ctx, l.engine, "select coalesce(max(file_id), 0) from files")
	if err != nil {
		return err
	}
	folders, reductions, exports, err := findParquet(l.ctx, sources)
	if err != nil {
		return err
	}
	p := &parquetLoad{
		ctx: l.ctx, engine: l.engine, options: l.options, outcome: &l.outcome, progress: &l.progress,
		known: l.known, rejects: l.rejects, first: first, last: first,
	}
	for _, folder := range folders {
		if err := loadFolder(p, folder); err != nil {
			return err
		}
	}
	if err := loadReductions(p, rootsOf(folders), reductions); err != nil {
		return err
	}
	l.files = p.files
	if err := l.loadFiles(exports, p.last); err != nil {
		return err
	}
	books := &books{ctx: l.ctx, engine: l.engine, files: l.files, first: p.first}
	if books.filled, err = schema.Filled(l.ctx, l.engine, schema.Records()); err != nil {
		return err
	}
	if err := books.warnTimeless(&l.outcome); err != nil {
		return fmt.Errorf("look for records without a time: %w", err)
	}
	if err := books.list(); err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	if err := l.intake.loadChildren(l.files); err != nil {
		return err
	}
	// A folder of Parquet has been through this before it was written.
	hasExports := len(folders) == 0 || slices.ContainsFunc(l.files, func(f *inputFile) bool { return f.format != nil })
	if hasExports {
		if err := duplicates.Remove(l.ctx, l.engine, books.first, books.filled); err != nil {
			return err
		}
	}
	if len(l.files) > 0 && (hasExports || p.isJoined) {
		if err := link(l.ctx, l.engine); err != nil {
			return err
		}
	}
	if err := l.keepListed(); err != nil {
		return err
	}
	if err := l.rejects.load(l.ctx, l.engine); err != nil {
		return err
	}
	if err := books.count(); err != nil {
		return err
	}
	if err := p.settle(); err != nil {
		return err
	}
	if err := books.balance(); err != nil {
		return err
	}
	if err := l.exec("insert into meta values ('load', $1, $2, $3::timestamp)", l.options.CommandLine, l.options.Version, l.options.Now.UTC()); err != nil {
		return err
	}
	return books.sum(&l.outcome.summary)
}

// prepare gets ready what each file needs.
func (l *loader) prepare() (err error) {
	if 2*l.progress.total < feedSize { // one thread is done sooner up to about 8 MB
		if err := l.engine.Spare(l.ctx); err != nil {
			return err
		}
	}
	if l.known, err = readKnown(l.ctx, l.engine); err != nil {
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
	if l.recordTypes, err = readRecordTypes(l.ctx, l.engine); err != nil {
		return err
	}
	l.rejects, err = newRejectList(l.options.Engine.Temp)
	return err
}

func readRecordTypes(ctx context.Context, e *engine.Engine) (map[string]bool, error) {
	types := map[string]bool{}
	rows, err := e.All(ctx, "select unnest([record_type::varchar, lower(name)]) from record_types")
	for _, v := range rows {
		types[v[0].(string)] = true
	}
	return types, err
}

// loadFiles reads the inputs one by one. Their numbers follow the last one.
func (l *loader) loadFiles(sources []source, last int64) error {
	l.outputs = findCollected(sources)
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
	}
	if len(sources) > 0 {
		sources[len(sources)-1].in.close()
	}
	l.outcome.warnOfSkipped()
	for _, c := range l.outputs {
		l.options.Warn(c.sentence())
	}
	return l.intake.flush()
}

// loadFile reads one input. f.id becomes 0 if the case already has it.
func (l *loader) loadFile(f *inputFile) error {
	s := f.source
	switch {
	case s.archive != "":
		if err := l.hashArchive(f); err != nil {
			return err
		}
		if _, ok := l.known.paths[f.sha256]; ok {
			f.id = 0
		}
		return nil
	case s.note != "":
		f.notef("%s", s.note)
		l.progress.done += s.size
		if !s.debris {
			l.outcome.summary.Files++
			l.outcome.unreadable(s.path, s.note)
		}
		return nil
	}
	if f.size >= feedSize { // of small ones the sum comes when they are read
		before, isKnown, err := l.known.find(l.ctx, f, &l.progress)
		if err != nil {
			return err
		}
		if isKnown {
			l.outcome.skip(f, before)
			return nil
		}
	}
	first, err := l.readFile(f)
	if err != nil {
		l.intake.abandonFeed()
		return err
	}
	if before, ok := l.known.paths[f.sha256]; ok && f.format != nil {
		l.intake.forget(f)
		l.outcome.skip(f, before)
		return nil
	}
	if err := l.intake.closeFeed(f); err != nil {
		return err
	}
	l.outcome.summary.Files++
	isSide := !f.unreadable && l.outputs.count(f)
	switch {
	case f.unreadable:
		l.outcome.unreadable(s.path, strings.Join(f.notes, "; "))
	case isSide:
	case f.format == nil:
		l.outcome.unrecognised(s.path, strings.Join(f.notes, "; "))
	case f.rejected > 0:
		l.options.Warn(fmt.Sprintf("%s: %d of %d records rejected, the first at line %d: %s; see the table rejects", s.path, f.rejected, f.records, first.line, first.reason))
	}
	if f.format != nil && !f.unreadable && len(f.losses) > 0 {
		l.outcome.damaged(s.path, strings.Join(f.losses, "; "))
	}
	if l.intake.waiting() > batchSize {
		return l.intake.flush()
	}
	return nil
}

// readFile reads the bytes of an input once: sum, and records, which go where
// they are loaded from. It returns the first reject.
func (l *loader) readFile(f *inputFile) (first *reject, err error) {
	in, err := f.source.open(l.ctx, l.progress.add)
	if err != nil {
		f.unreadable = true
		f.notef("can't be read: %v", err)
		return nil, nil
	}
	isBig := f.size >= feedSize || in.packing != "" && 8*f.size >= feedSize
	r := newReader(l.ctx, f, l.rejects, l.options.Engine.Temp)
	r.out.sink = func(of *format) (sink, error) { return l.intake.sink(of, isBig) }
	r.out.bodies = l.intake.addBody
	r.times.order = dates.Order(l.options.DateOrder)
	r.objects.names.recordTypes = l.recordTypes
	text, encoding := scan.Decode(in)
	f.encoding = encoding
	w := scan.NewWindow(text, l.window)
	readErr := r.read(w)
	l.window = w.Buf
	var closeErr error
	f.sha256, f.size, closeErr = in.close()
	if readErr != nil {
		return nil, readErr
	}
	if closeErr != nil {
		f.sha256 = "" // that of the whole file is not known
		if w.Err == nil {
			f.unreadable = true
			f.notef("reading ended with: %v", plainReason(closeErr))
		}
	}
	noteEncoding(f, text)
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
	return r.out.first, nil
}

// noteEncoding notes what is unsure of a file's letters.
func noteEncoding(f *inputFile, text io.Reader) {
	if d, ok := text.(*scan.Decoded); ok && d.Replaced > 0 {
		f.notef("%s U+FFFD: there the file has bytes that are no %s, or U+FFFD itself", were(d.Replaced, "character"), strings.ToUpper(f.encoding))
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
		l.outcome.unreadable(f.source.path, strings.Join(f.notes[1:], "; "))
	}
	return nil
}

// keepListed leaves the parts of a record, where two exports have them, to the one that lists
// them by themselves: the steps of a sign-in come from its JSON or from the AuthDetails file; so
// do those of a provisioning event, and what it changed.
func (l *loader) keepListed() error {
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
	return nil
}
