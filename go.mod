module entrail

go 1.26

// What entrail is made of.
require (
	github.com/duckdb/duckdb-go/v2 v2.10506.0 // the engine: DuckDB 1.5.6, imported in ingest/engine only
	github.com/gofrs/flock v0.13.0 // a lock on the case that ends with its owner, on every system
	github.com/google/uuid v1.6.0 // ids of indicators from what they are (UUIDv5)
	github.com/klauspost/compress v1.18.3 // zstd, which Go lacks: evidence.tar.zst
	github.com/mattn/go-runewidth v0.0.31 // how many cells of a terminal a text fills
	github.com/oschwald/maxminddb-golang/v2 v2.4.1 // reads geolocation databases; v1 overflows the stack on some damaged files, and no recover helps
	github.com/pelletier/go-toml/v2 v2.4.3 // the case sheet; its strict mode names every key that is not one of ours, with its place
	github.com/schollz/progressbar/v3 v3.18.0 // progress by bytes on a terminal
	github.com/spf13/pflag v1.0.10 // flags with long and short names, repeatable
	github.com/xuri/excelize/v2 v2.10.0 // reads and writes workbooks
	go.yaml.in/yaml/v3 v3.0.4 // reads Sigma rules; the line of gopkg.in/yaml.v3 that is still kept
	golang.org/x/sys v0.46.0 // the console of Windows
	golang.org/x/term v0.39.0 // whether a stream is a terminal, and how wide
	golang.org/x/text v0.33.0 // encodings of texts other than UTF-8
)

// What its tests are made of.
require (
	github.com/maxmind/mmdbwriter v1.0.0 // writes geolocation databases of a few addresses
	github.com/rogpeppe/go-internal v1.14.1 // scripts of commands and what they print
	golang.org/x/net v0.49.0 // reads HTML pages as a browser does
	golang.org/x/tools v0.41.0 // the fixtures, txtar archives
)

require (
	github.com/apache/arrow-go/v18 v18.5.1 // indirect
	github.com/clipperhouse/uax29/v2 v2.2.0 // indirect
	github.com/duckdb/duckdb-go-bindings v0.10506.0 // indirect
	github.com/duckdb/duckdb-go-bindings/lib/darwin-amd64 v0.10506.0 // indirect
	github.com/duckdb/duckdb-go-bindings/lib/darwin-arm64 v0.10506.0 // indirect
	github.com/duckdb/duckdb-go-bindings/lib/linux-amd64 v0.10506.0 // indirect
	github.com/duckdb/duckdb-go-bindings/lib/linux-arm64 v0.10506.0 // indirect
	github.com/duckdb/duckdb-go-bindings/lib/windows-amd64 v0.10506.0 // indirect
	github.com/go-viper/mapstructure/v2 v2.5.0 // indirect
	github.com/goccy/go-json v0.10.5 // indirect
	github.com/google/flatbuffers v25.12.19+incompatible // indirect
	github.com/klauspost/cpuid/v2 v2.3.0 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/oschwald/maxminddb-golang v1.12.0 // indirect
	github.com/pierrec/lz4/v4 v4.1.25 // indirect
	github.com/richardlehane/mscfb v1.0.4 // indirect
	github.com/richardlehane/msoleps v1.0.4 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/tiendc/go-deepcopy v1.7.1 // indirect
	github.com/xuri/efp v0.0.1 // indirect
	github.com/xuri/nfp v0.0.2-0.20250530014748-2ddeb826f9a9 // indirect
	github.com/zeebo/xxh3 v1.1.0 // indirect
	go4.org/netipx v0.0.0-20220812043211-3cc044ffd68d // indirect
	golang.org/x/crypto v0.47.0 // indirect
	golang.org/x/exp v0.0.0-20260112195511-716be5621a96 // indirect
	golang.org/x/mod v0.32.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
	golang.org/x/telemetry v0.0.0-20260116145544-c6413dc483f5 // indirect
	golang.org/x/xerrors v0.0.0-20240903120638-7835f813f4da // indirect
)
