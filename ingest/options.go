package ingest

import (
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/parquet"
)

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
