package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// part is something that a program is made of.
type part struct {
	name, version string
	license       string // by its SPDX identifier
	copyright     string // of a part whose licence is a text in texts
	text          string // the licence as it came with a module; "" for the others
	golang        bool   // a module, or Go itself
	note          string
}

// inEngine is what the engine's library holds: DuckDB, and of its third_party
// folder what its builds do not leave out.
var inEngine = []part{
	{name: "DuckDB", license: "MIT", copyright: "Copyright 2018-2025 Stichting DuckDB Foundation"},
	{name: "brotli", license: "MIT", copyright: "Copyright (c) 2009, 2010, 2013-2016 by the Brotli Authors"},
	{name: "concurrentqueue", license: "BSD-2-Clause", copyright: "Copyright (c) 2013-2016, Cameron Desrochers"},
	{name: "fast_float", license: "MIT", copyright: "Copyright (c) 2021 The fast_float authors"},
	{name: "FastPFor", license: "Apache-2.0", copyright: "Copyright (c) Daniel Lemire"},
	{name: "fmt", license: "MIT", copyright: "Copyright (c) 2012 - present, Victor Zverovich"},
	{name: "fsst", license: "MIT", copyright: "Copyright (c) 2018-2020, CWI, TU Munich, FSU Jena"},
	{name: "cpp-httplib", license: "MIT", copyright: "Copyright (c) Yuji Hirose"},
	{name: "HyperLogLog", license: "MIT", copyright: "Copyright (c) 2013 Hideaki Ohno"},
	{name: "ICU", license: "Unicode-DFS-2016", copyright: "Copyright (c) 1991-2020 Unicode, Inc. All rights reserved."},
	{name: "jaro_winkler", license: "MIT", copyright: "Copyright (c) 2022 Max Bachmann"},
	{name: "jemalloc", license: "BSD-2-Clause", copyright: "Copyright (C) 2002-present Jason Evans; 2007-2012 Mozilla Foundation; 2009-present Facebook, Inc.", note: "on Linux"},
	{name: "libpg_query", license: "BSD-3-Clause", copyright: "Copyright (c) 2015, Lukas Fittl"},
	{name: "lz4", license: "BSD-2-Clause", copyright: "Copyright (c) 2011-2020, Yann Collet"},
	{name: "Mbed TLS", license: "Apache-2.0", copyright: "Copyright The Mbed TLS Contributors"},
	{name: "miniz", license: "MIT", copyright: "Copyright 2013-2014 RAD Game Tools and Valve Software; 2010-2014 Rich Geldreich and Tenacious Software LLC"},
	{name: "pcg", license: "Apache-2.0", copyright: "Copyright 2014 Melissa O'Neill"},
	{name: "pdqsort", license: "Zlib", copyright: "Copyright (c) 2021 Orson Peters"},
	{name: "PostgreSQL's parser", license: "PostgreSQL", copyright: "Portions Copyright (c) 1996-2017, PostgreSQL Global Development Group; Portions Copyright (c) 1994, The Regents of the University of California"},
	{name: "RE2", license: "BSD-3-Clause", copyright: "Copyright (c) 2009 The RE2 Authors. All rights reserved."},
	{name: "ska_sort", license: "BSL-1.0", copyright: "Copyright Malte Skarupke 2016"},
	{name: "skiplist", license: "MIT", copyright: "Copyright (c) 2017-2023 Paul Ross"},
	{name: "snappy", license: "BSD-3-Clause", copyright: "Copyright 2011, Google Inc. All rights reserved."},
	{name: "t-digest", license: "Apache-2.0", copyright: "Copyright (c) Derrick R. Burns"},
	{name: "Apache Thrift and parquet-format", license: "Apache-2.0", copyright: "Copyright The Apache Software Foundation"},
	{name: "utf8proc", license: "MIT", copyright: "Copyright (c) 2014-2019 by Steven G. Johnson, Jiahao Chen, Tony Kelman, Jonas Fonseca, and other contributors; 2009, 2013 Public Software Group e. V., Berlin, Germany"},
	{name: "utf8proc's data", license: "Unicode-DFS-2016", copyright: "Copyright (c) 1991-2007 Unicode, Inc. All rights reserved."},
	{name: "vergesort", license: "MIT", copyright: "Copyright (c) 2015 Morwenn"},
	{name: "yyjson", license: "MIT", copyright: "Copyright (c) 2020 YaoYuan"},
	{name: "Zstandard", license: "BSD-3-Clause", copyright: "Copyright (c) Meta Platforms, Inc. and affiliates. All rights reserved."},
}

// ofCompilers is what the compilers put in.
var ofCompilers = []part{
	{name: "GCC's libraries (libgcc, libstdc++)", license: "GPL-3.0-or-later WITH GCC-exception-3.1", copyright: "Copyright (C) Free Software Foundation, Inc.",
		note: "on Linux and Windows; the exception allows them in a program under any terms: https://www.gnu.org/licenses/gcc-exception-3.1.html"},
	{name: "GNU C library", license: "LGPL-2.1-or-later", copyright: "Copyright (C) Free Software Foundation, Inc.",
		note: "on Linux, as the system that built it has it; with the sources of entrail and go run ./.release a program is linked with another"},
	{name: "mingw-w64's runtime", license: "Zlib", copyright: "Copyright (c) 2009-2016 by the mingw-w64 project", note: "on Windows; in the public domain for the most part"},
	{name: "winpthreads", license: "MIT", copyright: "Copyright (c) 2011-2016 mingw-w64 project", note: "on Windows"},
	{name: "winpthreads' headers", license: "BSD-3-Clause", copyright: "Copyright (c) 2010 Lockless Inc.", note: "on Windows"},
}

// findParts asks Go which modules the programs for all targets are made of, and
// puts the rest beside them.
func findParts() ([]part, error) {
	modules := map[string]string{} // module and version -> its folder
	for _, t := range targets {
		c := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "-tags", "netgo,osusergo", ".")
		c.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS="+t.os, "GOARCH="+t.arch)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			if module, folder, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				modules[module] = folder
			}
		}
	}
	all := []part{}
	add := func(module, folder string) error {
		name, version, _ := strings.Cut(module, " ")
		text, err := licenseIn(folder)
		if err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
		id := identify(text)
		if id == "" {
			return fmt.Errorf("%s: its licence is none of those known here; read it, and add it to identify", module)
		}
		all = append(all, part{name: name, version: version, license: id, text: text, golang: true})
		return nil
	}
	for module, folder := range modules {
		if err := add(module, folder); err != nil {
			return nil, err
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	if err := add("Go", strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return slices.Concat(all, inEngine, ofCompilers), nil
}

var licenseName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([-.].*)?$`)

// licenseIn reads the texts of licences at the root of a module.
func licenseIn(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, e := range entries {
		if e.IsDir() || !licenseName.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, clean(string(text)))
	}
	if len(texts) == 0 {
		return "", errors.New("there is no licence in " + folder)
	}
	return strings.Join(texts, "\n"), nil
}

// clean ends every line alike, and throws blanks at its end away.
func clean(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(line, " \t\r\n\f") + "\n")
	}
	return strings.Trim(b.String(), "\n") + "\n"
}

// identify names a licence by words that only it has.
func identify(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	has := func(s string) bool { return strings.Contains(words, s) }
	switch {
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License Version 2.0"):
		return "MPL-2.0"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose") || has("Permission to use, copy, modify, and distribute this software for any purpose"):
		return "ISC"
	case has("Permission is hereby granted, free of charge, to any person obtaining a copy of this software"):
		return "MIT"
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("The names of its contributors may not")):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	}
	return ""
}

// licenseText is what --licenses prints: the list of the parts, which a test
// compares with go.mod, and the texts of their licences, each once.
func licenseText(parts []part) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("entrail is made of these parts. Each stands under its own licence; the texts follow.\n\n")
	wide := 0
	for _, p := range parts {
		wide = max(wide, len(p.title()))
	}
	texts := map[string][]part{}
	var order []string
	for _, p := range parts {
		fmt.Fprintf(&b, "%-*s  %s\n", wide, p.title(), p.license)
		text := p.text
		if text == "" && !strings.Contains(p.license, "WITH GCC-exception") {
			file, err := os.ReadFile(".release/texts/" + p.license + ".txt")
			if err != nil {
				return nil, err
			}
			text = clean(string(file))
		}
		if texts[text] == nil {
			order = append(order, text)
		}
		texts[text] = append(texts[text], p)
	}
	for _, text := range order {
		b.WriteString("\n" + strings.Repeat("=", 78) + "\n")
		for _, p := range texts[text] {
			b.WriteString(p.title())
			if p.note != "" {
				b.WriteString(" (" + p.note + ")")
			}
			b.WriteString("\n")
			if p.copyright != "" {
				b.WriteString("    " + p.copyright + "\n")
			}
		}
		if text != "" {
			b.WriteString("\n" + text)
		}
	}
	return b.Bytes(), nil
}

func (p part) title() string { return strings.TrimSpace(p.name + " " + p.version) }

// bom lists the parts as CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/
func bom(r release, parts []part) ([]byte, error) {
	type license struct {
		License *struct {
			ID string `json:"id"`
		} `json:"license,omitempty"`
		Expression string `json:"expression,omitempty"`
	}
	type component struct {
		Type        string    `json:"type"`
		Ref         string    `json:"bom-ref"`
		Name        string    `json:"name"`
		Version     string    `json:"version,omitempty"`
		Description string    `json:"description,omitempty"`
		Copyright   string    `json:"copyright,omitempty"`
		PURL        string    `json:"purl,omitempty"`
		Licenses    []license `json:"licenses,omitempty"`
	}
	var components []component
	for _, p := range parts {
		c := component{Type: "library", Ref: p.title(), Name: p.name, Version: p.version, Copyright: p.copyright, Description: p.note}
		switch {
		case p.name == "Go":
			c.Version = strings.TrimPrefix(runtime.Version(), "go")
		case p.golang:
			c.PURL = "pkg:golang/" + p.name + "@" + strings.ReplaceAll(p.version, "+", "%2B")
			c.Ref = c.PURL
		}
		if strings.Contains(p.license, " ") {
			c.Licenses = []license{{Expression: p.license}}
		} else {
			c.Licenses = []license{{License: &struct {
				ID string `json:"id"`
			}{p.license}}}
		}
		components = append(components, c)
	}
	list := map[string]any{
		"bomFormat":   "CycloneDX",
		"specVersion": "1.6",
		"version":     1,
		"metadata": map[string]any{
			"timestamp": r.time.Format("2006-01-02T15:04:05Z"),
			"component": component{Type: "application", Ref: "entrail", Name: "entrail", Version: r.version, Description: "commit " + r.commit},
		},
		"components": components,
	}
	text, err := json.MarshalIndent(list, "", "  ")
	return append(text, '\n'), err
}
