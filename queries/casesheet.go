package queries

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// CaseSheet is what the analyst knows of a case before the logs are asked: what it is
// called, what can be trusted in it, what is known to be bad, and what was made of its
// findings. It is a TOML file; CaseSheetForm is one with comments.
type CaseSheet struct {
	// Of the case, for the page. Each may be empty.
	Title          string `toml:"title"`
	Reference      string `toml:"reference"`
	Client         string `toml:"client"`
	Examiner       string `toml:"examiner"`
	Classification string `toml:"classification"`

	Trusted Trusted `toml:"trusted"`
	Bad     Bad     `toml:"bad"`
	Notes   []Note  `toml:"note"`
}

// Trusted damps the findings that have to do with nothing else.
type Trusted struct {
	Networks     []string `toml:"networks"`     // addresses, ranges, or AS and a number
	Devices      []string `toml:"devices"`      // device ids or names
	Applications []string `toml:"applications"` // application ids or names
	Accounts     []string `toml:"accounts"`     // user principal names, or names of applications
}

// Bad makes each record that bears it a finding.
type Bad struct {
	Addresses    []string `toml:"addresses"`    // addresses or ranges
	Networks     []string `toml:"networks"`     // ranges, or AS and a number
	Agents       []string `toml:"agents"`       // user agents, or a part of one
	Domains      []string `toml:"domains"`      // of e-mail addresses and links, with what is below them
	Applications []string `toml:"applications"` // application ids or names
	Hashes       []string `toml:"hashes"`       // of files: MD5, SHA-1 or SHA-256 in hex
	Subjects     []string `toml:"subjects"`     // of mails, or a part of one
}

// Note is what the analyst made of one thing: exactly one of the first five is set.
type Note struct {
	Finding string `toml:"finding"` // its finding_id
	Session string `toml:"session"` // its id, or 8 characters of it
	Record  string `toml:"record"`  // the log's own id, or SHA-256 of the file, a colon and the record's number
	User    string `toml:"user"`    // user principal name
	Address string `toml:"address"` // one address

	Verdict string `toml:"verdict"` // confirmed, benign, open
	Text    string `toml:"text"`
}

// Verdicts are what a note may say.
var Verdicts = []string{"confirmed", "benign", "open"}

// Bounds of a case sheet: it may come from a stranger.
const (
	MaxCaseSheet  = 256 << 10 // bytes
	maxSheetList  = 5000      // entries of a list, and notes
	maxSheetText  = 1000      // characters of an entry
	maxSheetNotes = 4000      // characters of a note's text
	minSheetPart  = 3         // characters of what is looked for as a part of a text
)

// sheetKeys are the keys of a case sheet by the table that they stand in.
var sheetKeys = map[string][]string{
	"":        {"title", "reference", "client", "examiner", "classification", "trusted", "bad", "note"},
	"trusted": {"networks", "devices", "applications", "accounts"},
	"bad":     {"addresses", "networks", "agents", "domains", "applications", "hashes", "subjects"},
	"note":    {"finding", "session", "record", "user", "address", "verdict", "text"},
}

// ReadCaseSheet reads a case sheet and checks every value of it. An error says in one
// sentence what is wrong, in which line, and what may stand there.
func ReadCaseSheet(text string) (CaseSheet, error) {
	var s CaseSheet
	if len(text) > MaxCaseSheet {
		return s, fmt.Errorf("it has more than %d bytes", MaxCaseSheet)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if !utf8.ValidString(text) {
		return s, errors.New("it is no UTF-8 text")
	}
	decoder := toml.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return CaseSheet{}, sheetError(err)
	}
	return s, s.check()
}

// sheetError puts the library's error into a sentence. Unknown keys are named, each with
// the nearest that there is.
func sheetError(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var sentences []string
		for _, e := range strict.Errors[:min(len(strict.Errors), 5)] {
			key := e.Key()
			line, _ := e.Position()
			table, name := "", key[len(key)-1]
			if len(key) > 1 {
				table = key[0]
			}
			if sheetKeys[table] == nil {
				table, name = "", key[0]
			}
			hint := didYouMean(name, sheetKeys[table])
			if hint == "" {
				hint = "; there are " + strings.Join(sheetKeys[table], ", ")
			}
			sentences = append(sentences, fmt.Sprintf("line %d: there is no key %q%s", line, shortened(strings.Join(key, ".")), hint))
		}
		if more := len(strict.Errors) - len(sentences); more > 0 {
			sentences = append(sentences, fmt.Sprintf("and %d unknown keys more", more))
		}
		return errors.New(strings.Join(sentences, "; "))
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, column := wrong.Position()
		return fmt.Errorf("line %d, column %d: %s", line, column, inSheet(wrong))
	}
	return errors.New(inSheet(err))
}

// wrongKind is what the library says where a value is of another kind than its key takes.
var wrongKind = regexp.MustCompile(`^cannot (?:decode|store) (?:a )?(?:TOML )?([a-z ]+?) (?:into|in) .*?(\S+)$`)

// inSheet is the library's message without the program's own names in it.
func inSheet(err error) string {
	text := shortened(strings.TrimPrefix(err.Error(), "toml: "))
	kind := wrongKind.FindStringSubmatch(text)
	switch {
	case kind == nil:
		return text
	case kind[2] == "string":
		return "want a text in quotes, not a value of the kind " + kind[1]
	case strings.HasPrefix(kind[2], "[]string"):
		return "want a list of texts, in brackets, not a value of the kind " + kind[1]
	}
	return "want a table, see entrail --init-case, not a value of the kind " + kind[1]
}

// shortened is the beginning of a text that may be as long as the sheet.
func shortened(text string) string {
	const most = 200
	if all := []rune(text); len(all) > most {
		return string(all[:most]) + "..."
	}
	return text
}

// A network by its number, and hashes of files.
var (
	asNumber = regexp.MustCompile(`^(?i:as) ?([0-9]{1,10})$`)
	fileHash = regexp.MustCompile(`^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)
	ofFile   = regexp.MustCompile(`^[0-9a-fA-F]{64}:[0-9]{1,18}$`)
	domain   = regexp.MustCompile(`^(?:[\pL\pN_-]+\.)+[\pL\pN-]+$`)
)

// check tells what in the sheet can't be meant.
func (s CaseSheet) check() error {
	for name, text := range map[string]string{
		"title": s.Title, "reference": s.Reference, "client": s.Client, "examiner": s.Examiner, "classification": s.Classification,
	} {
		if err := checkText(name, text, maxSheetText); err != nil {
			return err
		}
	}
	for _, l := range s.lists() {
		if len(l.values) > maxSheetList {
			return fmt.Errorf("%s has %d entries, the most is %d", l.name, len(l.values), maxSheetList)
		}
		for _, v := range l.values {
			if err := checkText(l.name, v, maxSheetText); err != nil {
				return err
			}
			if strings.TrimSpace(v) == "" {
				return fmt.Errorf("%s has an empty entry: write a value or leave it out", l.name)
			}
			if err := l.check(strings.TrimSpace(v)); err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
		}
	}
	if len(s.Notes) > maxSheetList {
		return fmt.Errorf("there are %d notes, the most is %d", len(s.Notes), maxSheetList)
	}
	for i, n := range s.Notes {
		if err := n.check(); err != nil {
			return fmt.Errorf("note %d: %w", i+1, err)
		}
	}
	return nil
}

func (n Note) check() error {
	var of []string
	for _, t := range n.things() {
		if t.value != "" {
			of = append(of, t.name)
		}
		if err := checkText(t.name, t.value, maxSheetText); err != nil {
			return err
		}
	}
	switch {
	case len(of) == 0:
		return errors.New("it is about nothing: give one of finding, session, record, user, address")
	case len(of) > 1:
		return fmt.Errorf("it is about %s: give one of them, and write a note of its own for each other", strings.Join(of, " and "))
	case n.Verdict == "":
		return errors.New("it has no verdict: one of " + strings.Join(Verdicts, ", "))
	case !slices.Contains(Verdicts, n.Verdict):
		return fmt.Errorf("verdict %q: one of %s", n.Verdict, strings.Join(Verdicts, ", "))
	}
	if n.Address != "" {
		if _, err := parseRange(n.Address); err != nil || strings.Contains(n.Address, "/") {
			return fmt.Errorf("address %q: want one address; a range is of [trusted] or [bad]", n.Address)
		}
	}
	if strings.Contains(n.Record, ":") && len(n.Record) > 64 && !ofFile.MatchString(n.Record) {
		return fmt.Errorf("record %q: want the log's own id, or SHA-256 of the file, a colon and the number of the record", n.Record)
	}
	return checkText("text", n.Text, maxSheetNotes)
}

// thing is what a note may be about.
type thing struct{ name, value string }

func (n Note) things() []thing {
	return []thing{{"finding", n.Finding}, {"session", n.Session}, {"record", n.Record}, {"user", n.User}, {"address", n.Address}}
}

// sheetList is one list of the sheet.
type sheetList struct {
	name        string // as the sheet calls it
	kind, thing string // of the table sheet_entries
	values      []string
	check       func(string) error
}

func (s CaseSheet) lists() []sheetList {
	whole := func(v string) error {
		if strings.Contains(v, "*") {
			return fmt.Errorf("%q: * stands for nothing here, write each one out", v)
		}
		return nil
	}
	part := func(v string) error {
		if strings.HasPrefix(v, "*") || strings.HasSuffix(v, "*") {
			return fmt.Errorf("%q: leave out the *, for a part of the text will do", v)
		}
		if utf8.RuneCountInString(v) < minSheetPart {
			return fmt.Errorf("%q: give %d letters or more, for it may be a part of the text", v, minSheetPart)
		}
		return nil
	}
	network := func(v string) error {
		if asNumber.MatchString(v) {
			return nil
		}
		_, err := parseRange(v)
		if err != nil {
			return fmt.Errorf("%q: want a range such as 203.0.113.0/24, or AS64496", v)
		}
		return nil
	}
	address := func(v string) error {
		_, err := parseRange(v)
		return err
	}
	return []sheetList{
		{"trusted.networks", "trusted", "network", s.Trusted.Networks, network},
		{"trusted.devices", "trusted", "device", s.Trusted.Devices, whole},
		{"trusted.applications", "trusted", "application", s.Trusted.Applications, whole},
		{"trusted.accounts", "trusted", "account", s.Trusted.Accounts, whole},
		{"bad.addresses", "bad", "network", s.Bad.Addresses, address},
		{"bad.networks", "bad", "network", s.Bad.Networks, network},
		{"bad.agents", "bad", "user agent", s.Bad.Agents, part},
		{"bad.domains", "bad", "domain", s.Bad.Domains, func(v string) error {
			if !domain.MatchString(v) {
				return fmt.Errorf("%q: want a domain such as evil.example, without @ and http", v)
			}
			return nil
		}},
		{"bad.applications", "bad", "application", s.Bad.Applications, whole},
		{"bad.hashes", "bad", "hash", s.Bad.Hashes, func(v string) error {
			if !fileHash.MatchString(strings.ToLower(v)) {
				return fmt.Errorf("%q: want MD5, SHA-1 or SHA-256 in hex", v)
			}
			return nil
		}},
		{"bad.subjects", "bad", "subject", s.Bad.Subjects, part},
	}
}

// checkText refuses what no reader should meet on a page.
func checkText(name, text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return fmt.Errorf("%s has %d characters, the most is %d", name, n, most)
	}
	for _, r := range text {
		if unicode.IsControl(r) && !(name == "text" && (r == '\n' || r == '\t' || r == '\r')) || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Errorf("%s holds the control character %U", name, r)
		}
	}
	return nil
}

// CaseSheetForm is an empty case sheet with comments, which ReadCaseSheet takes.
const CaseSheetForm = `# Case sheet of entrail: what is known of the case. Give it with --case FILE.
# All of it is optional. Nothing here changes the evidence: trusted things lower the
# severity of findings, known bad things are findings, verdicts stand beside the rows.

title = ""
reference = ""       # of the case
client = ""
examiner = ""
classification = ""  # such as "Confidential"

# Findings that have to do with nothing but these are lowered by two grades.
[trusted]
networks = []        # "192.0.2.0/24", "2001:db8::/32", "AS64496"
devices = []         # device ids or names
applications = []    # application ids or names
accounts = []        # user principal names of those whose acts are known

# Each account that has to do with one of these is a finding of high severity,
# in whatever log it is, even if the rest of the finding is trusted.
[bad]
addresses = []       # "203.0.113.77"
networks = []        # "203.0.113.0/24", "AS64500"
agents = []          # user agents, or a part: "axios"
domains = []         # "evil.example", with all below it
applications = []    # application ids or names
hashes = []          # of files: MD5, SHA-1 or SHA-256 in hex
subjects = []        # of mails, or a part

# One note a thing: finding, session, record, user or address; of a session 8
# characters of the id will do. The verdict is confirmed, benign or open; a benign
# finding sinks, and stays listed and counted. A finding with one benign record, or
# from one benign address, among others is open: it is benign in part.
# [[note]]
# finding = "6a1727b98790a8a0"   # its finding_id
# verdict = "benign"
# text = "Agreed with the client on 12 October."
#
# [[note]]
# record = "SHA-256 of the file, a colon and the record's number; or the log's own id"
# verdict = "confirmed"
# text = ""
`
