// Release builds the programs that are handed out, from the commit that is
// checked out:
//
//	go run ./.release [-version V] [-only linux/arm64,...] DIR
//	go run ./.release -licenses
//
// DIR then holds a program for each system, the manual page, what completes the
// command line in each shell, LICENSES.txt, the list of parts as CycloneDX
// (entrail.cdx.json) and SHA256SUMS. Two runs of one commit, with the
// same Go and the same compilers, give the same bytes, wherever they are made.
// A system whose compiler or linker is not there is named, with what is
// missing, and left out.
//
// With -licenses it writes .release/licenses.txt anew, which the program holds
// for --licenses: needed when go.mod has changed.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrail/queries/given"
	"entrail/queries/given/completion"
)

const licensesFile = ".release/licenses.txt"

// completions are the files of the shells' scripts, called as each shell looks for them.
var completions = map[string]string{"bash": "entrail.bash", "zsh": "_entrail", "fish": "entrail.fish", "powershell": "entrail.ps1"}

func main() {
	version := flag.String("version", "", "the version that --version shows (default: the tag of the commit, else devel)")
	only := flag.String("only", "", "systems to build for, such as linux/amd64,windows/amd64 (default: all)")
	licenses := flag.Bool("licenses", false, "write "+licensesFile+" anew, and build nothing")
	flag.Parse()
	if err := run(*version, *only, *licenses, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(version, only string, licenses bool, args []string) error {
	parts, err := findParts()
	if err != nil {
		return err
	}
	text, err := licenseText(parts)
	if err != nil {
		return err
	}
	if licenses {
		return os.WriteFile(licensesFile, text, 0o644)
	}
	if len(args) != 1 {
		return errors.New("name the folder to write to: go run ./.release DIR")
	}
	if embedded, err := os.ReadFile(licensesFile); err != nil || !bytes.Equal(embedded, text) {
		return errors.New(licensesFile + " is not what go.mod and the modules give; run: go run ./.release -licenses, and commit it")
	}
	r, err := thisRelease(version)
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		return fmt.Errorf("%s is not empty; SHA256SUMS shall hold what is built now, so name a new folder", folder)
	}
	var built []string
	for _, t := range targets {
		if only != "" && !slices.Contains(strings.Split(only, ","), t.String()) {
			continue
		}
		if missing := t.missing(); missing != "" {
			fmt.Printf("%-16s not built: %s\n", t, missing)
			continue
		}
		began := time.Now()
		name := filepath.Join(folder, t.file())
		if err := t.build(r, name); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		fmt.Printf("%-16s %s, %.1f MB, in %ds\n", t, t.file(), float64(info.Size())/1e6, int(time.Since(began).Seconds()))
		built = append(built, t.file())
	}
	if len(built) == 0 {
		return errors.New("nothing was built")
	}
	bill, err := bom(r, parts)
	if err != nil {
		return err
	}
	files := map[string][]byte{"LICENSES.txt": text, "entrail.cdx.json": bill, "entrail.1": []byte(given.Man(r.version))}
	for shell, name := range completions {
		files[name] = []byte(completion.Script(shell))
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
		built = append(built, name)
	}
	return writeSums(folder, built)
}

// release is what a build says of itself.
type release struct {
	version string
	commit  string    // 40 hex digits, with +changes behind them if the files are not the commit's
	time    time.Time // of the commit
}

func thisRelease(version string) (release, error) {
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", args...).Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w", args[0], err)
		}
		return strings.TrimSpace(string(out)), nil
	}
	r := release{version: version}
	var err error
	if r.commit, err = git("rev-parse", "HEAD"); err != nil {
		return r, err
	}
	seconds, err := git("show", "-s", "--format=%ct", "HEAD")
	if err != nil {
		return r, err
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return r, err
	}
	r.time = time.Unix(n, 0).UTC()
	changed, err := git("status", "--porcelain")
	if err != nil {
		return r, err
	}
	if changed != "" {
		r.commit += "+changes"
	}
	if r.version == "" {
		if r.version, err = git("describe", "--tags", "--exact-match"); err != nil {
			r.version = "devel"
		}
	}
	return r, nil
}

// writeSums lists the files as sha256sum does.
func writeSums(folder string, names []string) error {
	slices.Sort(names)
	var list bytes.Buffer
	for _, name := range names {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sum.Sum(nil), name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), list.Bytes(), 0o644)
}
