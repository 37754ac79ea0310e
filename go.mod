module entrail

go 1.26

// What entrail is made of (fixed by the design).
require (
	github.com/marcboeker/go-duckdb v1.8.5 // the engine: DuckDB 1.1.3, imported in ingest/engine only
	github.com/spf13/pflag v1.0.6 // command line flags in the POSIX way
	github.com/xuri/excelize/v2 v2.10.0 // XLSX, streaming
)
