package verify

import (
	"fmt"

	"entrail/render"
)

// mostNamed is how many files of evidence are named one by one.
const mostNamed = 20

// Evidence says of each file of evidence that is missing, was added or changed since.
func Evidence(then, now []render.Source) []string {
	type file = render.Source
	was, is := map[string]file{}, map[string]file{}
	wasSum, isSum := map[string]string{}, map[string]string{} // by hash: the path
	for _, f := range then {
		was[f.Path], wasSum[f.SHA256] = f, f.Path
	}
	for _, f := range now {
		is[f.Path], isSum[f.SHA256] = f, f.Path
	}
	var all []string
	for _, f := range then {
		other, isThere := is[f.Path]
		elsewhere, moved := isSum[f.SHA256]
		switch {
		case isThere && other.SHA256 == f.SHA256:
		case isThere:
			all = append(all, fmt.Sprintf("evidence %s is another file: SHA-256 %s then, %s now", excerpt(f.Path), excerpt(f.SHA256), other.SHA256))
		case moved:
			all = append(all, fmt.Sprintf("evidence %s lies elsewhere: %s has its bytes", excerpt(f.Path), excerpt(elsewhere)))
		default:
			all = append(all, fmt.Sprintf("evidence %s is missing (SHA-256 %s)", excerpt(f.Path), excerpt(f.SHA256)))
		}
	}
	for _, f := range now {
		if _, wasThere := was[f.Path]; wasThere {
			continue
		}
		if _, moved := wasSum[f.SHA256]; !moved {
			all = append(all, fmt.Sprintf("evidence %s was not among it then (SHA-256 %s)", excerpt(f.Path), f.SHA256))
		}
	}
	if more := len(all) - mostNamed; more > 0 {
		all = append(all[:mostNamed], fmt.Sprintf("and %d more files of evidence are not as they were", more))
	}
	return all
}

// Inputs tells how the files that flags name must be given: flag is the first that is
// missing or too much, wanted whether the answer was made with one, and which.
func Inputs(then, now []render.Input) (flag string, wanted []render.Input) {
	for _, name := range []string{"--case", "--mmdb", "--rules", "--compare"} {
		a, b := of(then, name), of(now, name)
		if len(a) > 0 != (len(b) > 0) {
			return name, a
		}
	}
	return "", nil
}

func of(all []render.Input, flag string) []render.Input {
	var some []render.Input
	for _, i := range all {
		if i.Flag == flag {
			some = append(some, i)
		}
	}
	return some
}

// Changed says of each file that a flag names that it is another than then.
func Changed(then, now []render.Input) []string {
	type key struct{ flag, sum string }
	has := func(all []render.Input) map[key]bool {
		set := map[key]bool{}
		for _, i := range all {
			set[key{i.Flag, i.SHA256}] = true
		}
		return set
	}
	var all []string
	given, wanted := has(now), has(then)
	for _, i := range then {
		if !given[key{i.Flag, i.SHA256}] {
			all = append(all, fmt.Sprintf("%s: the file that was called %s (SHA-256 %s) is not given", i.Flag, excerpt(i.Path), excerpt(i.SHA256)))
		}
	}
	for _, i := range now {
		if !wanted[key{i.Flag, i.SHA256}] {
			all = append(all, fmt.Sprintf("%s %s: this file (SHA-256 %s) was not given then", i.Flag, excerpt(i.Path), i.SHA256))
		}
	}
	if more := len(all) - mostNamed; more > 0 {
		all = append(all[:mostNamed], fmt.Sprintf("and %d more files that flags name are not as they were", more))
	}
	return all
}
