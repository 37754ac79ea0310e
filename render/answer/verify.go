package answer

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"entrail/queries"
	"entrail/queries/given"
	"entrail/render/verify"
)

// Verify makes the answer again that a file is, and says whether it is the same.
func (p Program) Verify(ctx context.Context, of *given.Call, stdout, stderr io.Writer) error {
	private, err := makeFolder(of.Engine.Temp)
	if err != nil {
		return err
	}
	defer removeFolder(private)
	before, err := verify.Read(of.Verify, private)
	if err != nil {
		return fmt.Errorf("--verify %s: %w", of.Verify, err)
	}
	asked, err := of.Again(ctx, before.Request(), private)
	if err != nil {
		return fmt.Errorf("--verify %s: it can't be made again: %w", of.Verify, err)
	}
	asked.Engine.Temp = private
	again := p.call(asked)
	again.clock, again.version, again.before = before.Generated, before.Version, &before
	file, err := again.makeAgain(ctx, private, stderr)
	if err != nil {
		return err
	}
	reasons, err := verify.Compare(of.Verify, file, before, private)
	if err != nil {
		return fmt.Errorf("--verify %s: %w", of.Verify, err)
	}
	if reasons = append(again.reasons, reasons...); len(reasons) == 0 {
		_, err := fmt.Fprintf(stdout, "%s is what this evidence gives, byte for byte: %d files of evidence, made %s by entrail %s, asked with %s\n",
			of.Verify, len(before.Evidence), before.Generated.UTC().Format("2006-01-02 15:04:05 UTC"), strconv.QuoteToASCII(before.Version), before.Asked())
		return err
	}
	if before.Version != p.Version {
		reasons = slices.Insert(reasons, 0, fmt.Sprintf("it was made by entrail %s, this is %s: the reason may be that alone", strconv.QuoteToASCII(before.Version), p.Version))
	}
	if _, err := fmt.Fprintf(stdout, "%s is not what this evidence gives:\n- %s\n", of.Verify, strings.Join(reasons, "\n- ")); err != nil {
		return err
	}
	return fmt.Errorf("--verify: %s is not what this evidence gives", of.Verify)
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
