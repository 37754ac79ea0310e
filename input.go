package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

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
