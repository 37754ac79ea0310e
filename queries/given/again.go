package given

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entrail/render"

	"github.com/spf13/pflag"
)

// withVerify are the flags that may stand beside --verify: those that say where the
// evidence is and how the machine works. What was asked is in the file.
var withVerify = []string{"verify", "db", "case", "mmdb", "rules", "compare", "key-file", "memory", "threads", "temp", "quiet"}

func (c *Call) checkVerify(flags *pflag.FlagSet) error {
	var more string
	flags.Visit(func(f *pflag.Flag) {
		if more == "" && !slices.Contains(withVerify, f.Name) {
			more = f.Name
		}
	})
	switch {
	case c.Verify == "":
		return Wrong("give the file that is to be compared", "--verify: it names no file")
	case more != "":
		return Wrong("leave it out: what was asked stands in the file", "--verify and --%s exclude each other", more)
	case c.DB != "" && len(c.Paths) > 0:
		return Wrong("give either the exports or the case; nothing is added to a case meanwhile", "--verify reads PATH or --db, not both")
	}
	return nil
}

// Again is the call that gives an answer of that request once more, into the folder, from
// the evidence of this call. The request is not trusted: of its options none but those that
// decide what an answer says is taken, and none of their values names a file.
func (c *Call) Again(ctx context.Context, r render.Request, folder string) (*Call, error) {
	format, ok := render.Lookup(r.Format, "answer"+r.Ending)
	if !ok || format.Endings[0] != r.Ending {
		return nil, fmt.Errorf("there is no format %s with the ending %s", strconv.QuoteToASCII(r.Format), strconv.QuoteToASCII(r.Ending))
	}
	var args []string
	for _, o := range r.Options {
		name, _, hasValue := strings.Cut(strings.TrimPrefix(o, "--"), "=")
		isKnown := slices.Contains(plainOptions, name) || slices.Contains(listFilters, name) || slices.Contains([]string{"filter", "columns", "query"}, name)
		if !strings.HasPrefix(o, "--") || !hasValue || !isKnown {
			return nil, fmt.Errorf("it was made with an option that is none: %s", strconv.QuoteToASCII(o))
		}
		args = append(args, o)
	}
	to := filepath.Join(folder, "answer"+r.Ending)
	switch r.To {
	case render.ToStream:
		to = "-"
	case render.ToFolder:
		to = folder + string(filepath.Separator)
	case render.ToFile:
	default:
		return nil, fmt.Errorf("it does not say what it was written to: %s", strconv.QuoteToASCII(r.To))
	}
	args = append(args, "--quiet", "--format="+r.Format, "--output="+to, "--db="+c.DB, "--memory="+c.Engine.Memory, "--threads="+strconv.Itoa(c.Engine.Threads))
	if c.SheetAt != "" {
		args = append(args, "--case="+c.SheetAt)
	}
	if c.Compare != "" {
		args = append(args, "--compare="+c.Compare)
	}
	if c.KeyFile != "" {
		args = append(args, "--key-file="+c.KeyFile)
	}
	for _, path := range c.MMDB {
		args = append(args, "--mmdb="+path)
	}
	for _, path := range c.Rules {
		args = append(args, "--rules="+path)
	}
	again, err := parse(ctx, append(append(args, "--"), c.Paths...), strings.NewReader(""), io.Discard, true)
	var mistake *Mistake
	if errors.As(err, &mistake) { // not of who asks now
		return nil, errors.New(mistake.Message)
	}
	return again, err
}
