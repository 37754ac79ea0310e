package ingest

import (
	"fmt"
	"os"
	"path"
	"strings"

	"entrail/ingest/parquet"
)

// loadReductions reads the answers of reduction queries into the table reductions: what a run
// that reads a part of the partitions judges the tenant by. Each is evidence, with its hash in files, and no export:
// it has no records.
func loadReductions(p *parquetLoad, roots []string, sources []source) error {
	for _, s := range sources {
		name, _ := parquet.ReductionOf(s.path, roots)
		err := loadReduction(p, name, s)
		s.in.close()
		if err != nil {
			return err
		}
	}
	p.numberBeside()
	return nil
}

func loadReduction(p *parquetLoad, name string, s source) error {
	f := &parquetFile{inputFile: &inputFile{source: s, size: s.size}}
	r, isKnown := parquet.LookupReduction(name)
	switch ending := strings.ToLower(path.Ext(s.path)); {
	case s.note != "":
		p.refuse(f.inputFile, s.note, s.debris)
		return nil
	case ending == ".csv" || ending == ".json":
		p.refuse(f.inputFile, "the answer of a reduction query is read as Parquet alone, which says the types of its columns: write it anew as "+name+parquet.Ending, false)
		return nil
	case ending != parquet.Ending:
		p.refuse(f.inputFile, "left by the program that wrote the reductions", true)
		return nil
	case !isKnown:
		p.listBeside(f.inputFile, "an answer that no report judges by")
		return nil
	}
	f.table = r.Table
	defer func() { os.Remove(f.copy) }()
	why := f.check(p.ctx, p.options.Engine.Temp, p.progress)
	switch {
	case p.ctx.Err() != nil:
		return p.ctx.Err()
	case why != nil:
		failReduction(p, f, why)
		return nil
	}
	if _, isBefore := p.known.paths[f.sha256]; isBefore {
		return nil
	}
	if err := p.engine.Exec(p.ctx, r.Insert(f.copy), strings.ToValidUTF8(s.path, "\ufffd")); err != nil {
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		failReduction(p, f, fmt.Errorf("the engine says %w", err))
		return nil
	}
	p.known.paths[f.sha256] = s.path
	f.source.archive = "parquet"
	f.notef("the answer of the reduction query %s: %s read, by which the tenant is judged", name, were(f.rows, "row"))
	p.outcome.summary.Files++
	p.beside = append(p.beside, f.inputFile)
	return nil
}

// failReduction notes that an answer can't be read, and what to do.
func failReduction(p *parquetLoad, f *parquetFile, why error) {
	p.fail(f, fmt.Errorf("%w; make it anew with what --show-sql %s prints", why, f.table.Name))
}
