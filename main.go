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
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
	_ "time/tzdata" // --tz works on machines without a zone database

	"entrail/ingest"
	"entrail/queries/given"
	"entrail/render/answer"
	"entrail/render/console"
	"entrail/render/output"
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
	complete, err := do(ctx, args, stdin, stdout, stderr)
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

// do does what the command line asks. complete is false when some of the
// input could not be taken.
func do(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (complete bool, err error) {
	asked, err := given.Parse(ctx, args, stdin, stdout)
	if err != nil {
		return true, err
	}
	program := answer.Program{Version: version(), Build: build(), Licenses: licenseText, Clock: now()}
	switch {
	case asked.AsksNothing():
		return program.Describe(ctx, asked, stdout, stderr)
	case asked.Verify != "":
		return true, program.Verify(ctx, asked, stdout, stderr)
	case asked.Pseudonymise != "":
		return program.Pseudonymise(ctx, asked, stderr)
	case asked.Restore != "":
		return true, program.Restore(ctx, asked, stdin, stdout, stderr)
	}
	return program.Give(ctx, asked, stdout, stderr)
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
