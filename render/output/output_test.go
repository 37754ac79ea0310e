package output

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "case.html")
	fill := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error { io.WriteString(w, text); return err }
	}
	if err := Write(path, nil, fill("whole", nil)); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := Write(path, nil, fill("half", broken)); !errors.Is(err, broken) {
		t.Errorf("an answer that fails: %v, want its error", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "whole" {
		t.Errorf("after it the file holds %q, want what it held", text)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the folder holds %v, want the file alone", entries)
	}
	if err := Write(os.DevNull, nil, fill("x", nil)); err != nil {
		t.Errorf("a device: %v", err)
	}
}

func TestHolds(t *testing.T) {
	folder := t.TempDir()
	inside, outside := filepath.Join(folder, "a.csv"), filepath.Join(t.TempDir(), "a.csv")
	for _, path := range []string{inside, outside} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		given, file, reason string
		want                bool
	}{
		{inside, inside, "the file itself", true},
		{folder, inside, "a file below a folder", true},
		{folder, outside, "a file of the same name elsewhere", false},
		{filepath.Join(folder, "none"), inside, "nothing", false},
	} {
		info, err := os.Stat(test.file)
		if err != nil {
			t.Fatal(err)
		}
		if got := Holds(test.given, info); got != test.want {
			t.Errorf("%s: %v, want %v", test.reason, got, test.want)
		}
	}
}
