package ingest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// collector is a program that responders gather evidence with. Its output is known by
// the names of files that it writes, in lower case and relative to some folder; beside logs and states it
// leaves files that are neither.
type collector struct {
	name  string
	marks []string // two of these below one folder make that its output
	side  []string // files that are neither; a file that is read is none of these, whatever it is called
}

// The patterns are those of path.Match, for the end of a path.
var collectors = []collector{
	{
		name: "Microsoft-Extractor-Suite", // https://github.com/invictus-ir/Microsoft-Extractor-Suite
		marks: []string{
			"logfile.txt", "*-mfa-*.csv", "*-userregistrationdetails.csv", "*oauthpermissions.csv", "*mailboxrules.csv", "*-inboxrules.csv", "*transportrules.csv",
			"*-all-roles.csv", "*-pim-assignments.csv", "ual-*.csv", "ual-*.json", "*-ual-*.json", "*-ual-*.csv", "*-riskyusers.csv", "*-riskydetections.csv",
			"*-signinlogs*.json", "*-auditlogs*.json", "*-users.csv", "*-adminusers.csv", "*mailboxauditstatus.csv", "*mailboxpermissions.csv", "*conditionalaccesspolicy.csv", "*-devices.csv",
		},
		side: []string{
			"logfile.txt", "*-log.txt", "*summary*.txt", "*amount_of_audit_logs.csv", "*totalresults*.csv", "*statistics*.csv", "*licenses*.csv", "*licensecompatibility*.csv",
			"*securescore*", "*securitydefaults*", "*oauthpermissions*.html", "*.html", "sessions*.csv", "messageids*.csv", "email export/*", "emailexport/*",
		},
	},
	{
		name: "hawk", // https://github.com/T0pCyber/hawk
		marks: []string{
			"hawk.log", "spncertsandsecrets.*", "applicationcertsandsecrets.*", "entraidadministrators.*", "azureadadministrators.*", "consent_grants.*", "*forwardingreport.csv", "_investigate_*",
			"entraidusers.*", "azureadusers.*", "simple_*", "*inboxrules.csv", "mailbox_statistics.*", "*_hawkinvestigation*",
		},
		side: []string{"*.log", "*.txt", "*.html", "xml/*.xml", "mailbox_statistics.*", "mailbox_info.*", "remotedomain.*", "transportconfig.*", "edisc*.*", "hawkinvestigationsummary*"},
	},
	{
		name: "Untitled Goose Tool", // https://github.com/cisagov/untitledgoosetool
		marks: []string{
			"entraid_configs/*", "azuread_configs/*", "entraid_audit_logs/*", "entraid_riskdetections/*", "entraid_riskyobjects/*", "signin_rt/*", "signin_sp/*", "signin_msi/*", "signin_adfs/*",
			"m365/exo_*.json", "_no_results.json", ".*_state", ".ugt_auth", "reports/_*.json",
		},
		side: []string{
			"entraid_configs/*", "azuread_configs/*", "entraid_security/*", "m365/exo_*.json", "azure/*.json", "azure/*/*.json", "mde/*.json", "_no_results.json", "_user_inbox_503.json",
			".*_state", ".ugt_auth", ".auth", ".conf", ".d4iot*", "*.log",
		},
	},
	{
		name:  "CISA Sparrow", // https://github.com/cisagov/Sparrow
		marks: []string{"*_operations_export.csv", "applicationgraphpermissions.csv", "domain_list.csv", "summary_export.xlsx"},
		side:  []string{"summary_export.xlsx"},
	},
	{
		name: "DFIR-O365RC", // https://github.com/ANSSI-FR/DFIR-O365RC
		marks: []string{
			"azure_ad_apps/*", "azure_ad_signin/*", "azure_ad_audit/*", "azure_ad_users/*", "azure_ad_devices/*", "azure_rm_activity/*", "o365_unified_audit_logs/*", "o365_*/*.json",
			"get-aad*.log", "get-o365*.log", "search-o365.log", "get-azrm*.log", "get-defenderforo365.log",
		},
		side: []string{"get-*.log", "search-*.log", "manage-applications.log", "*.pfx", "azure_rm_subscriptions/*"},
	},
	{
		name:  "ROADrecon", // https://github.com/dirkjanm/ROADtools
		marks: []string{"roadrecon.db", ".roadtools_auth", "caps.html", "caps.json"},
		side:  []string{".roadtools_auth", "caps.html", "*.log"}, // of the database is said what to do
	},
}

// collected is the output of a collector, in one folder.
type collected struct {
	by     collector
	folder string // as slashed has it
	shown  string // the same as the paths show it
	logs   int    // files
	states int
	side   []string // names of the files that are neither
}

// outputs are those among the inputs.
type outputs []*collected

// slashed is a path with slashes alone, as files of archives and Windows programs
// have it, in lower case.
func slashed(shown string) string { return strings.ToLower(toSlashes.Replace(shown)) }

// endsIn tells whether the end of a path matches a pattern.
func endsIn(shown, pattern string) bool {
	parts := strings.Split(shown, "/")
	n := strings.Count(pattern, "/") + 1
	if len(parts) < n {
		return false
	}
	ok, err := path.Match(pattern, strings.Join(parts[len(parts)-n:], "/"))
	return ok && err == nil
}

// findCollected finds the folders that are the output of a collector: of those with most
// marks of it the deepest, then of the other files again.
func findCollected(sources []source) outputs {
	var all outputs
	paths := make([]string, len(sources))
	for i, s := range sources {
		paths[i] = slashed(s.path)
	}
	for _, c := range collectors {
		left := slices.Clone(paths)
		for {
			folder, marks := c.outputAmong(left)
			if marks < 2 {
				break
			}
			at := slices.IndexFunc(paths, func(p string) bool { return isBelow(p, folder) })
			all = append(all, &collected{by: c, folder: folder, shown: sources[at].path[:min(len(folder), len(sources[at].path))]})
			left = slices.DeleteFunc(left, func(p string) bool { return isBelow(p, folder) })
		}
	}
	return all
}

// outputAmong returns the folder with most marks, and how many these are.
func (c collector) outputAmong(paths []string) (folder string, most int) {
	marks := map[string]map[string]bool{} // folder -> marks below it
	for _, p := range paths {
		for _, mark := range c.marks {
			if !endsIn(p, mark) {
				continue
			}
			dir := p
			for range strings.Count(mark, "/") + 1 {
				dir = path.Dir(dir)
			}
			for depth := 0; depth < maxCollectedDepth; depth++ {
				if marks[dir] == nil {
					marks[dir] = map[string]bool{}
				}
				marks[dir][mark] = true
				if up := path.Dir(dir); up != dir {
					dir = up
				} else {
					break
				}
			}
		}
	}
	for dir, found := range marks {
		if len(found) > most || len(found) == most && (len(dir) > len(folder) || len(dir) == len(folder) && dir < folder) {
			folder, most = dir, len(found)
		}
	}
	return folder, most
}

// maxCollectedDepth is how deep collectors put files below the folder of their output.
const maxCollectedDepth = 4

func isBelow(p, folder string) bool {
	return folder == "." || strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/")
}

// of is the output that a file is part of; nil for none.
func (all outputs) of(shown string) *collected {
	p := slashed(shown)
	for _, c := range all {
		if isBelow(p, c.folder) {
			return c
		}
	}
	return nil
}

// count counts a file in the output that it is part of, and tells whether it is one that the
// collector leaves beside its exports.
func (all outputs) count(f *inputFile) (isSide bool) {
	c := all.of(f.source.path)
	switch {
	case c == nil:
	case f.format != nil && f.format.isState():
		c.states++
	case f.format != nil:
		c.logs++
	case f.empty:
		c.side = append(c.side, lastName(f.source.path))
		f.notes = []string{"empty: " + c.by.name + " had nothing to write"}
		return true
	case c.isSide(f.source.path):
		c.side = append(c.side, lastName(f.source.path))
		f.notes = []string{"a file that " + c.by.name + " leaves beside its exports, neither a log nor a state"}
		return true
	}
	return false
}

// isSide tells whether a file that is not read is one that the collector leaves beside its exports.
func (c *collected) isSide(shown string) bool {
	p := slashed(shown)
	return slices.ContainsFunc(c.by.side, func(pattern string) bool { return endsIn(p, pattern) })
}

// sentence says what of the output is a log, a state, or neither.
func (c *collected) sentence() string {
	few := c.side[:min(len(c.side), 4)]
	more := ""
	if len(few) < len(c.side) {
		more = ", ..."
	}
	neither := "none is neither"
	if len(c.side) > 0 {
		neither = fmt.Sprintf("%d are neither and not read (%s%s)", len(c.side), strings.Join(few, ", "), more)
	}
	return fmt.Sprintf("%s: the output of %s: %d of its files are logs, %d are states, and %s", c.shown, c.by.name, c.logs, c.states, neither)
}
