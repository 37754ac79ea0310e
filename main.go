// Entrail reads the trail that Entra ID and Microsoft 365 leave, from files
// alone: exports in, answers out. See README.md.
//
// The rules of this user interface: stdout carries only the answer; all else
// goes to stderr, in lower case, behind the program's name, and says what to
// do next. Nothing is written over without --force, and a run that fails
// leaves no output behind. run decides the exit code, and nothing else does.
package main

import (
	"context"
	_ "embed" // the licences
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // --tz works on machines without a zone database

	"entrail/ingest"
	"entrail/ingest/parquet"
	"entrail/queries"
	"entrail/queries/geoip"
	"entrail/queries/given"
	"entrail/queries/given/completion"
	"entrail/queries/rules"
	"entrail/render"
	"entrail/render/console"
	"entrail/render/output"
	"entrail/render/verify"

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

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	complete, err := answer(ctx, args, stdin, stdout, stderr)
	var mistake *given.Mistake
	switch {
	case err == nil && complete:
		return exitDone
	case err == nil:
		return exitIncomplete
	case output.IsReaderGone(err):
		return exitDone
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		console.Tell(stderr, "interrupted")
		return exitInterrupted
	case errors.As(err, &mistake):
		console.Tell(stderr, "error: %v", err)
		if mistake.Hint != "" {
			console.Tell(stderr, "hint: %s", mistake.Hint)
		}
		return exitUsage
	}
	console.Tell(stderr, "error: %v", err)
	switch {
	case output.IsDiskFull(err):
		console.Tell(stderr, "hint: the disk is full; free some space on it, or name another with --temp for what is in between, with --db for the case, with --output for the answer")
	case ingest.IsInUse(err):
		console.Tell(stderr, "hint: another program has the file open; close it there, then run this again")
	}
	return exitFailed
}

// call is what is done about a command line.
type call struct {
	*given.Call

	clock   time.Time // of the answer
	version string    // that it names

	comparison *queries.Comparison // of --compare; nil = none

	// Of an answer that is made again, what the one before says of itself, and
	// why the two can't be the same.
	before  *verify.Provenance
	reasons []string
}

// minFiles is how many files must be open at once: the engine ends the process where it
// gets no more. A load needs a score, and one for each archive in an archive.
const minFiles = 64

// answer does what the command line asks. complete is false when some of the
// input could not be taken.
func answer(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (complete bool, err error) {
	asked, err := given.Parse(ctx, args, stdin, stdout)
	if err != nil {
		return true, err
	}
	c := &call{Call: asked, clock: now(), version: version()}
	switch {
	case c.AsksNothing():
		return c.describe(ctx, stdout, stderr)
	case c.Verify != "":
		return true, c.verify(ctx, stdout, stderr)
	}
	return c.answer(ctx, stdout, stderr)
}

// answer does what is asked of the evidence.
func (c *call) answer(ctx context.Context, stdout, stderr io.Writer) (complete bool, err error) {
	if err := c.LeaveOut(ctx); err != nil {
		return false, err
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
	if n := ingest.Openable(); n > 0 && n < minFiles {
		return false, fmt.Errorf("the system lets a program have %d files open at once, too few to work with; ulimit -n 256 raises it", n)
	}
	ownRules, err := given.Rules(ctx, c.Rules)
	if err != nil {
		return false, err
	}
	for _, f := range ownRules {
		c.Inputs = append(c.Inputs, render.Input{Flag: "--rules", Path: f.Path, SHA256: f.SHA256})
	}
	if c.Compare != "" {
		sum, err := given.Sum(c.Compare)
		if err != nil {
			return false, fmt.Errorf("--compare %s: %w", c.Compare, err)
		}
		c.Inputs = append(c.Inputs, render.Input{Flag: "--compare", Path: c.Compare, SHA256: sum})
	}
	if err := c.checkInputs(); err != nil {
		return false, err
	}
	private, err := os.MkdirTemp(c.Engine.Temp, "entrail-")
	if err != nil {
		return false, fmt.Errorf("make the private temp folder: %w; choose another with --temp", err)
	}
	defer removeFolder(private)
	c.Engine.Temp = private

	path, complete := c.DB, true
	if len(c.Paths) > 0 {
		if path, complete, err = load(ctx, c, private, stderr); err != nil {
			return false, err
		}
	}
	if c.Parquet {
		return complete, c.writeParquet(ctx, path, stderr)
	}
	evidence, err := queries.Open(ctx, path, c.Engine, c.Filter, c.Zone)
	if err != nil {
		return false, err
	}
	defer evidence.Close()
	if part := evidence.Part(); part != "" {
		c.Remarks = append(c.Remarks, part)
		c.say(stderr, "%s", part)
	}
	placed, err := evidence.Geolocate(ctx, databases)
	if err != nil {
		return false, err
	}
	for _, sentence := range placed {
		c.say(stderr, "%s", sentence)
	}
	if err := evidence.Know(ctx, c.Sheet); err != nil {
		return false, err
	}
	refused, idle, err := evidence.AddRules(ctx, ownRules)
	if err != nil {
		return false, err
	}
	complete = complete && len(refused) == 0
	for _, sentence := range append(refused, idle...) {
		c.say(stderr, "%s", sentence)
	}
	if err := c.reportMatches(ctx, evidence, stderr); err != nil {
		return false, err
	}
	if c.Compare != "" {
		if c.comparison, err = queries.Compare(ctx, path, c.Compare, c.Engine, c.Zone); err != nil {
			return false, err
		}
		defer c.comparison.Close()
	}
	if err := write(ctx, c, evidence, stdout, stderr); err != nil {
		return complete, err
	}
	unmatched, err := evidence.UnmatchedNotes(ctx)
	for _, sentence := range unmatched {
		c.say(stderr, "%s", sentence)
	}
	return complete, err
}

// verify makes the answer again that a file is, and says whether it is the same.
func (c *call) verify(ctx context.Context, stdout, stderr io.Writer) error {
	private, err := os.MkdirTemp(c.Engine.Temp, "entrail-")
	if err != nil {
		return fmt.Errorf("make the private temp folder: %w; choose another with --temp", err)
	}
	defer removeFolder(private)
	before, err := verify.Read(c.Verify, private)
	if err != nil {
		return fmt.Errorf("--verify %s: %w", c.Verify, err)
	}
	asked, err := c.Again(ctx, before.Request(), private)
	if err != nil {
		return fmt.Errorf("--verify %s: it can't be made again: %w", c.Verify, err)
	}
	asked.Engine.Temp = private
	again := &call{Call: asked, clock: before.Generated, version: before.Version, before: &before}
	file, err := again.makeAgain(ctx, private, stderr)
	if err != nil {
		return err
	}
	reasons, err := verify.Compare(c.Verify, file, before, private)
	if err != nil {
		return fmt.Errorf("--verify %s: %w", c.Verify, err)
	}
	if reasons = append(again.reasons, reasons...); len(reasons) == 0 {
		_, err := fmt.Fprintf(stdout, "%s is what this evidence gives, byte for byte: %d files of evidence, made %s by entrail %s, asked with %s\n",
			c.Verify, len(before.Evidence), before.Generated.UTC().Format("2006-01-02 15:04:05 UTC"), strconv.QuoteToASCII(before.Version), before.Asked())
		return err
	}
	if before.Version != version() {
		reasons = slices.Insert(reasons, 0, fmt.Sprintf("it was made by entrail %s, this is %s: the reason may be that alone", strconv.QuoteToASCII(before.Version), version()))
	}
	if _, err := fmt.Fprintf(stdout, "%s is not what this evidence gives:\n- %s\n", c.Verify, strings.Join(reasons, "\n- ")); err != nil {
		return err
	}
	return fmt.Errorf("--verify: %s is not what this evidence gives", c.Verify)
}

// makeAgain makes an answer in the folder and returns its file.
func (c *call) makeAgain(ctx context.Context, folder string, stderr io.Writer) (file string, err error) {
	to := io.Discard
	switch {
	case c.Folder:
		i := slices.IndexFunc(c.Reports, func(r queries.Report) bool { return r.Name == c.before.Report })
		if i < 0 {
			return "", fmt.Errorf("it does not say which report of its folder it is: %s", strconv.QuoteToASCII(c.before.Report))
		}
		file = c.FileOf(c.Reports[i])
	case c.Output == "-":
		f, err := os.CreateTemp(folder, "answer-*"+c.Format.Endings[0])
		if err != nil {
			return "", err
		}
		defer f.Close()
		file, to = f.Name(), f
	default:
		file = c.Output
	}
	_, err = c.answer(ctx, to, stderr)
	return file, err
}

// names are what the paths of the evidence were called in the answer that is made again.
func (c *call) names() []string {
	if c.before == nil {
		return nil
	}
	return verify.Names(c.Paths, c.before.Evidence)
}

// checkInputs compares the files that flags name with those of the answer that is made again.
func (c *call) checkInputs() error {
	if c.before == nil {
		return nil
	}
	flag, wanted := verify.Inputs(c.before.Inputs, c.Inputs)
	switch {
	case flag != "" && len(wanted) == 0:
		return given.Wrong("leave it out", "--verify: the file was made without %s", flag)
	case flag != "":
		var all []string
		for _, i := range wanted[:min(len(wanted), 10)] {
			all = append(all, fmt.Sprintf("%s (SHA-256 %s)", strconv.QuoteToASCII(i.Path), strconv.QuoteToASCII(i.SHA256)))
		}
		return given.Wrong("give it again: "+flag+" FILE", "--verify: the file was made with %s, then called %s", flag, strings.Join(all, ", "))
	}
	c.reasons = verify.Changed(c.before.Inputs, c.Inputs)
	return nil
}

// removeFolder removes a folder of this run's own. On Windows os.RemoveAll asks
// for a kind of deleting that not every file system has; os.Remove does not.
func removeFolder(name string) {
	if os.RemoveAll(name) == nil {
		return
	}
	var all []string
	filepath.WalkDir(name, func(path string, _ os.DirEntry, _ error) error {
		all = append(all, path)
		return nil
	})
	for _, path := range slices.Backward(all) {
		os.Remove(path)
	}
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
	for _, path := range c.MMDB {
		d, err := geoip.Open(path)
		if err != nil {
			return fail(given.Wrong("", "--mmdb: %v", err))
		}
		all = append(all, d)
		if slices.ContainsFunc(all[:len(all)-1], func(other *geoip.Database) bool { return other.Name == d.Name }) {
			return fail(given.Wrong("rename one: a place names its database by the file's name", "--mmdb %s: two databases are called %s", path, d.Name))
		}
		c.Places = append(c.Places, d.String())
		sum, err := given.Sum(path)
		if err != nil {
			return fail(fmt.Errorf("--mmdb: %w", err))
		}
		c.Inputs = append(c.Inputs, render.Input{Flag: "--mmdb", Path: path, SHA256: sum})
	}
	return all, nil
}

// reportMatches tells of the users and sessions asked for which there are. The
// ones that are not are named on the page too.
func (c *call) reportMatches(ctx context.Context, evidence *queries.Case, stderr io.Writer) error {
	asked := c.Reports
	if c.Query != "" || c.Explain != "" || c.Dossier {
		asked = nil // what it asks is its own affair
	}
	sentences, none, err := evidence.NotFound(ctx, asked)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, sentences...)
	onSessions := func(r queries.Report) bool { return r.Group == "sessions" }
	if c.Dossier || slices.ContainsFunc(c.Reports, onSessions) {
		more, err := evidence.SessionCounts(ctx)
		if err != nil {
			return err
		}
		sentences = append(sentences, more...)
	}
	for _, s := range sentences {
		c.say(stderr, "%s", s)
	}
	if none && c.Unasked {
		if len(c.Filter.Sessions) > 0 {
			return queries.ErrNoSession
		}
		return errors.New("no record to tell of: the filters let none through; --report signin_users lists the users")
	}
	return nil
}

// describe prints what needs no evidence: this program, the reports, the tables, a query.
// complete is false when a rule of one's own can't be used.
func (c *call) describe(ctx context.Context, stdout, stderr io.Writer) (complete bool, err error) {
	var own []rules.Rule
	complete = true
	if c.List || c.ShowSQL != "" {
		files, err := given.Rules(ctx, c.Rules)
		if err != nil {
			return false, err
		}
		var refused []string
		own, refused = queries.OwnRules(files)
		for _, sentence := range refused {
			c.say(stderr, "%s", sentence)
		}
		complete = len(refused) == 0
	}
	return complete, c.print(stdout, own)
}

// print writes what describe is asked for.
func (c *call) print(stdout io.Writer, own []rules.Rule) error {
	text := ""
	result := queries.List(own...)
	switch {
	case c.Help:
		text = given.Usage
	case c.Version:
		text = build() + "\n"
	case c.Licenses:
		text = licenseText
	case c.InitCase:
		return output.Write(c.Output, stdout, func(w io.Writer) error {
			_, err := io.WriteString(w, queries.CaseSheetForm)
			return err
		})
	case c.Man:
		text = given.Man(version())
	case c.Completion != "":
		text = completion.Script(c.Completion)
	case c.ShowSQL != "":
		var err error
		if text, err = queries.ShowSQL(c.ShowSQL, own...); err != nil {
			return &given.Mistake{Message: err.Error()}
		}
	case c.Rule != nil:
		result = c.Rule
	case c.Schema:
		result = queries.Schema()
	case c.Formats:
		var rows [][]any
		for _, f := range ingest.Formats() {
			rows = append(rows, []any{f.Family, f.Name, f.Title, f.About})
		}
		result = queries.Formats(rows)
	}
	if text != "" {
		_, err := io.WriteString(stdout, text)
		return err
	}
	if err := c.choose(result); err != nil {
		return err
	}
	d := c.document(stdout)
	d.Limit = 0
	d.Results = func(yield func(*queries.Result, error) bool) { yield(result, nil) }
	path := c.Output
	if c.Folder {
		if err := os.MkdirAll(c.Output, 0o777); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		path = c.FileOf(c.Reports[0])
	}
	return output.Write(path, stdout, func(w io.Writer) error { return c.Format.Write(w, d) })
}

// load reads the evidence into a case: a temporary one, or --db.
func load(ctx context.Context, c *call, private string, stderr io.Writer) (path string, complete bool, err error) {
	target := filepath.Join(private, "case.duckdb")
	var file *ingest.CaseFile
	var exclude []string
	if c.DB != "" {
		file, err = ingest.OpenCaseFile(ctx, c.DB)
		switch {
		case errors.Is(err, ingest.ErrNoCase):
			return "", false, given.Wrong("give another name, or an existing case to add to", "--db %s: %v", c.DB, err)
		case err != nil:
			return "", false, fmt.Errorf("--db %s: %w", c.DB, err)
		}
		defer file.Close()
		target, exclude = file.Partial, file.Files()
	}
	clean := filepath.Join(private, "load")
	if err := os.Mkdir(clean, 0o700); err != nil {
		return "", false, err
	}
	defer removeFolder(clean)
	bar := console.NewProgress(c.Quiet, stderr)
	options := ingest.Options{
		Engine:      c.Engine,
		DateOrder:   c.DateOrder,
		Version:     version(),
		CommandLine: strings.ToValidUTF8(strings.Join(os.Args[1:], " "), "\ufffd"),
		Now:         now(),
		Names:       c.names(),
		Progress:    bar.Update,
		Partitions:  c.Filter.Partitions(),
		Exclude:     exclude,
		Warn: func(sentence string) {
			if !c.Quiet {
				bar.Clear()
				console.Tell(stderr, "%s", sentence)
			}
		},
	}
	options.Engine.Temp = clean
	summary, err := ingest.Load(ctx, target, c.Paths, options)
	bar.Clear()
	if err != nil {
		return "", false, err
	}
	if file == nil {
		return target, summary.Complete(), nil
	}
	if err := queries.AddViews(ctx, target, options.Engine); err != nil {
		return "", false, err
	}
	return c.DB, summary.Complete(), file.Commit()
}

// asked is the question as it was put, without its filters.
func (c *call) asked() string {
	switch {
	case c.Query != "":
		return "--query " + c.Query
	case c.Explain != "":
		return "--explain " + c.Explain
	}
	var names []string
	for _, r := range c.Reports {
		names = append(names, r.Name)
	}
	return "--report " + strings.Join(names, ",")
}

// request is the question as another run must be asked it.
func (c *call) request() render.Request {
	r := render.Request{Format: c.Format.Name, Ending: c.Format.Endings[0], To: render.ToFile, Options: c.Options, Inputs: c.Inputs}
	switch {
	case c.Folder:
		r.To = render.ToFolder
	case c.Output == "-":
		r.To = render.ToStream
	}
	if c.before != nil { // what they were called then
		r.Inputs = c.before.InputsAs(r.Inputs)
	}
	return r
}

// next is what a reader of the digest may ask.
var next = []string{
	"",
	"next:  -r summary                        all of the summary",
	"       -r findings                       what happened, the most severe first",
	"       --incident 1 -o incident.html     the dossier of an incident",
	"       -o case.html                      everything in one page, to hand over",
}

// document is everything on the page but the results.
func (c *call) document(stdout io.Writer) render.Document {
	d := render.Document{
		Title:     "Microsoft 365 and Entra ID logs",
		Version:   c.version,
		Generated: c.clock,
		Zone:      c.Zone.String(),
		Filters:   c.Words,
		Remarks:   c.Remarks,
		Places:    c.Places,
		Case: render.CaseHead{
			Title: c.Sheet.Title, Reference: c.Sheet.Reference, Client: c.Sheet.Client,
			Examiner: c.Sheet.Examiner, Classification: c.Sheet.Classification,
		},
		Asked:   c.asked(),
		Request: c.request(),
		Others:  c.Others,
		Several: len(c.Reports) > 1 || c.Explain != "",
		RawCSV:  c.RawCSV,
		Bare:    c.Bare,
		Annexes: c.Annex == "all" || c.Dossier && c.Annex == "",
	}
	switch {
	case c.Explain != "":
		d.Title = "Record " + c.Explain
	case c.Compare != "":
		d.Title = "Two exports compared"
	}
	if len(c.Reports) == 1 && c.Reports[0].Layout == queries.Sessions {
		d.Title = "Audit events"
		if len(c.Filter.Users) > 0 {
			d.Title += " for " + strings.Join(c.Filter.Users, ", ")
		}
	}
	if c.Limited {
		d.Limit = c.Limit
	}
	if c.Unasked && c.Format.Name == "text" {
		d.Brief, d.Next = true, next
	}
	if c.Output == "-" && c.Format.Name == "text" && console.IsTerminal(stdout) {
		d.Limit = c.Limit
		d.Width, _, _ = term.GetSize(int(stdout.(*os.File).Fd()))
		d.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && console.Ready(stdout.(*os.File))
	}
	return d
}

// write asks the questions and renders the answers.
func write(ctx context.Context, c *call, evidence *queries.Case, stdout, stderr io.Writer) error {
	d := c.document(stdout)
	d.TempDir = c.Engine.Temp
	sources, err := sourcesOf(ctx, evidence)
	if err != nil {
		return err
	}
	d.Sources = sources
	if c.Explain != "" {
		results, err := evidence.Explain(ctx, c.Explain)
		if err != nil {
			return err
		}
		d.Limit = 0
		d.Results = eachOf(results)
		return c.writeOut(d, stdout, stderr)
	}
	if c.Dossier {
		if d.Title, d.Results, err = evidence.Dossiers(ctx); err != nil {
			return err
		}
		d.Filters, d.Several = nil, true // the title says what it is of
		return c.writeOut(d, stdout, stderr)
	}
	// A query is checked before the first byte goes out, and so are columns.
	var answered *queries.Result
	switch {
	case c.Query != "":
		if answered, err = evidence.Query(ctx, c.Query); err != nil {
			return queryError(ctx, err)
		}
	case len(c.Columns) > 0:
		if answered, err = c.run(ctx, evidence, c.Reports[0], d); err != nil {
			return err
		}
	}
	if err := c.choose(answered); err != nil {
		return err
	}
	isWholeCase := c.Unasked && c.Format.Name == "html" && !c.Folder
	ask := func(reports []queries.Report) iter.Seq2[*queries.Result, error] {
		return func(yield func(*queries.Result, error) bool) {
			for _, r := range reports {
				result, err := answered, error(nil)
				if result == nil {
					result, err = c.run(ctx, evidence, r, d)
				}
				if err == nil {
					c.cut(result, stderr)
				}
				if !yield(result, err) || err != nil {
					return
				}
				if isWholeCase && (r.Name == "story" || r.Name == "incidents") {
					if !evidence.EachIncident(ctx, r.Name == "story", yield) {
						return
					}
				}
				if c.Format.OneReport || c.Format.Of != nil || c.Bare {
					for _, note := range result.Notes {
						c.say(stderr, "%s: %s", r.Name, note)
					}
				}
			}
		}
	}
	bySession := func(r queries.Report) bool { return r.Layout == queries.Sessions }
	if c.Format.Name == "html" && slices.ContainsFunc(c.Reports, bySession) {
		d.Headings = func(sessions []string) (map[string]queries.SessionHeading, error) {
			return evidence.SessionHeadings(ctx, sessions)
		}
	}
	if !c.Folder {
		d.Results = ask(c.Reports)
		return c.writeOut(d, stdout, stderr)
	}
	if err := os.MkdirAll(c.Output, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	d.Several = false
	var whole []output.Partial // all appear, or none
	defer func() {
		for _, p := range whole {
			p.Remove()
		}
	}()
	proven := ""
	for _, r := range c.Reports {
		if c.before != nil && r.Name != c.before.Report {
			continue
		}
		d.Results, d.Request.Report = ask([]queries.Report{r}), r.Name
		p, err := output.NewPartial(c.FileOf(r), func(w io.Writer) error { return c.Format.Write(w, d) })
		if err != nil {
			return err
		}
		whole = append(whole, p)
		if with := c.ProvenanceOf(c.FileOf(r)); with != "" {
			p, err := output.NewPartial(with, func(w io.Writer) error { return render.WriteProvenance(w, d) })
			if err != nil {
				return err
			}
			whole = append(whole, p)
			proven = ", and the provenance of each in NAME" + c.Format.Endings[0] + render.ProvenanceEnding
		}
	}
	for _, p := range whole {
		if err := p.Commit(); err != nil {
			return err
		}
	}
	c.say(stderr, "%d files written to %s%s", len(c.Reports), c.Output, proven)
	return nil
}

// writeParquet writes the whole case as Parquet, and says how much it is.
func (c *call) writeParquet(ctx context.Context, casePath string, stderr io.Writer) error {
	var written parquet.Written
	err := output.WriteFolder(c.Output, given.IsOfParquet, func(folder string) (err error) {
		written, err = queries.WriteParquet(ctx, casePath, folder, version(), c.Engine)
		return err
	})
	if err != nil {
		return err
	}
	var rows int64
	for _, t := range written.Manifest.Tables {
		rows += t.Rows
	}
	c.say(stderr, "%d rows of %d tables written to %s: %d files, %d bytes", rows, len(written.Manifest.Tables), c.Output, written.Files, written.Bytes)
	return nil
}

// writeOut writes the one answer, and says where it lies.
func (c *call) writeOut(d render.Document, stdout, stderr io.Writer) error {
	if with := c.ProvenanceOf(c.Output); with != "" {
		return c.writeWith(d, with, stderr)
	}
	fill := func(w io.Writer) error { return c.Format.Write(w, d) }
	if d.Width > 0 { // a terminal
		f := stdout.(*os.File)
		if _, height, err := term.GetSize(int(f.Fd())); err == nil && height > 0 {
			return console.Paged(f, height, fill)
		}
	}
	if err := output.Write(c.Output, stdout, fill); err != nil {
		return err
	}
	if c.Output != "-" {
		c.say(stderr, "written to %s", c.Output)
	}
	return nil
}

// writeWith writes the one answer and, into the file beside it, its provenance.
func (c *call) writeWith(d render.Document, with string, stderr io.Writer) error {
	p, err := output.NewPartial(c.Output, func(w io.Writer) error { return c.Format.Write(w, d) })
	if err != nil {
		return err
	}
	defer p.Remove()
	proof, err := output.NewPartial(with, func(w io.Writer) error { return render.WriteProvenance(w, d) })
	if err != nil {
		return err
	}
	defer proof.Remove()
	if err := errors.Join(p.Commit(), proof.Commit()); err != nil {
		return err
	}
	c.say(stderr, "written to %s, with its provenance in %s", c.Output, with)
	return nil
}

// run asks a report for as many rows as the format has room for.
func (c *call) run(ctx context.Context, evidence *queries.Case, r queries.Report, d render.Document) (*queries.Result, error) {
	if c.comparison != nil {
		return c.comparison.Run(ctx, r)
	}
	rows := c.Format.Rows(d, r)
	if c.Limited && r.Layout != queries.Summary && (rows == 0 || c.Limit < rows) {
		rows = c.Limit
	}
	if c.Format.Name == "html" {
		return evidence.RunPage(ctx, r, rows)
	}
	return evidence.RunFirst(ctx, r, rows)
}

// cut leaves of an answer no more rows than --limit, and says what is missing.
func (c *call) cut(r *queries.Result, stderr io.Writer) {
	if !c.Limited || r.Report.Layout == queries.Summary || c.Format.Name == "text" { // which says so itself
		return
	}
	whole := r.Rows
	r.Rows = func(yield func([]any, error) bool) {
		n := 0
		for row, err := range whole {
			if n++; err != nil || n <= c.Limit {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
		if total := max(n, int(r.Total)); total > c.Limit {
			c.say(stderr, "%s: %d of %d rows, by --limit", r.Report.Name, c.Limit, total)
		}
	}
}

// choose leaves of the result the columns asked for, if any are.
func (c *call) choose(r *queries.Result) error {
	if len(c.Columns) == 0 {
		return nil
	}
	if err := r.Choose(c.Columns); err != nil {
		return &given.Mistake{Message: "--columns: " + err.Error()}
	}
	return nil
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
	if why := (*queries.Inapplicable)(nil); errors.As(err, &why) {
		return &given.Mistake{Message: why.Error()}
	}
	return &given.Mistake{Message: "--" + err.Error(), Hint: "entrail --schema lists the tables and their columns"}
}

func (c *call) say(stderr io.Writer, format string, args ...any) {
	if !c.Quiet {
		console.Tell(stderr, format, args...)
	}
}

// sourcesOf lists the evidence for the page.
func sourcesOf(ctx context.Context, evidence *queries.Case) ([]render.Source, error) {
	files, err := evidence.Files(ctx)
	if err != nil {
		return nil, err
	}
	var all []render.Source
	for _, f := range files {
		all = append(all, render.Source(f))
	}
	return all, nil
}

// now is the clock, or SOURCE_DATE_EPOCH for a report that can be made again
// byte for byte: https://reproducible-builds.org/specs/source-date-epoch/
func now() time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Now().UTC()
}

// Version and Commit are set when a release is linked, see .release.
var Version, Commit string

//go:embed .release/licenses.txt
var licenseText string

// build is what --version says: the version, the commit where it is known, and
// what the program was built with and for.
func build() string {
	commit := Commit
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if commit = settings["vcs.revision"]; settings["vcs.modified"] == "true" {
			commit += "+changes"
		}
	}
	if commit != "" {
		commit = ", commit " + commit
	}
	return fmt.Sprintf("entrail %s%s, %s, %s/%s", version(), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func version() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
