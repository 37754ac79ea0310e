package render

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"entrail/queries"

	"github.com/google/uuid"
)

// entrailSpace is the namespace of the ids of indicators: that of a value is the same
// in every run, and in no other program's.
var entrailSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("entrail:indicators"))

// indicator is a row of the report indicators.
type indicator struct {
	kind, value, name, findings string
	known                       string    // of the case sheet: trusted, bad; "" = neither
	ordinary                    string    // why it tells of nobody; "" = it came with the incident
	verdict, note               string    // of the case sheet; "" = none
	first, last                 time.Time // UTC; zero = unknown
}

// id is the UUIDv5 of what the indicator is, for a use of it.
func (i indicator) id(use string) string {
	return uuid.NewSHA1(entrailSpace, []byte(use+"\x00"+i.kind+"\x00"+i.value)).String()
}

// isOrdinary tells that the value did not come with the incident: an office, a common
// browser, an application of everybody, what the victim had before. Another program would
// raise false alarms by it, so it is in the report alone, unless the case sheet says that
// it is bad.
func (i indicator) isOrdinary() bool {
	return i.ordinary != "" && i.known != "bad" && i.verdict != "confirmed"
}

// isTrusted tells that the case sheet trusts the value, and no note says otherwise. A
// firewall would shut out the client's own, so it is in the report alone too.
func (i indicator) isTrusted() bool { return i.known == "trusted" && i.verdict != "confirmed" }

// comment says in which findings the indicator is.
func (i indicator) comment() string {
	text := visible(i.kind)
	if i.name != "" {
		text += " " + visible(i.name)
	}
	return text + ", in: " + visible(i.findings)
}

// judgement is what the case sheet says of the indicator, "" if nothing.
func (i indicator) judgement() string {
	switch {
	case i.verdict == "":
		return ""
	case i.note == "":
		return "the case sheet says: " + visible(i.verdict)
	}
	return "the case sheet says: " + visible(i.verdict) + ", " + visible(i.note)
}

// eachIndicator reads the one result that the document must have: the report
// indicators.
func eachIndicator(d Document, format string, each func(indicator) error) error {
	return writeOne(d, func(r *queries.Result) error {
		if r.Report.Name != "indicators" {
			return fmt.Errorf("%s holds the report indicators and nothing else; %s is none", format, r.Report.Name)
		}
		at := map[string]int{}
		for i, c := range r.Columns {
			at[c.Name] = i
		}
		for row, err := range r.Rows {
			if err != nil {
				return err
			}
			text := func(column string) string {
				i, ok := at[column]
				if !ok { // verdict and note, where there are no notes
					return ""
				}
				s, _ := row[i].(string)
				return s
			}
			moment := func(column string) time.Time {
				t, _ := row[at[column]].(time.Time)
				return t.UTC()
			}
			i := indicator{
				kind: text("type"), value: text("value"), name: text("name"), findings: text("findings"),
				known: text("known"), ordinary: text("ordinary"), verdict: text("verdict"), note: text("note"),
				first: moment("first_seen"), last: moment("last_seen"),
			}
			if i.isOrdinary() || i.isTrusted() {
				continue
			}
			err := each(i)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// stixTime is a time as STIX writes it.
func stixTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// stixIndicator is an Indicator of STIX 2.1, section 4.7 of the OASIS standard.
type stixIndicator struct {
	Type           string   `json:"type"`
	SpecVersion    string   `json:"spec_version"`
	ID             string   `json:"id"`
	Created        string   `json:"created"`
	Modified       string   `json:"modified"`
	Name           string   `json:"name"`
	Description    string   `json:"description"`
	IndicatorTypes []string `json:"indicator_types"`
	Pattern        string   `json:"pattern"`
	PatternType    string   `json:"pattern_type"`
	ValidFrom      string   `json:"valid_from"`
}

// stixNote is a Note of STIX 2.1, section 4.11: what an analyst says of other objects.
type stixNote struct {
	Type        string   `json:"type"`
	SpecVersion string   `json:"spec_version"`
	ID          string   `json:"id"`
	Created     string   `json:"created"`
	Modified    string   `json:"modified"`
	Abstract    string   `json:"abstract"`
	Content     string   `json:"content"`
	Labels      []string `json:"labels"`
	ObjectRefs  []string `json:"object_refs"`
}

// STIX writes the report indicators as a bundle of STIX 2.1. What STIX has no object
// for (ids of sessions, tokens, devices and applications) is one of its own, x-m365-...
// A verdict of the case sheet is a Note on the indicator, with the verdict as its label;
// one that is benign is no longer of the type malicious-activity.
func STIX(w io.Writer, d Document) error {
	objects := []any{}
	ids := ""
	err := eachIndicator(d, "STIX", func(i indicator) error {
		pattern := stixPattern(i)
		if pattern == "" {
			return nil
		}
		from := i.first
		if from.IsZero() {
			from = d.Generated
		}
		o := stixIndicator{
			Type: "indicator", SpecVersion: "2.1", ID: "indicator--" + i.id("stix"),
			Created: stixTime(d.Generated), Modified: stixTime(d.Generated),
			Name: visible(i.kind + " " + i.value), Description: i.comment(),
			IndicatorTypes: []string{"malicious-activity"},
			Pattern:        pattern, PatternType: "stix", ValidFrom: stixTime(from),
		}
		if i.verdict == "benign" {
			o.IndicatorTypes = []string{"benign"}
		}
		ids += o.ID
		objects = append(objects, o)
		if i.verdict != "" {
			objects = append(objects, stixNote{
				Type: "note", SpecVersion: "2.1", ID: "note--" + i.id("stix note\x00"+i.verdict+"\x00"+i.note),
				Created: o.Created, Modified: o.Modified,
				Abstract: "Verdict of the case sheet", Content: i.judgement(),
				Labels: []string{i.verdict}, ObjectRefs: []string{o.ID},
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	bundle := map[string]any{"type": "bundle", "id": "bundle--" + uuid.NewSHA1(entrailSpace, []byte(ids)).String()}
	if len(objects) > 0 { // an empty list is not allowed
		bundle["objects"] = objects
	}
	return writeIndented(w, bundle)
}

// stixPattern is the pattern that matches an indicator, "" if its value is none of its kind.
func stixPattern(i indicator) string {
	quoted := "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(i.value) + "'"
	switch i.kind {
	case "ip address":
		address, err := netip.ParseAddr(i.value)
		switch {
		case err != nil:
			return ""
		case address.Is4():
			return "[ipv4-addr:value = " + quoted + "]"
		}
		return "[ipv6-addr:value = " + quoted + "]"
	case "ASN":
		return "[autonomous-system:number = " + strings.TrimPrefix(i.value, "AS") + "]"
	case "domain":
		return "[domain-name:value = " + quoted + "]"
	case "email address":
		return "[email-addr:value = " + quoted + "]"
	case "file hash":
		if algorithm := hashes[len(i.value)].stix; algorithm != "" {
			return "[file:hashes.'" + algorithm + "' = " + quoted + "]"
		}
		return ""
	case "user agent":
		return "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = " + quoted + "]"
	}
	return "[x-m365-" + strings.ReplaceAll(i.kind, " ", "-") + ":value = " + quoted + "]"
}

// hashes are the names of the algorithms in STIX and in MISP, by the length of a hash in
// hex.
var hashes = map[int]struct{ stix, misp string }{
	32: {"MD5", "md5"}, 40: {"SHA-1", "sha1"}, 64: {"SHA-256", "sha256"},
}

// mispType is the type and category of a MISP attribute, and whether other programs may
// raise an alarm at one, as MISP has it by default: a network or a browser is many people's.
type mispType struct {
	name, category string
	detects        bool
}

// mispTypes are those of the kinds of indicators. All others are text.
var mispTypes = map[string]mispType{
	"ip address":    {"ip-src", "Network activity", true},
	"ASN":           {"AS", "Network activity", false},
	"domain":        {"domain", "Network activity", true},
	"user agent":    {"user-agent", "Network activity", false},
	"email address": {"email-dst", "Network activity", true},
}

// mispAttribute is an attribute of a MISP event, as MISP's core format has it.
type mispAttribute struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Category  string `json:"category"`
	Value     string `json:"value"`
	Comment   string `json:"comment"`
	ToIDS     bool   `json:"to_ids"`
	Timestamp string `json:"timestamp"`
	FirstSeen string `json:"first_seen,omitempty"`
	LastSeen  string `json:"last_seen,omitempty"`

	Tags []mispTag `json:"Tag,omitempty"`
}

// mispTag is a tag of an attribute.
type mispTag struct {
	Name string `json:"name"`
}

// MISP writes the report indicators as an event of MISP's core format, unpublished and for
// the own organisation only. Addresses, domains and hashes are marked for detection (to_ids),
// but what the case sheet calls benign is not. A verdict of the case sheet is a tag of the
// attribute, and stands in its comment with the words.
func MISP(w io.Writer, d Document) error {
	attributes := []mispAttribute{}
	ids := ""
	err := eachIndicator(d, "MISP", func(i indicator) error {
		t, ok := mispTypes[i.kind]
		if i.kind == "file hash" {
			t, ok = mispType{hashes[len(i.value)].misp, "Payload delivery", true}, true
		}
		if !ok {
			t = mispType{"text", "Other", false}
		}
		a := mispAttribute{
			UUID: i.id("misp"), Type: t.name, Category: t.category, Value: strings.TrimPrefix(i.value, "AS"),
			Comment: i.comment(), Timestamp: fmt.Sprint(d.Generated.Unix()), ToIDS: t.detects && i.verdict != "benign",
		}
		if i.kind != "ASN" {
			a.Value = i.value
		}
		if i.verdict != "" {
			a.Comment += "; " + i.judgement()
			a.Tags = []mispTag{{fmt.Sprintf("entrail:verdict=%q", i.verdict)}}
		}
		if !i.first.IsZero() {
			a.FirstSeen, a.LastSeen = i.first.Format("2006-01-02T15:04:05.000000+00:00"), i.last.Format("2006-01-02T15:04:05.000000+00:00")
		}
		ids += a.UUID
		attributes = append(attributes, a)
		return nil
	})
	if err != nil {
		return err
	}
	return writeIndented(w, map[string]any{"Event": map[string]any{
		"uuid":            uuid.NewSHA1(entrailSpace, []byte(ids)).String(),
		"info":            "Indicators from Microsoft 365 and Entra ID logs",
		"date":            d.Generated.UTC().Format("2006-01-02"),
		"timestamp":       fmt.Sprint(d.Generated.Unix()),
		"analysis":        "0", // initial
		"threat_level_id": "4", // undefined
		"distribution":    "0", // own organisation only
		"published":       false,
		"Attribute":       attributes,
	}})
}

func writeIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
