package ingest

import (
	"context"

	"entrail/ingest/engine"
)

// knownFiles are the files that the case has, by their content.
type knownFiles struct {
	paths map[string]string // by SHA-256: what the case calls them
	sizes map[int64]bool
}

// ofParquet begins the note on an export of which records were read from Parquet. It was not
// read itself, and may have more of them.
const ofParquet = "read from Parquet in "

// readKnown remembers the files that the case already holds. One of which
// nothing could be loaded, or not before the order of its dates was given, is
// read anew; one of which Parquet had records is read for the first time.
func readKnown(ctx context.Context, e *engine.Engine) (knownFiles, error) {
	k := knownFiles{map[string]string{}, map[int64]bool{}}
	rows, err := e.All(ctx, `
		select sha256, path, size_bytes
		from files
		where format is not null
			and sha256 is not null
			and not contains(coalesce(note, ''), '`+ofParquet+`')
			and (loaded + duplicates > 0 or records = 0)
			and file_id not in (select file_id from rejects where contains(reason, '--date-order'))`)
	for _, v := range rows {
		k.paths[v[0].(string)] = v[1].(string)
		k.sizes[v[2].(int64)] = true
	}
	return k, err
}

// find sums a file that has the size of one of these, and tells whether it is that.
func (k knownFiles) find(ctx context.Context, f *inputFile, p *progress) (path string, isKnown bool, err error) {
	if !k.sizes[f.size] {
		return "", false, nil
	}
	before := p.done
	in, err := f.source.open(ctx, p.add)
	if err != nil {
		return "", false, nil // to read it will tell
	}
	sum, _, err := in.close()
	path, isKnown = k.paths[sum]
	if err != nil || !isKnown {
		p.done = before
		return "", false, ctx.Err()
	}
	return path, true, nil
}
