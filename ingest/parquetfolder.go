package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"entrail/ingest/duplicates"
	"entrail/ingest/engine"
	"entrail/ingest/parquet"
	"entrail/ingest/schema"
)

// Bounds of what the engine reads at once.
const (
	parquetBatch = 512       // files
	parquetBytes = 256 << 20 // of them
)

// folderLoad is the load of one folder of Parquet.
type folderLoad struct {
	ctx    context.Context
	engine *engine.Engine
	all    *parquetLoad // that this is one of
	folder parquetFolder

	offset   int64             // what the numbers of its exports are moved up by
	before   map[string]string // files of tables that the case has, by content -> path
	files    []*parquetFile    // of tables, those that were asked for
	left     int               // of tables, those that were not
	read     []*parquetFile    // what the engine has read
	isUsable bool
}

// loadFolder reads a folder of Parquet into the tables.
func loadFolder(p *parquetLoad, folder parquetFolder) error {
	defer func() {
		for _, s := range folder.sources {
			s.in.close()
		}
	}()
	l := &folderLoad{ctx: p.ctx, engine: p.engine, all: p, folder: folder, offset: p.last}
	if err := l.load(); err != nil {
		return err
	}
	p.numberBeside()
	return nil
}

func (l *folderLoad) load() (err error) {
	if l.before, err = parquetBefore(l.ctx, l.engine); err != nil {
		return err
	}
	if err := l.list(); err != nil {
		return err
	}
	if err := l.readOrigin(); err != nil || !l.isUsable {
		return err
	}
	for _, t := range parquet.Tables() {
		if t.Name == "files" {
			continue
		}
		if err := l.loadTable(t); err != nil {
			return fmt.Errorf("load %s of %s: %w", t.Name, l.folder.root, err)
		}
	}
	return l.end()
}

// list makes an input of each file of the folder, and leaves out what is not asked for.
func (l *folderLoad) list() error {
	var newest time.Time
	var candidates []*parquetFile
	for _, s := range l.folder.sources {
		f := &parquetFile{inputFile: &inputFile{source: s, size: s.size}}
		name := strings.TrimPrefix(s.path, l.folder.root)
		place, isPlace := parquet.PlaceOf(name)
		isKnown := false
		if isPlace {
			f.table, isKnown = parquet.LookupTable(place.Log)
		}
		switch {
		case s.note != "":
			l.all.refuse(f.inputFile, s.note, s.debris)
		case name == parquet.ManifestName:
			l.all.listBeside(f.inputFile, "it says what the Parquet beside it is")
		case path.Dir(name) == parquet.Lookups:
			l.all.listBeside(f.inputFile, "a lookup, or an index of the Parquet beside it; entrail has lookups of its own")
		case isKnown:
			f.place = place
			candidates = append(candidates, f)
			if place.Day.After(newest) && parquet.IsLog(f.table) {
				newest = place.Day
			}
		case path.Ext(name) == parquet.Ending:
			l.all.refuse(f.inputFile, "a Parquet file of another origin: "+parquet.ManifestName+" names no table that lies here", false)
		default:
			l.all.refuse(f.inputFile, "left by the program that wrote the Parquet, no log", true)
		}
	}
	choice := l.all.options.Partitions
	reach, err := l.reach(&choice)
	if err != nil {
		return err
	}
	for _, f := range candidates {
		if choice.Takes(f.table, f.place, reach, newest) {
			l.files = append(l.files, f)
		} else {
			l.left++
			l.all.progress.add(f.size)
		}
	}
	return nil
}

// reach asks the index where the users of the choice are. Without an index everybody is
// wanted.
func (l *folderLoad) reach(choice *parquet.Choice) (parquet.Reach, error) {
	if choice.Users == nil {
		return nil, nil
	}
	var copies []string
	for _, t := range []schema.Table{parquet.UserNames, parquet.UserPartitions} {
		i := slices.IndexFunc(l.folder.sources, func(s source) bool {
			return s.path == l.folder.root+parquet.Lookups+"/"+t.Name+parquet.Ending && s.note == ""
		})
		var why error
		if i < 0 {
			why = errors.New("it is not there")
		} else {
			f := &parquetFile{inputFile: &inputFile{source: l.folder.sources[i]}, table: t}
			defer func() { os.Remove(f.copy) }()
			why = f.check(l.ctx, l.all.options.Engine.Temp, l.all.progress)
			copies = append(copies, f.copy)
		}
		if l.ctx.Err() != nil {
			return nil, l.ctx.Err()
		}
		if why != nil {
			l.all.outcome.warn(fmt.Sprintf("%s: the index %s can't be used (%v), so the partitions of all users are read", l.folder.root, t.Name, why))
			choice.Users = nil
			return nil, nil
		}
	}
	if err := l.engine.Exec(l.ctx, "create or replace temp table asked_users (name varchar)"); err != nil {
		return nil, err
	}
	for _, user := range choice.Users {
		if err := l.engine.Exec(l.ctx, "insert into asked_users select lower($1) union select home_account($1)", strings.ToValidUTF8(user, "\ufffd")); err != nil {
			return nil, err
		}
	}
	// As the filter does: a guest's name at home, the account's names, their homes.
	for range 3 {
		if err := l.engine.Exec(l.ctx, "insert into asked_users select other_name from ("+parquet.Rows(parquet.UserNames, copies[:1])+") where name in (from asked_users)"); err != nil {
			return nil, err
		}
	}
	rows, err := l.engine.Query(l.ctx, `
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

// take is check for a file of a table: what is wrong with it is its note.
func (l *folderLoad) take(f *parquetFile) (isGood bool, err error) {
	why := f.check(l.ctx, l.all.options.Engine.Temp, l.all.progress)
	if l.ctx.Err() != nil {
		return false, l.ctx.Err()
	}
	if why != nil {
		l.all.fail(f, why)
	}
	return why == nil, nil
}

// readOrigin reads the list of the exports that the rows came from. Without it nothing of
// the folder can be accounted for.
func (l *folderLoad) readOrigin() error {
	var copies []string
	files, _ := schema.Lookup("files")
	for _, f := range l.files {
		if f.table.Name != "files" {
			continue
		}
		isGood, err := l.take(f)
		if err != nil {
			return err
		}
		if isGood {
			defer os.Remove(f.copy)
			copies = append(copies, f.copy)
			l.readAs(f)
		}
	}
	if len(copies) == 0 {
		return l.unusable("the table files is missing, so that no record has a file")
	}
	err := l.engine.Exec(l.ctx, "create or replace temp table origin as "+parquet.Rows(files, copies))
	if err != nil {
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		return l.unusable("the table files can't be read: " + err.Error())
	}
	wrong, err := number(l.ctx, l.engine, `
		select count(*) filter (where not coalesce(
			file_id between 1 and 1000000000 and records >= 0 and loaded >= 0 and duplicates >= 0 and rejected >= 0
				and records = loaded + duplicates + rejected and path is not null and (sha256 is null or size_bytes is not null), false))
			+ count(*) - count(distinct file_id)
		from origin`)
	if err == nil && wrong > 0 {
		return l.unusable(fmt.Sprintf("%d rows of the table files do not add up, or have a number that another has", wrong))
	}
	l.isUsable = err == nil
	return err
}

// unusable says that nothing of the folder is read.
func (l *folderLoad) unusable(why string) error {
	l.all.outcome.unreadable(l.folder.root, why+"; nothing of the folder was read")
	for _, f := range l.files {
		if f.table.Name != "files" {
			l.all.refuse(f.inputFile, "not read, for the folder's table files can't be used", true)
		}
	}
	return nil
}

// loadTable reads the files of one table, as many at once as is bearable.
func (l *folderLoad) loadTable(t schema.Table) error {
	var batch []*parquetFile
	var bytes int64
	flush := func() error {
		err := l.insert(t, batch)
		for _, f := range batch {
			os.Remove(f.copy)
		}
		batch, bytes = nil, 0
		return err
	}
	for _, f := range l.files {
		if f.table.Name != t.Name {
			continue
		}
		isGood, err := l.take(f)
		if err != nil {
			return errors.Join(err, flush())
		}
		before, isKnown := l.before[f.content()]
		switch {
		case !isGood:
			continue
		case isKnown:
			os.Remove(f.copy)
			l.all.outcome.skip(f.inputFile, before)
			continue
		}
		l.before[f.content()] = f.source.path
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
func (l *folderLoad) insert(t schema.Table, files []*parquetFile) error {
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
	err := l.engine.Together(l.ctx, func() error {
		before, err := l.engine.Count(l.ctx, name)
		if err != nil {
			return err
		}
		if err := l.engine.Exec(l.ctx, "insert into "+name+" by name "+rowsOfExports(t, copies, l.offset)); err != nil {
			return err
		}
		after, err := l.engine.Count(l.ctx, name)
		if n = after - before; err == nil && n != want && len(files) > 1 {
			return errFewer
		}
		return err
	})
	switch {
	case l.ctx.Err() != nil:
		return l.ctx.Err()
	case err != nil && len(files) > 1:
		for _, f := range files {
			if err := l.insert(t, []*parquetFile{f}); err != nil {
				return err
			}
		}
		return nil
	case err != nil:
		l.all.fail(files[0], fmt.Errorf("the engine says %w", err))
		return nil
	}
	for _, f := range files {
		if n != want && t.Name != "meta" { // of which not every row is taken over
			f.records, f.rejected = want-n, want-n
			f.noteLoss("%s left out, for the folder's table files has no file that it belongs to", were(want-n, "row"))
			l.all.outcome.damaged(f.source.path, f.losses[0])
		}
		l.readAs(f)
	}
	return nil
}

// readAs notes that a file was read.
func (l *folderLoad) readAs(f *parquetFile) {
	f.source.archive = "parquet"
	f.notef("Parquet: %s read into %s", were(f.rows, "row"), f.table.Name)
	l.read = append(l.read, f)
}

// rowsOfExports is the SELECT of those rows of the files that belong to an export, under its number
// in this case, which is moved up by the offset.
func rowsOfExports(t schema.Table, copies []string, offset int64) string {
	var replaced, where []string
	for _, column := range []string{"file_id", "parent_file_id", "kept_file_id"} {
		if !t.Has(column) {
			continue
		}
		replaced = append(replaced, fmt.Sprintf("(%[1]s + %[2]d)::integer as %[1]s", column, offset))
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
func (l *folderLoad) end() error {
	if !slices.ContainsFunc(l.read, func(f *parquetFile) bool { return f.table.Name != "files" }) {
		return nil
	}
	last, err := number(l.ctx, l.engine, "select max(file_id)::bigint from origin")
	if err != nil {
		return err
	}
	if err := l.engine.Exec(l.ctx, "insert into files select * replace ((file_id + $1)::integer as file_id, concat_ws('; ', note, '"+ofParquet+"' || $2) as note) from origin",
		l.offset, strings.ToValidUTF8(l.folder.root, "\ufffd")); err != nil {
		return err
	}
	l.all.first = l.offset + last
	l.all.last = l.all.first
	l.all.exports = append(l.all.exports, fileRange{l.offset + 1, l.all.first, l.folder.root})
	if l.left > 0 {
		l.all.parts = append(l.all.parts, fmt.Sprintf("%d of %d Parquet files in %s were read, by %s", len(l.read), len(l.read)+l.left, l.folder.root, l.all.options.Partitions.By))
	}
	for _, f := range l.read {
		l.all.add(f.inputFile)
		l.all.outcome.summary.Files++
		if f.rejected > 0 {
			if err := l.all.rejects.add(reject{fileID: f.id, reason: f.losses[0]}); err != nil {
				return err
			}
		}
	}
	if l.offset == 0 {
		return nil
	}
	// Records that the case had from elsewhere.
	filled, err := schema.Filled(l.ctx, l.engine, schema.Records())
	if err != nil {
		return err
	}
	l.all.isJoined = true
	return duplicates.Remove(l.ctx, l.engine, l.offset, filled)
}

// parquetBefore is the Parquet that the case has: its paths, by content.
func parquetBefore(ctx context.Context, e *engine.Engine) (map[string]string, error) {
	before := map[string]string{}
	rows, err := e.All(ctx, "select sha256, path from files where format = 'parquet' and sha256 is not null")
	for _, v := range rows {
		sum, name := v[0].(string), v[1].(string)
		if at := strings.LastIndex(name, "log="); at >= 0 {
			if place, ok := parquet.PlaceOf(name[at:]); ok {
				before[sum+" "+place.Log] = name
			}
		}
	}
	return before, err
}
