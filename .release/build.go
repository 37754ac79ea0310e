package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// target is a system to build for.
type target struct {
	os, arch string
	cc, cxx  string
	install  string // what brings the compiler
	link     string // for the linker beside what the engine's library asks for
}

// What every linker is asked: leave out what nothing calls, and what differs
// from one build to the next.
const forELF = "-static -Wl,--gc-sections -Wl,--build-id=none"

var targets = []target{
	{"linux", "amd64", "x86_64-linux-gnu-gcc", "x86_64-linux-gnu-g++", "apt-get install g++-x86-64-linux-gnu, or on that system g++", forELF},
	{"linux", "arm64", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-g++", "apt-get install g++-aarch64-linux-gnu lld", forELF + " -fuse-ld=lld"},
	{"windows", "amd64", "x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-g++-posix", "apt-get install g++-mingw-w64-x86-64-posix",
		"-static -Wl,--gc-sections -Wl,--no-insert-timestamp -Wl,--defsym," + seekpos},
	{"darwin", "amd64", "o64-clang", "o64-clang++", "osxcross with a macOS SDK, or build on a Mac with Xcode's command line tools", "-Wl,-dead_strip"},
	{"darwin", "arm64", "oa64-clang", "oa64-clang++", "osxcross with a macOS SDK, or build on a Mac with Xcode's command line tools", "-Wl,-dead_strip"},
}

// seekpos gives the engine's library for Windows, made with a newer mingw-w64
// whose mbstate_t is a structure, the method that Debian's C++ library has for
// its own. It stands in the table of a class that nothing here makes.
const seekpos = "_ZNSt15basic_streambufIcSt11char_traitsIcEE7seekposESt4fposI9_MbstatetESt13_Ios_Openmode=" +
	"_ZNSt15basic_streambufIcSt11char_traitsIcEE7seekposESt4fposIiESt13_Ios_Openmode"

func (t target) String() string { return t.os + "/" + t.arch }

func (t target) file() string {
	name := "entrail-" + t.os + "-" + t.arch
	if t.os == "windows" {
		name += ".exe"
	}
	return name
}

func (t target) usesLLD() bool { return strings.Contains(t.link, "-fuse-ld=lld") }

// missing says what has to be there for this target and is not; "" if nothing.
func (t *target) missing() string {
	if t.os == "darwin" && runtime.GOOS == "darwin" {
		t.cc, t.cxx = "clang", "clang++" // Xcode's make both kinds, see -arch
		arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[t.arch]
		t.cc, t.cxx = t.cc+" -arch "+arch, t.cxx+" -arch "+arch
	}
	needed := []string{strings.Fields(t.cc)[0], strings.Fields(t.cxx)[0]}
	if t.usesLLD() {
		needed = append(needed, "ld.lld")
	}
	for _, program := range needed {
		if _, err := exec.LookPath(program); err != nil {
			return "there is no " + program + "; " + t.install
		}
	}
	return ""
}

// build writes the program.
func (t target) build(r release, to string) error {
	private, err := os.MkdirTemp("", "entrail-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(private)
	link := t.link
	if t.os == "windows" {
		object := filepath.Join(private, "ucrt.o")
		if err := command(nil, t.cc, "-O2", "-Wall", "-c", "-o", object, ".release/mingw/ucrt.c"); err != nil {
			return err
		}
		link += " " + object
	}
	if lld, err := exec.LookPath("ld.lld"); err == nil && t.usesLLD() {
		// A compiler for another system looks for its linker in folders of its own.
		if err := os.Symlink(lld, filepath.Join(private, "ld.lld")); err != nil {
			return err
		}
		link += " -B" + private
	}
	first := ""
	if t.usesLLD() {
		if first, err = t.cFirst(); err != nil {
			return err
		}
	}
	// The names of temporary files and folders reach nothing that is kept: -trimpath,
	// and -s throws the table of symbols away.
	environment := []string{
		"CGO_ENABLED=1", "GOOS=" + t.os, "GOARCH=" + t.arch, "CC=" + t.cc, "CXX=" + t.cxx,
		"GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0", "CGO_CFLAGS=-O2", "CGO_CXXFLAGS=-O2", "CGO_LDFLAGS=" + first, "SOURCE_DATE_EPOCH=" + fmt.Sprint(r.time.Unix()), "TZ=UTC", "LC_ALL=C",
	}
	return command(environment, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", "netgo,osusergo",
		"-ldflags", fmt.Sprintf("-s -w -buildid= -X main.Version=%s -X main.Commit=%s -linkmode=external -extldflags '%s'", r.version, r.commit, link),
		"-o", to, ".")
}

// cFirst is what makes the linker take the C library before the engine's. On arm64
// a static C library finds addresses in the first 32 KiB of a table (the GOT) that
// the engine fills with 64: GNU's linker gives up there, and lld, which fills the
// table in the order of the objects, would let it read others' addresses. So all
// that the engine asks of the C library is asked for at the start.
func (t target) cFirst() (flags string, err error) {
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/duckdb/duckdb-go-bindings/lib/"+t.os+"-"+t.arch).Output()
	if err != nil {
		return "", fmt.Errorf("go list -m: %w", err)
	}
	engine, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(module)), "*.a"))
	if err != nil {
		return "", err
	}
	library := func(name string) string {
		path, _ := exec.Command(t.cc, "-print-file-name="+name).Output() // the name itself if there is none, which nm tells
		return strings.TrimSpace(string(path))
	}
	nm := strings.TrimSuffix(t.cc, "gcc") + "nm"
	asked, err := symbols(nm, "-u", append(engine, library("libstdc++.a"), library("libgcc.a"), library("libgcc_eh.a"))...)
	if err != nil {
		return "", err
	}
	given, err := symbols(nm, "--defined-only", library("libc.a"), library("libm.a"))
	if err != nil {
		return "", err
	}
	var names []string
	for name := range asked {
		if given[name] {
			names = append(names, "-Wl,-u,"+name)
		}
	}
	slices.Sort(names)
	return strings.Join(append(names, "-lm", "-lc"), " "), nil
}

// symbols are the global ones in libraries that nm is asked for.
func symbols(nm, which string, libraries ...string) (map[string]bool, error) {
	out, err := exec.Command(nm, append([]string{"-P", "-g", which}, libraries...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", nm, err)
	}
	all := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 1 { // else it names an object
			all[fields[0]] = true
		}
	}
	return all, nil
}

// command runs a program; its output is shown if it fails.
func command(environment []string, name string, args ...string) error {
	fields := strings.Fields(name)
	c := exec.Command(fields[0], append(fields[1:], args...)...)
	c.Env = append(os.Environ(), environment...)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
