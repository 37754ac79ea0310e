// Entrail reads the trail that Entra ID and Microsoft 365 leave, from files
// alone: exports in, answers out. See README.md.
//
// The rules of this user interface: stdout carries only the answer; all else
// goes to stderr, in lower case, behind the program's name, and says what to
// do next. Nothing is written over without --force, and a run that fails
// leaves no output behind. run decides the exit code, and nothing else does.
package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // --tz works on machines without a zone database
	"unicode"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/queries"
	"entrail/queries/geoip"
	"entrail/render"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitIncomplete  = 3 // done, but some input was rejected, unrecognised or unreadable
	exitInterrupted = 130
)

const usage = `Usage: entrail [flags] PATH...

Reads Microsoft 365 and Entra ID log exports (files, folders, zip, gz) and
answers from them, without network and without the tenant.

    entrail evidence/                               a summary on the terminal
    entrail evidence/ -o case.html                  every report in one page
    entrail evidence/ -r sessions --user adele@contoso.com -o sessions.xlsx
    entrail evidence/ --session ID -o session.html  the story of one session
    entrail evidence/ -q "select app_display_name, count(*) from sign_ins group by all"
    entrail evidence/ --db case.duckdb              keep the case
    entrail --db case.duckdb -r ca_policies         ask it again

What to ask:
  -r, --report NAME,...   reports or groups of reports (see --list);
                          default: summary on a terminal, all in a file
  -q, --query SQL         one SELECT of your own; - reads it from standard
                          input, @FILE from a file
      --list              the reports, and the findings that are looked for
      --schema            the tables and their columns
      --show-sql NAME     the SQL of a report, a view or a macro, with all that
                          it stands on, for a DuckDB shell
      --explain ID        one record of any log spelled out, by its id or as
                          FILE_ID:RECORD, with what is tied to it; or what a
                          finding means, by its name or finding_id

What to show (each repeatable, with lists; @FILE reads one value a line):
      --user U            user principal name, display name or object id;
                          * stands for any text: '*@fabrikam.com'
      --session ID        session id, or its first 8 characters or more; with
                          -o FILE.html and no report, the story of the session
      --app A             application name or id
      --ip IP             address or range (192.0.2.0/24)
      --filter COL=VAL    any column of the event tables; also COL!=VAL;
                          * stands for any text
      --since T           from this time on, in UTC: 2026-10-01 or
                          "2026-10-01 07:41", RFC 3339 with any offset; or 2w,
                          30d or 24h back from the newest event
      --until T           before this time
      --tz ZONE           zone of what is shown, and of days, weeks and hours
                          (default UTC)
      --columns A,B,...   these columns of the report, in this order
      --limit N           rows of a table on the terminal, 0 = all (default 50)

What is known:
      --case FILE         case sheet: title, reference, client and examiner; what
                          is trusted, what is bad, verdicts on findings
      --init-case         write an empty case sheet with comments, to --output

Where to:
  -o, --output PATH       a file, - for standard output, or a folder (one file
                          a report)
  -f, --format F          text, html, xlsx, csv, json, jsonl, md; of indicators
                          stix and misp too; default by the ending of --output,
                          else text
      --raw-csv           CSV cells as they are in the log, formulas included
      --no-meta           JSON of the rows alone, without where they come from
      --db FILE           keep the case in this DuckDB file; with PATH: add to
                          it; without: read it
      --force             write over an existing --output

How:
      --mmdb FILE         geolocation database (MaxMind's format, repeatable):
                          country and network of addresses without sign-in
      --date-order ORDER  what 03/12/2025 is where a file does not tell: dmy
                          or mdy
      --memory SIZE       memory to use, such as 4GB: four fifths the engine's
      --threads N         bound of its threads
      --temp DIR          where it may spill (default: the system's folder)
      --quiet             errors only
      --version           what this is
  -h, --help              this text

Exit codes: 0 done; 1 failed; 2 usage; 3 done, but some input was rejected,
unrecognised or unreadable (see --report files); 130 interrupted.
`

func main() {
	// A closed pipe is an error of write, not the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // by nohup
		// A terminal that closes may say so more than once, while the run clears up.
		ctx, _ = signal.NotifyContext(ctx, syscall.SIGHUP)
	}
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the process at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// userError is a mistake in the call, with what to do about it.
type userError struct {
	message string
	hint    string // "" where the message says it
}

func (e *userError) Error() string { return e.message }

func usageError(hint, format string, args ...any) error {
	return &userError{fmt.Sprintf(format, args...), hint}
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	complete, err := answer(ctx, args, stdin, stdout, stderr)
	var mistake *userError
	switch {
	case err == nil && complete:
		return exitDone
	case err == nil:
		return exitIncomplete
	case errors.Is(err, syscall.EPIPE):
		return exitDone
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		tell(stderr, "interrupted")
		return exitInterrupted
	case errors.As(err, &mistake):
		tell(stderr, "error: %v", err)
		if mistake.hint != "" {
			tell(stderr, "hint: %s", mistake.hint)
		}
		return exitUsage
	}
	tell(stderr, "error: %v", err)
	if isDiskFull(err) {
		tell(stderr, "hint: the disk is full; free some space on it, or name another with --temp for what is in between, with --db for the case, with --output for the answer")
	}
	return exitFailed
}

// isDiskFull knows the error of the system, and the same in the engine's words.
func isDiskFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) {
		return true
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no space left on device") || strings.Contains(text, "not enough space on the disk")
}

// tell prints a line for people. What it names, such as the members of a zip,
// may be an attacker's words: nothing in it reaches the terminal as a command.
func tell(stderr io.Writer, format string, args ...any) {
	line := strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, fmt.Sprintf(format, args...))
	fmt.Fprintf(stderr, "entrail: %s\n", line)
}

// call is a parsed command line.
type call struct {
	paths   []string
	reports []queries.Report
	query   string
	explain string // id of the record to spell out
	unasked bool   // no report, query or record is asked for by name
	dossier bool   // tell the sessions that --session names, one by one
	filter  queries.Filter
	words   []string // the filters, for the page
	zone    *time.Location
	output  string
	folder  bool // output is a folder, one file a report
	format  render.Format
	limit   int
	rawCSV  bool
	bare    bool     // JSON without its metadata
	columns []string // of the one report; nil = all
	db      string
	sheet   queries.CaseSheet // what the analyst knows; zero = no --case
	sheetAt string            // its file; empty = none
	mmdb    []string          // geolocation databases
	places  []string          // the same with their editions, for the page
	force   bool
	quiet   bool
	engine  engine.Options

	dateOrder string // of dates that are 03/12/2025: dmy, mdy or empty
}

// answer does what the command line asks. complete is false when some of the
// input could not be taken.
func answer(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (complete bool, err error) {
	c, done, err := parse(ctx, args, stdin, stdout)
	if err != nil || done {
		return true, err
	}
	databases, err := c.openDatabases()
	if err != nil {
		return false, err
	}
	defer func() {
		for _, d := range databases {
			d.Close()
		}
	}()
	private, err := os.MkdirTemp(c.engine.Temp, "entrail-")
	if err != nil {
		return false, fmt.Errorf("make the private temp folder: %w; choose another with --temp", err)
	}
	defer os.RemoveAll(private)
	c.engine.Temp = private

	path, complete := c.db, true
	if len(c.paths) > 0 {
		if path, complete, err = load(ctx, c, private, stderr); err != nil {
			return false, err
		}
	}
	evidence, err := queries.Open(ctx, path, c.engine, c.filter, c.zone)
	if err != nil {
		return false, err
	}
	defer evidence.Close()
	placed, err := evidence.Place(ctx, databases)
	if err != nil {
		return false, err
	}
	for _, sentence := range placed {
		c.say(stderr, "%s", sentence)
	}
	if err := evidence.Know(ctx, c.sheet); err != nil {
		return false, err
	}
	if err := c.sayWhatIsFound(ctx, evidence, stderr); err != nil {
		return false, err
	}
	return complete, write(ctx, c, evidence, stdout, stderr)
}

// openDatabases opens those of --mmdb, before anything is read: a wrong name
// shows at once. The name of a place's source tells them apart.
func (c *call) openDatabases() ([]*geoip.Database, error) {
	var all []*geoip.Database
	fail := func(err error) ([]*geoip.Database, error) {
		for _, d := range all {
			d.Close()
		}
		return nil, err
	}
	for _, path := range c.mmdb {
		d, err := geoip.Open(path)
		if err != nil {
			return fail(usageError("", "--mmdb: %v", err))
		}
		all = append(all, d)
		if slices.ContainsFunc(all[:len(all)-1], func(other *geoip.Database) bool { return other.Name == d.Name }) {
			return fail(usageError("rename one: a place names its database by the file's name", "--mmdb %s: two databases are called %s", path, d.Name))
		}
		c.places = append(c.places, d.String())
	}
	return all, nil
}

// sayWhatIsFound tells of the users and sessions asked for which there are. The
// ones that are not are named on the page too.
func (c *call) sayWhatIsFound(ctx context.Context, evidence *queries.Case, stderr io.Writer) error {
	absent, none, err := evidence.Absent(ctx)
	if err != nil {
		return err
	}
	c.words = append(c.words, absent...)
	sentences := absent
	onSessions := func(r queries.Report) bool { return r.Group == "sessions" }
	if c.dossier || slices.ContainsFunc(c.reports, onSessions) {
		more, err := evidence.OnSessions(ctx)
		if err != nil {
			return err
		}
		sentences = append(sentences, more...)
	}
	for _, s := range sentences {
		c.say(stderr, "%s", s)
	}
	if none && c.unasked {
		if len(c.filter.Sessions) > 0 {
			return errNoSession
		}
		return errors.New("no record to tell of: the filters let none through; --report signin_users lists the users")
	}
	return nil
}

var errNoSession = errors.New("no session to tell of: the filters let none through; --report sessions lists them")

// parse reads the command line. done means that it asked for nothing more
// than a text, which has been printed.
func parse(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) (c *call, done bool, err error) {
	c = &call{}
	flags := pflag.NewFlagSet("entrail", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	var (
		query       = flags.StringP("query", "q", "", "")
		list        = flags.Bool("list", false, "")
		schema      = flags.Bool("schema", false, "")
		showSQL     = flags.String("show-sql", "", "")
		columns     = flags.StringArray("filter", nil, "")
		since       = flags.String("since", "", "")
		until       = flags.String("until", "", "")
		tz          = flags.String("tz", "UTC", "")
		format      = flags.StringP("format", "f", "", "")
		initCase    = flags.Bool("init-case", false, "")
		showVersion = flags.Bool("version", false, "")
		help        = flags.BoolP("help", "h", false, "")
	)
	var reports, users, sessions, apps, ips listFlag
	flags.VarP(&reports, "report", "r", "")
	flags.Var(&users, "user", "")
	flags.Var(&sessions, "session", "")
	flags.Var(&apps, "app", "")
	flags.Var(&ips, "ip", "")
	flags.IntVar(&c.limit, "limit", 50, "")
	flags.StringVar(&c.explain, "explain", "", "")
	flags.StringVarP(&c.output, "output", "o", "-", "")
	flags.BoolVar(&c.rawCSV, "raw-csv", false, "")
	flags.BoolVar(&c.bare, "no-meta", false, "")
	flags.StringSliceVar(&c.columns, "columns", nil, "")
	flags.StringVar(&c.db, "db", "", "")
	flags.StringVar(&c.sheetAt, "case", "", "")
	flags.StringArrayVar(&c.mmdb, "mmdb", nil, "")
	flags.BoolVar(&c.force, "force", false, "")
	flags.BoolVar(&c.quiet, "quiet", false, "")
	flags.StringVar(&c.dateOrder, "date-order", "", "")
	flags.StringVar(&c.engine.Memory, "memory", "", "")
	flags.IntVar(&c.engine.Threads, "threads", 0, "")
	flags.StringVar(&c.engine.Temp, "temp", "", "")
	if err := flags.Parse(args); err != nil {
		return nil, false, flagError(err, flags)
	}
	c.paths = flags.Args()

	if *help {
		_, err := io.WriteString(stdout, usage)
		return nil, true, err
	}
	if *showVersion {
		_, err := fmt.Fprintln(stdout, "entrail", version())
		return nil, true, err
	}
	if *initCase {
		return nil, true, writeCaseSheet(c, stdout)
	}
	var rule *queries.Result // asked for by name, which needs no evidence
	if len(c.paths) == 0 && c.db == "" {
		rule, _ = queries.ExplainRule(c.explain)
	}
	asksNothing := *list || *schema || *showSQL != "" || rule != nil
	switch {
	case len(c.paths) == 0 && c.db != "" && !asksNothing && isMissing(c.db):
		return nil, false, usageError("give the exports too, and the case is made from them", "--db %s: there is no such case", c.db)
	case len(args) == 0:
		return nil, false, usageError("entrail --help shows how it is used; entrail testdata/contoso tries it on the sample", "no PATH given")
	case len(c.paths) == 0 && c.db == "" && !asksNothing:
		return nil, false, usageError("give the exports, or a case with --db", "no PATH given")
	case flags.Changed("query") && len(reports) > 0:
		return nil, false, usageError("ask one after the other; --db keeps the case meanwhile", "--query and --report exclude each other")
	case c.engine.Memory != "" && !sizeForm.MatchString(c.engine.Memory):
		return nil, false, usageError("write 500MB or 4GB", "--memory %s: not a size", c.engine.Memory)
	case c.engine.Memory != "" && bytesOf(c.engine.Memory) < minMemory:
		return nil, false, usageError("give 100MB or more, or leave it out", "--memory %s: too little to work with", c.engine.Memory)
	case c.engine.Memory != "" && bytesOf(c.engine.Memory) > maxMemory:
		return nil, false, usageError("give what the machine has, such as 4GB, or leave it out", "--memory %s: more than any machine has", c.engine.Memory)
	case c.dateOrder != "" && c.dateOrder != "dmy" && c.dateOrder != "mdy":
		return nil, false, usageError("dmy when 03/12/2025 is in December, mdy when it is in March", "--date-order %s: it is dmy or mdy", c.dateOrder)
	case c.limit < 0:
		return nil, false, usageError("0 shows all rows", "--limit %d: less than nothing", c.limit)
	case c.engine.Threads < 0:
		return nil, false, usageError("leave it out to use every core", "--threads %d: less than nothing", c.engine.Threads)
	case c.engine.Threads > maxThreads:
		return nil, false, usageError("leave it out to use every core", "--threads %d: the most is %d", c.engine.Threads, maxThreads)
	}
	for flag, names := range map[string][]string{"db": {c.db}, "mmdb": c.mmdb} {
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && isStream(info) {
				return nil, false, usageError("give the name of a file", "--%s %s: not a file but a pipe, a socket or a device", flag, name)
			}
		}
	}
	if flags.Changed("case") {
		if err := c.readCaseSheet(ctx); err != nil {
			return nil, false, err
		}
	}
	if c.zone, err = queries.LoadZone(*tz); err != nil {
		return nil, false, &userError{message: err.Error()}
	}
	if c.filter, c.words, err = filterOf(ctx, users, sessions, apps, ips, *columns, *since, *until); err != nil {
		return nil, false, err
	}
	if flags.Changed("explain") {
		c.explain = strings.TrimSpace(c.explain)
		switch {
		case c.explain == "":
			return nil, false, usageError("give the id of a record, or FILE_ID:RECORD", "--explain: there is no id")
		case flags.Changed("query") || len(reports) > 0:
			return nil, false, usageError("ask one after the other; --db keeps the case meanwhile", "--explain stands alone, without --report and --query")
		case len(c.words) > 0:
			return nil, false, usageError("leave the filters out", "--explain shows one record whatever the filters")
		}
		c.reports = []queries.Report{{Name: "explain"}}
	}
	if flags.Changed("query") {
		if c.query, err = queryText(ctx, *query, stdin); err != nil {
			return nil, false, err
		}
		if strings.TrimSpace(c.query) == "" {
			return nil, false, usageError("write one SELECT; entrail --schema lists the tables and their columns", "--query: there is no query")
		}
		c.reports = []queries.Report{{Name: "query"}}
	}
	switch {
	case *list:
		c.reports = []queries.Report{{Name: "list"}}
	case *schema:
		c.reports = []queries.Report{{Name: "schema"}}
	}
	if err := c.chooseOutput(*format, reports, stdout); err != nil {
		return nil, false, err
	}
	if asksNothing {
		return nil, true, describe(c, *schema, *showSQL, rule, stdout)
	}
	return c, false, nil
}

func flagError(err error, flags *pflag.FlagSet) error {
	hint := "entrail --help shows the flags"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := queries.Nearest(unknown.GetSpecifiedName(), names); len(near) > 0 {
			hint = "did you mean --" + strings.Join(near, " or --") + "?"
		}
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return &userError{fmt.Sprintf("--%s %s: not a number", invalid.GetFlag().Name, invalid.GetValue()), hint}
	}
	return &userError{err.Error(), hint}
}

// Bounds of --memory, in bytes, and of --threads. The engine reads a size beyond
// 64 bits as none, and starts every thread, whatever the system has room for.
const (
	minMemory  = 100e6
	maxMemory  = 1e15
	maxThreads = 512
)

// sizeForm is how --memory is written.
var sizeForm = regexp.MustCompile(`(?i)^(\d+(?:\.\d+)?) ?([KMGT])i?B$`)

// bytesOf is a size, a unit of 1,024 as one of 1,000.
func bytesOf(size string) float64 {
	parts := sizeForm.FindStringSubmatch(size)
	n, _ := strconv.ParseFloat(parts[1], 64) // beyond a float: infinite
	return n * map[string]float64{"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[strings.ToUpper(parts[2])]
}

func filterOf(ctx context.Context, users, sessions, apps, ips, columns []string, since, until string) (queries.Filter, []string, error) {
	var f queries.Filter
	var words []string
	for _, list := range []struct {
		name   string
		values []string
		into   *[]string
	}{
		{"user", users, &f.Users},
		{"session", sessions, &f.Sessions},
		{"app", apps, &f.Apps},
		{"ip", ips, &f.IPs},
	} {
		for _, v := range list.values {
			if name, isFile := strings.CutPrefix(v, "@"); isFile {
				lines, err := readLines(ctx, name)
				if err != nil {
					return f, nil, usageError("@FILE names a file with one value a line", "--%s %s: %v", list.name, v, err)
				}
				*list.into = append(*list.into, lines...)
				continue
			}
			*list.into = append(*list.into, v)
		}
		if len(*list.into) > 0 {
			words = append(words, list.name+" "+strings.Join(*list.into, " or "))
		}
	}
	for _, text := range columns {
		column, err := queries.ParseColumn(text)
		if err != nil {
			return f, nil, &userError{err.Error(), "entrail --schema lists the columns"}
		}
		f.Columns = append(f.Columns, column)
		words = append(words, text)
	}
	for _, bound := range []struct {
		name, text string
		into       *queries.Moment
	}{{"since", since, &f.Since}, {"until", until, &f.Until}} {
		if bound.text == "" {
			continue
		}
		m, err := queries.ParseTime(bound.text)
		if err != nil {
			return f, nil, usageError(queries.TimeForms, "--%s: %v", bound.name, err)
		}
		*bound.into = m
		if m.Back == 0 {
			bound.text = m.Time.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		words = append(words, bound.name+" "+bound.text)
	}
	if err := f.Check(); err != nil {
		return f, nil, &userError{message: err.Error()}
	}
	return f, words, nil
}

// chooseOutput settles where to write, in which format, and which reports.
func (c *call) chooseOutput(format string, names []string, stdout io.Writer) error {
	info, err := os.Stat(c.output)
	c.folder = err == nil && info.IsDir() || strings.HasSuffix(c.output, "/") || strings.HasSuffix(c.output, string(os.PathSeparator))
	var known bool
	switch {
	case format != "":
		if c.format, known = render.Lookup(format); !known {
			var all []string
			for _, f := range render.Formats {
				all = append(all, f.Name)
			}
			return usageError("one of "+strings.Join(all, ", "), "--format %s: there is no such format", format)
		}
	case c.folder:
		c.format, _ = render.Lookup("csv")
	case c.output == "-":
		c.format, _ = render.Lookup("text")
	default:
		if c.format, known = render.FormatFor(c.output); !known {
			return usageError("end the name in .html, .xlsx, .csv, .json, .jsonl, .md or .txt, or say --format", "--output %s: the ending tells no format", c.output)
		}
	}
	if c.format.Name == "xlsx" && c.output == "-" && isTerminal(stdout) {
		return usageError("say -o FILE.xlsx", "an XLSX file is nothing for a terminal")
	}
	c.unasked = len(names) == 0 && len(c.reports) == 0
	// A page of sessions, and of no report in particular, is their story.
	c.dossier = len(c.filter.Sessions) > 0 && c.unasked && c.format.Name == "html" && !c.folder
	if c.dossier {
		c.reports = []queries.Report{{Name: "dossier"}}
	}
	if len(names) == 0 {
		names = []string{"all"}
		switch {
		case c.format.Indicators:
			names = []string{"indicators"}
		case c.output == "-":
			names = []string{"summary"}
		}
	}
	if len(c.reports) == 0 {
		if c.reports, err = queries.Select(names); err != nil {
			return &userError{message: err.Error()}
		}
	}
	of := strings.ToUpper(c.format.Name)
	switch {
	case c.explain != "" && (c.folder || c.format.OneReport):
		return usageError("say -o FILE.html, or -f json", "--explain writes several tables on one page, which is neither a folder nor a %s file", of)
	case c.format.OneReport && len(c.reports) > 1 && !c.folder:
		return usageError("choose one with --report, or give a folder: -o reports/", "a %s file holds one report, %d are asked for", of, len(c.reports))
	case len(c.columns) > 0 && (len(c.reports) > 1 || c.explain != "" || c.dossier):
		return usageError("choose one with --report", "--columns is for one report, or a query")
	case c.format.Indicators && c.reports[0].Name != "indicators":
		return usageError("leave --report out", "a %s file holds the report indicators and nothing else", of)
	case c.bare && c.format.Name != "json":
		return usageError("say -f json", "--no-meta is for JSON, not for %s", c.format.Name)
	}
	return c.protect()
}

// fileOf is where a report goes when --output is a folder.
func (c *call) fileOf(r queries.Report) string {
	return filepath.Join(c.output, r.Name+c.format.Endings[0])
}

// protect refuses, before anything is read, to write over what is there:
// other files only with --force, evidence and the case never.
func (c *call) protect() error {
	files := []string{c.output}
	switch {
	case c.folder:
		files = nil
		for _, r := range c.reports {
			files = append(files, c.fileOf(r))
		}
	case c.output == "-":
		files = nil
	case isMissing(filepath.Dir(c.output)):
		return usageError("make the folder first", "--output %s: there is no folder %s", c.output, filepath.Dir(c.output))
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if !c.force {
			return usageError("--force writes over it", "--output %s: the file is already there", name)
		}
		if sheet, err := os.Stat(c.sheetAt); err == nil && os.SameFile(info, sheet) {
			return usageError("choose another name", "--output %s is the case sheet itself", name)
		}
		if db, err := os.Stat(c.db); err == nil && os.SameFile(info, db) {
			return usageError("choose another name", "--output %s is the case itself", name)
		}
		for _, p := range c.paths {
			if holds(p, info) {
				return usageError("evidence is never written to; choose another name", "--output %s is an input of this run", name)
			}
		}
	}
	if db, err := os.Stat(c.db); err == nil {
		for _, p := range c.paths {
			if given, err := os.Stat(p); err == nil && os.SameFile(given, db) {
				return usageError("evidence is never written to; choose another name", "--db %s is an input of this run", c.db)
			}
		}
	}
	return nil
}

// holds tells whether the file is the path, or below it.
func holds(path string, file os.FileInfo) bool {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	found := false
	filepath.WalkDir(root, func(name string, _ os.DirEntry, _ error) error {
		if info, err := os.Stat(name); err == nil && os.SameFile(info, file) {
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// describe prints what needs no evidence: the reports, the tables, a query.
func describe(c *call, schema bool, name string, rule *queries.Result, stdout io.Writer) error {
	if name != "" {
		text, err := queries.ShowSQL(name)
		if err != nil {
			return &userError{message: err.Error()}
		}
		_, err = io.WriteString(stdout, text)
		return err
	}
	result := queries.List()
	switch {
	case rule != nil:
		result = rule
	case schema:
		result = queries.Schema()
	}
	if err := c.choose(result); err != nil {
		return err
	}
	d := c.document(stdout)
	d.Limit = 0
	d.Results = func(yield func(*queries.Result, error) bool) { yield(result, nil) }
	output := c.output
	if c.folder {
		if err := os.MkdirAll(c.output, 0o777); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		output = c.fileOf(c.reports[0])
	}
	return toOutput(c, output, stdout, func(w io.Writer) error { return c.format.Write(w, d) })
}

// load reads the evidence into a case: a temporary one, or --db.
func load(ctx context.Context, c *call, private string, stderr io.Writer) (path string, complete bool, err error) {
	target := filepath.Join(private, "case.duckdb")
	var kept *ingest.Keeping
	var exclude []string
	if c.db != "" {
		kept, err = ingest.Keep(ctx, c.db)
		switch {
		case errors.Is(err, ingest.ErrNoCase):
			return "", false, usageError("give another name, or an existing case to add to", "--db %s: %v", c.db, err)
		case err != nil:
			return "", false, fmt.Errorf("--db %s: %w", c.db, err)
		}
		defer kept.Close()
		target, exclude = kept.Partial, kept.Files()
	}
	clean := filepath.Join(private, "load")
	if err := os.Mkdir(clean, 0o700); err != nil {
		return "", false, err
	}
	defer os.RemoveAll(clean)
	bar := newProgress(c.quiet, stderr)
	options := ingest.Options{
		Engine:      c.engine,
		DateOrder:   c.dateOrder,
		Version:     version(),
		CommandLine: strings.ToValidUTF8(strings.Join(os.Args[1:], " "), "\ufffd"),
		Now:         now(),
		Progress:    bar.update,
		Exclude:     exclude,
		Warn: func(sentence string) {
			if !c.quiet {
				bar.clear()
				tell(stderr, "%s", sentence)
			}
		},
	}
	options.Engine.Temp = clean
	summary, err := ingest.Load(ctx, target, c.paths, options)
	bar.clear()
	if err != nil {
		return "", false, err
	}
	if kept == nil {
		return target, summary.Complete(), nil
	}
	if err := queries.AddViews(ctx, target, options.Engine); err != nil {
		return "", false, err
	}
	return c.db, summary.Complete(), kept.Commit()
}

// readCaseSheet reads the sheet of --case.
func (c *call) readCaseSheet(ctx context.Context) error {
	const hint = "entrail --init-case writes one with comments"
	if c.sheetAt == "" {
		return usageError(hint, "--case: it names no file")
	}
	text, err := readText(ctx, c.sheetAt, queries.MaxCaseSheet)
	if err != nil {
		return usageError(hint, "--case %s: %v", c.sheetAt, err)
	}
	if c.sheet, err = queries.ReadCaseSheet(text); err != nil {
		return usageError(hint, "--case %s: %v", c.sheetAt, err)
	}
	return nil
}

// writeCaseSheet writes an empty case sheet to --output.
func writeCaseSheet(c *call, stdout io.Writer) error {
	if len(c.paths) > 0 {
		return usageError("say -o FILE.toml, and write nothing else", "--init-case reads no evidence")
	}
	if _, err := os.Stat(c.output); c.output != "-" && err == nil && !c.force {
		return usageError("--force writes over it", "--output %s: the file is already there", c.output)
	}
	return toOutput(c, c.output, stdout, func(w io.Writer) error {
		_, err := io.WriteString(w, queries.CaseSheetForm)
		return err
	})
}

// asked is the question as it was put, without its filters.
func (c *call) asked() string {
	switch {
	case c.query != "":
		return "--query " + c.query
	case c.explain != "":
		return "--explain " + c.explain
	}
	var names []string
	for _, r := range c.reports {
		names = append(names, r.Name)
	}
	return "--report " + strings.Join(names, ",")
}

// document is everything on the page but the results.
func (c *call) document(stdout io.Writer) render.Document {
	d := render.Document{
		Title:     "Microsoft 365 and Entra ID logs",
		Version:   version(),
		Generated: now(),
		Zone:      c.zone.String(),
		Filters:   c.words,
		Places:    c.places,
		Case: render.CaseHead{
			Title: c.sheet.Title, Reference: c.sheet.Reference, Client: c.sheet.Client,
			Examiner: c.sheet.Examiner, Classification: c.sheet.Classification,
		},
		Asked:   c.asked(),
		Several: len(c.reports) > 1 || c.explain != "",
		RawCSV:  c.rawCSV,
		Bare:    c.bare,
	}
	if c.explain != "" {
		d.Title = "Record " + c.explain
	}
	if len(c.reports) == 1 && c.reports[0].Layout == queries.Sessions {
		d.Title = "Audit events"
		if len(c.filter.Users) > 0 {
			d.Title += " for " + strings.Join(c.filter.Users, ", ")
		}
	}
	if c.output == "-" && c.format.Name == "text" && isTerminal(stdout) {
		d.Limit = c.limit
		d.Width, _, _ = term.GetSize(int(stdout.(*os.File).Fd()))
		d.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return d
}

// write asks the questions and renders the answers.
func write(ctx context.Context, c *call, evidence *queries.Case, stdout, stderr io.Writer) error {
	d := c.document(stdout)
	d.TempDir = c.engine.Temp
	sources, err := sourcesOf(ctx, evidence)
	if err != nil {
		return err
	}
	d.Sources = sources
	if c.explain != "" {
		results, err := evidence.Explain(ctx, c.explain)
		if err != nil {
			return err
		}
		d.Limit = 0
		d.Results = eachOf(results)
		return toOutput(c, c.output, stdout, func(w io.Writer) error { return c.format.Write(w, d) })
	}
	if c.dossier {
		if d.Results, err = dossiers(ctx, evidence, &d); err != nil {
			return err
		}
		return toOutput(c, c.output, stdout, func(w io.Writer) error { return c.format.Write(w, d) })
	}
	// A query is checked before the first byte goes out, and so are columns.
	var answered *queries.Result
	switch {
	case c.query != "":
		if answered, err = evidence.Query(ctx, c.query); err != nil {
			return queryError(ctx, err)
		}
	case len(c.columns) > 0:
		if answered, err = evidence.RunFirst(ctx, c.reports[0], c.format.Rows(d, c.reports[0])); err != nil {
			return err
		}
	}
	if err := c.choose(answered); err != nil {
		return err
	}
	ask := func(reports []queries.Report) iter.Seq2[*queries.Result, error] {
		return func(yield func(*queries.Result, error) bool) {
			for _, r := range reports {
				result, err := answered, error(nil)
				if result == nil {
					result, err = evidence.RunFirst(ctx, r, c.format.Rows(d, r))
				}
				if !yield(result, err) || err != nil {
					return
				}
				if c.format.OneReport || c.bare {
					for _, note := range result.Notes {
						c.say(stderr, "%s: %s", r.Name, note)
					}
				}
			}
		}
	}
	bySession := func(r queries.Report) bool { return r.Layout == queries.Sessions }
	if c.format.Name == "html" && slices.ContainsFunc(c.reports, bySession) {
		d.Headings = func(sessions []string) (map[string]queries.SessionHeading, error) {
			return evidence.SessionHeadings(ctx, sessions)
		}
	}
	if !c.folder {
		d.Results = ask(c.reports)
		return toOutput(c, c.output, stdout, func(w io.Writer) error { return c.format.Write(w, d) })
	}
	if err := os.MkdirAll(c.output, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	d.Several = false
	for _, r := range c.reports {
		name := c.fileOf(r)
		d.Results = ask([]queries.Report{r})
		if err := toOutput(c, name, stdout, func(w io.Writer) error { return c.format.Write(w, d) }); err != nil {
			return err
		}
	}
	c.say(stderr, "%d files written to %s", len(c.reports), c.output)
	return nil
}

// choose leaves of the result the columns asked for, if any are.
func (c *call) choose(r *queries.Result) error {
	if len(c.columns) == 0 {
		return nil
	}
	if err := r.Choose(c.columns); err != nil {
		return &userError{message: "--columns: " + err.Error()}
	}
	return nil
}

// maxDossiers is how many sessions one page tells: a person has to read it.
const maxDossiers = 50

// dossiers tells the sessions that the filters let through, each in turn.
func dossiers(ctx context.Context, evidence *queries.Case, d *render.Document) (iter.Seq2[*queries.Result, error], error) {
	sessions, err := evidence.SessionsShown(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(sessions) == 0:
		return nil, errNoSession
	case len(sessions) > maxDossiers:
		return nil, fmt.Errorf("%d sessions on one page are too many: name %d at most, or list them with --report sessions", len(sessions), maxDossiers)
	case len(sessions) == 1:
		d.Title = "Session " + sessions[0]
	default:
		d.Title = fmt.Sprintf("%d sessions", len(sessions))
	}
	return func(yield func(*queries.Result, error) bool) {
		for _, session := range sessions {
			results, err := evidence.Dossier(ctx, session)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range results {
				if !yield(r, nil) {
					return
				}
			}
		}
	}, nil
}

// eachOf yields results that are all there.
func eachOf(results []*queries.Result) iter.Seq2[*queries.Result, error] {
	return func(yield func(*queries.Result, error) bool) {
		for _, r := range results {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// queryError is a mistake in the query, unless it was stopped from outside.
func queryError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &userError{"--" + err.Error(), "entrail --schema lists the tables and their columns"}
}

func (c *call) say(stderr io.Writer, format string, args ...any) {
	if !c.quiet {
		tell(stderr, format, args...)
	}
}

// sourcesOf lists the evidence for the page.
func sourcesOf(ctx context.Context, evidence *queries.Case) ([]render.Source, error) {
	result, err := evidence.Query(ctx, `
		select path, coalesce(format, ''), coalesce(sha256, ''), coalesce(size_bytes, 0), coalesce(records, 0)
		from evidence.files
		order by file_id`)
	if err != nil {
		return nil, err
	}
	var all []render.Source
	for row, err := range result.Rows {
		if err != nil {
			return nil, err
		}
		all = append(all, render.Source{
			Path: row[0].(string), Format: row[1].(string), SHA256: row[2].(string), Size: row[3].(int64), Records: row[4].(int64),
		})
	}
	return all, nil
}

// toOutput writes to standard output, to a device or pipe as it stands, or to
// a file that appears only when it is whole.
func toOutput(c *call, path string, stdout io.Writer, fill func(io.Writer) error) error {
	if path == "-" {
		return buffered(stdout, fill)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		defer f.Close()
		if err := buffered(f, fill); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return f.Close()
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	if err := buffered(f, fill); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// buffered collects the many small writes of fill; the first error counts.
func buffered(to io.Writer, fill func(io.Writer) error) error {
	w := bufio.NewWriterSize(to, 1<<20)
	err := fill(w)
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}

// progress is the bar on a terminal's stderr; elsewhere it is nothing.
type progress struct {
	bar  *progressbar.ProgressBar
	w    io.Writer
	show bool
}

func newProgress(quiet bool, stderr io.Writer) *progress {
	return &progress{w: stderr, show: !quiet && isTerminal(stderr) && os.Getenv("TERM") != "dumb"}
}

func (p *progress) update(done, total int64) {
	if !p.show {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription("reading"),
			progressbar.OptionShowBytes(true),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(true),
		)
		p.bar.RenderBlank() // the clock starts; there is no rate yet
		return
	}
	p.bar.Set64(min(done, total))
}

func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// now is the clock, or SOURCE_DATE_EPOCH for a report that can be made again
// byte for byte: https://reproducible-builds.org/specs/source-date-epoch/
func now() time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Now().UTC()
}

// Version is set when a release is linked.
var Version string

func version() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// Bounds of what @FILE and standard input give.
const (
	maxQueryFile = 1 << 20 // bytes of a query
	maxListFile  = 8 << 20 // bytes of a list of values
	maxListed    = 10_000  // values of a list
)

// readText reads a file of at most most bytes. It gives up when ctx ends: a pipe
// may have nobody at its other end, and a device no end.
func readText(ctx context.Context, name string, most int) (string, error) {
	return readAll(ctx, most, func() (io.ReadCloser, error) { return os.Open(name) })
}

// readAll reads at most most bytes of what open opens, until ctx ends; what is still
// waiting then is left alone with it.
func readAll(ctx context.Context, most int, open func() (io.ReadCloser, error)) (string, error) {
	type answer struct {
		text []byte
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		from, err := open()
		if err != nil {
			done <- answer{err: err}
			return
		}
		defer from.Close()
		text, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
		done <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-done:
		if a.err == nil && len(a.text) > most {
			return "", fmt.Errorf("it has more than %d bytes", most)
		}
		return string(a.text), a.err
	}
}

// isStream tells of a pipe, a socket or a device: to open it may wait for ever.
func isStream(info os.FileInfo) bool {
	return info.Mode()&(os.ModeNamedPipe|os.ModeSocket|os.ModeDevice) != 0
}

// readLines reads a file with one value a line.
func readLines(ctx context.Context, name string) ([]string, error) {
	text, err := readText(ctx, name, maxListFile)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case len(lines) == 0:
		return nil, errors.New("the file holds no value")
	case len(lines) > maxListed:
		return nil, fmt.Errorf("the file holds %d values, the most is %d", len(lines), maxListed)
	}
	return lines, nil
}

// queryText is the SQL of --query: itself, that of a file, or standard input.
func queryText(ctx context.Context, query string, stdin io.Reader) (string, error) {
	if query == "-" {
		text, err := readAll(ctx, maxQueryFile, func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil })
		if err != nil {
			return "", usageError("give one SELECT on standard input", "--query -: %v", err)
		}
		return text, nil
	}
	if name, isFile := strings.CutPrefix(query, "@"); isFile {
		text, err := readText(ctx, name, maxQueryFile)
		if err != nil {
			return "", usageError("@FILE names a file with one SELECT", "--query: %v", err)
		}
		return text, nil
	}
	return query, nil
}

// listFlag is a flag that may be repeated and takes a list with commas. A value with
// a comma stands in double quotes, as in a CSV file; where the quotes are not those of
// a CSV file they are part of the value.
type listFlag []string

func (l *listFlag) Set(text string) error {
	if text == "" {
		return nil
	}
	values, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		values = strings.Split(text, ",")
	}
	*l = append(*l, values...)
	return nil
}

func (l *listFlag) String() string { return strings.Join(*l, ",") }
func (l *listFlag) Type() string   { return "list" }
