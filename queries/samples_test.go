package queries

import (
	"cmp"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/queries/rules"
	generator "entrail/testdata/tenant"
)

// samplesFolder holds index.tsv and cases/. To measure takes half an hour, so nothing
// is measured unless it is named; .ci/run names it where it lies beside the project:
//
//	go test ./queries -run 'Samples|Haystacks' -samples ../../shared/findings -timeout 0
var (
	samplesFolder = flag.String("samples", "", "folder with samples of attacks and of their benign twins, which are measured")
	together      = flag.Int("together", 12, "how many samples are put into a haystack at once; 1 takes ten times as long")
	update        = flag.Bool("update", false, "write testdata/figures, and what the headers of the rules say of samples, anew")
)

// sample is a case of its own: records of one act, bad or harmless.
type sample struct {
	name    string
	path    string
	isBad   bool
	numbers []string // of the catalogue: what a finding on it must cover
}

// samples reads the index, or skips the test.
func samples(t *testing.T) []sample {
	t.Helper()
	if *samplesFolder == "" {
		t.Skip("no folder of samples is named: -samples ../../shared/findings, where it lies beside the project")
	}
	f, err := os.Open(filepath.Join(*samplesFolder, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{}
	for i, name := range rows[0] {
		place[name] = i
	}
	var all []sample
	for _, row := range rows[1:] {
		all = append(all, sample{
			name: row[place["case"]], path: filepath.Join(*samplesFolder, "cases", row[place["file"]]),
			isBad: row[place["expected"]] == "P", numbers: strings.Split(row[place["detection"]], ","),
		})
	}
	return all
}

// line is a row of the report findings.
type line struct {
	place    int // from 1
	severity string
	rules    []string
	numbers  []string
	what     string
	files    []string // paths of the files that have its evidence
}

func (l line) isMarked() bool { return slices.Index(rules.Severities, l.severity) <= 2 }

// hasEvidenceIn tells that the line has evidence of a folder.
func (l line) hasEvidenceIn(folder string) bool {
	return slices.ContainsFunc(l.files, func(path string) bool { return strings.HasPrefix(path, folder+string(filepath.Separator)) })
}

// covers tells that the line is of a rule for one of the sample's numbers.
func (s sample) covers(l line) bool {
	return slices.ContainsFunc(l.numbers, func(n string) bool { return slices.Contains(s.numbers, n) })
}

// named returns the first line that covers the sample, and whether there is one.
func (s sample) named(lines []line) (line, bool) {
	i := slices.IndexFunc(lines, s.covers)
	if i < 0 {
		return line{}, false
	}
	return lines[i], true
}

// findingsBeside loads files into a copy of a case, an empty one if it is nil, and
// returns what the report findings says.
func findingsBeside(t *testing.T, loaded []byte, added ...string) []line {
	t.Helper()
	c := openBeside(t, loaded, added...)
	defer c.Close()
	paths := map[string]string{} // by file_id
	for _, file := range strings.Split(answer(t, c, "select file_id, path from files"), "\n") {
		id, path, _ := strings.Cut(file, "|")
		paths[id] = path
	}
	report, _ := Lookup("findings")
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{}
	for i, column := range result.Columns {
		place[column.Name] = i
	}
	var lines []line
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		text := func(name string) string {
			value, _ := row[place[name]].(string)
			return value
		}
		named := []string{text("finding")}
		if also := text("also"); also != "" {
			named = append(named, strings.Split(also, ", ")...)
		}
		l := line{place: len(lines) + 1, severity: text("severity"), rules: named, numbers: strings.Split(text("catalogue"), ","), what: text("what")}
		for _, record := range strings.Fields(text("evidence")) {
			id, _, _ := strings.Cut(record, ":")
			if path := paths[id]; !slices.Contains(l.files, path) {
				l.files = append(l.files, path)
			}
		}
		lines = append(lines, l)
	}
	return lines
}

func openBeside(t *testing.T, loaded []byte, paths ...string) *Case {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "case.duckdb")
	if loaded != nil {
		if err := os.WriteFile(path, loaded, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	o := engine.Options{Temp: folder, Threads: 1}
	if len(paths) > 0 {
		if _, err := ingest.Load(context.Background(), path, paths, ingest.Options{Engine: o}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Open(context.Background(), path, o, Filter{}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSamples measures each sample alone, and holds the headers of the rules to it.
func TestSamples(t *testing.T) {
	all := samples(t)
	var mutex sync.Mutex
	lines := map[string][]line{}
	t.Run("alone", func(t *testing.T) {
		for _, s := range all {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				found := findingsBeside(t, nil, s.path)
				mutex.Lock()
				lines[s.name] = found
				mutex.Unlock()
			})
		}
	})
	if len(lines) < len(all) {
		t.Skip("only some of the samples were asked for")
	}
	var bad, named, benign, marked int
	for _, s := range all {
		first, isNamed := s.named(lines[s.name])
		switch {
		case s.isBad && isNamed:
			bad++
			named++
			t.Logf("%s: %s, %s", s.name, first.severity, first.rules[0])
		case s.isBad:
			bad++
			t.Logf("%s: no finding of %s", s.name, strings.Join(s.numbers, ", "))
		default:
			benign++
			if i := slices.IndexFunc(lines[s.name], line.isMarked); i >= 0 {
				marked++
				t.Logf("%s: harmless, but %s: %s", s.name, lines[s.name][i].severity, lines[s.name][i].what)
			}
		}
	}
	t.Logf("%d of %d bad samples are named, %d of %d benign ones are marked", named, bad, marked, benign)
	holdHeaders(t, all, lines)
	if named*100 < bad*95 {
		t.Errorf("%d of %d bad samples are named, want 95 %%", named, bad)
	}
	if marked > 2 {
		t.Errorf("%d benign samples have a line of medium or more, want 2 at most", marked)
	}
}

// holdHeaders compares what the headers of the rules say of samples with what was seen.
func holdHeaders(t *testing.T, all []sample, lines map[string][]line) {
	t.Helper()
	seen, marked := map[string]int{}, map[string]int{}
	benign := 0
	for _, s := range all {
		if !s.isBad {
			benign++
		}
		var counted []string // a rule counts once a sample
		for _, l := range lines[s.name] {
			for _, rule := range l.rules {
				if slices.Contains(counted, rule) || !s.isBad && !l.isMarked() {
					continue
				}
				counted = append(counted, rule)
				if s.isBad {
					seen[rule]++
				} else {
					marked[rule]++
				}
			}
		}
	}
	table := "finding\tcatalogue\tbad samples\tbenign samples marked\tof\n"
	for _, r := range rules.All() {
		table += fmt.Sprintf("%s\t%s\t%d\t%d\t%d\n", r.Name, strings.Join(r.Catalogue, ","), seen[r.Name], marked[r.Name], benign)
		want := fmt.Sprintf("in %d samples, marked %d of %d benign ones", seen[r.Name], marked[r.Name], benign)
		if r.Seen == want {
			continue
		}
		if !*update {
			t.Errorf("%s: the header says seen: %s; it was seen %s", r.Name, r.Seen, want)
			continue
		}
		path := filepath.Join("rules", r.Tactic, r.Name+".sql")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(l string) bool { return strings.HasPrefix(l, "-- seen: ") })
		end := slices.IndexFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "--") })
		if err := os.WriteFile(path, []byte(strings.Join(slices.Insert(lines, end, "-- seen: "+want), "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	holdTable(t, "samples.tsv", table)
}

// holdTable compares a table of figures with the one that is in testdata/figures.
func holdTable(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "figures", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is another one now (-update writes it): want, or got:\n%s", path, firstDifference(string(want), got))
	}
}

// firstPage is how many lines somebody reads before they give up.
const firstPage = 30

// TestHaystacks puts each bad sample, as if it had happened there, into a month of
// ordinary work and into the sample tenant, in which an intrusion is already. Several
// are put in at once; what has evidence in other samples alone is not counted for one.
func TestHaystacks(t *testing.T) {
	bad := slices.DeleteFunc(samples(t), func(s sample) bool { return !s.isBad })
	quiet, err := quietCase()
	if err != nil {
		t.Fatal(err)
	}
	contoso, err := tenantCase()
	if err != nil {
		t.Fatal(err)
	}
	for name, haystack := range map[string][]byte{"month": quiet, "contoso": contoso} {
		t.Run(name, func(t *testing.T) {
			var mutex sync.Mutex
			onTop := 0
			t.Run("beside", func(t *testing.T) {
				for some := range slices.Chunk(bad, *together) {
					t.Run(some[0].name, func(t *testing.T) {
						t.Parallel()
						var folders []string
						for _, s := range some {
							folders = append(folders, s.moved(t))
						}
						lines := findingsBeside(t, haystack, folders...)
						for i, s := range some {
							seen := slices.DeleteFunc(slices.Clone(lines), func(l line) bool {
								return !l.hasEvidenceIn(folders[i]) && slices.ContainsFunc(folders, l.hasEvidenceIn)
							})
							place := slices.IndexFunc(seen, func(l line) bool { return l.hasEvidenceIn(folders[i]) && s.covers(l) }) + 1
							switch {
							case place == 0:
								t.Logf("%s: no line is a finding of %s", s.name, strings.Join(s.numbers, ", "))
							case place > firstPage:
								t.Logf("%s: in line %d, %s: %s", s.name, place, seen[place-1].severity, seen[place-1].what)
							default:
								mutex.Lock()
								onTop++
								mutex.Unlock()
							}
						}
					})
				}
			})
			t.Logf("%d of %d bad samples are in the first %d lines", onTop, len(bad), firstPage)
			if onTop*100 < len(bad)*90 {
				t.Errorf("%d of %d bad samples are in the first %d lines, want 90 %%", onTop, len(bad), firstPage)
			}
		})
	}
}

// quietMonth is a month of 500 people at work, about 6,000 events.
var quietMonth = generator.Options{People: 500, SignIns: 4000, AuditEvents: 2000, Quiet: true}

// quietCase is the file of the case of that month, loaded once.
var quietCase = sync.OnceValues(func() ([]byte, error) { return loadMonth(quietMonth) })

// loadMonth returns the file of the case of a month.
func loadMonth(o generator.Options) ([]byte, error) {
	folder, err := os.MkdirTemp("", "entrail-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	logs := filepath.Join(folder, "logs")
	if err := generator.New(o).WriteMonth(logs); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "case.duckdb")
	if _, err := ingest.Load(context.Background(), path, []string{logs}, ingest.Options{Engine: engine.Options{Temp: folder}}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// TestQuietMonth holds the findings to months in which nothing bad happened: nothing
// critical or high, and a medium a hundred people at most.
func TestQuietMonth(t *testing.T) {
	takesLong(t)
	t.Parallel()
	t.Run("month", func(t *testing.T) {
		t.Parallel()
		loaded, err := quietCase()
		if err != nil {
			t.Fatal(err)
		}
		holdTable(t, "quiet_month.tsv", testQuiet(t, loaded))
	})
	for _, seed := range []uint64{1, 2, 99} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			other := quietMonth
			other.Seed = seed
			loaded, err := loadMonth(other)
			if err != nil {
				t.Fatal(err)
			}
			testQuiet(t, loaded)
		})
	}
}

// testQuiet holds the findings of a month, and counts them.
func testQuiet(t *testing.T, loaded []byte) string {
	t.Helper()
	var medium int
	lines := map[string]int{}
	for _, l := range findingsBeside(t, loaded) {
		lines[l.severity+"\t"+l.rules[0]]++
		switch l.severity {
		case "critical", "high":
			t.Errorf("%s: %s", l.severity, l.what)
		case "medium":
			medium++
			t.Logf("medium: %s", l.what)
		}
	}
	table := "severity\tfinding\tlines\n"
	for _, key := range slices.SortedFunc(maps.Keys(lines), func(a, b string) int {
		return cmp.Or(slices.Index(rules.Severities, strings.Split(a, "\t")[0])-slices.Index(rules.Severities, strings.Split(b, "\t")[0]), strings.Compare(a, b))
	}) {
		table += fmt.Sprintf("%s\t%d\n", key, lines[key])
	}
	if most := quietMonth.People / 100; medium > most {
		t.Errorf("%d lines are medium, want %d at most", medium, most)
	}
	return table
}

// moved writes the sample as if it had happened in the sample tenant, on a day of its
// month, and returns where to.
func (s sample) moved(t *testing.T) string {
	t.Helper()
	c := openBeside(t, nil, s.path)
	last := answer(t, c, "select max(event_time)::date from events")
	domains := strings.Fields(answer(t, c, "select domain from own_domains order by length(domain) desc"))
	tenants := strings.Fields(answer(t, c, `
		select distinct lower(id) as id
		from (
			select json_extract_string(raw, '$.OrganizationId') as id from audit_events
			union all
			select resource_tenant_id from sign_ins
		)
		where id <> ''`))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	h := fnv.New32()
	h.Write([]byte(s.name))
	m := move{domains: domains, tenants: tenants}
	if day, err := time.Parse("2006-01-02", strings.TrimSuffix(last, "T00:00:00Z")); err == nil {
		m.days = int(generator.Day(8+int(h.Sum32()%20)).Sub(day).Hours() / 24)
	}
	folder := t.TempDir()
	err := filepath.WalkDir(s.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, filepath.Base(path)), []byte(m.text(string(text))), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// move is how records become those of the sample tenant.
type move struct {
	days             int
	domains, tenants []string
}

var (
	isoDate   = regexp.MustCompile(`(?:^|\b)20\d\d-\d\d-\d\d[T ]\d\d:`)
	usDate    = regexp.MustCompile(`\b\d{1,2}/\d{1,2}/20\d\d \d{1,2}:`)
	msDate    = regexp.MustCompile(`Date\(\d{13}`)
	anyDomain = regexp.MustCompile(`(?i)[a-z0-9-]+(\.[a-z0-9-]+)+`)
)

func (m move) text(text string) string {
	shift := func(layout, tail string) func(string) string {
		return func(found string) string {
			cut := len(found) - len(tail)
			if tail == "" { // the hour
				cut = strings.LastIndexAny(found, "T ")
			}
			day, err := time.Parse(layout, found[:cut])
			if err != nil {
				return found
			}
			return day.AddDate(0, 0, m.days).Format(layout) + found[cut:]
		}
	}
	text = isoDate.ReplaceAllStringFunc(text, shift("2006-01-02", ""))
	text = usDate.ReplaceAllStringFunc(text, shift("1/2/2006", ""))
	text = msDate.ReplaceAllStringFunc(text, func(found string) string {
		ms, _ := strconv.ParseInt(strings.TrimPrefix(found, "Date("), 10, 64)
		return "Date(" + strconv.FormatInt(ms+int64(m.days)*86_400_000, 10)
	})
	text = anyDomain.ReplaceAllStringFunc(text, func(found string) string {
		if slices.Contains(m.domains, strings.ToLower(found)) {
			return "contoso.com"
		}
		return found
	})
	for _, id := range m.tenants {
		text = regexp.MustCompile("(?i)"+regexp.QuoteMeta(id)).ReplaceAllString(text, generator.TenantID)
	}
	return text
}

// TestMove tries the move on records whose dates and names are known.
func TestMove(t *testing.T) {
	m := move{days: 30, domains: []string{"fabrikam.example"}, tenants: []string{"8d4121ed-0008-406d-bff9-0d5bb312183c"}}
	for _, test := range []struct{ before, after, reason string }{
		{`"2026-10-05T09:00:00.1234567Z"`, `"2026-11-04T09:00:00.1234567Z"`, "the day moves, the time of day stays"},
		{`"12/31/2025 11:30:51 PM"`, `"1/30/2026 11:30:51 PM"`, "as the cmdlet writes it"},
		{`"\/Date(1700000000000)\/"`, `"\/Date(1702592000000)\/"`, "as PowerShell writes it, 30 days of milliseconds"},
		{`"2026-10-05"`, `"2026-10-05"`, "a day alone is no moment of an event"},
		{`ann@Fabrikam.example, x@fabrikam.example.net`, `ann@contoso.com, x@fabrikam.example.net`, "a domain whole, not the beginning of another"},
		{`"8D4121ED-0008-406D-BFF9-0D5BB312183C"`, `"` + generator.TenantID + `"`, "the tenant in any case"},
	} {
		if got := m.text(test.before); got != test.after {
			t.Errorf("%s: %s became %s, want %s", test.reason, test.before, got, test.after)
		}
	}
}
