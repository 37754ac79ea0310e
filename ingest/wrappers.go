package ingest

import (
	"slices"
	"strings"
)

// The names by which records are known that another program has put into its own: those
// that it keeps them under, and those that it has put before theirs. What stands there is
// taken out in wrapped.go.

// originals are the names, as wrapperKey has them, under which a program keeps the whole record as it
// came, even if it has copied parts of that beside it.
var originals = []string{"raw", "raweventdata", "eventoriginal", "fullmessage", "original", "rawevent", "rawmessage", "rawlog", "rawdata", "fulllog", "logmessage"}

// wrappers are all such names, the nearest to the original first.
var wrappers = append(originals[:len(originals):len(originals)],
	"result", "source", "event", "data", "office365", "o365audit", "o365", "audit", "azure", "signinlogs", "auditlogs",
	"message", "json", "record", "log", "payload", "body", "content", "attributes", "value", "fields", "sourcejson", "msgraph")

// wrapperKey is a name as it is compared with those of wrappers, which programs spell _raw, Raw Log and event.original.
func wrapperKey(name string) string {
	name = strings.TrimPrefix(strings.ToLower(name), "_source.")
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("_-. @", c) {
			return -1
		}
		return c
	}, name)
}

// isTable tells a header from the first line of JSON that has lost its start.
func isTable(names []string) bool {
	return (len(names) > 1 || wrapperIn(names, originals)) && !slices.ContainsFunc(names, func(name string) bool { return name == "" || strings.ContainsAny(name, "{}:") })
}

// wrapperIn tells whether one of the names is one under which a record may stand.
func wrapperIn(names, among []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(among, wrapperKey(name)) })
}

// timesOfRecords are names that logs give their times, in lower case.
var timesOfRecords = []string{".creationtime", ".createddatetime", ".activitydatetime"}

// prefixOf is what stands before the names of a record whose wrappers were
// flattened, as in data.office365.CreationTime; "" for nothing.
func prefixOf(names []string) string {
	for _, name := range names {
		for _, time := range timesOfRecords {
			if strings.HasSuffix(strings.ToLower(name), time) {
				return name[:len(name)-len(time)+1]
			}
		}
	}
	return ""
}

// withoutPrefix are the names of a header whose record has a prefix before its
// names; false if none has one.
func withoutPrefix(names []string) ([]string, bool) {
	prefix := prefixOf(names)
	if prefix == "" {
		return names, false
	}
	short := make([]string, len(names))
	for i, name := range names {
		bare, is := strings.CutPrefix(name, prefix)
		if short[i] = bare; !is && slices.Contains(names, prefix+name) {
			short[i] = "wrapper's " + name // the wrapper's own, which the record's repeats
		}
	}
	return short, true
}

// wrappingColumns are the columns in which a row may have a whole record.
func wrappingColumns(names, among []string) (columns []int) {
	for _, wrapper := range among {
		for i, name := range names {
			if wrapperKey(name) == wrapper {
				columns = append(columns, i)
			}
		}
	}
	return columns
}
