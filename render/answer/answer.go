// Package answer does what a command line asks: it loads the evidence, asks it, and
// writes what it says. Package given reads the command line, and package main turns
// the error into an exit code.
//
// A job that is none of these (Describe, Give, Verify, Pseudonymise, Restore) is a method of Program of its own,
// with a case in main's switch. What a flag changes about an answer stands in the file
// of the step that it changes: load.go, write.go, document.go, verify.go.
package answer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"entrail/ingest"
	"entrail/queries"
	"entrail/queries/geoip"
	"entrail/queries/given"
	"entrail/render"
	"entrail/render/console"
	"entrail/render/verify"
)

// Program is what an answer says of the program that gives it.
type Program struct {
	Version  string
	Build    string // with the commit, and what it was built for: --version
	Licenses string // of all that is inside: --licenses
	Clock    time.Time
}

// call is what is done about a command line.
type call struct {
	*given.Call

	program Program   // that answers
	clock   time.Time // of the answer: that of the program, or of the answer that is made again
	version string    // that it names, likewise

	comparison *queries.Comparison // of --compare; nil = none

	// Of an answer that is made again, what the one before says of itself, and
	// why the two can't be the same.
	before  *verify.Provenance
	remade  []string // the reports of a folder that are wanted
	reasons []string
}

// minFiles is how many files must be open at once: the engine ends the process where it
// gets no more. A load needs a score, and one for each archive in an archive.
const minFiles = 64

// Give answers what is asked of the evidence. complete is false when some of the input
// could not be taken.
func (p Program) Give(ctx context.Context, asked *given.Call, stdout, stderr io.Writer) (complete bool, err error) {
	c := p.call(asked)
	return c.answer(ctx, stdout, stderr)
}

func (p Program) call(asked *given.Call) *call {
	return &call{Call: asked, program: p, clock: p.Clock, version: p.Version}
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
	private, err := makeFolder(c.Engine.Temp)
	if err != nil {
		return false, err
	}
	defer removeFolder(private)
	c.Engine.Temp = private

	path, complete := c.DB, true
	if len(c.Paths) > 0 {
		if path, complete, err = load(ctx, c, private, stderr); err != nil {
			return false, err
		}
	}
	if c.KeyFile != "" {
		if path, err = c.restored(ctx, private); err != nil {
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
	if part := evidence.Extent().Part(); part != "" {
		c.Remarks = append(c.Remarks, part)
		c.say(stderr, "%s", part)
	}
	if copied := evidence.Extent().Pseudonyms(); copied != "" {
		c.Remarks = append(c.Remarks, copied)
		c.say(stderr, "%s", copied)
	}
	if c.Compare != "" {
		return complete, c.compare(ctx, evidence, path, stdout, stderr)
	}
	placed, err := evidence.Geolocate(ctx, databases)
	if err != nil {
		return false, err
	}
	for _, sentence := range placed {
		c.say(stderr, "%s", sentence)
	}
	if err := evidence.Sheet().Know(ctx, c.Sheet); err != nil {
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
	if err := evidence.Filters().WantFindings(ctx); err != nil {
		return false, err
	}
	if err := c.reportMatches(ctx, evidence, stderr); err != nil {
		return false, err
	}
	sources, err := sourcesOf(ctx, evidence)
	if err != nil {
		return false, err
	}
	if err := write(ctx, c, evidence, sources, stdout, stderr); err != nil {
		return complete, err
	}
	unmatched, err := evidence.Sheet().Unmatched(ctx)
	for _, sentence := range unmatched {
		c.say(stderr, "%s", sentence)
	}
	return complete, err
}

// compare writes the reports of --compare. The case is closed before it is laid beside
// the other: each engine may take what --memory allows.
func (c *call) compare(ctx context.Context, evidence *queries.Case, path string, stdout, stderr io.Writer) error {
	sources, err := sourcesOf(ctx, evidence)
	if err = errors.Join(err, evidence.Close()); err != nil {
		return err
	}
	if c.comparison, err = queries.Compare(ctx, path, c.Compare, c.Sheet, c.Engine, c.Zone); err != nil {
		return err
	}
	defer c.comparison.Close()
	for _, sentence := range c.comparison.UnmatchedNotes {
		c.say(stderr, "%s", sentence)
	}
	return write(ctx, c, nil, sources, stdout, stderr)
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
	sentences, none, err := evidence.Filters().NotFound(ctx, asked)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, sentences...)
	onSessions := func(r queries.Report) bool { return r.Group == "sessions" }
	if c.Dossier || slices.ContainsFunc(c.Reports, onSessions) {
		more, err := evidence.Filters().SessionCounts(ctx)
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

func (c *call) say(stderr io.Writer, format string, args ...any) {
	if !c.Quiet {
		console.Tell(stderr, format, args...)
	}
}

// makeFolder makes the private folder of a run for what it needs on the way, in temp or
// where the system has such. removeFolder takes it away.
func makeFolder(temp string) (string, error) {
	private, err := os.MkdirTemp(temp, "entrail-")
	if err != nil {
		return "", fmt.Errorf("make the private temp folder: %w; choose another with --temp", err)
	}
	return private, nil
}
