// Package given reads the command line: what is asked, of which evidence, and where the
// answer goes. What a user gives in the place of a value is read here too: the lines of
// @FILE, a question on standard input, a list with commas. All of it is bounded, and
// none is waited for longer than the run lasts.
//
// # Adding a flag
//
// It is a line of usage.txt, a field of Call, and a line in Parse, which refuses what it
// can't be. A flag that narrows by a list of values is a name in listFilters.
package given

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	encoding "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Bounds of what @FILE and standard input give.
const (
	maxQueryFile = 1 << 20 // bytes of a query
	maxListFile  = 8 << 20 // bytes of a list of values
	maxListed    = 10_000  // values of a list
)

// Question is the SQL of --query: itself, that of @FILE, or of standard input for "-".
func Question(ctx context.Context, query string, stdin io.Reader) (string, error) {
	if query == "-" {
		return readAll(ctx, maxQueryFile, func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil })
	}
	if name, isFile := strings.CutPrefix(query, "@"); isFile {
		return readFile(ctx, name, maxQueryFile)
	}
	return query, nil
}

// Values puts, for each @FILE among values, the lines of the file. An error names the
// value that could not be read.
func Values(ctx context.Context, values []string) ([]string, error) {
	var all []string
	for _, v := range values {
		name, isFile := strings.CutPrefix(v, "@")
		if !isFile {
			all = append(all, v)
			continue
		}
		lines, err := readLines(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v, err)
		}
		all = append(all, lines...)
	}
	return all, nil
}

// IsStream tells of a pipe, a socket or a device: to open it may wait for ever.
func IsStream(info os.FileInfo) bool {
	return info.Mode()&(os.ModeNamedPipe|os.ModeSocket|os.ModeDevice) != 0
}

// readLines reads a file with one value a line.
func readLines(ctx context.Context, name string) ([]string, error) {
	text, err := readFile(ctx, name, maxListFile)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(text) {
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

// readFile reads a file of at most most bytes. It gives up when ctx ends: a pipe
// may have nobody at its other end, and a device no end.
func readFile(ctx context.Context, name string, most int) (string, error) {
	text, _, err := readHashed(ctx, name, most)
	return text, err
}

// readHashed is readFile with the SHA-256 of the bytes that were read.
func readHashed(ctx context.Context, name string, most int) (text, sum string, err error) {
	h := sha256.New()
	text, err = readAll(ctx, most, func() (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.TeeReader(f, h), f}, nil
	})
	if err != nil { // whoever waits for the file may still write into h
		return "", "", err
	}
	return text, hex.EncodeToString(h.Sum(nil)), nil
}

// readAll reads at most most bytes of what open opens, until ctx ends; what is still
// waiting then is left alone with it. A byte order mark says whether it is UTF-16,
// as Windows PowerShell writes.
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
		text, err := io.ReadAll(io.LimitReader(transform.NewReader(from, encoding.BOMOverride(transform.Nop)), int64(most)+1))
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

// List is a flag that may be repeated and takes a list with commas. A value with
// a comma stands in double quotes, as in a CSV file; where the quotes are not those of
// a CSV file they are part of the value.
type List []string

var errNoValue = errors.New("has no value")

func (l *List) Set(text string) error {
	if strings.TrimSpace(text) == "" { // as of a script's variable that is not set: all would be shown, and nothing said
		return errNoValue
	}
	values, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		values = strings.Split(text, ",")
	}
	*l = append(*l, values...)
	return nil
}

func (l *List) String() string { return strings.Join(*l, ",") }
func (l *List) Type() string   { return "list" }
