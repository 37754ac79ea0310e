package answer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entrail/queries"
	"entrail/queries/given"
	"entrail/render/verify"
)

// Verify makes the answer again that a file is, or the answers in a folder, and says
// whether they are the same.
func (p Program) Verify(ctx context.Context, of *given.Call, stdout, stderr io.Writer) error {
	private, err := makeFolder(of.Engine.Temp)
	if err != nil {
		return err
	}
	defer removeFolder(private)
	var answers []verify.Answer
	var reasons []string
	info, err := os.Stat(of.Verify)
	isFolder := err == nil && info.IsDir()
	if isFolder {
		answers, reasons, err = verify.ReadFolder(of.Verify, private)
		if err == nil && len(answers) == 0 {
			err = errors.New("the folder holds no answer of entrail")
		}
	} else {
		one := verify.Answer{Path: of.Verify}
		one.Before, err = verify.Read(of.Verify, private)
		answers = append(answers, one)
	}
	if err != nil {
		return fmt.Errorf("--verify %s: %w", of.Verify, err)
	}
	var same []string
	for _, run := range verify.Runs(answers) {
		why, err := p.verifyRun(ctx, of, run, isFolder, private, stderr)
		if err != nil {
			return err
		}
		reasons = append(reasons, why...)
		before, files := run[0].Before, ""
		if isFolder {
			files = filesOf(len(run)) + ", of "
		}
		same = append(same, fmt.Sprintf("%s%s of evidence, made %s by entrail %s, asked with %s",
			files, filesOf(len(before.Evidence)), before.Generated.UTC().Format("2006-01-02 15:04:05 UTC"), strconv.QuoteToASCII(before.Version), before.Asked()))
	}
	if len(reasons) == 0 {
		_, err := fmt.Fprintf(stdout, "%s is what this evidence gives, byte for byte: %s\n", of.Verify, strings.Join(same, "; "))
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%s is not what this evidence gives:\n- %s\n", of.Verify, strings.Join(reasons, "\n- ")); err != nil {
		return err
	}
	return fmt.Errorf("--verify: %s is not what this evidence gives", of.Verify)
}

// filesOf counts files: "1 file", "2 files".
func filesOf(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// verifyRun makes the answers of one run again, and says why they are not the same.
func (p Program) verifyRun(ctx context.Context, of *given.Call, run []verify.Answer, isFolder bool, private string, stderr io.Writer) (reasons []string, err error) {
	folder, err := os.MkdirTemp(private, "again-")
	if err != nil {
		return nil, err
	}
	defer removeFolder(folder)
	before := run[0].Before
	asked, err := of.Again(ctx, before.Request(), folder)
	if err != nil {
		return nil, fmt.Errorf("--verify %s: it can't be made again: %w", run[0].Path, err)
	}
	asked.Engine.Temp = folder
	again := p.call(asked)
	again.clock, again.version, again.before = before.Generated, before.Version, &before
	for _, a := range run {
		again.remade = append(again.remade, a.Before.Report)
	}
	files, err := again.makeAgain(ctx, folder, stderr)
	if err != nil {
		return nil, err
	}
	reasons = again.reasons
	for i, a := range run {
		evidence, where, err := verify.Compare(a.Path, files[i], a.Before, folder)
		if err != nil {
			return nil, fmt.Errorf("--verify %s: %w", a.Path, err)
		}
		for _, reason := range evidence {
			if !slices.Contains(reasons, reason) { // of one file as of the next
				reasons = append(reasons, reason)
			}
		}
		if where != "" && isFolder {
			where = strconv.QuoteToASCII(filepath.Base(a.Path)) + ": " + where
		}
		if where != "" {
			reasons = append(reasons, where)
		}
	}
	if isFolder && again.Folder {
		var all []string
		for _, r := range again.Reports {
			all = append(all, again.FileOf(r))
		}
		if lacking := verify.Lacking(of.Verify, all); lacking != "" {
			reasons = append(reasons, lacking)
		}
	}
	if len(reasons) > 0 && before.Version != p.Version {
		reasons = slices.Insert(reasons, 0, fmt.Sprintf("it was made by entrail %s, this is %s: the reason may be that alone", strconv.QuoteToASCII(before.Version), p.Version))
	}
	return reasons, nil
}

// makeAgain makes the answers of a run in the folder and returns the file of each.
func (c *call) makeAgain(ctx context.Context, folder string, stderr io.Writer) (files []string, err error) {
	to := io.Discard
	one := c.Output
	switch {
	case c.Folder:
		for _, name := range c.remade {
			i := slices.IndexFunc(c.Reports, func(r queries.Report) bool { return r.Name == name })
			if i < 0 {
				return nil, fmt.Errorf("it does not say which report of its folder it is: %s", strconv.QuoteToASCII(name))
			}
			files = append(files, c.FileOf(c.Reports[i]))
		}
	case c.Output == "-":
		f, err := os.CreateTemp(folder, "answer-*"+c.Format.Endings[0])
		if err != nil {
			return nil, err
		}
		defer f.Close()
		one, to = f.Name(), f
	}
	if !c.Folder {
		files = slices.Repeat([]string{one}, len(c.remade))
	}
	_, err = c.answer(ctx, to, stderr)
	return files, err
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
