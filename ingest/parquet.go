package ingest

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"entrail/ingest/duplicates"
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

// Bounds of what the engine reads at once.
const (
	parquetBatch = 512       // files
	parquetBytes = 256 << 20 // of them
	maxManifest  = 16 << 20  // bytes of schema.json
)

// parquetFolder is a case as Parquet among the inputs.
type parquetFolder struct {
	root    string // as shown, up to where log=... begins
	sources []source
}

// findParquet takes the folders of Parquet out of the inputs, and what their records were
// reduced to. What a folder holds that can't be read at all stays, with a note.
func (l *loader) findParquet(sources []source) (folders []parquetFolder, reductions, rest []source, err error) {
	var stale []string // folders of another version
	for i := range sources {
		s := &sources[i]
		if s.note != "" || s.archive != "" || s.size > maxManifest || lastName(s.path) != parquet.ManifestName {
			continue
		}
		text, err := l.textOf(*s)
		if err != nil {
			if l.ctx.Err() != nil {
				return nil, nil, nil, l.ctx.Err()
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

// textOf is the whole text of a small file.
func (l *loader) textOf(s source) ([]byte, error) {
	in, err := s.open(l.ctx, func(int64) {})
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

// parquetLoad is the load of one folder.
type parquetLoad struct {
	*loader
	folder   parquetFolder
	offset   int64 // what the numbers of its files are moved up by
	files    []*parquetFile
	left     int               // files that were not asked for
	before   map[string]string // files of tables that the case has, by content -> path
	read     []*parquetFile    // what the engine has read
	others   []*inputFile      // what it has not
	isUsable bool
}

// loadParquet reads a folder into the tables.
func (l *loader) loadParquet(folder parquetFolder) error {
	p := &parquetLoad{loader: l, folder: folder, offset: l.last, before: map[string]string{}}
	defer func() {
		for _, s := range folder.sources {
			s.in.close()
		}
	}()
	if err := p.load(); err != nil {
		return err
	}
	p.listOthers()
	return nil
}

// listOthers numbers the files that hold no records, behind those of records.
func (p *parquetLoad) listOthers() {
	for _, f := range p.others {
		p.last++
		f.id = int32(p.last)
		p.loader.files = append(p.loader.files, f)
	}
}

func (p *parquetLoad) load() error {
	if err := p.readBefore(); err != nil {
		return err
	}
	if err := p.list(); err != nil {
		return err
	}
	if err := p.readOrigin(); err != nil || !p.isUsable {
		return err
	}
	for _, t := range parquet.Tables() {
		if t.Name == "files" {
			continue
		}
		if err := p.loadTable(t); err != nil {
			return fmt.Errorf("load %s of %s: %w", t.Name, p.folder.root, err)
		}
	}
	return p.end()
}

// readBefore remembers the Parquet that the case has.
func (p *parquetLoad) readBefore() error {
	rows, err := p.engine.All(p.ctx, "select sha256, path from files where format = 'parquet' and sha256 is not null")
	for _, v := range rows {
		sum, name := v[0].(string), v[1].(string)
		if at := strings.LastIndex(name, "log="); at >= 0 {
			if place, ok := parquet.PlaceOf(name[at:]); ok {
				p.before[sum+" "+place.Log] = name
			}
		}
	}
	return err
}

// content names what a file holds: two tables may have equal files.
func (f *parquetFile) content() string { return f.sha256 + " " + f.table.Name }

// list makes an input of each file of the folder, and leaves out what is not asked for.
func (p *parquetLoad) list() error {
	var newest time.Time
	var candidates []*parquetFile
	for _, s := range p.folder.sources {
		f := &parquetFile{inputFile: &inputFile{source: s, size: s.size}}
		name := strings.TrimPrefix(s.path, p.folder.root)
		place, isPlace := parquet.PlaceOf(name)
		isKnown := false
		if isPlace {
			f.table, isKnown = parquet.LookupTable(place.Log)
		}
		switch {
		case s.note != "":
			p.refuse(f.inputFile, s.note, s.debris)
		case name == parquet.ManifestName:
			p.listBeside(f.inputFile, "it says what the Parquet beside it is")
		case path.Dir(name) == parquet.Lookups:
			p.listBeside(f.inputFile, "a lookup, or an index of the Parquet beside it; entrail has lookups of its own")
		case isKnown:
			f.place = place
			candidates = append(candidates, f)
			if place.Day.After(newest) && parquet.IsLog(f.table) {
				newest = place.Day
			}
		case path.Ext(name) == parquet.Ending:
			p.refuse(f.inputFile, "a Parquet file of another origin: "+parquet.ManifestName+" names no table that lies here", false)
		default:
			p.refuse(f.inputFile, "left by the program that wrote the Parquet, no log", true)
		}
	}
	choice := p.options.Partitions
	reach, err := p.reach(&choice)
	if err != nil {
		return err
	}
	for _, f := range candidates {
		if choice.Takes(f.table, f.place, reach, newest) {
			p.files = append(p.files, f)
		} else {
			p.left++
			p.progress(f.size)
		}
	}
	return nil
}

// refuse lists a file that is not read. Where that was to be expected, it is no fault.
func (p *parquetLoad) refuse(f *inputFile, note string, isExpected bool) {
	f.notef("%s", note)
	p.progress(f.size)
	p.others = append(p.others, f)
	if !isExpected {
		p.summary.Files++
		p.summary.Unreadable++
		f.unreadable = true
		p.options.Warn(f.source.path + ": " + note)
	}
}

// listBeside lists a file that belongs to the folder and has no records, unless the case
// has it.
func (p *parquetLoad) listBeside(f *inputFile, note string) {
	in, err := f.source.open(p.ctx, p.progress)
	if err == nil {
		f.sha256, f.size, err = in.close()
	}
	if err != nil {
		p.refuse(f, "can't be read: "+plainReason(err), false)
		return
	}
	if _, isKnown := p.known[f.sha256]; isKnown {
		return
	}
	f.source.archive = "parquet"
	f.notef("%s", note)
	p.others = append(p.others, f)
}

// reach asks the index where the users of the choice are. Without an index everybody is
// wanted.
func (p *parquetLoad) reach(choice *parquet.Choice) (parquet.Reach, error) {
	if choice.Users == nil {
		return nil, nil
	}
	var copies []string
	for _, t := range []schema.Table{parquet.UserNames, parquet.UserPartitions} {
		i := slices.IndexFunc(p.folder.sources, func(s source) bool {
			return s.path == p.folder.root+parquet.Lookups+"/"+t.Name+parquet.Ending && s.note == ""
		})
		var why error
		if i < 0 {
			why = errors.New("it is not there")
		} else {
			f := &parquetFile{inputFile: &inputFile{source: p.folder.sources[i]}, table: t}
			defer func() { os.Remove(f.copy) }()
			why = p.check(f)
			copies = append(copies, f.copy)
		}
		if p.ctx.Err() != nil {
			return nil, p.ctx.Err()
		}
		if why != nil {
			p.options.Warn(fmt.Sprintf("%s: the index %s can't be used (%v), so the partitions of all users are read", p.folder.root, t.Name, why))
			choice.Users = nil
			return nil, nil
		}
	}
	if err := p.exec("create or replace temp table asked_users (name varchar)"); err != nil {
		return nil, err
	}
	for _, user := range choice.Users {
		if err := p.exec("insert into asked_users select lower($1) union select home_account($1)", strings.ToValidUTF8(user, "\ufffd")); err != nil {
			return nil, err
		}
	}
	// As the filter does: a guest's name at home, the account's names, their homes.
	for range 3 {
		if err := p.exec("insert into asked_users select other_name from (" + parquet.Rows(parquet.UserNames, copies[:1]) + ") where name in (from asked_users)"); err != nil {
			return nil, err
		}
	}
	rows, err := p.engine.Query(p.ctx, `
		select in_log, in_bucket, first_day, last_day
		from (`+parquet.Rows(parquet.UserPartitions, copies[1:])+`)
		where name in (from asked_users)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reach := parquet.Reach{}
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return nil, err
		}
		log, _ := v[0].(string)
		bucket, _ := v[1].(string)
		first, _ := v[2].(time.Time)
		last, _ := v[3].(time.Time)
		reach.Add(log, bucket, parquet.Span{First: first, Last: last})
	}
	return reach, rows.Err()
}

// check copies a file, for what the engine reads must be what was looked at, and tells why
// the engine must not read it. It sums the bytes on the way.
func (p *parquetLoad) check(f *parquetFile) error {
	in, err := f.source.open(p.ctx, p.progress)
	if err != nil {
		return err
	}
	var size int64
	f.copy, size, err = copyTo(p.ctx, p.options.Engine.Temp, "*"+parquet.Ending, in)
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

// take is check for a file of a table: what is wrong with it is its note.
func (p *parquetLoad) take(f *parquetFile) (isGood bool, err error) {
	why := p.check(f)
	if p.ctx.Err() != nil {
		return false, p.ctx.Err()
	}
	if why != nil {
		p.fail(f, why)
	}
	return why == nil, nil
}

// fail notes that a file can't be read.
func (p *parquetLoad) fail(f *parquetFile, why error) {
	os.Remove(f.copy)
	f.unreadable = true
	f.notef("a Parquet file that is not read: %v", why)
	p.summary.Files++
	p.summary.Unreadable++
	p.options.Warn(f.source.path + ": " + f.notes[len(f.notes)-1])
	p.others = append(p.others, f.inputFile)
}

// readOrigin reads the list of the exports that the rows came from. Without it nothing of
// the folder can be accounted for.
func (p *parquetLoad) readOrigin() error {
	var copies []string
	files, _ := schema.Lookup("files")
	for _, f := range p.files {
		if f.table.Name != "files" {
			continue
		}
		isGood, err := p.take(f)
		if err != nil {
			return err
		}
		if isGood {
			defer os.Remove(f.copy)
			copies = append(copies, f.copy)
			p.readAs(f)
		}
	}
	if len(copies) == 0 {
		return p.unusable("the table files is missing, so that no record has a file")
	}
	err := p.exec("create or replace temp table origin as " + parquet.Rows(files, copies))
	if err != nil {
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		return p.unusable("the table files can't be read: " + err.Error())
	}
	wrong, err := p.number(`
		select count(*) filter (where not coalesce(
			file_id between 1 and 1000000000 and records >= 0 and loaded >= 0 and duplicates >= 0 and rejected >= 0
				and records = loaded + duplicates + rejected and path is not null and (sha256 is null or size_bytes is not null), false))
			+ count(*) - count(distinct file_id)
		from origin`)
	if err == nil && wrong > 0 {
		return p.unusable(fmt.Sprintf("%d rows of the table files do not add up, or have a number that another has", wrong))
	}
	p.isUsable = err == nil
	return err
}

// unusable says that nothing of the folder is read.
func (p *parquetLoad) unusable(why string) error {
	p.summary.Unreadable++
	p.options.Warn(p.folder.root + ": " + why + "; nothing of the folder was read")
	for _, f := range p.files {
		if f.table.Name != "files" {
			p.refuse(f.inputFile, "not read, for the folder's table files can't be used", true)
		}
	}
	return nil
}

// loadTable reads the files of one table, as many at once as is bearable.
func (p *parquetLoad) loadTable(t schema.Table) error {
	var batch []*parquetFile
	var bytes int64
	flush := func() error {
		err := p.insert(t, batch)
		for _, f := range batch {
			os.Remove(f.copy)
		}
		batch, bytes = nil, 0
		return err
	}
	for _, f := range p.files {
		if f.table.Name != t.Name {
			continue
		}
		isGood, err := p.take(f)
		if err != nil {
			return errors.Join(err, flush())
		}
		before, isKnown := p.before[f.content()]
		switch {
		case !isGood:
			continue
		case isKnown:
			os.Remove(f.copy)
			p.summary.Files++ // skip takes it off
			p.skip(f.inputFile, before)
			continue
		}
		p.before[f.content()] = f.source.path
		batch = append(batch, f)
		if bytes += f.size; len(batch) >= parquetBatch || bytes >= parquetBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// errFewer is the error of files that gave the engine another number of rows than they
// say, or some that belong to no file.
var errFewer = errors.New("not every row was taken")

// insert has the engine read files of one table. Where it does not take all, each is read
// alone, so that the fault is that of one.
func (p *parquetLoad) insert(t schema.Table, files []*parquetFile) error {
	if len(files) == 0 {
		return nil
	}
	var copies []string
	var want int64
	for _, f := range files {
		copies = append(copies, f.copy)
		want += f.rows
	}
	var n int64
	name := parquet.InCase(t.Name)
	err := p.engine.Together(p.ctx, func() error {
		before, err := p.engine.Count(p.ctx, name)
		if err != nil {
			return err
		}
		if err := p.exec("insert into " + name + " by name " + p.rows(t, copies)); err != nil {
			return err
		}
		after, err := p.engine.Count(p.ctx, name)
		if n = after - before; err == nil && n != want && len(files) > 1 {
			return errFewer
		}
		return err
	})
	switch {
	case p.ctx.Err() != nil:
		return p.ctx.Err()
	case err != nil && len(files) > 1:
		for _, f := range files {
			if err := p.insert(t, []*parquetFile{f}); err != nil {
				return err
			}
		}
		return nil
	case err != nil:
		p.fail(files[0], fmt.Errorf("the engine says %w", err))
		return nil
	}
	for _, f := range files {
		if n != want && t.Name != "meta" { // of which not every row is taken over
			f.records, f.rejected = want-n, want-n
			f.noteLoss("%s left out, for the folder's table files has no file that it belongs to", were(want-n, "row"))
			p.summary.Damaged++
			p.options.Warn(f.source.path + ": " + f.losses[0])
		}
		p.readAs(f)
	}
	return nil
}

// readAs notes that a file was read.
func (p *parquetLoad) readAs(f *parquetFile) {
	f.source.archive = "parquet"
	f.notef("Parquet: %s read into %s", were(f.rows, "row"), f.table.Name)
	p.read = append(p.read, f)
}

// rows is the SELECT of those rows of the files that belong to an export, under its number
// in this case.
func (p *parquetLoad) rows(t schema.Table, copies []string) string {
	var replaced, where []string
	for _, column := range []string{"file_id", "parent_file_id", "kept_file_id"} {
		if !t.Has(column) {
			continue
		}
		replaced = append(replaced, fmt.Sprintf("(%[1]s + %[2]d)::integer as %[1]s", column, p.offset))
		condition := column + " in (select file_id from origin)"
		if t.Parent.Table != "" {
			condition = "(" + column + " is null or " + condition + ")"
		}
		where = append(where, condition)
	}
	if t.Name == "meta" {
		where = append(where, "key in ('load', 'part')")
	}
	text := "select *"
	if len(replaced) > 0 {
		text += " replace (" + strings.Join(replaced, ", ") + ")"
	}
	text += " from (" + parquet.Rows(t, copies) + ")"
	if len(where) > 0 {
		text += " where " + strings.Join(where, " and ")
	}
	return text
}

// end lists the exports and what was read of them, and says what is left out. Where the
// case had all of it, nothing is listed again.
func (p *parquetLoad) end() error {
	if !slices.ContainsFunc(p.read, func(f *parquetFile) bool { return f.table.Name != "files" }) {
		return nil
	}
	last, err := p.number("select max(file_id)::bigint from origin")
	if err != nil {
		return err
	}
	if err := p.exec("insert into files select * replace ((file_id + $1)::integer as file_id, concat_ws('; ', note, '"+ofParquet+"' || $2) as note) from origin",
		p.offset, strings.ToValidUTF8(p.folder.root, "\ufffd")); err != nil {
		return err
	}
	p.first = p.offset + last
	p.last = p.first
	p.fromParquet = append(p.fromParquet, fileRange{p.offset + 1, p.first, p.folder.root})
	if p.left > 0 {
		p.parts = append(p.parts, fmt.Sprintf("%d of %d Parquet files in %s were read, by %s", len(p.read), len(p.read)+p.left, p.folder.root, p.options.Partitions.By))
	}
	for _, f := range p.read {
		p.last++
		f.id = int32(p.last)
		p.summary.Files++
		p.loader.files = append(p.loader.files, f.inputFile)
		if f.rejected > 0 {
			if err := p.rejects.add(reject{fileID: f.id, reason: f.losses[0]}); err != nil {
				return err
			}
		}
	}
	if p.offset == 0 {
		return nil
	}
	// Records that the case had from elsewhere.
	filled, err := schema.Filled(p.ctx, p.engine, schema.Records())
	if err != nil {
		return err
	}
	p.isJoined = true
	return duplicates.Remove(p.ctx, p.engine, p.offset, filled)
}

// ofParquet begins the note on an export of which records were read from Parquet. It was not
// read itself, and may have more of them.
const ofParquet = "read from Parquet in "

// fileRange are the numbers of the exports that a folder of Parquet lists.
type fileRange struct {
	first, last int64
	root        string
}

// settleParquet says of each export how many of its records were in the partitions that
// were read. More than it had can't be.
func (l *loader) settleParquet() error {
	for _, r := range l.fromParquet {
		more, err := l.number("select count(*) from files where file_id between $1 and $2 and records < loaded + duplicates + rejected", r.first, r.last)
		if err != nil {
			return err
		}
		if more > 0 {
			return fmt.Errorf("%s: of %d exports more records are in the Parquet than they had: a partition is there twice, or was changed; nothing was read", r.root, more)
		}
		fewer, err := l.number("select count(*) from files where file_id between $1 and $2 and records > loaded + duplicates + rejected", r.first, r.last)
		if err != nil {
			return err
		}
		if fewer == 0 {
			continue
		}
		if err := l.exec(`
			update files
			set note = note || format(': {} of its {} records', loaded + duplicates + rejected, records),
				records = loaded + duplicates + rejected
			where file_id between $1 and $2 and records > loaded + duplicates + rejected`, r.first, r.last); err != nil {
			return err
		}
		if !slices.ContainsFunc(l.parts, func(part string) bool { return strings.Contains(part, r.root) }) {
			l.parts = append(l.parts, fmt.Sprintf("%s has not all records of %d of its exports", r.root, fewer))
		}
	}
	return l.engine.Append("meta", func(add func(...driver.Value) error) error {
		for _, part := range l.parts {
			if err := add("part", strings.ToValidUTF8(part, "\ufffd"), l.options.Version, l.options.Now.UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}
