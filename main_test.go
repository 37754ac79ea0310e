package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/queries/rules"
	"entrail/render"
	"entrail/render/output"
	"entrail/testdata/tenant"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
)

// What a user sees is pinned by the scripts in testdata/script, one subject a
// file; here is what a script can't say: the guarantees, and that the README
// is true. After a wanted change, `go test . -update` writes what is printed
// now into scripts and README; read the diff.
var update = flag.Bool("update", false, "write what is printed now into the scripts and the README")

// What takes more than some seconds of a core is a step of .ci/run, and is left out else.
var long = flag.Bool("long", false, "test also what takes long, as .ci/run does")

func takesLong(t *testing.T) {
	t.Helper()
	if !*long {
		t.Skip("it takes long: .ci/run tests it, with -long")
	}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"entrail": main})
}

func TestScripts(t *testing.T) {
	contoso, err := filepath.Abs("testdata/contoso")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CONTOSO", contoso)
			e.Setenv("TZ", "Asia/Kathmandu") // 5:45 off, so that a local time is seen
			e.Setenv("SOURCE_DATE_EPOCH", "1791000000")
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "root":
				return os.Geteuid() == 0, nil
			case "long":
				return *long, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"contoso": keepContoso,
			"exits":   exits,
			"cut":     cut,
			"edit":    edit,
			"mmdb":    mmdb,
			"pack":    pack,
			"utf16":   toUTF16,
		},
	})
}

// TestEveryAttackHasATest: the list of attacks names tests that are there.
func TestEveryAttackHasATest(t *testing.T) {
	list, err := os.ReadFile("testdata/script/attacks.txtar")
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for _, line := range regexp.MustCompile(`(?m)^#\s+\d+ .*_test\.go .*$`).FindAllString(string(list), -1) {
		faults++
		var text []byte
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
			if strings.HasSuffix(word, "_test.go") {
				if text, err = os.ReadFile(word); err != nil {
					t.Error(err)
				}
			}
			if strings.HasPrefix(word, "Test") && !bytes.Contains(text, []byte("func "+word+"(t ")) {
				t.Errorf("%s: there is no %s", line, word)
			}
		}
	}
	if faults != 16 {
		t.Errorf("%d faults, want 16", faults)
	}
}

// casesFolder has inputs that went wrong once. They are no part of the repository.
var casesFolder = flag.String("cases", "../shared/cases", "folder with inputs that went wrong once, a folder each")

// TestCases holds these inputs to what their notes say is right, which the table
// testdata/cases.txtar has.
func TestCases(t *testing.T) {
	takesLong(t)
	if _, err := os.Stat(*casesFolder); err != nil {
		t.Skip("there is no folder of cases beside the project: -cases names it")
	}
	table, err := txtar.ParseFile("testdata/cases.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Files {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			var want, got wrong
			want.read(t, string(c.Data))
			got.ask(t, filepath.Join(*casesFolder, c.Name), want)
			if got.code != want.code {
				t.Errorf("exit code %d, want %d", got.code, want.code)
			}
			if !slices.EqualFunc(got.stderr, want.stderr, strings.Contains) {
				t.Errorf("standard error is\n%s\nwant\n%s", strings.Join(got.stderr, "\n"), strings.Join(want.stderr, "\n"))
			}
			for i, question := range want.questions {
				if !slices.Equal(got.answers[i], want.answers[i]) {
					t.Errorf("%s\n got %s\nwant %s", question, strings.Join(got.answers[i], "\n     "), strings.Join(want.answers[i], "\n     "))
				}
			}
		})
	}
}

// wrong is what is asked of an input that went wrong once, and what is answered.
type wrong struct {
	code      int
	stderr    []string
	questions []string
	answers   [][]string // to each question, in rows
}

// read reads the table's lines on an input.
func (w *wrong) read(t *testing.T, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if code, ok := strings.CutPrefix(line, "exit "); ok {
			var err error
			if w.code, err = strconv.Atoi(code); err != nil {
				t.Fatal(err)
			}
		} else if message, ok := strings.CutPrefix(line, "> "); ok {
			w.stderr = append(w.stderr, message)
		} else if question, ok := strings.CutPrefix(line, "? "); ok {
			w.questions, w.answers = append(w.questions, question), append(w.answers, nil)
		} else if line != "" && !strings.HasPrefix(line, "#") {
			last := len(w.answers) - 1
			w.answers[last] = append(w.answers[last], line)
		}
	}
	if len(w.questions) == 0 {
		t.Fatal("nothing is asked")
	}
}

// ask runs the program once on the input, without its note, with all questions in one.
func (w *wrong) ask(t *testing.T, folder string, asked wrong) {
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, f := range files {
		if f.Name() != "note.txt" {
			args = append(args, filepath.Join(folder, f.Name()))
		}
	}
	var all []string
	for i, question := range asked.questions {
		all = append(all, fmt.Sprintf("select %d as question, row_number() over () as place, to_json(rows)::varchar as answer from (%s) as rows", i, question))
	}
	var stdout, stderr bytes.Buffer
	w.code = run(t.Context(), append(args, "-f", "csv", "-q", strings.Join(all, " union all ")+" order by 1, 2"), nil, &stdout, &stderr)
	for line := range strings.Lines(stderr.String()) {
		w.stderr = append(w.stderr, strings.TrimSuffix(line, "\n"))
	}
	rows, err := csv.NewReader(&stdout).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("no answer: %v\n%s", err, stderr.String())
	}
	w.answers = make([][]string, len(asked.questions))
	for _, row := range rows[1:] {
		i, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		w.answers[i] = append(w.answers[i], values(t, row[2]))
	}
}

// values are those of an object, in its order, with | between them and - for null.
func values(t *testing.T, object string) string {
	var all []string
	d := json.NewDecoder(strings.NewReader(object))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, isDelim := token.(json.Delim); isDelim {
			continue
		}
		value, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		if value == nil {
			value = "-"
		}
		all = append(all, fmt.Sprint(value))
	}
	return strings.Join(all, "|")
}

// exits CODE program args...: run it, and it must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program args...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// contoso FILE: a case of the sample tenant.
func keepContoso(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: contoso FILE")
	}
	ts.Check(writeContosoCase(ts.MkAbs(args[0])))
}

// mmdb FILE TYPE [NETWORK COUNTRY ASN]...: a geolocation database, built on
// 2026-10-01; - stands for what it does not say.
func mmdb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args)%3 != 2 {
		ts.Fatalf("usage: mmdb FILE TYPE [NETWORK COUNTRY ASN]...")
	}
	ts.Check(writeMMDB(ts.MkAbs(args[0]), args[1], args[2:]))
}

func writeMMDB(path, kind string, places []string) error {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, BuildEpoch: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).Unix(), IncludeReservedNetworks: true, DisableIPv4Aliasing: true,
	})
	if err != nil {
		return err
	}
	for place := range slices.Chunk(places, 3) {
		_, network, err := net.ParseCIDR(place[0])
		if err != nil {
			return err
		}
		record := mmdbtype.Map{}
		if place[1] != "-" {
			record["country"] = mmdbtype.Map{"iso_code": mmdbtype.String(place[1])}
		}
		if place[2] != "-" {
			number, err := strconv.ParseUint(place[2], 10, 32)
			if err != nil {
				return err
			}
			record["autonomous_system_number"] = mmdbtype.Uint32(number)
		}
		if err := tree.Insert(network, record); err != nil {
			return err
		}
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = tree.WriteTo(out)
	return errors.Join(err, out.Close())
}

// pack ARCHIVE file...: a .gz of the one file, or a .zip; -locked before the
// archive marks its members as encrypted.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	locked := len(args) > 0 && args[0] == "-locked"
	if locked {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pack [-locked] ARCHIVE file...")
	}
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer out.Close()
	if strings.HasSuffix(args[0], ".gz") {
		z := gzip.NewWriter(out)
		_, err := io.WriteString(z, ts.ReadFile(args[1]))
		ts.Check(errors.Join(err, z.Close()))
		return
	}
	z := zip.NewWriter(out)
	for _, name := range args[1:] {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		w, err := z.CreateHeader(h)
		ts.Check(err)
		if locked {
			h.Flags |= 1 // the writer keeps h until its directory is written
		}
		_, err = io.WriteString(w, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(z.Close())
}

// cut N file: keep its first N bytes, as a copy that broke off does.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[1]), n))
}

// edit FILE OLD NEW: put NEW for each OLD in a file, which must have one.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o666))
}

// utf16 file...: rewrite them in UTF-16, little endian, behind a byte order mark,
// as Out-File of Windows PowerShell writes.
func toUTF16(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(ts.ReadFile(name))) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), b, 0o644))
	}
}

// entrail runs the program in this process.
func entrail(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// mustRun is entrail where nothing may go wrong.
func mustRun(t testing.TB, args ...string) string {
	t.Helper()
	code, stdout, stderr := entrail(t, args...)
	if code != exitDone {
		t.Fatalf("entrail %q: exit code %d\n%s", args, code, stderr)
	}
	return stdout
}

const contoso = "testdata/contoso"

// contosoCase is the file of a case of the sample tenant, loaded once, on one
// core: for tests that ask it and don't change it.
var contosoCase = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "entrail-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "case.duckdb")
	var stderr bytes.Buffer
	code := run(context.Background(), []string{contoso, "--db", path, "--threads", "1", "-q", "select 1"}, strings.NewReader(""), io.Discard, &stderr)
	if code != exitDone || stderr.Len() > 0 {
		return nil, fmt.Errorf("load %s: exit code %d, %s", contoso, code, stderr.Bytes())
	}
	return os.ReadFile(path)
})

func writeContosoCase(path string) error {
	loaded, err := contosoCase()
	if err != nil {
		return err
	}
	return os.WriteFile(path, loaded, 0o666)
}

// contosoKept is the path of such a case.
func contosoKept(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "case.duckdb")
	if err := writeContosoCase(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestContosoNumbers holds what is printed about the sample tenant against
// the counts that its generator keeps, which know nothing of this program.
func TestContosoNumbers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(contoso + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var truth tenant.Truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Files []struct {
			Path                                  string
			Records, Loaded, Duplicates, Rejected int
		}
		Statuses []struct {
			Status  string
			SignIns int `json:"sign_ins"`
		} `json:"signin_status"`
		Users []struct {
			Name        string `json:"user_principal_name"`
			SignIns     int    `json:"sign_ins"`
			Success     int
			Failure     int
			Interrupted int
		} `json:"signin_users"`
		Weeks []struct {
			Week    string
			SignIns int `json:"sign_ins"`
			Users   int
		} `json:"signin_weekly"`
		Apps []struct {
			Name    string `json:"app_display_name"`
			ID      string `json:"app_id"`
			SignIns int    `json:"sign_ins"`
			Users   int
		} `json:"top_apps"`
		Access []struct {
			Status  string `json:"conditional_access_status"`
			SignIns int    `json:"sign_ins"`
		} `json:"ca_status"`
		Operations []struct {
			Operation string
			Events    int
		} `json:"audit_operations"`
		Sessions []struct {
			ID          string `json:"session_id"`
			Users       string
			SignIns     int       `json:"sign_ins"`
			AuditEvents int       `json:"audit_events"`
			IPs         int       `json:"ip_addresses"`
			Countries   int       `json:"countries"`
			First       time.Time `json:"first_seen"`
			Last        time.Time `json:"last_seen"`
		}
	}
	answer := mustRun(t, "--db", contosoKept(t), "-f", "json", "--no-meta", "-r", "files,signin_status,signin_users,signin_weekly,top_apps,ca_status,audit_operations,sessions")
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}

	wantFiles := map[string]int{}
	for _, f := range truth.Files {
		wantFiles[f.Path] = f.Records
	}
	gotFiles := map[string]int{}
	loaded, duplicates := 0, 0
	for _, f := range got.Files {
		if f.Records != f.Loaded+f.Duplicates+f.Rejected {
			t.Errorf("%s: %d records are not %d + %d + %d", f.Path, f.Records, f.Loaded, f.Duplicates, f.Rejected)
		}
		loaded += f.Loaded
		duplicates += f.Duplicates
		if f.Records > 0 { // an archive has none of its own
			gotFiles[strings.TrimPrefix(f.Path, contoso+"/")] = f.Records
		}
	}
	same(t, "records of files", gotFiles, wantFiles)
	wantLoaded, wantDuplicates := truth.SignIns.Total+truth.Audit.Total+truth.SignIns.Steps, 0
	for _, f := range truth.Files {
		wantDuplicates += f.Repeats
	}
	if loaded != wantLoaded || duplicates != wantDuplicates {
		t.Errorf("%d loaded and %d duplicates, want %d and %d", loaded, duplicates, wantLoaded, wantDuplicates)
	}

	statuses := map[string]int{}
	for _, s := range got.Statuses {
		statuses[s.Status] = s.SignIns
	}
	same(t, "sign-ins by status", statuses, truth.SignIns.ByStatus)
	users := map[string]tenant.StatusCount{}
	for _, u := range got.Users {
		users[u.Name] = tenant.StatusCount{SignIns: u.SignIns, Success: u.Success, Failure: u.Failure, Interrupted: u.Interrupted}
	}
	same(t, "sign-ins by user", users, truth.SignIns.ByUser)
	weeks := map[string]tenant.WeekCount{}
	for _, w := range got.Weeks {
		weeks[w.Week] = tenant.WeekCount{SignIns: w.SignIns, Users: w.Users}
	}
	same(t, "sign-ins by week", weeks, truth.SignIns.ByWeek)
	apps := map[string]tenant.AppCount{}
	for _, a := range got.Apps {
		apps[a.Name] = tenant.AppCount{AppID: a.ID, SignIns: a.SignIns, Users: a.Users}
	}
	same(t, "sign-ins by application", apps, truth.SignIns.ByApp)
	access := map[string]int{}
	for _, a := range got.Access {
		access[a.Status] = a.SignIns
	}
	same(t, "sign-ins by Conditional Access status", access, truth.SignIns.ByCA)
	operations := map[string]int{}
	for _, o := range got.Operations {
		operations[o.Operation] += o.Events
	}
	same(t, "audit events by operation", operations, truth.Audit.ByOperation)

	type session struct {
		signIns, events, countries int
		first, last                time.Time
	}
	sessions, wantSessions := map[string]session{}, map[string]session{}
	for _, s := range got.Sessions {
		sessions[s.ID] = session{s.SignIns, s.AuditEvents, s.Countries, s.First, s.Last}
	}
	for _, s := range truth.Session.List {
		wantSessions[s.ID] = session{s.SignIns, s.AuditEvents, len(s.Countries), s.First, s.Last}
	}
	same(t, "sessions", sessions, wantSessions)
	if len(got.Sessions) == 0 || got.Sessions[0].ID != truth.Incident.SessionID {
		t.Errorf("the first session to look at is not the one of the incident, %s", truth.Incident.SessionID)
	}
}

func same[V comparable](t *testing.T, what string, got, want map[string]V) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s: nothing is expected", what)
	}
	for k, w := range want {
		if g, ok := got[k]; !ok || g != w {
			t.Errorf("%s: %s: %+v, want %+v", what, k, got[k], w)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %s is not expected", what, k)
		}
	}
}

// A place is where a run happens: everything that it could leave a trace in.
type place struct {
	evidence, home, cwd, temp, out string
}

// some files of the sample are plain, packed and archived; one is small.
const one = "MSISignIns_2026-09-14_2026-10-14.csv"

var some = []string{one, "UnifiedAuditLog_2026-09-14_2026-10-06.csv.gz", "entra.zip"}

// newPlace has the sample tenant as evidence, or these files of it.
func newPlace(t *testing.T, files ...string) place {
	t.Helper()
	root := t.TempDir()
	p := place{
		evidence: filepath.Join(root, "evidence"),
		home:     filepath.Join(root, "home"),
		cwd:      filepath.Join(root, "cwd"),
		temp:     filepath.Join(root, "temp"),
		out:      filepath.Join(root, "out"),
	}
	for _, dir := range []string{p.evidence, p.home, p.cwd, p.temp, p.out} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if files == nil {
		if err := os.CopyFS(p.evidence, os.DirFS(contoso)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(contoso, name))
		if err := errors.Join(err, os.WriteFile(filepath.Join(p.evidence, name), b, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// command is the program as a process of its own.
func (p place) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = p.cwd
	cmd.Env = append(os.Environ(), "HOME="+p.home, "TMPDIR="+p.temp)
	return cmd
}

// state is every file and folder below a folder, with all that a forensic
// examiner would compare.
func state(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprint(info.Mode(), info.ModTime().UnixNano())
		if !d.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d %x", len(b), sha256.Sum256(b))
		}
		all[path] = line
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLeavesNothingBehind: however a run ends, the evidence is as it was, and
// home, current and temp folder are empty.
func TestLeavesNothingBehind(t *testing.T) {
	takesLong(t)
	endless := "select count(*) from range(10000000) a, range(10000000) b"
	// Each step has the one before twice: a million plans, of which the engine
	// makes some ten thousand a second and hears nothing meanwhile.
	unplannable := "with c0 as (select 1 as x)"
	for i := range 20 {
		unplannable += fmt.Sprintf(", c%d as not materialized (select a.x from c%d as a, c%[2]d as b)", i+1, i)
	}
	unplannable += " select count(*) from c20"
	for _, test := range []struct {
		reason string
		args   []string // EVIDENCE and OUT stand for the folders
		signal os.Signal
		code   int
	}{
		{"a page and a case", []string{"EVIDENCE", "-o", "OUT/case.html", "--db", "OUT/case.duckdb"}, nil, exitDone},
		{"a workbook, which spills", []string{"EVIDENCE", "-o", "OUT/case.xlsx", "--memory", "400MB"}, nil, exitDone},
		{"a folder of tables", []string{"EVIDENCE", "-r", "evidence,sessions,ca", "-o", "OUT/tables/"}, nil, exitDone},
		{"a query that is none", []string{"EVIDENCE", "-q", "select", "-o", "OUT/query.csv"}, nil, exitUsage},
		{"a disk that is full", []string{"EVIDENCE", "-r", "sessions,ca", "-o", "/dev/full", "-f", "html"}, nil, exitFailed},
		{"Ctrl-C while it plans", []string{"EVIDENCE", "-q", unplannable, "-o", "OUT/query.csv"}, os.Interrupt, exitInterrupted},
		{"Ctrl-C while it works", []string{"EVIDENCE", "-q", endless, "-o", "OUT/query.csv", "--threads", "1"}, os.Interrupt, exitInterrupted},
		{"the terminal closes", []string{"EVIDENCE", "-q", endless, "-o", "OUT/query.csv", "--threads", "1"}, syscall.SIGHUP, exitInterrupted},
	} {
		t.Run(test.reason, func(t *testing.T) {
			t.Parallel()
			if test.signal == syscall.SIGHUP && signal.Ignored(syscall.SIGHUP) {
				t.Skip("the tests run without a terminal that could close (nohup), and so does what they start")
			}
			p := newPlace(t, some...)
			before := state(t, p.evidence)
			args := slices.Clone(test.args)
			for i := range args {
				args[i] = strings.Replace(strings.Replace(args[i], "EVIDENCE", p.evidence, 1), "OUT", p.out, 1)
			}
			cmd := p.command("entrail", args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if test.signal != nil {
				waitFor(t, func() bool { // until it is loaded and asks
					loading, _ := filepath.Glob(filepath.Join(p.temp, "*", "load"))
					loaded, _ := filepath.Glob(filepath.Join(p.temp, "*", "case.duckdb"))
					return loaded != nil && loading == nil
				})
				time.Sleep(time.Second)
				if err := cmd.Process.Signal(test.signal); err != nil {
					t.Fatal(err)
				}
			}
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d\n%s", code, test.code, stderr.Bytes())
			}
			same(t, "evidence", state(t, p.evidence), before)
			for _, folder := range []string{p.home, p.cwd, p.temp} {
				if left := state(t, folder); len(left) > 1 {
					t.Errorf("left behind: %q", slices.Sorted(maps.Keys(left)))
				}
			}
			for name := range state(t, p.out) {
				if strings.Contains(name, "partial") || strings.Contains(name, ".entrail-") || test.code != exitDone && filepath.Base(name) == "query.csv" {
					t.Errorf("left behind: %s", name)
				}
			}
		})
	}
}

// TestDiskFull: whoever meets it, the user is told what to do about it.
func TestDiskFull(t *testing.T) {
	var stderr bytes.Buffer
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no device that is always full here")
	}
	code := run(t.Context(), []string{"--list", "-o", "/dev/full", "-f", "html"}, strings.NewReader(""), io.Discard, &stderr)
	if code != exitFailed || !strings.Contains(stderr.String(), "hint: the disk is full; free some space on it, or name another with --temp") {
		t.Errorf("exit code %d, told %q", code, stderr.String())
	}
	for _, tt := range []struct {
		err    error
		want   bool
		reason string
	}{
		{errors.New(`close the case: FATAL Error: Failed to create checkpoint because of error: Could not write file "c.duckdb": No space left on device`), true, "the engine on Linux and macOS"},
		{errors.New("IO Error: There is not enough space on the disk."), true, "the engine on Windows"},
		{errors.New("FATAL Error: Failed to create checkpoint because of error: Permission denied"), false, "another trouble"},
	} {
		if got := output.IsDiskFull(tt.err); got != tt.want {
			t.Errorf("%s: %v", tt.reason, got)
		}
	}
}

// TestKilledLoad: a load that is killed in the middle, at several moments,
// leaves the case as it was, and the same load afterwards completes it.
func TestKilledLoad(t *testing.T) {
	takesLong(t)
	p := newPlace(t, some...)
	kept := filepath.Join(p.out, "case.duckdb")
	count := "select count(*) as n, (select sum(records - loaded - duplicates - rejected)::bigint from files) as missing from audit_events"
	run := func(args ...string) string {
		t.Helper()
		out, err := p.command("entrail", append(args, "-f", "csv")...).Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out)
	}
	before := run(p.evidence, "--db", kept, "-q", count)

	more := filepath.Join(p.home, "more.csv")
	f, err := os.Create(more)
	if err != nil {
		t.Fatal(err)
	}
	sample := tenant.New(tenant.Options{Seed: 7, SignIns: 100, AuditEvents: 20000})
	written := 0
	for range sample.AuditEvents() {
		written++
	}
	if err := errors.Join(tenant.WriteCmdletCSV(f, 10, sample.AuditEvents()), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, delay := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond} {
		cmd := p.command("entrail", more, "--db", kept, "-q", count)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool {
			_, err := os.Stat(kept + ".entrail-partial")
			return err == nil
		})
		time.Sleep(delay)
		cmd.Process.Kill()
		cmd.Wait()
		if after := run("--db", kept, "-q", count); after != before {
			t.Fatalf("killed after %v: the case answers %q, before %q", delay, after, before)
		}
	}
	n, _ := strconv.Atoi(strings.Split(strings.Split(before, "\n")[1], ",")[0])
	want := fmt.Sprintf("n,missing\n%d,0\n", n+written)
	if after := run(more, "--db", kept, "-q", count); after != want {
		t.Errorf("loaded again: %q, want %q", after, want)
	}
	if left, _ := filepath.Glob(kept + ".*"); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// TestKeptByAnother: of two runs that load into one case the second is told so,
// and the case has what the first one loaded.
func TestKeptByAnother(t *testing.T) {
	p := newPlace(t, one)
	t.Chdir(p.out)
	evidence := filepath.Join(p.evidence, one)
	if err := os.Symlink("case.duckdb", "link.duckdb"); err != nil {
		t.Fatal(err)
	}
	first, err := ingest.OpenCaseFile(t.Context(), "case.duckdb")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"case.duckdb", "link.duckdb"} {
		code, _, stderr := entrail(t, evidence, "--db", name, "-q", "select 1")
		if want := "entrail: error: --db " + name + ": another entrail is loading into this case; wait until it is done\n"; code != exitFailed || stderr != want {
			t.Errorf("exit code %d, %q, want %q", code, stderr, want)
		}
	}
	first.Close()
	mustRun(t, evidence, "--db", "link.duckdb", "-q", "select 1")
	if info, err := os.Lstat("link.duckdb"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v %v", info.Mode(), err)
	}
	mustRun(t, "--db", "case.duckdb", "-q", "select 1")
}

func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	for range 3000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nothing happened within thirty seconds")
}

// cancelling is a writer that cancels the run with the first byte it gets.
type cancelling struct{ cancel func() }

func (c cancelling) Write(p []byte) (int, error) { c.cancel(); return len(p), nil }

// TestCancelled: what a run had begun when it was cancelled is gone.
func TestCancelled(t *testing.T) {
	takesLong(t)
	for _, test := range []struct {
		reason string
		args   []string
		when   func(stop func()) (stdout, stderr io.Writer)
	}{
		{"while loading, when the first file was refused", []string{"--db", "case.duckdb", "-o", "out.html"}, func(stop func()) (io.Writer, io.Writer) {
			return io.Discard, cancelling{stop}
		}},
		{"while answering", nil, func(stop func()) (io.Writer, io.Writer) { return cancelling{stop}, io.Discard }},
	} {
		t.Run(test.reason, func(t *testing.T) {
			p := newPlace(t)
			if err := os.WriteFile(filepath.Join(p.evidence, "A-no-log.txt"), []byte("dear diary\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Chdir(p.out)
			t.Setenv("TMPDIR", p.temp)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			stdout, stderr := test.when(stop)
			args := append([]string{p.evidence}, test.args...)
			if test.args == nil {
				args = append(args, "-r", "all")
			}
			if code := run(ctx, args, strings.NewReader(""), stdout, stderr); code != exitInterrupted {
				t.Errorf("exit code %d, want %d", code, exitInterrupted)
			}
			for _, folder := range []string{p.temp, p.out} {
				if left := state(t, folder); len(left) > 1 {
					t.Errorf("left behind: %q", slices.Sorted(maps.Keys(left)))
				}
			}
		})
	}
}

// TestClosedPipe: `entrail ... | head -1` is no failure.
func TestClosedPipe(t *testing.T) {
	takesLong(t)
	t.Parallel()
	kept := contosoKept(t)
	p := newPlace(t, one)
	for _, format := range []string{"text", "csv", "json", "html"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd := p.command("entrail", "--db", kept, "-r", "signin_list", "-f", format, "-o", "-")
		cmd.Stdout = w
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s: %v\n%s", format, err, stderr.Bytes())
		}
		w.Close()
	}
}

// TestSystemCalls watches the program from outside: it never asks for a
// socket, and all that it writes, makes, renames or deletes is its output, its
// case or in its temp folder.
func TestSystemCalls(t *testing.T) {
	takesLong(t)
	if runtime.GOOS != "linux" {
		t.Skip("strace is a program of Linux")
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	if err := exec.Command(strace, "-o", os.DevNull, "true").Run(); err != nil {
		t.Skipf("strace may not trace here: %v", err)
	}
	t.Parallel()
	p := newPlace(t, some...)
	trace := filepath.Join(t.TempDir(), "trace")
	for _, test := range []struct {
		reason string
		args   []string
		code   int
	}{
		{"load, keep the case, write a page", []string{p.evidence, "--db", p.out + "/case.duckdb", "-o", p.out + "/case.html"}, exitDone},
		{"read the case, write a workbook", []string{"--db", p.out + "/case.duckdb", "-r", "files,sessions,signin_list", "-o", p.out + "/case.xlsx"}, exitDone},
		{"ask for what would need an extension and the network", []string{"--db", p.out + "/case.duckdb", "-q", "select '192.0.2.1'::inet"}, exitUsage},
		{"ask for a file of the network", []string{"--db", p.out + "/case.duckdb", "-q", "select * from 'https://example.com/x.parquet'"}, exitUsage},
	} {
		cmd := p.command(strace, append([]string{"-f", "-y", "-qq", "-s", "4096", "-e", "signal=none", "-e", "trace=%network,%file", "-o", trace, "entrail"}, test.args...)...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != test.code {
			t.Fatalf("%s: exit code %d, want %d\n%s", test.reason, code, test.code, out)
		}
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		readEvidence, wroteTemp := false, false
		for line := range strings.Lines(string(text)) {
			m := systemCall.FindStringSubmatch(line)
			if m == nil || m[1] == "execve" {
				continue
			}
			paths := pathsOf(m[2], p.cwd)
			if paths == nil {
				t.Errorf("%s: a call that concerns no file: %s", test.reason, line)
			}
			for _, path := range paths {
				within := func(folder string) bool { return strings.HasPrefix(path, folder+"/") }
				switch changes := slices.Contains(changing, m[1]) || wantsToWrite.MatchString(m[2]); {
				case !changes:
					readEvidence = readEvidence || within(p.evidence)
				case within(p.temp):
					wroteTemp = true
				case !within(p.out) && path != os.DevNull:
					t.Errorf("%s: changes %s: %s", test.reason, path, line)
				}
			}
		}
		if !wroteTemp || test.args[0] == p.evidence && !readEvidence {
			t.Errorf("%s: the trace shows no file of the evidence or of the temp folder: was it traced at all?", test.reason)
		}
	}
}

var (
	systemCall   = regexp.MustCompile(`^\d+ +(\w+)\((.*)`)
	quotedPath   = regexp.MustCompile(`(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"`)
	wantsToWrite = regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TRUNC`)

	// changing are the calls by path that change something.
	changing = []string{
		"creat", "mkdir", "mkdirat", "mknod", "mknodat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2",
		"link", "linkat", "symlink", "symlinkat", "truncate", "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat",
		"utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "removexattr", "lremovexattr",
	}
)

// pathsOf are the absolute paths that a traced call names. A socket's call
// names none, a call on an open file names it by the descriptor.
func pathsOf(arguments, cwd string) []string {
	var paths []string
	for _, m := range quotedPath.FindAllStringSubmatch(arguments, -1) {
		path := m[2]
		if !filepath.IsAbs(path) {
			folder := m[1]
			if folder == "" {
				folder = cwd
			}
			path = filepath.Join(folder, path)
		}
		paths = append(paths, filepath.Clean(path))
	}
	return paths
}

// TestSameBytes: equal evidence gives equal bytes, on one core or on many, in
// a new case or from a kept one. JSON has every row of every report, HTML what
// people see of them; a few reports show how the other formats are written.
func TestSameBytes(t *testing.T) {
	takesLong(t)
	t.Setenv("SOURCE_DATE_EPOCH", "1791000000")
	folder := t.TempDir()
	kept, again := contosoKept(t), filepath.Join(folder, "again.duckdb")
	mustRun(t, contoso, "--db", again, "--threads", "4", "-q", "select 1")
	for _, f := range render.Formats {
		if !*long && f.Name != "csv" && f.Name != "html" {
			continue
		}
		one, other := filepath.Join(folder, "one", f.Name+f.Endings[0]), filepath.Join(folder, "other", f.Name+f.Endings[0])
		for _, dir := range []string{one, other} {
			if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		reports, anew := "files,sessions,signin_weekly,ca_policies", []string{"--db", again}
		switch {
		case *long && f.Name == "json":
			reports = "all"
		case *long && f.Name == "html":
			reports, anew = "all", []string{contoso}
		}
		if f.Of != nil {
			reports = strings.Join(f.Of, ",")
		}
		if f.OneReport {
			one, other = one+"/", other+"/"
		}
		mustRun(t, "--db", kept, "-r", reports, "-f", f.Name, "-o", one, "--threads", "1")
		mustRun(t, append(anew, "-r", reports, "-f", f.Name, "-o", other, "--threads", "4")...)
		a, b := contents(t, one), contents(t, other)
		same(t, f.Name, b, a)
	}
}

// contents is a file's text, or those of a folder's files by name.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		sum := sha256.Sum256(b)
		all[strings.TrimPrefix(name, path)] = fmt.Sprintf("%d bytes, %x", len(b), sum[:8])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// hostile is what an attacker can have in a log: markup, a formula, escape
// sequences, text that runs backwards, the marks of Markdown and CSV.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`=HYPERLINK("https://example.com/?x="&A1)`,
	"@SUM(1+1)*cmd|' /C calc'!A0",
	"\x1b[2J\x1b]0;title\x07red\x1b[31m",
	"\u202egnp.exe\u2066 | `code` | [a](javascript:alert(1))",
	"line one\r\n=1+1,\"two\"\tthree",
	"</style></title><svg/onload=alert(1)>&lt;b&gt;\x00\x7f\u009b31m",
}

// hostileEvidence is an export with these in every field that is free text,
// and with a name of the same kind.
func hostileEvidence(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	var signIns, events []map[string]any
	for i, h := range hostile {
		when := time.Date(2026, 10, 1, 8, i, 0, 0, time.UTC)
		signIns = append(signIns, map[string]any{
			"id": fmt.Sprintf("0c5d1f9a-6f0b-4b52-9f0e-7d1c7a4d01%02d", i), "createdDateTime": when.Format(time.RFC3339),
			"userPrincipalName": h, "userDisplayName": h, "userId": h, "appId": h, "appDisplayName": h, "resourceDisplayName": h,
			"ipAddress": h, "userAgent": h, "clientAppUsed": h, "sessionId": h, "uniqueTokenIdentifier": h, "correlationId": h,
			"signInEventTypes": []string{"interactiveUser"},
			"status":           map[string]any{"errorCode": 50126, "failureReason": h, "additionalDetails": h},
			"location":         map[string]any{"city": h, "state": h, "countryOrRegion": h},
			"deviceDetail":     map[string]any{"deviceId": h, "displayName": h, "operatingSystem": h, "browser": h},
			"appliedConditionalAccessPolicies": []any{map[string]any{
				"id": h, "displayName": h, "result": "failure", "enforcedGrantControls": []string{h},
			}},
		})
		events = append(events, map[string]any{
			"Id": fmt.Sprintf("1c5d1f9a-6f0b-4b52-9f0e-7d1c7a4d01%02d", i), "CreationTime": when.Format("2006-01-02T15:04:05"),
			"RecordType": 1, "Workload": h, "Operation": h, "UserId": h, "UserKey": h, "ObjectId": h, "ClientIP": h, "UserAgent": h,
			"ResultStatus": h, "SessionId": h, "AppId": h,
		})
	}
	for name, records := range map[string][]map[string]any{
		"<img src=x onerror=alert(1)> \x1b[31m\u202e.json": signIns,
		"=1+1.json": events,
	} {
		b, err := json.Marshal(records)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "no log \x1b[31m\u202e.txt"), []byte(hostile[4]), 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestHostileFields: from an export with hostile fields to each output, and
// to the messages, nothing comes out that would act.
func TestHostileFields(t *testing.T) {
	takesLong(t)
	evidence, out := hostileEvidence(t), t.TempDir()
	db := filepath.Join(out, "case.duckdb")
	code, _, stderr := entrail(t, evidence, "--db", db, "-q", "select 1")
	if code != exitIncomplete || !strings.Contains(stderr, "no log") {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	noControls(t, "messages", stderr)
	if n := mustRun(t, "--db", db, "-f", "csv", "-q", "select count(*) as n from sign_ins join audit_events using (event_time)"); n != fmt.Sprintf("n\n%d\n", len(hostile)) {
		t.Fatalf("not all of the hostile records are loaded: %s", n)
	}

	reports := "files,findings,sessions,signin_list,signin_users,top_apps,ca_policies,audit_list"
	if *long {
		reports = "all"
	}
	noControls(t, "text", mustRun(t, "--db", db, "-r", reports, "-f", "text"))

	t.Run("md", func(t *testing.T) {
		page := mustRun(t, "--db", db, "-r", reports, "-f", "md")
		noControls(t, "Markdown", page)
		// What isn't escaped by a backslash is markup.
		for _, live := range []string{"<script", "<img", "<svg", "](javascript:"} {
			if i := strings.Index(page, live); i >= 0 && (i == 0 || page[i-1] != '\\') {
				t.Errorf("Markdown holds a live %q", live)
			}
		}
	})

	t.Run("html", func(t *testing.T) {
		page := mustRun(t, "--db", db, "-r", reports, "-f", "html")
		noControls(t, "HTML", page)
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		own, err := os.ReadFile("render/page.js")
		if err != nil {
			t.Fatal(err)
		}
		policy, shown := false, false
		for n := range doc.Descendants() {
			if n.Type == html.TextNode && n.Data == hostile[0] {
				shown = true
			}
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "script":
				isData := slices.Contains(n.Attr, html.Attribute{Key: "type", Val: "application/json"})
				if n.FirstChild == nil || !isData && n.FirstChild.Data != string(own) || isData && !json.Valid([]byte(n.FirstChild.Data)) {
					t.Errorf("HTML has a script that is neither our own nor data: %q", n.FirstChild.Data[:min(len(n.FirstChild.Data), 100)])
				}
			case "img", "iframe", "object", "embed", "link", "base", "form":
				t.Errorf("HTML has an element %s", n.Data)
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				policy = policy || a.Key == "http-equiv" && value == "content-security-policy"
				switch {
				case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(value, "javascript:"):
					t.Errorf("HTML has an attribute %s=%q", a.Key, a.Val)
				case slices.Contains([]string{"href", "src", "xlink:href", "action", "srcset"}, a.Key) && !strings.HasPrefix(value, "#"):
					t.Errorf("HTML leads outside: %s=%q", a.Key, a.Val)
				}
			}
		}
		if !policy || !shown {
			t.Errorf("policy %t, shown as text %t", policy, shown)
		}
	})

	t.Run("csv", func(t *testing.T) {
		folder := filepath.Join(out, "tables") + "/"
		mustRun(t, "--db", db, "-r", reports, "-o", folder)
		formulas := 0
		for name := range contents(t, folder) {
			if strings.HasSuffix(name, render.ProvenanceEnding) {
				if text, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !json.Valid(text) {
					t.Errorf("%s is no JSON: %v", name, err)
				}
				continue
			}
			f, err := os.Open(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(f).ReadAll()
			f.Close()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, row := range rows {
				for _, cell := range row {
					noControls(t, name, cell)
					if _, err := strconv.ParseFloat(cell, 64); err != nil && strings.ContainsAny(cell[:min(len(cell), 1)], "=+-@\t\r\n") {
						t.Errorf("%s: a spreadsheet takes this cell for a formula: %q", name, cell)
					}
					if strings.HasPrefix(cell, "'=HYPERLINK") {
						formulas++
					}
				}
			}
		}
		if formulas == 0 {
			t.Error("no table holds the formula: is it lost?")
		}
	})

	t.Run("xlsx", func(t *testing.T) {
		name := filepath.Join(out, "case.xlsx")
		mustRun(t, "--db", db, "-r", reports, "-o", name)
		book, err := excelize.OpenFile(name)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		shown := false
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for r, row := range rows {
				for c, cell := range row {
					noControls(t, sheet, cell)
					shown = shown || cell == hostile[2]
					at, err := excelize.CoordinatesToCellName(c+1, r+1)
					if err != nil {
						t.Fatal(err)
					}
					if formula, err := book.GetCellFormula(sheet, at); err != nil || formula != "" {
						t.Errorf("%s!%s is a formula: %s %v", sheet, at, formula, err)
					}
				}
			}
		}
		if !shown {
			t.Error("no sheet shows the formula as text: is it lost?")
		}
	})

	t.Run("json", func(t *testing.T) {
		page := mustRun(t, "--db", db, "-f", "json", "--no-meta", "-q", "select user_display_name from sign_ins order by event_time")
		noControls(t, "JSON", page)
		var rows []struct {
			Name string `json:"user_display_name"`
		}
		if err := json.Unmarshal([]byte(page), &rows); err != nil {
			t.Fatal(err)
		}
		for i, h := range hostile {
			if i >= len(rows) || rows[i].Name != h && !strings.Contains(h, "\x00") {
				t.Errorf("%q is not what was in the log", h)
			}
		}
	})
}

// noControls fails when a text would move a cursor, colour a terminal or turn
// the direction of what follows.
func noControls(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && r != '\t' && r != '\u00a0' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			t.Errorf("%s holds %U: %.80q", what, r, text[max(0, i-20):])
			return
		}
	}
}

// onTerminal runs a shell command on a terminal of that many columns and
// returns what it shows there.
func onTerminal(t *testing.T, command string, columns int) (string, error) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return "", errors.New("script(1) takes other flags here")
	}
	cmd := exec.Command("script", "-qec", fmt.Sprintf("stty cols %d rows 50 && %s", columns, command), os.DevNull)
	cmd.Env = append(os.Environ(), "TERM=xterm", "SHELL=/bin/sh", "PAGER=cat") // nobody reads it
	out, err := cmd.Output()
	return strings.ReplaceAll(string(out), "\r\n", "\n"), err
}

// TestTerminal: a page fits its terminal, is coloured unless that is unwanted,
// and how far a load is appears on standard error alone.
func TestTerminal(t *testing.T) {
	takesLong(t)
	db := contosoKept(t)
	show := func(command string) string {
		t.Helper()
		page, err := onTerminal(t, command, 100)
		if err != nil {
			t.Skipf("no terminal to try: %v", err)
		}
		return page
	}
	load := "entrail testdata/contoso/MSISignIns* -q 'select 1'"
	if page := show(load + " 2>/dev/null"); strings.Contains(page, "reading") {
		t.Errorf("standard output shows how far the load is:\n%s", page)
	}
	if page := show(load + " >/dev/null"); !strings.Contains(page, "reading") {
		t.Errorf("standard error doesn't show how far the load is:\n%q", page)
	}

	coloured := show("entrail --db " + db)
	if !strings.Contains(coloured, "\x1b[1m") {
		t.Error("nothing is bold")
	}
	for _, plain := range []string{"NO_COLOR=1 entrail --db " + db, "TERM=dumb entrail --db " + db} {
		if strings.Contains(show(plain), "\x1b") {
			t.Errorf("%s: coloured all the same", plain)
		}
	}

	page := show("NO_COLOR=1 entrail --db " + db + " -r sessions,signin_list --limit 7")
	for line := range strings.Lines(page) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("%d columns on a terminal of 100: %s", n, line)
		}
	}
	if !strings.Contains(page, " more") {
		t.Errorf("the rows beyond --limit aren't counted:\n%s", page)
	}
	if page := show("entrail --db " + db + " -f xlsx || true"); !strings.Contains(page, "hint: say -o FILE.xlsx") {
		t.Errorf("a workbook on a terminal: %.200q", page)
	}
}

// TestReadOnlyFolder: a case in a folder that can't be written to is read; to
// add to it is refused before anything is loaded, in a sentence.
func TestReadOnlyFolder(t *testing.T) {
	p := newPlace(t, one)
	t.Chdir(p.out)
	evidence := filepath.Join(p.evidence, one)
	if err := os.Mkdir("kept", 0o755); err != nil {
		t.Fatal(err)
	}
	mustRun(t, evidence, "--db", "kept/case.duckdb", "-q", "select 1")
	shell := func(command string) *exec.Cmd { return p.command("sh", "-c", "cd ../out && "+command) }
	if os.Geteuid() == 0 { // whom modes don't stop: a mount of its own, gone with the process
		shell = func(command string) *exec.Cmd {
			return p.command("unshare", "-m", "sh", "-c", "cd ../out && mount --bind kept kept && mount -o remount,ro,bind kept && "+command)
		}
	} else if err := os.Chmod("kept", 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod("kept", 0o755) })
	if out, err := shell("! touch kept/x").CombinedOutput(); err != nil {
		t.Skipf("no folder can be made read-only here: %v %s", err, out)
	}
	for _, name := range []string{"kept/case.duckdb", "kept/new.duckdb"} {
		cmd := shell("exec entrail " + evidence + " --db " + name + " -q 'select 1'")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, _ := cmd.Output()
		told := regexp.MustCompile(`^entrail: error: --db ` + name + `: the case database can't be written in the folder kept: (read-only file system|permission denied); choose another with --db\n$`)
		if code := cmd.ProcessState.ExitCode(); code != exitFailed || len(out) > 0 || !told.MatchString(stderr.String()) {
			t.Errorf("%s: exit code %d, %q %q", name, code, out, stderr.String())
		}
	}
	if out, err := shell("exec entrail --db kept/case.duckdb -q 'select count(*) as n from files' -f csv").CombinedOutput(); err != nil || string(out) != "n\n1\n" {
		t.Errorf("read from there: %v, %q", err, out)
	}
}

// TestUserOfParquet: what the partitions of a user say of the user and the sessions is what
// the whole case says with the filter. What is learned from or judged on all others is in
// the columns left out here: the names of applications that the user's own sign-ins do not
// tell, and whether an address is new in the tenant.
func TestUserOfParquet(t *testing.T) {
	takesLong(t)
	kept, folder := contosoKept(t), filepath.Join(t.TempDir(), "parquet")
	mustRun(t, "--db", kept, "-f", "parquet", "-o", folder, "--quiet")
	reports := "signins,token_lineage,sessions,session_events,app_users,app_weekly,top_apps,ca_status,ca_weekly,ca_breakdown,ca_detail," +
		"audit_list,audit_operations,audit_users,audit_logons,mailbox_activity,mailbox_changes,file_activity,directory_changes,mail_exposure"
	learned := map[string][]string{"sessions.csv": {"app_list"}, "session_events.csv": {"app"}, "signin_ips.csv": {"is_new", "baseline_days"}}
	for _, user := range []string{"adele.vance@contoso.com", "Megan Bowen", "alex.wilber@contoso.com"} {
		whole, part := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "part")
		ask := []string{"--user", user, "-r", reports, "-f", "csv", "--quiet", "-o"}
		mustRun(t, append([]string{"--db", kept}, append(ask, whole+"/")...)...)
		mustRun(t, append([]string{folder}, append(ask, part+"/")...)...)
		names, err := filepath.Glob(whole + "/*.csv")
		if err != nil || len(names) < 30 {
			t.Fatalf("%d reports, %v", len(names), err)
		}
		rows := 0
		for _, name := range names {
			base := filepath.Base(name)
			want, got := csvWithout(t, name, learned[base]), csvWithout(t, filepath.Join(part, base), learned[base])
			rows += len(want)
			for i := range max(len(want), len(got)) {
				if i >= len(want) || i >= len(got) || !slices.Equal(want[i], got[i]) {
					t.Errorf("%s: %s: %d rows, want %d; row %d differs", user, base, len(got), len(want), i)
					break
				}
			}
		}
		if rows < 500 {
			t.Errorf("%s: the reports have %d rows, too few to tell", user, rows)
		}
	}
}

// csvWithout reads a CSV file, but for some columns.
func csvWithout(t *testing.T, name string, columns []string) [][]string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range columns {
		at := slices.Index(rows[0], column)
		if at < 0 {
			t.Fatalf("%s has no column %s", name, column)
		}
		for i := range rows {
			rows[i] = slices.Delete(rows[i], at, at+1)
		}
	}
	return rows
}

// TestReadme: what the README shows is what the program prints.
func TestReadme(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1792108800")
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	shown, err := onTerminal(t, "NO_COLOR=1 entrail testdata/contoso 2>/dev/null", 120)
	if err != nil {
		t.Skipf("no terminal for the sample: %v", err)
	}
	for _, part := range []struct{ name, want string }{
		{"sample", indented("$ go run . testdata/contoso\n" + shown)},
		{"formats", formatTable(t)},
	} {
		begin, end := "<!-- begin "+part.name+" -->\n", "<!-- end "+part.name+" -->\n"
		before, rest, found := strings.Cut(readme, begin)
		got, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("README.md has no %q and %q", begin, end)
		}
		if got == part.want {
			continue
		}
		if !*update {
			t.Errorf("README.md, %s: not what the program says; go test . -update writes it anew. It says:\n%s", part.name, part.want)
		}
		readme = before + begin + part.want + end + after
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(readme), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// indented is a text as a block of code.
func indented(text string) string {
	var b strings.Builder
	b.WriteString("\n")
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	b.WriteString("\n")
	return b.String()
}

// formatTable lists the logs that are read, in at most 15 rows, with their formats.
func formatTable(t *testing.T) string {
	t.Helper()
	table := "\n| log | its exports, as `files` calls them |\n|---|---|\n"
	family, rows := "", 0
	for _, f := range ingest.Formats() {
		if f.Family != family {
			if family = f.Family; rows > 0 {
				table += " |\n"
			}
			table += "| " + family + " | "
			rows++
		} else {
			table += ", "
		}
		table += "`" + f.Name + "`"
	}
	if rows > 15 {
		t.Errorf("%d families of formats, which are too many for the README", rows)
	}
	return table + " |\n\n"
}

// TestReadmeCommands runs every entrail command of the README on the sample.
func TestReadmeCommands(t *testing.T) {
	takesLong(t)
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh to run them with")
	}
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlace(t)
	if err := os.Rename(p.evidence, filepath.Join(p.cwd, "evidence")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"GeoLite2-City", "GeoLite2-ASN"} {
		if err := writeMMDB(filepath.Join(p.cwd, name+".mmdb"), name, []string{"203.0.113.0/24", "LT", "64999"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(p.cwd, "members.txt"), []byte("adele.vance@contoso.com\nalex.wilber@contoso.com\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	const rule = "title: Rules\nlogsource: {product: m365, service: exchange}\ndetection: {selection: {Operation: New-InboxRule}, condition: selection}\n"
	if err := errors.Join(os.Mkdir(filepath.Join(p.cwd, "rules"), 0o777), os.WriteFile(filepath.Join(p.cwd, "rules", "inbox.yml"), []byte(rule), 0o666)); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("`(entrail [^`]+)`").FindAllStringSubmatch(string(readme), -1)
	if len(commands) < 20 {
		t.Errorf("only %d commands were found", len(commands))
	}
	// Two read the evidence as they say; the others, to save time, ask a case
	// that was made of it.
	for _, name := range []string{"kept.duckdb", "earlier.duckdb"} {
		if err := writeContosoCase(filepath.Join(p.cwd, name)); err != nil {
			t.Fatal(err)
		}
	}
	reads, seen := 0, map[string]bool{}
	for _, m := range commands {
		command := strings.Replace(m[1], "NAME", "sessions", 1)
		if seen[command] {
			continue
		}
		seen[command] = true
		if strings.HasPrefix(command, "entrail evidence/") && !strings.Contains(command, "--db") {
			if reads++; reads > 2 {
				command = strings.Replace(command, "evidence/", "--db kept.duckdb", 1)
			}
		}
		var stderr bytes.Buffer
		cmd := p.command(shell, "-c", command)
		cmd.Stderr = &stderr
		if out, err := cmd.Output(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, stderr.Bytes())
		} else if len(out) == 0 && !strings.Contains(command, " -o ") && !strings.Contains(command, "--pseudonymise") {
			t.Errorf("%s: no answer", command)
		}
	}
}

// TestReadmeExitCodes holds the table of exit codes against the constants.
// TestLicenses: every module that the program is made of is in the list of
// --licenses with its version and a text, and every one that is listed is in
// go.mod. After a change: go run ./.release -licenses.
func TestLicenses(t *testing.T) {
	listed := map[string]string{}
	parts, texts, ok := strings.Cut(licenseText, "\n=====")
	if !ok {
		t.Fatal("there are no texts")
	}
	for line := range strings.Lines(parts) {
		if fields := strings.Fields(line); len(fields) == 3 && strings.Contains(fields[0], "/") {
			listed[fields[0]] = fields[1]
			if !strings.Contains(texts, "\n"+fields[0]+" "+fields[1]) {
				t.Errorf("%s: there is no text of its licence", fields[0])
			}
		}
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 2 {
			continue
		}
		used++
		if listed[fields[0]] != fields[1] {
			t.Errorf("%s %s is in the program; the list has version %q", fields[0], fields[1], listed[fields[0]])
		}
	}
	if used == 0 {
		t.Error("the program is made of no module")
	}
	required, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range listed {
		if !regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(name+" "+version) + `( //|$)`).Match(required) {
			t.Errorf("%s %s is listed, and is not in go.mod", name, version)
		}
	}
	// Two that no module brings, and the words of a licence.
	for _, words := range []string{"\nDuckDB ", "\nGNU C library ", "GNU LESSER GENERAL PUBLIC LICENSE", "Permission is hereby granted, free of charge"} {
		if !strings.Contains(mustRun(t, "--licenses"), words) {
			t.Errorf("%q is not in what --licenses prints", words)
		}
	}
}

func TestReadmeExitCodes(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "| exit code | |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(table, -1) {
		got = append(got, m[1])
	}
	var want []string
	for _, code := range []int{exitDone, exitFailed, exitUsage, exitIncomplete, exitInterrupted} {
		want = append(want, strconv.Itoa(code))
	}
	if !slices.Equal(got, want) {
		t.Errorf("README.md has the exit codes %q, the program %q", got, want)
	}
}

// TestCaseInAShell does what the README says about a DuckDB shell, and runs
// there what --show-sql prints, for every report.
func TestCaseInAShell(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "`attach ")
	block, _, found := strings.Cut("attach "+block, "`")
	if !found {
		t.Fatal("README.md does not attach a case in a shell")
	}
	t.Chdir(filepath.Dir(contosoKept(t))) // where it is case.duckdb

	shell, err := engine.New(t.Context(), engine.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	for s := range strings.SplitSeq(strings.Trim(block, "; "), ";") {
		if err := shell.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	ask := func(what, sql string) {
		rows, err := shell.Query(t.Context(), sql)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n++
		}
		if rows.Err() != nil {
			t.Errorf("%s: %v", what, rows.Err())
		}
		if n == 0 && what == "README" {
			t.Errorf("%s: no rows", what)
		}
	}
	ask("README", "select operation, count(*) as events from audit_events group by all order by events desc")
	takesLong(t)
	ofRules := 0
	for _, r := range queries.Reports() {
		text := mustRun(t, "--show-sql", r.Name)
		if strings.Contains(text, "so it does not run in a shell") {
			ofRules++
			continue
		}
		ask(r.Name, text)
	}
	if ofRules > 12 {
		t.Errorf("%d reports are said not to run in a shell", ofRules)
	}
	for _, r := range rules.All() {
		ask(r.Name, mustRun(t, "--show-sql", r.Name))
	}
}

// TestPipesAndEndlessFiles: a file with no end and a pipe with nobody at its other
// end are refused, or given up at the first Ctrl-C.
func TestPipesAndEndlessFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	beside := filepath.Join(t.TempDir(), "a.csv")
	if err := errors.Join(os.WriteFile(beside, []byte("a\n"), 0o600), syscall.Mkfifo(beside+render.ProvenanceEnding, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-q", "@" + pipe}, exitInterrupted, "interrupted"},
		{[]string{"--user", "@" + pipe}, exitInterrupted, "interrupted"},
		{[]string{"-q", "@/dev/zero"}, exitUsage, "more than"},
		{[]string{"--user", "@/dev/zero"}, exitUsage, "more than"},
		{[]string{"--mmdb", pipe}, exitUsage, "a pipe"},
		{[]string{"--db", pipe}, exitUsage, "a pipe"},
		{[]string{"--compare", pipe}, exitUsage, "a pipe"},
		{[]string{"--verify", pipe}, exitFailed, "a pipe"},
		{[]string{"--verify", beside}, exitFailed, "a pipe"},
		{[]string{"--verify", "/dev/zero"}, exitFailed, "a device"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		var stderr bytes.Buffer
		code := run(ctx, append([]string{"testdata/contoso"}, test.args...), strings.NewReader(""), io.Discard, &stderr)
		cancel()
		if code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit code %d, %s; want %d and %q", test.args, code, stderr.String(), test.code, test.want)
		}
	}
}

func TestBoundsOfFlags(t *testing.T) {
	many := filepath.Join(t.TempDir(), "many")
	if err := os.WriteFile(many, []byte(strings.Repeat("u\n", 10_001)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--threads", "513"}, "the most is 512"},
		{[]string{"--memory", "99999999999999999999TB"}, "more than any machine has"},
		{[]string{"--memory", "1KB"}, "too little"},
		{[]string{"--memory", "99MB"}, "too little"},
		{[]string{"--memory", "much"}, "not a size"},
		{[]string{"--user", "@" + many}, "the most is 10000"},
	} {
		var stderr bytes.Buffer
		code := run(context.Background(), append([]string{"testdata/contoso"}, test.args...), strings.NewReader(""), io.Discard, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit code %d, %s; want %d and %q", test.args, code, stderr.String(), exitUsage, test.want)
		}
	}
}

// shellHostile are users' names that a shell would act on, or take apart.
var shellHostile = []string{
	"$(touch PWNED)", "`touch PWNED`", "x'; touch PWNED; '", `x"; touch PWNED; "`, "x; touch PWNED", "x | touch PWNED > PWNED & y",
	"$HOME ${HOME} ~", "~root", "!! !$ x!y", "a  b\\c", "{a,b}", "*?[a-z]", "#none", "-rf", "--force", "@/etc/passwd", "Vance, Adele",
	"it\u2019s \u2018odd\u201b", "=touch", "%1 $PATH $(touch PWNED) (touch PWNED)", "line\ntouch PWNED", "tab\ttouch PWNED", "\x1b[31mred", "ad\u202eele",
}

// completed are the names in case that a completion offers, as a call receives them.
func completed() []string {
	var want []string
	for _, name := range slices.Concat(hostile, shellHostile) {
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\x7f' || r == '\u202e' || r == '\u009b' }) {
			continue // can't be typed
		}
		name = strings.ToLower(name) // as a case has it
		if strings.HasPrefix(name, "@") || strings.HasPrefix(name, "~") {
			name = "*" + name[1:]
		}
		if strings.ContainsAny(name, `,;"`) {
			name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
		want = append(want, name)
	}
	slices.Sort(want)
	return slices.Compact(want)
}

// TestCompletion: what the shells themselves make of the scripts. Each prints the
// arguments that a call would get, of all completions of --user, one a line.
func TestCompletion(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var signIns []map[string]any
	for i, name := range shellHostile {
		signIns = append(signIns, map[string]any{
			"id": fmt.Sprintf("2c5d1f9a-6f0b-4b52-9f0e-7d1c7a4d01%02d", i), "createdDateTime": "2026-10-01T08:00:00Z",
			"userPrincipalName": name, "appDisplayName": "x", "signInEventTypes": []string{"interactiveUser"},
		})
	}
	b, err := json.Marshal(signIns)
	if err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(folder, "signins.json")
	if err := os.WriteFile(export, b, 0o644); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(folder, "a case.duckdb")
	if code, _, stderr := entrail(t, hostileEvidence(t), export, "--db", db, "-q", "select 1"); code != exitIncomplete {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	want := completed()
	for _, name := range want { // what a call makes of it
		var list given.List
		if err := list.Set(name); err != nil || len(list) != 1 || strings.HasPrefix(list[0], "@") {
			t.Errorf("--user %s is read as %q", name, list)
		}
	}

	for shell, test := range map[string]struct {
		args   []string
		script string
	}{
		"bash": {[]string{"--norc"}, `
			source <(entrail --completion bash)
			try() {
				local quote=$2
				COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=(entrail "${1##*[ =]}") COMP_CWORD=1
				_entrail entrail
				for reply in "${COMPREPLY[@]}"; do
					reply=$quote$reply$quote
					eval "set -- $reply"
					printf '%s\n' "$#:$1"
				done
			}
			try "entrail --db 'a case.duckdb' --user "
			echo ...
			try "entrail --db a\\ case.duckdb --user '" "'"
			echo ...
			try "entrail -r signin_us"
			try "entrail --report=files,signin_us"
			try "entrail --not-u"
			try "entrail -f mis"
			try "entrail --explain password_spr"
			try "entrail --columns risk_level_dur"`},
		"fish": {[]string{"--no-config"}, `
			entrail --completion fish | source
			function try
				for reply in (complete --escape -C $argv[1])
					set reply (string split -f 1 \t -- $reply)
					eval "set got $reply"
					printf '%s\n' (count $got):$got
				end
			end
			try "entrail --db 'a case.duckdb' --user "
			echo ...
			try "entrail --db 'a case.duckdb' --user '" | string match -r '^0'
			echo ...
			try "entrail -r signin_us"
			echo 1:files,signin_users
			try "entrail --not-u"
			try "entrail -f mis"
			try "entrail --explain password_spr"
			try "entrail --columns risk_level_dur"`},
		// zsh completes on a terminal only: one of its own, on which all completions
		// are put into the line
		"zsh": {[]string{"-f"}, `
			zmodload zsh/zpty
			entrail --completion zsh > _entrail
			cat > rc <<-'END'
				fpath=($PWD $fpath)
				autoload -Uz compinit && compinit -u -D
				all() { _main_complete; compstate[insert]=all }
				zle -C all complete-word all
				bindkey '^T' all
				bindkey -e '^T' all
				setopt no_beep
				entrail() {
					[[ $1 == --quiet ]] && { command entrail "$@"; return }
					print -rl -- 1:${^@[$from,-1]} > shown.new
					mv shown.new shown
				}
			END
			zpty z zsh -f -i
			zpty -w z 'source ./rc'
			try() {
				zpty -w z "from=$1; rm -f shown; print READY''$1"
				zpty -r z line "*READY$1*"
				zpty -w -n z "$2"$'\x14\n'
				for ((i = 0; i < 600 && ! $+shown; i++)); do
					[[ -e shown ]] && break
					zpty -r -t z line
					sleep 0.1
				done
				cat shown
			}
			try 4 "entrail --db 'a case.duckdb' --user "
			echo ...
			echo ...
			try 2 "entrail -r signin_us"
			try 2 "entrail --report files,signin_us"
			try 1 "entrail --not-u"
			try 2 "entrail -f mis"
			try 2 "entrail --explain password_spr"
			try 2 "entrail --columns risk_level_dur"`},
	} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("needs %s", shell)
			}
			cmd := exec.Command(path, append(test.args, "-c", test.script)...)
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "HOME="+folder)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			parts := strings.Split(string(out), "...\n")
			if len(parts) != 3 {
				t.Fatalf("%s", out)
			}
			var names []string
			for line := range strings.Lines(parts[0]) {
				names = append(names, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "1:"))
			}
			slices.Sort(names)
			if !slices.Equal(names, want) {
				t.Errorf("--user is completed by\n%q\nwant\n%q", names, want)
			}
			if shell == "bash" {
				if parts[1] != parts[0] {
					t.Errorf("within single quotes:\n%swithout:\n%s", parts[1], parts[0])
				}
			}
			if got, want := parts[2], "1:signin_users\n1:files,signin_users\n1:--not-user\n1:misp\n1:password_spray\n1:risk_level_during_sign_in\n"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			for _, name := range []string{"PWNED", "pwned"} {
				if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
					t.Error("a name was run as a command")
				}
			}
		})
	}
}

// TestPrintedSample prints the dossiers and the case of the sample as the README says:
// before the annexes a dossier has 12 pages at most, the case 40.
func TestPrintedSample(t *testing.T) {
	takesLong(t)
	browser := ""
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium")
	}
	folder := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		most int
	}{
		{"session", []string{"--session", "4b22b1c5", "--annex", "none"}, 12},
		{"incident", []string{"--incident", "1", "--annex", "none"}, 12},
		{"case", nil, 40},
	} {
		page, paper := filepath.Join(folder, test.name+".html"), filepath.Join(folder, test.name+".pdf")
		if code, _, stderr := entrail(t, append([]string{"testdata/contoso", "-o", page, "--quiet"}, test.args...)...); code != 0 {
			t.Fatalf("%s: exit code %d: %s", test.name, code, stderr)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(folder, "profile"),
			"--no-pdf-header-footer", "--print-to-pdf="+paper, "file://"+page).Run()
		if err != nil {
			t.Skipf("%s does not run here: %v", browser, err)
		}
		pdf, err := os.ReadFile(paper)
		if err != nil {
			t.Fatal(err)
		}
		pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1))
		t.Logf("%s: %d pages", test.name, pages)
		if pages == 0 || pages > test.most {
			t.Errorf("%s: %d pages on paper, want %d at most", test.name, pages, test.most)
		}
	}
}
