package given

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/queries"
	"entrail/render"
	"entrail/render/output"

	"github.com/spf13/pflag"
)

// Usage is what --help prints.
//
//go:embed usage.txt
var Usage string

// Call is a parsed command line.
type Call struct {
	Paths   []string
	Reports []queries.Report
	Query   string
	Explain string           // id of the record to spell out
	Unasked bool             // no report, query or record is asked for by name
	Others  []queries.Report // what the format leaves out where no report is asked for
	Dossier bool             // tell the one thing that a filter names
	Filter  queries.Filter
	Words   []string // the filters, for the page
	Remarks []string // what they did beyond that, for the page
	ByName  []string // the reports asked for by name, not by group or as all
	Zone    *time.Location
	Output  string
	Folder  bool // output is a folder, one file a report
	Parquet bool // the whole case as Parquet, into the folder that output is
	Format  render.Format
	Limit   int  // rows of a table on a terminal,
	Limited bool // and in whatever is written
	RawCSV  bool
	Bare    bool     // JSON without its metadata
	Annex   string   // whether annexes are printed: all, none; empty = those of a dossier
	Columns []string // of the one report; nil = all
	DB      string
	Sheet   queries.CaseSheet // what the analyst knows; zero = no --case
	SheetAt string            // its file; empty = none
	MMDB    []string          // geolocation databases
	Rules   []string          // files and folders of rules of one's own
	Inputs  []render.Input    // the files among these that have been read, by their contents
	Places  []string          // the same with their editions, for the page
	Force   bool
	Quiet   bool
	Compare string   // an earlier case that this one is compared with; empty = none
	KeyFile string   // of pseudonyms; empty = none
	Verify  string   // an output that is compared with what the evidence gives; empty = none
	Options []string // the flags that decide what an answer says, as --name=value, with what @FILE gave
	Engine  engine.Options

	Pseudonymise string // the copy of the case to make, with pseudonyms; empty = none
	Restore      string // a text about a copy, to be led back from its pseudonyms; empty = none

	DateOrder string // of dates that are 03/12/2025: dmy, mdy or empty

	// What needs no evidence; at most one is asked for.
	Help, Version, Licenses bool
	InitCase                bool
	Man                     bool            // the manual page
	Completion              string          // the script of a shell that completes the command line
	List, Schema            bool            // the reports; the tables
	Formats                 bool            // with List: the exports that are read, and not the reports
	ShowSQL                 string          // name of a report, a view, a macro or a finding
	Rule                    *queries.Result // what is to be said of a finding asked for by name
}

// AsksNothing tells that no evidence is needed.
func (c *Call) AsksNothing() bool {
	return c.Help || c.Version || c.Licenses || c.InitCase || c.Man || c.Completion != "" || c.List || c.Schema || c.ShowSQL != "" || c.Rule != nil
}

// Parse reads the command line. An error of it is a *Mistake, but where a file that it
// names can't be read.
func Parse(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) (*Call, error) {
	return parse(ctx, args, stdin, stdout, false)
}

// plainOptions are the flags that decide what an answer says and are taken as they stand.
var plainOptions = []string{"report", "explain", "since", "until", "tz", "limit", "annex", "raw-csv", "date-order"}

// parse is Parse. Of a command line that is put together again no value names a file.
func parse(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer, again bool) (*Call, error) {
	c := &Call{}
	flags := pflag.NewFlagSet("entrail", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	var (
		query   = flags.StringP("query", "q", "", "")
		columns = flags.StringArray("filter", nil, "")
		since   = flags.String("since", "", "")
		until   = flags.String("until", "", "")
		tz      = flags.String("tz", "UTC", "")
		format  = flags.StringP("format", "f", "", "")
	)
	var reports List
	flags.VarP(&reports, "report", "r", "")
	lists := map[string]*List{}
	for _, name := range listFilters {
		lists[name] = &List{}
		flags.Var(lists[name], name, "")
	}
	flags.BoolVarP(&c.Help, "help", "h", false, "")
	flags.BoolVar(&c.Version, "version", false, "")
	flags.BoolVar(&c.Licenses, "licenses", false, "")
	flags.BoolVar(&c.InitCase, "init-case", false, "")
	flags.BoolVar(&c.Man, "man", false, "")
	flags.StringVar(&c.Completion, "completion", "", "")
	flags.BoolVar(&c.List, "list", false, "")
	flags.BoolVar(&c.Schema, "schema", false, "")
	flags.StringVar(&c.ShowSQL, "show-sql", "", "")
	flags.IntVar(&c.Limit, "limit", 50, "")
	flags.StringVar(&c.Explain, "explain", "", "")
	flags.StringVarP(&c.Output, "output", "o", "-", "")
	flags.StringVar(&c.Annex, "annex", "", "")
	flags.BoolVar(&c.RawCSV, "raw-csv", false, "")
	flags.BoolVar(&c.Bare, "no-meta", false, "")
	flags.StringSliceVar(&c.Columns, "columns", nil, "")
	flags.StringVar(&c.DB, "db", "", "")
	flags.StringVar(&c.SheetAt, "case", "", "")
	flags.StringArrayVar(&c.MMDB, "mmdb", nil, "")
	flags.StringArrayVar(&c.Rules, "rules", nil, "")
	flags.BoolVar(&c.Force, "force", false, "")
	flags.StringVar(&c.Verify, "verify", "", "")
	flags.StringVar(&c.Compare, "compare", "", "")
	flags.StringVar(&c.Pseudonymise, "pseudonymise", "", "")
	flags.StringVar(&c.KeyFile, "key-file", "", "")
	flags.StringVar(&c.Restore, "restore", "", "")
	flags.BoolVar(&c.Quiet, "quiet", false, "")
	flags.StringVar(&c.DateOrder, "date-order", "", "")
	flags.StringVar(&c.Engine.Memory, "memory", "", "")
	flags.IntVar(&c.Engine.Threads, "threads", 0, "")
	flags.StringVar(&c.Engine.Temp, "temp", "", "")
	if err := flags.Parse(args); err != nil {
		return nil, flagError(err, flags)
	}
	c.Paths, c.Limited = flags.Args(), flags.Changed("limit") && c.Limit > 0

	if c.Help || c.Version || c.Licenses || c.Man {
		return c, nil
	}
	if c.List && slices.Equal(c.Paths, []string{"formats"}) {
		c.Formats, c.Paths = true, nil
	}
	if c.InitCase {
		return c, c.checkInitCase()
	}
	if flags.Changed("completion") {
		switch {
		case slices.Contains(Shells, c.Completion):
			return c, nil
		case c.Completion != "users" || c.DB == "" || len(c.Paths) > 0:
			return nil, Wrong("one of "+strings.Join(Shells, ", ")+", or users with --db FILE alone", "--completion %s: nothing is completed by that", c.Completion)
		}
		c.Completion, c.RawCSV = "", true
		*format = "csv"
		if err := flags.Set("query", usersQuery); err != nil {
			return nil, err
		}
	}
	if len(c.Paths) == 0 && c.DB == "" {
		c.Rule, _ = queries.ExplainRule(c.Explain)
	}
	switch {
	case len(c.Paths) == 0 && c.DB != "" && !c.AsksNothing() && output.IsMissing(c.DB):
		return nil, Wrong("give the exports too, and the case is made from them", "--db %s: there is no such case", c.DB)
	case len(args) == 0:
		return nil, Wrong("entrail --help shows how it is used; entrail testdata/contoso tries it on the sample", "no PATH given")
	case len(c.Paths) == 0 && c.DB == "" && !c.AsksNothing():
		return nil, Wrong("give the exports, or a case with --db", "no PATH given")
	case flags.Changed("query") && len(reports) > 0:
		return nil, Wrong("ask one after the other; --db keeps the case meanwhile", "--query and --report exclude each other")
	case c.Engine.Memory != "" && !sizeForm.MatchString(c.Engine.Memory):
		return nil, Wrong("write 500MB or 4GB", "--memory %s: not a size", c.Engine.Memory)
	case c.Engine.Memory != "" && bytesOf(c.Engine.Memory) < minMemory:
		return nil, Wrong("give 100MB or more, or leave it out", "--memory %s: too little to work with", c.Engine.Memory)
	case c.Engine.Memory != "" && bytesOf(c.Engine.Memory) > maxMemory:
		return nil, Wrong("give what the machine has, such as 4GB, or leave it out", "--memory %s: more than any machine has", c.Engine.Memory)
	case c.DateOrder != "" && c.DateOrder != "dmy" && c.DateOrder != "mdy":
		return nil, Wrong("dmy when 03/12/2025 is in December, mdy when it is in March", "--date-order %s: it is dmy or mdy", c.DateOrder)
	case flags.Changed("annex") && c.Annex != "none" && c.Annex != "all":
		return nil, Wrong("none leaves the annexes off the paper, all prints them", "--annex %s: it is none or all", c.Annex)
	case c.Limit < 0:
		return nil, Wrong("0 shows all rows", "--limit %d: less than nothing", c.Limit)
	case c.Engine.Threads < 0:
		return nil, Wrong("leave it out to use every core", "--threads %d: less than nothing", c.Engine.Threads)
	case c.Engine.Threads > maxThreads:
		return nil, Wrong("leave it out to use every core", "--threads %d: the most is %d", c.Engine.Threads, maxThreads)
	}
	if flags.Changed("verify") {
		if err := c.checkVerify(flags); err != nil {
			return nil, err
		}
	}
	if err := c.checkPseudonyms(flags); err != nil {
		return nil, err
	}
	for flag, names := range map[string][]string{"db": {c.DB}, "mmdb": c.MMDB, "compare": {c.Compare}} {
		for _, name := range names {
			if output.IsDeviceName(name) {
				return nil, Wrong(otherName, "--%s %s: Windows keeps this name for a device or a stream", flag, name)
			}
			if info, err := os.Stat(name); err == nil && IsStream(info) {
				return nil, Wrong("give the name of a file", "--%s %s: not a file but a pipe, a socket or a device", flag, name)
			}
		}
	}
	if flags.Changed("case") {
		if err := c.readCaseSheet(ctx); err != nil {
			return nil, err
		}
	}
	if err := nameFindings(&reports, lists["finding"]); err != nil {
		return nil, err
	}
	var err error
	if c.Zone, err = queries.LoadZone(*tz); err != nil {
		return nil, &Mistake{Message: err.Error()}
	}
	read := func(values []string) ([]string, error) { return Values(ctx, values) }
	if again {
		read = func(values []string) ([]string, error) { return values, nil }
	}
	if c.Filter, c.Words, c.Options, err = filterOf(lists, *columns, *since, *until, read); err != nil {
		return nil, err
	}
	flags.Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "columns":
			c.Options = append(c.Options, "--columns="+quoted(c.Columns...))
		case slices.Contains(plainOptions, f.Name):
			c.Options = append(c.Options, "--"+f.Name+"="+f.Value.String())
		}
	})
	if flags.Changed("explain") {
		c.Explain = strings.TrimSpace(c.Explain)
		switch {
		case c.Explain == "":
			return nil, Wrong("give the id of a record, or FILE_ID:RECORD", "--explain: there is no id")
		case flags.Changed("query") || len(reports) > 0:
			return nil, Wrong("ask one after the other; --db keeps the case meanwhile", "--explain stands alone, without --report and --query")
		case len(c.Words) > 0:
			return nil, Wrong("leave the filters out", "--explain shows one record whatever the filters")
		}
		c.Reports = []queries.Report{{Name: "explain"}}
	}
	if flags.Changed("compare") {
		if err := c.checkCompare(reports, flags.Changed("query") || flags.Changed("explain")); err != nil {
			return nil, err
		}
	}
	if i := slices.IndexFunc(reports, isComparison); i >= 0 && c.Compare == "" {
		return nil, Wrong("say --compare FILE, the case database of an earlier export", "--report %s: there is nothing to compare with", reports[i])
	}
	if flags.Changed("query") {
		if c.Query = *query; !again {
			if c.Query, err = Question(ctx, *query, stdin); err != nil {
				return nil, Wrong("@FILE names a file with one SELECT, - is standard input", "--query: %v", err)
			}
		}
		c.Options = append(c.Options, "--query="+c.Query)
		if strings.TrimSpace(c.Query) == "" {
			return nil, Wrong("write one SELECT; entrail --schema lists the tables and their columns", "--query: there is no query")
		}
		c.Reports = []queries.Report{{Name: "query"}}
	}
	switch {
	case c.List:
		c.Reports = []queries.Report{{Name: "list"}}
	case c.Schema:
		c.Reports = []queries.Report{{Name: "schema"}}
	}
	switch {
	case c.Pseudonymise != "":
		return c, nil
	case c.Restore != "":
		c.Bare = true // it is no answer
		return c, c.protect()
	}
	if *format == formatParquet {
		return c, c.chooseParquet(flags)
	}
	return c, c.chooseOutput(*format, reports, stdout)
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
		if errors.Is(err, errNoValue) {
			return &Mistake{fmt.Sprintf("--%s %v", invalid.GetFlag().Name, errNoValue), "leave it out to show all"}
		}
		return &Mistake{fmt.Sprintf("--%s %s: not a number", invalid.GetFlag().Name, invalid.GetValue()), hint}
	}
	return &Mistake{err.Error(), hint}
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
