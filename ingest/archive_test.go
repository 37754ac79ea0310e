package ingest

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// tarred is a tar archive of headers and texts, which supply the size.
func tarred(t *testing.T, members ...any) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		var h tar.Header
		switch m := members[i].(type) {
		case string:
			h = tar.Header{Name: m}
		case tar.Header:
			h = m
		}
		text := members[i+1].(string)
		h.Mode, h.Size = 0o600, int64(len(text))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t *testing.T, text string, options ...zstd.EOption) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, options...)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTarArchives: tar archives are read as zip archives are, packed or not, and what
// is made to do harm is named; the rest is read.
func TestTarArchives(t *testing.T) {
	defer func(bytes int64, files int) { maxUnpacked, maxMembers = bytes, files }(maxUnpacked, maxMembers)
	maxUnpacked, maxMembers = 1<<20, 100
	plain := tarred(t, "logs/", "", "logs/x.json", signIn("s1"), "logs/y.json.gz", gzipped(t, signIn("s2")))
	deep := tarred(t, "deep.json", signIn("s1"))
	for range maxNestedDepth {
		deep = gzipped(t, tarred(t, "x.tgz", deep))
	}
	var many []any
	for i := range 101 {
		many = append(many, fmt.Sprintf("%03d.txt", i), "")
	}
	damaged := []byte(tarred(t, "x.json", signIn("s1"), "y.json", signIn("s2")))
	damaged[2*tarBlock+tarBlock/2] ^= 1 // in the header of y.json
	twoSizes := bytes.Repeat([]byte(" "), 3<<19)
	wantInputs(t, []archiveTest{
		{"a.tar", plain, []string{"a.tar|0|tar archive; its files", "a.tar!logs/x.json|1|", "a.tar!logs/y.json.gz|1|unpacked with gzip"}, "not packed"},
		{"a.tar.gz", gzipped(t, plain), []string{"a.tar.gz|0|tar archive; its files", "a.tar.gz!logs/x.json|1|", "a.tar.gz!logs/y.json.gz|1|unpacked with gzip"}, "with gzip"},
		{"evidence", zstandard(t, plain), []string{"evidence|0|tar archive; its files", "evidence!logs/x.json|1|", "evidence!logs/y.json.gz|1|unpacked with gzip"}, "with zstd, whatever it is called"},
		{"a.json.zst", zstandard(t, signIn("s1")), []string{"a.json.zst|1|unpacked with zstd"}, "one file packed with zstd"},
		{"a.tar.bz2", unbase64(t, tarOfOne), []string{"a.tar.bz2|0|tar archive; its files", "a.tar.bz2!x.json|1|"}, "with bzip2"},
		{"a.json.bz2", unbase64(t, oneRecord+oneRecord), []string{"a.json.bz2|2|unpacked with bzip2"}, "two files packed with bzip2 and joined"},
		{"a.json.bz2", unbase64(t, oneRecord)[:80], []string{"a.json.bz2|0|can't be read: "}, "cut off"},
		{"a.zip", zipped(t, "b.tar", plain, "c.tgz", gzipped(t, tarred(t, "z.json", signIn("s3")))), []string{
			"a.zip|0|zip archive", "a.zip!b.tar|0|tar archive", "a.zip!b.tar!logs/x.json|1|", "a.zip!b.tar!logs/y.json.gz|1|", "a.zip!c.tgz|0|tar archive", "a.zip!c.tgz!z.json|1|",
		}, "in a zip archive"},
		{"a.tar", tarred(t, "b.zip", zipped(t, "x.json", signIn("s1")), "c.json", signIn("s2")), []string{"a.tar|0|", "a.tar!b.zip|0|zip archive", "a.tar!b.zip!x.json|1|", "a.tar!c.json|1|"}, "a zip archive in it"},
		{"a.zip.gz", gzipped(t, zipped(t, "x.json", signIn("s1"))), []string{"a.zip.gz|0|a zip archive in another file: unpack it"}, "a zip archive packed once more"},
		{"a.json.gz", gzipped(t, strings.Repeat(" \n", 100_000)+signIn("s1")), []string{"a.json.gz|1|"}, "a record behind many blanks"},
		{"a.json.gz", gzipped(t, strings.Repeat("\x00", 200_000)), []string{"a.json.gz|0|the file is binary"}, "zeros are no blanks"},
		{"a.tar", tarred(t, "a\x1b[31m\nb.json", signIn("s1"), "c\u202egnp.json", signIn("s2")), []string{"a.tar|0|", "a.tar!a\x1b[31m\nb.json|1|", "a.tar!c\u202egnp.json|1|"}, "control characters in names"},
		{"a.zip", zipped(t, "a\x1b[31m\nb.json", signIn("s1")), []string{"a.zip|0|", "a.zip!a\x1b[31m\nb.json|1|"}, "and in a zip archive"},
		{"a.tar", tarred(t, "x.json", signIn("s1"), "x.json", signIn("s2")), []string{"a.tar|0|", "a.tar!x.json|1|", "a.tar!x.json|1|"}, "one name twice: both are evidence"},
		{"a.tar", tarred(t, "../../x.json", signIn("s1"), "/etc/x.json", signIn("s2"), `C:\x.json`, signIn("s3")), []string{
			"a.tar|0|", "a.tar!../../x.json|1|", "a.tar!/etc/x.json|1|", `a.tar!C:\x.json|1|`,
		}, "names that lead elsewhere are names; nothing is written there"},
		{"a.tar", tarred(t,
			"d/x.json", signIn("s1"),
			tar.Header{Name: "d/in", Typeflag: tar.TypeSymlink, Linkname: "x.json"}, "",
			tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "d/x.json"}, "",
			tar.Header{Name: "out", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, "",
			tar.Header{Name: "up", Typeflag: tar.TypeSymlink, Linkname: "../x.json"}, ""), []string{
			"a.tar|0|", "a.tar!d/in|0|a link to a file of the archive", "a.tar!d/x.json|1|", "a.tar!hard|0|a link to a file of the archive",
			`a.tar!out|0|a link to "/etc/passwd", which is not in the archive`, `a.tar!up|0|a link to "../x.json", which is not in the archive`,
		}, "no link is followed"},
		{"a.tar", tarred(t,
			tar.Header{Name: "zero", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 5}, "",
			tar.Header{Name: "disk", Typeflag: tar.TypeBlock, Devmajor: 8}, "",
			tar.Header{Name: "pipe", Typeflag: tar.TypeFifo}, "",
			"x.json", signIn("s1")), []string{
			"a.tar|0|", "a.tar!disk|0|not a regular file", "a.tar!pipe|0|not a regular file", "a.tar!x.json|1|", "a.tar!zero|0|not a regular file",
		}, "no device is opened"},
		{"a.tar", tarred(t, "._x.json", "x", "x.json", signIn("s1")), []string{"a.tar|0|", "a.tar!._x.json|0|left by the operating system", "a.tar!x.json|1|"}, "debris"},
		{"a.tar.gz", gzipped(t, tarred(t, "x.tar.gz", deep, "y.json", signIn("s1"))), []string{
			"a.tar.gz|0|", "a.tar.gz!x.tar.gz|0|", "a.tar.gz!x.tar.gz!x.tgz|0|", "a.tar.gz!x.tar.gz!x.tgz!x.tgz|0|", "a.tar.gz!x.tar.gz!x.tgz!x.tgz!x.tgz|0|",
			"a.tar.gz!x.tar.gz!x.tgz!x.tgz!x.tgz!x.tgz|0|an archive among too many that lie in one another", "a.tar.gz!y.json|1|",
		}, "archives in archives without an end"},
		{"a.tar.gz", gzipped(t, tarred(t, "x.json", signIn("s1"), "y.txt", string(twoSizes))), []string{
			"a.tar.gz|0|read only in part: it unpacks to more than is read of one archive", "a.tar.gz!x.json|1|", "a.tar.gz!y.txt|0|",
		}, "a bomb: what comes before the cap is read"},
		{"a.tar.zst", zstandard(t, tarred(t, "x.json", signIn("s1"), "y.txt", strings.Repeat(" ", 900<<10)), zstd.WithEncoderLevel(zstd.SpeedBestCompression)), []string{
			"a.tar.zst|0|read only in part: it unpacks to more than is read of one archive", "a.tar.zst!x.json|1|", "a.tar.zst!y.txt|0|",
		}, "a bomb under the cap, packed as no log can be"},
		{"a.zip", zipped(t, "x.tgz", gzipped(t, tarred(t, "y.json", signIn("s1")))+strings.Repeat("\x00", 512<<10), "z.json", signIn("s2")), []string{
			"a.zip|0|", "a.zip!x.tgz|0|not unpacked: an archive that would grow to", "a.zip!z.json|1|",
		}, "an archive in an archive that is packed as no archive can be"},
		{"a.tar", tarred(t, many...), append([]string{"a.tar|0|read only in part: it has more than 100 files"}, func() (all []string) {
			for i := range 100 {
				all = append(all, fmt.Sprintf("a.tar!%03d.txt|0|the file is empty", i))
			}
			return all
		}()...), "more files than are listed"},
		{"a.tar", plain[:tarBlock+tarBlock+40], []string{"a.tar|0|read only in part: unexpected EOF; was the copy complete?", "a.tar!logs/x.json|0|reading"}, "cut off in a file"},
		{"a.tar", strings.TrimRight(plain, "\x00") + strings.Repeat("\x00", tarBlock-len(strings.TrimRight(plain, "\x00"))%tarBlock), []string{
			"a.tar|0|read only in part: it does not end as a tar archive does", "a.tar!logs/x.json|1|", "a.tar!logs/y.json.gz|1|",
		}, "cut off between two files"},
		{"a.tar.gz", gzipped(t, plain)[:200], []string{
			"a.tar.gz|0|read only in part: unexpected EOF", "a.tar.gz!logs/x.json|0|reading stopped: unexpected EOF",
		}, "cut off in what is packed"},
		{"a.tar", string(damaged), []string{"a.tar|0|read only in part: archive/tar: invalid tar header", "a.tar!x.json|1|"}, "a damaged header"},
		{"a.tar", plain[:tarBlock] + strings.Repeat("\x00", 2*tarBlock), []string{"a.tar|0|a tar archive without a file; was the copy complete?"}, "folders alone"},
		{"a.json", strings.Repeat("0", 2*tarBlock), []string{"a.json|0|not recognised"}, "no tar: its sum is wrong"},
	})
}

// A record of the audit log packed by bzip2 1.0.8, and a tar archive of it: Go
// unpacks bzip2 only.
const (
	oneRecord = "QlpoOTFBWSZTWZAEh7UAADVfgAAQEAdzEEggngA+I9wqIAByMZMTTCaYmAmmAamQygTE/VDCegn6Uqi64bUiDrdCZEOL4Y5Z8+FE8xjTdEuOCmAkToXZATZoiTH80imwT12dOP0mcaOQwJHkCE6uoV6nqGRl+hdyRThQkJAEh7U="
	tarOfOne  = "QlpoOTFBWSZTWVFTRqIAAK5/jMwQAEBQB3+QSCCeEH4z3moCAAAAgAgwALrWGp6lP0p6nqHqaaNGTTQ0DQPKbU0Ip6ZTQjACabQJgABAZTSRgmABGgYTATRozv5flqAIDPAgghiJkIilhxRJAQ/UXojEXqm99YXLWphI90Kp3V/L52TBRIDiBdOBiTeNQ9NubZoR1o0mYeZigNtgU+D+G0ACSNBUIAwpRNANaZystJm8E0cIy8/UreM9sSp5bEoF5gWsEobXBIbIRS+SxM4Uy/UYWPJIH8XckU4UJBRU0aiA"
)

// unbase64 decodes texts that are joined, each with its padding.
func unbase64(t *testing.T, text string) string {
	t.Helper()
	var all []byte
	for part := range strings.SplitAfterSeq(text, "=") {
		b, err := base64.StdEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return string(all)
}
