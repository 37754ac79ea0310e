package parquet

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// things is a table with a column of each type.
var things = schema.Table{Name: "things", Columns: []schema.Column{
	{Name: "id", Type: "varchar"}, {Name: "file_id", Type: "integer"}, {Name: "record", Type: "bigint"},
	{Name: "weight", Type: "double"}, {Name: "is_new", Type: "boolean"}, {Name: "event_time", Type: "timestamp"},
}}

const goodThing = "'a' as id, 1::integer as file_id, 2::bigint as record, 0.5::double as weight, true as is_new, timestamptz '2026-10-01 00:00:00+00' as event_time"

// written is a file that the engine wrote of a SELECT.
func written(t testing.TB, query, options string) []byte {
	t.Helper()
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	name := filepath.Join(t.TempDir(), "things.parquet")
	if err := e.Exec(ctx, "copy ("+query+") to "+engine.Literal(name)+" (format parquet, "+options+")"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// judged is what Go says of a file; "" = the engine may read it.
func judged(text []byte) string {
	file := bytes.NewReader(text)
	f, err := ReadFooter(file, int64(len(text)))
	if err == nil {
		err = f.Check(file, int64(len(text)), things)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestCheck(t *testing.T) {
	changed := func(query string, words ...string) string { return strings.NewReplacer(words...).Replace(query) }
	for _, test := range []struct{ reason, query, options, want string }{
		{"ours", goodThing, "compression zstd", ""},
		{"Spark's default", goodThing, "compression snappy", ""},
		{"not packed at all", goodThing, "compression uncompressed", ""},
		{"pages of the newer kind", goodThing, "compression zstd, parquet_version v2", ""},
		{"several groups of rows", goodThing + " from range(5000)", "compression zstd, row_group_size 2048", ""},
		{"without an offset the time is UTC all the same", changed(goodThing, "timestamptz", "timestamp"), "compression zstd", ""},
		{"a number that is shorter fits", changed(goodThing, "2::bigint", "2::integer"), "compression zstd", ""},
		{"the codec that ended programs", goodThing, "compression brotli", "its column id is compressed with brotli, which is not read: write it with zstd or snappy"},
		{"another codec", goodThing, "compression gzip", "its column id is compressed with gzip, which is not read"},
		{"and another", goodThing, "compression lz4_raw", "compressed with lz4_raw, which is not read"},
		{"a foreign column", goodThing + ", 1 as colour", "compression zstd", `it has the column "colour", which things has not`},
		{"a column is missing", changed(goodThing, "'a' as id, ", ""), "compression zstd", "it lacks the column id of things"},
		{"a list", changed(goodThing, "'a' as id", "['a'] as id"), "compression zstd", "it has columns within columns"},
		{"a structure", changed(goodThing, "'a' as id", "{'a': 1} as id"), "compression zstd", "it has columns within columns"},
		{"bytes that are no text", changed(goodThing, "'a' as id", "'a'::blob as id"), "compression zstd", "its column id is byte_array with the annotations -1 and -1, not a varchar"},
		{"a number where a text is", changed(goodThing, "'a' as id", "7 as id"), "compression zstd", "its column id is int32"},
		{"a number that is too long", changed(goodThing, "1::integer", "1::bigint"), "compression zstd", "its column file_id is int64"},
		{"a decimal", changed(goodThing, "2::bigint", "2::decimal(10, 1)"), "compression zstd", "its column record is int64"},
		{"a date is no time", changed(goodThing, "timestamptz '2026-10-01 00:00:00+00'", "date '2026-10-01'"), "compression zstd", "its column event_time is int32"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			if got := judged(written(t, "select "+test.query, test.options)); got != test.want && (test.want == "" || !strings.HasPrefix(got, test.want) && !strings.Contains(got, test.want)) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestCheckDamaged: whatever was done to the bytes, it is said before the engine reads.
func TestCheckDamaged(t *testing.T) {
	good := written(t, "select "+goodThing, "compression zstd")
	footer := len(good) - 8 - int(binary.LittleEndian.Uint32(good[len(good)-8:]))
	changed := func(do func(text []byte)) []byte {
		text := bytes.Clone(good)
		do(text)
		return text
	}
	for _, test := range []struct {
		reason string
		text   []byte
		want   string
	}{
		{"nothing", nil, "too short"},
		{"cut off", good[:len(good)-20], "does not end as Parquet does"},
		{"another head", changed(func(b []byte) { b[0] = 'X' }), "does not begin as Parquet does"},
		{"encrypted", changed(func(b []byte) { copy(b[len(b)-4:], "PARE") }), "encrypted"},
		{"a footer longer than the file", changed(func(b []byte) { binary.LittleEndian.PutUint32(b[len(b)-8:], uint32(len(b))) }), "which it can't"},
		{"a footer of four gigabytes", changed(func(b []byte) { binary.LittleEndian.PutUint32(b[len(b)-8:], 1<<32-1) }), "which it can't"},
		{"a footer of noughts", changed(func(b []byte) { clear(b[footer : len(b)-8]) }), "does not count its rows"},
		{"a footer of ones", changed(func(b []byte) {
			for i := footer; i < len(b)-8; i++ {
				b[i] = 0xff
			}
		}), "can't be read"},
		{"a page that is longer than its column", changed(func(b []byte) { copy(b[4:], "\x15\x00\x15\x08\x15\xfe\xff\xff\xff\x0f\x00") }), "beyond its end"},
		{"a page of two gigabytes when unpacked", changed(func(b []byte) { copy(b[4:], "\x15\x00\x15\xfe\xff\xff\xff\x0f\x15\x02\x00") }), "bytes when it is unpacked"},
		{"a page that is no page", changed(func(b []byte) { copy(b[4:], "\x1f\xff\xff\xff") }), "can't be read"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			if got := judged(test.text); !strings.Contains(got, test.want) || got == "" {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// FuzzFooter: no bytes end the program, or have it take more memory than they are.
func FuzzFooter(f *testing.F) {
	f.Add(written(f, "select "+goodThing, "compression zstd"))
	f.Add(written(f, "select "+goodThing+" from range(3000)", "compression snappy, row_group_size 2048, parquet_version v2"))
	f.Add([]byte("PAR1\x15\x00\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := bytes.NewReader(text)
		footer, err := ReadFooter(file, int64(len(text)))
		if err != nil {
			return
		}
		if len(footer.Columns) > len(text) || len(footer.Groups) > len(text) {
			t.Fatalf("%d columns and %d groups in %d bytes", len(footer.Columns), len(footer.Groups), len(text))
		}
		footer.Check(file, int64(len(text)), things)
	})
}

func TestPlaceOf(t *testing.T) {
	for _, test := range []struct{ reason, path, log, day, bucket string }{
		{"ours", "log=sign_ins/day=2026-10-01/bucket=a/data_0.parquet", "sign_ins", "2026-10-01", "a"},
		{"no time", "log=files/day=__HIVE_DEFAULT_PARTITION__/bucket=none/x.parquet", "files", "0001-01-01", "none"},
		{"Spark's names of files", "log=sign_ins/day=2026-10-01/bucket=0/part-00000-1b.c000.zstd.parquet", "sign_ins", "2026-10-01", "0"},
		{"another order", "log=sign_ins/bucket=a/day=2026-10-01/x.parquet", "", "", ""},
		{"deeper", "x/log=sign_ins/day=2026-10-01/bucket=a/x.parquet", "", "", ""},
		{"no day", "log=sign_ins/day=2026-13-01/bucket=a/x.parquet", "", "", ""},
		{"no Parquet", "log=sign_ins/day=2026-10-01/bucket=a/x.crc", "", "", ""},
	} {
		p, ok := PlaceOf(test.path)
		if ok != (test.log != "") || ok && (p.Log != test.log || p.Day.Format("2006-01-02") != test.day || p.Bucket != test.bucket) {
			t.Errorf("%s: %s is %+v, %v", test.reason, test.path, p, ok)
		}
	}
}
