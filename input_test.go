//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPipesAndEndlessFiles: a file with no end and a pipe with nobody at its other
// end are refused, or given up at the first Ctrl-C.
func TestPipesAndEndlessFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-q", "@" + pipe}, exitInterrupted, "interrupted"},
		{[]string{"--user", "@" + pipe}, exitInterrupted, "interrupted"},
		{[]string{"-q", "@/dev/zero"}, exitUsage, "more than"},
		{[]string{"--user", "@/dev/zero"}, exitUsage, "more than"},
		{[]string{"--mmdb", pipe}, exitUsage, "a pipe"},
		{[]string{"--db", pipe}, exitUsage, "a pipe"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		var stderr bytes.Buffer
		code := run(ctx, append([]string{"testdata/contoso"}, test.args...), strings.NewReader(""), io.Discard, &stderr)
		cancel()
		if code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit code %d, %s; want %d and %q", test.args, code, stderr.String(), test.code, test.want)
		}
	}
}

func TestBoundsOfFlags(t *testing.T) {
	many := filepath.Join(t.TempDir(), "many")
	if err := os.WriteFile(many, []byte(strings.Repeat("u\n", maxListed+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--threads", "513"}, "the most is 512"},
		{[]string{"--memory", "99999999999999999999TB"}, "more than any machine has"},
		{[]string{"--memory", "1KB"}, "too little"},
		{[]string{"--memory", "99MB"}, "too little"},
		{[]string{"--memory", "much"}, "not a size"},
		{[]string{"--user", "@" + many}, "the most is 10000"},
	} {
		var stderr bytes.Buffer
		code := run(context.Background(), append([]string{"testdata/contoso"}, test.args...), strings.NewReader(""), io.Discard, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit code %d, %s; want %d and %q", test.args, code, stderr.String(), exitUsage, test.want)
		}
	}
	for _, size := range []string{"100MB", "4GB", "0.5 GiB", "1TB"} {
		if n := bytesOf(size); n < minMemory || n > maxMemory {
			t.Errorf("%s is out of bounds", size)
		}
	}
}

func TestListFlag(t *testing.T) {
	for _, test := range []struct {
		reason, text string
		want         []string
	}{
		{"one", "a", []string{"a"}},
		{"a list", "a,b", []string{"a", "b"}},
		{"a comma in quotes", `"Vance, Adele",b`, []string{"Vance, Adele", "b"}},
		{"quotes that are none", `"><*`, []string{`"><*`}},
		{"a quote within", `a"b,c`, []string{`a"b`, "c"}},
		{"none", "", nil},
	} {
		var got listFlag
		if err := got.Set(test.text); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.reason, got, test.want)
		}
	}
}
