package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// zipped is a zip archive of names and texts.
func zipped(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, members[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestArchives: what archives hold is read, or it is said why not; the rest
// is read then.
func TestArchives(t *testing.T) {
	defer func(before int64) { maxUnpacked = before }(maxUnpacked)
	maxUnpacked = 1 << 20
	var lines strings.Builder
	for i := range 20_000 {
		fmt.Fprintln(&lines, audit(fmt.Sprint(i), "Send"))
	}
	deep := zipped(t, "deep.json", signIn("s1"))
	for range maxNestedDepth {
		deep = zipped(t, "x.zip", deep)
	}
	// The header of the member says that it is short.
	liar := []byte(zipped(t, "x.json", signIn("s1")))
	at := bytes.LastIndex(liar, []byte("PK\x01\x02"))
	copy(liar[at+24:], []byte{16, 0, 0, 0})
	wantInputs(t, []archiveTest{
		{"a.zip", zipped(t, "b.zip", zipped(t, "c/d.zip", zipped(t, "e.json", signIn("s1"))), "f.json", signIn("s2")), []string{
			"a.zip|0|zip archive",
			"a.zip!b.zip|0|zip archive",
			"a.zip!b.zip!c/d.zip|0|zip archive",
			"a.zip!b.zip!c/d.zip!e.json|1|",
			"a.zip!f.json|1|",
		}, "an archive in an archive"},
		{"a.zip", zipped(t, "x.json", signIn("s1"), "x.json", signIn("s2")), []string{"a.zip|0|", "a.zip!x.json|1|", "a.zip!x.json|1|"}, "one name twice"},
		{"a.zip", zipped(t, "../../x.json", signIn("s1"), "/x.json", signIn("s2"), `C:\x.json`, signIn("s3")), []string{
			"a.zip|0|", "a.zip!../../x.json|1|", "a.zip!/x.json|1|", `a.zip!C:\x.json|1|`,
		}, "names that lead elsewhere"},
		{"a.zip", zipped(t, `logs\`, "", `logs\x.json`, signIn("s1"), `logs\y.zip`, zipped(t, "z.json", signIn("s2")), `__MACOSX\._x.json`, "x"), []string{
			"a.zip|0|", `a.zip!__MACOSX\._x.json|0|left by the operating system`, `a.zip!logs\x.json|1|`, `a.zip!logs\y.zip|0|zip archive`, `a.zip!logs\y.zip!z.json|1|`,
		}, "back slashes, as programs on Windows have put into archives: a folder is none of the files"},
		{"a.zip", zipped(t, "caf\xe9.json", signIn("s1")), []string{"a.zip|0|", "a.zip!caf\ufffd.json|1|"}, "a name that is no UTF-8"},
		{"a.zip", zipped(t, "x.zip", "PK\x03\x04 and nothing more", "y.json", signIn("s1")), []string{
			"a.zip|0|", "a.zip!x.zip|0|the zip archive can't be opened", "a.zip!y.json|1|",
		}, "an archive in an archive that is broken"},
		{"a.zip", zipped(t, "x.zip", deep, "y.json", signIn("s1")), []string{
			"a.zip|0|", "a.zip!x.zip|0|", "a.zip!x.zip!x.zip|0|", "a.zip!x.zip!x.zip!x.zip|0|", "a.zip!x.zip!x.zip!x.zip!x.zip|0|",
			"a.zip!x.zip!x.zip!x.zip!x.zip!x.zip|0|an archive among too many that lie in one another, not unpacked", "a.zip!y.json|1|",
		}, "archives in archives without an end"},
		{"a.zip", zipped(t, "x.json", strings.Repeat(" ", 16<<20), "y.json", signIn("s1")), []string{
			"a.zip|0|", "a.zip!x.json|0|not unpacked: it would grow to 16777216 bytes", "a.zip!y.json|0|not unpacked: it would grow to",
		}, "a bomb; what comes behind it is over the cap"},
		{"a.zip", zipped(t), []string{"a.zip|0|a zip archive without a file; was the copy complete?"}, "an archive without a file"},
		{"a.zip", zipped(t, "folder/", ""), []string{"a.zip|0|a zip archive without a file; was the copy complete?"}, "nor has one of folders"},
		{"a.zip", zipped(t, "x.zip", zipped(t, "y.json", signIn("s1"))+strings.Repeat("\x00", 512<<10), "z.json", signIn("s2")), []string{
			"a.zip|0|", "a.zip!x.zip|0|not unpacked: an archive that would grow to", "a.zip!z.json|1|",
		}, "an archive in an archive that is packed as no archive can be"},
		{"a.zip", sharing(t), []string{
			"a.zip|0|", "a.zip!x.json|1|", "a.zip!y.json|0|not unpacked: it lies in the bytes of another file of the archive",
		}, "two names for the same bytes"},
		{"a.zip", string(liar), []string{"a.zip|0|", "a.zip!x.json|0|can't be read: zip: not a valid zip file"}, "a member that is longer than it says"},
		{"a.json.gz", gzipped(t, lines.String()), []string{"a.json.gz|some|it unpacks to more than is read of one archive; unpack it yourself if you trust it; the records before it are loaded"}, "more than is unpacked of one file: what was is loaded, and it is said"},
	})
}

// archiveTest is a file, and the inputs that are listed for it: `name|records|part of
// the note`.
type archiveTest struct {
	name, text string
	files      []string
	reason     string
}

// wantInputs loads all files at once.
func wantInputs(t *testing.T, tests []archiveTest) {
	t.Helper()
	folder := t.TempDir()
	place := func(i int) string { return filepath.Join(folder, fmt.Sprintf("%03d", i)) }
	for i, tt := range tests {
		if err := os.Mkdir(place(i), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(place(i), tt.name), []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	for i, tt := range tests {
		got := c.ask(fmt.Sprintf("select path[%d:], records, coalesce(note, '') from files where starts_with(path, %s) order by file_id", len(place(i))+2, engine.Literal(place(i))))
		ok := len(got) == len(tt.files)
		for i := 0; ok && i < len(got); i++ {
			cells := strings.Split(got[i], "|")
			want := strings.Split(tt.files[i], "|")
			ok = cells[0] == want[0] && strings.Contains(cells[2], want[2]) && (cells[1] == want[1] || want[1] == "some" && cells[1] != "0")
		}
		if !ok {
			t.Errorf("%s:\n got %q\nwant %q", tt.reason, got, tt.files)
		}
	}
}

// sharing is an archive that names the bytes of its one file twice.
func sharing(t *testing.T) string {
	archive := []byte(zipped(t, "x.json", signIn("s1")))
	begin := bytes.LastIndex(archive, []byte("PK\x01\x02"))
	end := bytes.LastIndex(archive, []byte("PK\x05\x06"))
	again := bytes.Replace(archive[begin:end], []byte("x.json"), []byte("y.json"), 1)
	twice := slices.Concat(archive[:end], again, archive[end:])
	tail := twice[end+len(again):]
	binary.LittleEndian.PutUint16(tail[8:], 2) // files on this disk, in all, and the size of their list
	binary.LittleEndian.PutUint16(tail[10:], 2)
	binary.LittleEndian.PutUint32(tail[12:], uint32(2*len(again)))
	return string(twice)
}

// TestReadErrors: a file that can't be read to its end is named, and the rest
// is read.
func TestReadErrors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a file that opens and can't be read")
	}
	c := load(t, "/proc/self/mem", write(t, "x.json", signIn("s1")))
	c.want("select records, sha256 is null, note from files order by path", "0|true|can't be read: input/output error", "1|false|<nil>")
	if c.summary.Complete() || len(c.warned) != 1 {
		t.Errorf("not told: %+v %q", c.summary, c.warned)
	}
	var warned []string
	l := &loader{ctx: context.Background(), outcome: outcome{warn: func(s string) { warned = append(warned, s) }}}
	f := &inputFile{source: source{path: "a.zip", file: t.TempDir(), archive: "zip"}}
	if err := l.hashArchive(f); err != nil || f.sha256 != "" || l.outcome.summary.Complete() || len(warned) != 1 || warned[0] != "a.zip: can't be read to its end: is a directory" {
		t.Errorf("an archive that can't be read: %v %q %+v %q", err, f.sha256, l.outcome.summary, warned)
	}
}

// TestFilesChangeMeanwhile: a file that grows while it is read has what was
// read, sum included; one that is gone is named.
func TestFilesChangeMeanwhile(t *testing.T) {
	folder := t.TempDir()
	grows, goes := filepath.Join(folder, "a.jsonl"), filepath.Join(folder, "b.json")
	var lines strings.Builder
	for i := range 20_000 {
		fmt.Fprintln(&lines, audit(fmt.Sprint(i), "Send"))
	}
	for name, text := range map[string]string{grows: lines.String(), goes: signIn("s1")} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	happened := false
	c := loadWith(t, Options{Progress: func(done, total int64) {
		if happened {
			return
		}
		happened = true
		f, err := os.OpenFile(grows, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprintln(f, audit("more", "Send"))
		f.Close()
		os.Remove(goes)
	}}, folder)
	text, err := os.ReadFile(grows)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	c.want("select parse_filename(path), records, loaded, size_bytes, sha256, note from files order by path",
		fmt.Sprintf("a.jsonl|20001|20001|%d|%s|<nil>", len(text), hex.EncodeToString(sum[:])),
		fmt.Sprintf("b.json|0|0|%d|<nil>|can't be read: no such file or directory", len(signIn("s1"))))
}

// TestOddNames: whatever a file is called, it is that file which is read.
func TestOddNames(t *testing.T) {
	for _, size := range []int64{0, 16 << 20} {
		func() {
			defer func(before int64) { feedSize = before }(feedSize)
			feedSize = size
			folder := t.TempDir()
			names := []string{"[a].jsonl", "a.jsonl", "*.jsonl", "?.jsonl", "#1.jsonl", "it's.jsonl", "two words.jsonl", "%41.jsonl", "{a,b}.jsonl", "$HOME.jsonl", "caf\xe9.jsonl", "\u202e.jsonl"}
			var want []string
			for i, name := range names {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(audit(strings.ToValidUTF8(name, "\ufffd"), "Send")+"\n"), 0o666); err != nil {
					if runtime.GOOS != "linux" {
						continue // other systems don't take all of them
					}
					t.Fatal(err)
				}
				want = append(want, strings.ToValidUTF8(names[i], "\ufffd"))
			}
			c := load(t, folder)
			c.want("select count(*), count(*) filter (where id = parse_filename(path)) from audit_events join files using (file_id)", fmt.Sprintf("%d|%[1]d", len(want)))
		}()
	}
}

// TestLinksInCircles: a link that leads to itself or to a folder above it ends
// nothing.
func TestLinksInCircles(t *testing.T) {
	folder := t.TempDir()
	if err := os.Symlink(folder, filepath.Join(folder, "up")); err != nil {
		t.Skip(err)
	}
	os.Symlink("self", filepath.Join(folder, "self"))
	os.Symlink("there", filepath.Join(folder, "here"))
	os.Symlink("here", filepath.Join(folder, "there"))
	if err := os.WriteFile(filepath.Join(folder, "x.json"), []byte(signIn("s1")), 0o666); err != nil {
		t.Fatal(err)
	}
	c := load(t, folder)
	c.want("select parse_filename(path), records, note from files order by path",
		"here|0|can't be read: too many levels of symbolic links",
		"self|0|can't be read: too many levels of symbolic links",
		"there|0|can't be read: too many levels of symbolic links",
		"up|0|a link to a folder that is read anyway",
		"x.json|1|<nil>")
}

// TestManySmallFiles: a folder of thousands takes a second or two, not one a
// file.
func TestManySmallFiles(t *testing.T) {
	takesLong(t)
	t.Parallel()
	folder := t.TempDir()
	const files = 10_000
	for i := range files {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i)), []byte(audit(fmt.Sprint(i), "Send")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	c.want("select count(*), sum(records), sum(loaded) from files", fmt.Sprintf("%d|%[1]d|%[1]d", files))
}

// TestLoadedAnew: a file of which nothing could be loaded is read again, and
// listed once.
func TestLoadedAnew(t *testing.T) {
	t.Parallel()
	ambiguous := write(t, "a.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName\r\n03/12/2025 07:22,adele@contoso.com,Teams\r\n")
	diary := write(t, "diary.txt", "dear diary\n")
	archive := write(t, "a.zip", zipped(t, "x.json", signIn("s1")))
	c := load(t, ambiguous, diary, archive)
	c.want("select format, records, rejected from files order by parse_filename(path)", "graph_sign_ins|1|1", "zip|0|0", "entra_sign_ins|1|0", "<nil>|0|0")
	c.add(ambiguous, diary, archive)
	c.want("select format, records, rejected from files order by parse_filename(path)", "graph_sign_ins|1|1", "zip|0|0", "entra_sign_ins|1|0", "<nil>|0|0")
	c.want("select count(*) from rejects", "1")
	c.addWith(Options{DateOrder: "dmy"}, ambiguous)
	c.want("select format, records, loaded, rejected from files where format = 'graph_sign_ins'", "graph_sign_ins|1|1|0")
	c.want("select count(*) from rejects", "0")
	c.want("select event_time from sign_ins where id is null", "2025-12-03 07:22:00")
	c.addWith(Options{DateOrder: "mdy"}, ambiguous)
	if c.summary.Skipped != 1 {
		t.Errorf("what was loaded is loaded again: %+v", c.summary)
	}
}

// TestPipeCancelled: a pipe that gives nothing holds up no one who wants out.
func TestPipeCancelled(t *testing.T) {
	mkfifo, err := exec.LookPath("mkfifo")
	if err != nil {
		t.Skip("no named pipes here")
	}
	for _, tt := range []struct {
		reason string
		write  bool
	}{
		{"no writer", false},
		{"a writer that says nothing more", true},
	} {
		path := filepath.Join(t.TempDir(), "pipe")
		if err := exec.Command(mkfifo, path).Run(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		temp := t.TempDir()
		go func() {
			_, err := findSources(ctx, []string{path}, nil, nil, temp)
			ended <- err
		}()
		if tt.write {
			w, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if _, err := w.WriteString("[{"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond) // it waits now, or will
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", tt.reason, err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: it still waits", tt.reason)
		}
	}
}

// TestOpenFailed: what can't be opened leaves nothing running.
func TestOpenFailed(t *testing.T) {
	bad := write(t, "x.zip", zipped(t, "a.json", "{}"))
	whole, err := os.ReadFile(bad)
	if err != nil {
		t.Fatal(err)
	}
	// The method by which the member is packed, in the directory, is none.
	at := bytes.Index(whole, []byte("PK\x01\x02")) + 10
	whole[at], whole[at+1] = 0xfe, 0xfe
	if err := os.WriteFile(bad, whole, 0o666); err != nil {
		t.Fatal(err)
	}
	member := &archive{file: bad}
	defer member.close()
	before := runtime.NumGoroutine()
	for _, tt := range []struct {
		source source
		reason string
	}{
		{source{file: filepath.Join(t.TempDir(), "gone")}, "no such file"},
		{source{in: &archive{file: filepath.Join(t.TempDir(), "gone.zip")}}, "no such archive"},
		{source{in: member}, "a member packed in an unknown way"},
	} {
		if _, err := tt.source.open(t.Context(), func(int64) {}); err == nil {
			t.Errorf("%s: opened", tt.reason)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%s: %d goroutines, %d before", tt.reason, after, before)
			before = after
		}
	}
}

// TestCancelledLoadHoldsNothing: a load that is cut short has no file open any more,
// neither of the evidence nor in its temp folder: Windows would not remove it. Run
// where open files can be listed.
func TestCancelledLoadHoldsNothing(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("open files can't be listed here")
	}
	first := write(t, "a.json", signIn("s1"))
	second := write(t, "b.zip", zipped(t, "c.zip", zipped(t, "d.json", signIn("s2"), "e.json", signIn("s3"))))
	for _, tt := range []struct {
		reason string
		after  int64 // bytes read when it is cancelled
	}{
		{"a record waits in the batch", 1},
		{"an archive that was unpacked is being read", int64(len(signIn("s1"))) + 1},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		temp := t.TempDir()
		_, err := Load(ctx, filepath.Join(t.TempDir(), "case.duckdb"), []string{first, second}, Options{
			Engine: engine.Options{Temp: temp},
			Progress: func(done, _ int64) {
				if done >= tt.after {
					cancel()
				}
			},
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v", tt.reason, err)
		}
		open, err := filepath.Glob("/proc/self/fd/*")
		if err != nil || len(open) == 0 {
			t.Fatalf("no file is open: %v", err)
		}
		for _, fd := range open {
			name, _ := os.Readlink(fd)
			for _, folder := range []string{temp, filepath.Dir(first), filepath.Dir(second)} {
				if strings.HasPrefix(name, folder) {
					t.Errorf("%s: %s is still open", tt.reason, name)
				}
			}
		}
	}
}
