package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"entrail/ingest/engine"
)

// intake brings the records of a load into the tables, and counts that all arrive.
//
//	of big files    --> feed ---> source --> format.sql --> tables
//	of small ones   --> batch --^
//	their bodies    --> batch --> parents -> format.sql --> child tables
type intake struct {
	ctx    context.Context
	engine *engine.Engine
	temp   string // private folder, for the batches

	feed       *engine.Feed // takes the records of one format from a big file
	feeding    *format
	rowsBefore int64 // of the table that the feed fills
	batches    map[*format]*batch
	bodies     map[*format]*batch          // what child rows are read from where that is not raw
	expect     map[*format]map[int32]int64 // what the batches hold: records of each file
}

func newIntake(ctx context.Context, e *engine.Engine, temp string) *intake {
	return &intake{
		ctx: ctx, engine: e, temp: temp,
		batches: map[*format]*batch{}, bodies: map[*format]*batch{}, expect: map[*format]map[int32]int64{},
	}
}

// sink takes the records of a format out of a file; those of the first format of a big
// one go straight into the engine.
func (in *intake) sink(of *format, isBig bool) (sink, error) {
	if isBig && in.feed == nil {
		if err := in.openFeed(of); err != nil {
			return nil, err
		}
	}
	if of == in.feeding {
		return in.feed, nil
	}
	return in.batchOf(of)
}

// count remembers how many records of a file the batches hold.
func (in *intake) count(f *inputFile) {
	for format, n := range f.formats {
		if n > 0 && format != in.feeding {
			if in.expect[format] == nil {
				in.expect[format] = map[int32]int64{}
			}
			in.expect[format][f.id] = n
		}
	}
}

// forget leaves the records of a file out.
func (in *intake) forget(f *inputFile) {
	in.abandonFeed()
	for format := range f.formats {
		delete(in.expect[format], f.id)
	}
}

// waiting is how many bytes the batches hold.
func (in *intake) waiting() (bytes int64) {
	for _, c := range in.batches {
		bytes += c.bytes
	}
	return bytes
}

// openFeed starts to load records of the format while they are read.
func (in *intake) openFeed(f *format) error {
	err := in.setSource(`
		select
			file_id,
			record,
			nullif(category, '') as category,
			raw,
			if(body = '', raw, body) as body
		from fed_records()`)
	if err != nil {
		return err
	}
	if in.rowsBefore, err = in.engine.Count(in.ctx, f.sections[0].table); err != nil {
		return err
	}
	in.feed, err = in.engine.NewFeed(in.ctx, insertInto(f.sections[0]))
	in.feeding = f
	return err
}

// closeFeed ends the loading of the file that was read.
func (in *intake) closeFeed(f *inputFile) error {
	if in.feed == nil {
		return nil
	}
	err := in.feed.Close()
	table, want := in.feeding.sections[0].table, f.formats[in.feeding]
	in.feed, in.feeding = nil, nil
	if err != nil {
		return err
	}
	rows, err := in.engine.Count(in.ctx, table)
	return errors.Join(err, checkArrival(want, rows-in.rowsBefore))
}

// checkArrival compares the records that were counted in the bytes with those that
// came to be in the table.
func checkArrival(counted, arrived int64) error {
	if counted != arrived {
		return fmt.Errorf("%d records were counted, but %d arrived; this must not be: please report it", counted, arrived)
	}
	return nil
}

// abandonFeed undoes what was loaded of the file that was read.
func (in *intake) abandonFeed() {
	if in.feed != nil {
		in.feed.Abandon()
		in.feed, in.feeding = nil, nil
	}
}

// batchOf returns the batch that takes records of the format.
func (in *intake) batchOf(f *format) (*batch, error) {
	if c, ok := in.batches[f]; ok {
		return c, nil
	}
	c, err := newBatch(in.temp, f.name)
	if err != nil {
		return nil, err
	}
	in.batches[f] = c
	return c, nil
}

// addBody takes what the child rows of a record are read from.
func (in *intake) addBody(f *format, fileID int32, record int64, body []byte) error {
	c := in.bodies[f]
	if c == nil {
		var err error
		if c, err = newBatch(in.temp, f.name+"-bodies"); err != nil {
			return err
		}
		in.bodies[f] = c
	}
	return c.Add(fileID, record, "", body, nil)
}

// smallBatch is how many bytes of records are copied into a table first. The engine
// plans a statement that reads a file a second time when it runs (1.5.6), and for a few
// records planning a format's statement is most of the work.
const smallBatch = 1 << 20

// flush loads what waits in the batches.
func (in *intake) flush() error {
	ready := make([]*format, 0, len(in.batches))
	for f := range in.batches {
		ready = append(ready, f)
	}
	slices.SortFunc(ready, func(a, b *format) int { return strings.Compare(a.name, b.name) })
	for _, f := range ready {
		c := in.batches[f]
		if err := c.finish(); err != nil {
			return err
		}
		// Files that turned out to be no log, or to be known already, may
		// have left records there.
		var ids []string
		var records int64
		for id, n := range in.expect[f] {
			ids = append(ids, fmt.Sprint(id))
			records += n
		}
		slices.Sort(ids)
		relation := c.relation()
		if records != c.rows {
			relation = "select * from (" + relation + ") where file_id in (" + strings.Join(append(ids, "-1"), ", ") + ")"
		}
		if c.bytes <= smallBatch {
			if err := in.engine.Exec(in.ctx, "create or replace temp table batched as "+relation); err != nil {
				return fmt.Errorf("load %s: %w", f.title, err)
			}
			relation = "from batched"
		}
		if err := in.insert(f, relation, records); err != nil {
			return fmt.Errorf("load %s: %w", f.title, err)
		}
		os.Remove(c.file.Name())
		delete(in.expect, f)
	}
	clear(in.batches)
	return in.engine.Exec(in.ctx, "drop table if exists batched")
}

// close ends what a load that is cut short still has open: Windows removes no file
// before.
func (in *intake) close() {
	for _, c := range in.batches {
		c.file.Close()
	}
}

// insert runs the format's SQL over a relation with the columns file_id,
// record, category, raw and body, in which so many records were counted.
func (in *intake) insert(f *format, relation string, records int64) error {
	if err := in.setSource(relation); err != nil {
		return err
	}
	before, err := in.engine.Count(in.ctx, f.sections[0].table)
	if err != nil {
		return err
	}
	if err := in.engine.Exec(in.ctx, insertInto(f.sections[0])); err != nil {
		return err
	}
	after, err := in.engine.Count(in.ctx, f.sections[0].table)
	return errors.Join(err, checkArrival(records, after-before))
}

func (in *intake) setSource(relation string) error {
	return in.engine.Exec(in.ctx, "create or replace temp view source as "+relation)
}

func insertInto(s section) string { return "insert into " + s.table + " by name " + s.sql }

// loadChildren fills the tables that hang on the records of this load.
func (in *intake) loadChildren(files []*inputFile) error {
	for _, f := range formats {
		if len(f.sections) < 2 || !slices.ContainsFunc(files, func(x *inputFile) bool { return x.formats[f] > 0 }) {
			continue
		}
		parents := parentsOf(f, files)
		if c := in.bodies[f]; c != nil {
			if err := c.finish(); err != nil {
				return err
			}
			// Of each record of these files one, which is mostly another than raw.
			parents = "select p.* replace (coalesce(b.raw, p.body) as body) from (" + parents + ") as p left join (" + c.relation() + ") as b using (file_id, record)"
		}
		if err := in.engine.Exec(in.ctx, "create or replace temp view parents as "+parents); err != nil {
			return err
		}
		for _, s := range f.sections[1:] {
			if err := in.engine.Exec(in.ctx, insertInto(s)); err != nil {
				return fmt.Errorf("load %s: %w", s.table, err)
			}
		}
		if c := in.bodies[f]; c != nil {
			os.Remove(c.file.Name())
		}
	}
	return nil
}

// parentsOf is the relation that child tables are filled from: the format's
// records of this load. The ids stand in the text, since a join would
// carry every record's text through it.
func parentsOf(f *format, files []*inputFile) string {
	var ids, enveloped []string
	for _, x := range files {
		if x.formats[f] == 0 {
			continue
		}
		ids = append(ids, fmt.Sprint(x.id))
		if x.enveloped {
			enveloped = append(enveloped, fmt.Sprint(x.id))
		}
	}
	body := "raw"
	if len(enveloped) > 0 {
		body = "coalesce(case when file_id in (" + strings.Join(enveloped, ", ") + ") then raw ->> '$.properties' end, raw)"
	}
	return "select file_id, record, id, event_time, " + body + " as body from " + f.sections[0].table + " where file_id in (" + strings.Join(ids, ", ") + ")"
}
