package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestKeepCancelled: a copy that is cut off leaves the case as it was, alone.
func TestKeepCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.duckdb")
	text := "12345678DUCK and so on"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OpenCaseFile(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("copied all the same: %v", err)
	}
	if got, err := os.ReadFile(path); string(got) != text {
		t.Errorf("the case is now %q, %v", got, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left beside the case: %v, %v", entries, err)
	}
}

// TestCommit: the partial case takes the place of the one before; without it,
// that one stays.
func TestCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.duckdb")
	if err := os.WriteFile(path, []byte("12345678DUCK before"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		partial, want, reason string
	}{
		{"12345678DUCK after", "12345678DUCK after", "a load that is through"},
		{"", "12345678DUCK after", "a copy that someone removed"},
	} {
		k, err := OpenCaseFile(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if tt.partial == "" {
			err = os.Remove(k.Partial)
		} else {
			err = os.WriteFile(k.Partial, []byte(tt.partial), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Commit(); (err == nil) != (tt.partial != "") {
			t.Errorf("%s: %v", tt.reason, err)
		}
		k.Close()
		if got, _ := os.ReadFile(path); string(got) != tt.want {
			t.Errorf("%s: the case is %q, want %q", tt.reason, got, tt.want)
		}
	}
}

// TestNamesBesideTheCase: what no run has put there stays as it is.
func TestNamesBesideTheCase(t *testing.T) {
	for _, tt := range []struct {
		reason string
		make   func(path string) error
		fails  bool
	}{
		{"nothing there", func(string) error { return nil }, false},
		{"the partial case of a run that was killed", func(path string) error {
			return os.WriteFile(path+partialEnding, []byte("12345678DUCK half"), 0o600)
		}, false},
		{"one that was killed before it wrote", func(path string) error { return os.WriteFile(path+partialEnding, nil, 0o600) }, false},
		{"the lock of a run that was killed", func(path string) error { return os.WriteFile(path+lockEnding, nil, 0o600) }, false},
		{"somebody's own file", func(path string) error {
			return os.WriteFile(path+partialEnding, []byte("my thoughts on the case"), 0o600)
		}, true},
		{"another one", func(path string) error { return os.WriteFile(path+lockEnding, []byte("my thoughts"), 0o600) }, true},
		{"a folder", func(path string) error { return os.Mkdir(path+partialEnding, 0o700) }, true},
		{"a link to nothing, which would be made", func(path string) error { return os.Symlink(path+".elsewhere", path+lockEnding) }, true},
		{"a link to a case", func(path string) error { return os.Symlink(path, path+partialEnding) }, true},
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, "case.duckdb")
		if err := errors.Join(os.WriteFile(path, []byte("12345678DUCK before"), 0o600), tt.make(path)); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadDir(folder)
		k, err := OpenCaseFile(t.Context(), path)
		if err == nil {
			k.Close()
		}
		if (err != nil) != tt.fails {
			t.Errorf("%s: %v", tt.reason, err)
		}
		after, _ := os.ReadDir(folder)
		if want := len(before); tt.fails && len(after) != want || !tt.fails && len(after) != 1 {
			t.Errorf("%s: afterwards there are %v", tt.reason, after)
		}
	}
}
