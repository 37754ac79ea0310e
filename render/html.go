package render

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"entrail/queries"
)

// How many rows of a table the page holds at most; the others are counted.
const (
	annexRows = 1000  // of a table that was not asked for by name, and tells of no incident
	pageRows  = 20000 // of any other
)

// rowsOnPage is how many rows of a report the page has room for, before what all take
// together is known, see fitPage.
func rowsOnPage(d Document, r queries.Report) int {
	if isAnnexed(r) && !d.Chosen {
		return annexRows
	}
	return pageRows
}

// isAnnexed says that a report is a table for reference: no part of a dossier, and
// none that tells of incidents.
func isAnnexed(r queries.Report) bool {
	return slices.Contains(queries.Groups, r.Group) && r.Group != "incident" && r.Group != "summary"
}

// Lengths from which texts are folded away: that of a cell in characters, of one
// of a column that holds sentences, and in bytes of what follows the first sentence
// of a description.
const (
	folded            = 160
	foldedSentences   = 1000
	foldedDescription = 200
)

var (
	//go:embed page.html
	pageHTML string

	//go:embed style.css
	styleCSS string

	//go:embed page.js
	pageJS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// policy is the page's content security policy: nothing may be loaded or sent;
// only our own style sheets and script, by their hashes, apply, and the script
// can make no element of a text.
func policy(paper string) string {
	return "default-src 'none'; style-src " + hashOf(styleCSS) + " " + hashOf(paper) + "; script-src " + hashOf(pageJS) +
		"; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// HTML writes one page that needs nothing else: no font, no picture, no script
// from elsewhere. It is whole without its script, which searches, sorts, filters
// and copies tables. Each row has a number and an address. html/template escapes every field; a table holds
// as many rows as it has room for and counts the rest; a chart says of which rows it is.
// What is said in sentences comes first of all, else the summary; reports of logs that
// are not loaded are one list.
//
// The table of contents tells the number of rows, so the sections are kept in
// memory until the last one is done: their rows are capped.
func HTML(w io.Writer, d Document) error {
	page := &htmlPage{
		Style: template.CSS(styleCSS), Script: template.JS(pageJS), // our own files, not data
		Title: visible(d.heading()), Facts: facts(d), Zone: visible(d.Zone),
		IsPrinted: d.Annexes, Provenance: template.JS(inMarkup.Replace(string(provenance(d)))),
		ids:     annex{Anchor: "annex-ids", Title: "Lists of IDs", Noun: "list"},
		records: annex{Anchor: "annex-raw", Title: "Raw records", Noun: "record"},
	}
	d = handedOver(d)
	page.taken = map[string]bool{"provenance": true, page.ids.Anchor: true, page.records.Anchor: true}
	for _, f := range d.Filters {
		page.Filters = append(page.Filters, visible(f))
	}
	for _, r := range d.Remarks {
		page.Remarks = append(page.Remarks, visible(r))
	}
	for _, s := range d.Sources {
		page.Sources = append(page.Sources, source{visible(s.Path), visible(s.Format), visible(s.SHA256), grouped(int(s.Size)), grouped(int(s.Records))})
	}
	var first, rest []*section
	overview := &section{
		Page: page, Anchor: page.anchor("overview"), Group: "Overview",
		Title: "The tenant in pictures", Description: "All sign-ins that the page is of, not those of an incident alone.",
	}
	for r, err := range d.Results {
		if err != nil {
			return err
		}
		if r.NotLoaded && d.Several {
			page.lack(r)
			continue
		}
		s, err := page.newSection(d, r)
		if err != nil {
			return err
		}
		page.place(s)
		if r.Report.Layout == queries.Sessions && d.Headings != nil {
			if err := s.bySession(d.Headings); err != nil {
				return err
			}
		}
		page.setPaper(s, r.Report.Layout)
		for i, c := range r.Report.Charts {
			if c.Overview && i < len(s.Pictures) {
				overview.Pictures = append(overview.Pictures, s.Pictures[i])
			}
		}
		if s.isFirst(r.Report.Layout, first, len(rest) == 0) {
			first = append(first, s)
		} else {
			rest = append(rest, s)
		}
		page.HasStory = page.HasStory || len(s.Story) > 0
	}
	first = page.firstScreen(first)
	if page.HasStory && len(overview.Pictures) > 0 {
		overview.Count = counted(len(overview.Pictures), "picture")
		rest = slices.Insert(rest, beforeAnnexes(rest), overview)
	}
	for _, s := range slices.Concat(first, rest) {
		page.enter(s)
	}
	if page.HasStory {
		for _, s := range rest {
			if s.IsAnnex = s.IsTable; s.IsAnnex {
				page.Tables = append(page.Tables, entry{s.Anchor, s.Title, s.Count})
			}
		}
	}
	fitPage(slices.Concat(first, rest), pageBytes-page.ids.size-page.records.size)
	page.cutLinks(slices.Concat(first, rest))
	paper := paperCSS(d) + page.paperCSS
	page.Policy, page.Paper = policy(paper), template.CSS(paper) // quoted
	write := func(template string, data any) error {
		if err := pageTemplate.ExecuteTemplate(w, template, data); err != nil {
			return fmt.Errorf("write HTML: %w", err)
		}
		return nil
	}
	for _, part := range []struct {
		template string
		sections []*section
	}{{"top", first}, {"contents", rest}, {"end", nil}} {
		if err := write(part.template, page); err != nil {
			return err
		}
		for _, s := range part.sections {
			for i := range s.Story {
				s.Story[i].Anchor, s.Story[i].LookFor = page.placeOfLine(s.Group, s.Story[i])
			}
			for i := range s.Totals {
				s.Totals[i].Anchor = page.placeOf(s.Group, s.Totals[i].LookIn)
			}
			if err := write("section", s); err != nil {
				return err
			}
		}
	}
	return nil
}

// beforeAnnexes is the place of the first section that is a table for reference.
func beforeAnnexes(sections []*section) int {
	if at := slices.IndexFunc(sections, func(s *section) bool { return s.IsTable }); at >= 0 {
		return at
	}
	return len(sections)
}

// isFirst says that the section stands on the first screen, before the contents:
// what tells in sentences; the summary, where nothing does; and the pictures of a session
// or an incident, where no table stands before them.
func (s *section) isFirst(layout queries.Layout, first []*section, isRestEmpty bool) bool {
	switch layout {
	case queries.Story:
		return len(first) == 0 || s.Group == first[len(first)-1].Group
	case queries.Summary:
		return len(first) == 0
	case queries.Totals:
		return isRestEmpty
	case queries.Lanes:
		return isRestEmpty
	}
	return false
}

type htmlPage struct {
	Policy string
	Style  template.CSS
	Script template.JS
	Paper  template.CSS

	Provenance template.JS // of JSON alone, which is no markup and no script
	Title      string
	Facts      []string
	Zone       string
	Filters    []string
	Remarks    []string
	Contents   []contents
	Lacking    []lacking
	Sources    []source
	HasStory   bool    // the glossary goes with it
	HasLead    bool    // it begins with sentences that answer first, and what is not on paper is told below them
	Tables     []entry // the sections that are annexes too

	ids, records annex
	IsPrinted    bool // the annexes are
	papers       int
	paperCSS     string // of its tables

	taken  map[string]bool   // anchors
	places map[string]string // anchors by group and name of the section, and by name alone
}

// place notes where the section stands.
func (p *htmlPage) place(s *section) {
	if p.places == nil {
		p.places = map[string]string{}
	}
	for _, key := range []string{s.Group + "\x00" + s.Name, s.Name} {
		if p.places[key] == "" {
			p.places[key] = s.Anchor
		}
	}
}

// placeOf is where a section of that name stands, of the group or else the first; empty
// if it is not on the page.
func (p *htmlPage) placeOf(group, name string) string {
	if anchor := p.places[group+"\x00"+name]; anchor != "" {
		return anchor
	}
	return p.places[name]
}

// placeOfLine is where the rows of a sentence stand, with the text by which they are
// found there: in the dossier of its incident, where it is on the page.
func (p *htmlPage) placeOfLine(group string, l storyLine) (anchor, lookFor string) {
	anchor = p.places[l.Dossier+"\x00"+l.Part]
	switch {
	case l.Part == "" || anchor == "":
		return p.placeOf(group, l.LookIn), l.LookFor
	case l.Part != l.LookIn:
		return anchor, "" // all of its rows are meant
	}
	return anchor, l.LookFor
}

// contents are the entries of one group in the table of contents.
type contents struct {
	Group   string
	Entries []entry
}

type entry struct{ Anchor, Title, Count string }

type source struct{ Path, Format, SHA256, Size, Records string }

// lacking are the reports that one export would fill.
type lacking struct {
	Note    string
	Reports []entry
}

// lack lists a report for which nothing is loaded.
func (p *htmlPage) lack(r *queries.Result) {
	note := visible(strings.Join(r.Notes, " "))
	i := slices.IndexFunc(p.Lacking, func(l lacking) bool { return l.Note == note })
	if i < 0 {
		i = len(p.Lacking)
		p.Lacking = append(p.Lacking, lacking{Note: note})
	}
	p.Lacking[i].Reports = append(p.Lacking[i].Reports, entry{Anchor: visible(r.Report.Name), Title: visible(title(r))})
}

// Files counts the files of evidence, archives beside what is in them.
func (p htmlPage) Files() string {
	files, archives := 0, 0
	for _, s := range p.Sources {
		if s.Format == "zip" || s.Format == "tar" {
			archives++
		} else {
			files++
		}
	}
	if archives > 0 {
		return counted(files, "file") + ", " + counted(archives, "archive")
	}
	return counted(files, "file")
}

// LackingCount counts the reports for which nothing is loaded.
func (p htmlPage) LackingCount() string {
	n := 0
	for _, l := range p.Lacking {
		n += len(l.Reports)
	}
	return counted(n, "report")
}

// OnPaper says on page one what stands at the end, or does not.
func (p *htmlPage) OnPaper() string {
	var all []string
	for _, a := range p.Filled() {
		all = append(all, fmt.Sprintf("%s %s (%s)", a.Letter, a.Title, a.Count()))
	}
	for _, t := range p.Tables {
		all = append(all, fmt.Sprintf("%s (%s)", t.Title, t.Count))
	}
	switch {
	case len(all) == 0:
		return ""
	case p.IsPrinted:
		return "Annexes: " + strings.Join(all, "; ") + "."
	}
	return "Annexes, which are in the page itself but not on paper (--annex all prints them): " + strings.Join(all, "; ") + "."
}

// enter adds a section to the table of contents.
func (p *htmlPage) enter(s *section) {
	group, last := s.Group, len(p.Contents)-1
	if slices.ContainsFunc(p.Contents[:max(last, 0)], func(c contents) bool { return c.Group == s.Group }) {
		group = s.Group + ", continued"
	}
	if last < 0 || p.Contents[last].Group != group {
		p.Contents = append(p.Contents, contents{Group: group})
		last++
	}
	p.Contents[last].Entries = append(p.Contents[last].Entries, entry{s.Anchor, s.Title, s.Count})
}

// anchor is a name that no section of the page has yet: `story`, `story-2`.
func (p *htmlPage) anchor(name string) string {
	anchor := name
	for n := 2; p.taken[anchor]; n++ {
		anchor = name + "-" + strconv.Itoa(n)
	}
	p.taken[anchor] = true
	return anchor
}

// groupTitles are the headings of the report groups in the contents.
var groupTitles = map[string]string{
	"summary":  "Summary",
	"evidence": "Evidence",
	"sessions": "Sessions",
	"signins":  "Sign-ins",
	"apps":     "Applications",
	"ca":       "Conditional Access",
	"audit":    "Audit",
	"incident": "Incidents",
}

func groupTitle(group string) string {
	if title, ok := groupTitles[group]; ok {
		return title
	}
	return visible(group)
}

// section is one report on the page.
type section struct {
	Page                *htmlPage
	Name, Title, Group  string
	Anchor              string // unlike any other on the page
	Region              string // what its table is called for who hears the page
	IsReport            bool   // --report takes its name
	IsWhole             bool   // no filter narrows it
	Description, Caveat string
	HowToRead           string // all but the first sentence of a long description, folded away
	Notes               []string
	Paper               string // classes of its tables, by which paper sets them
	Leading             int    // how many columns are those that matter most
	LeftOut             string // what the columns say that are not on paper, or how many they are; empty = none
	IsTable             bool   // a report's, of other groups than incident
	IsAnnex             bool   // on paper only with all annexes
	Count               string // "1,478 rows"
	Head                []headCell
	Rows                []bodyRow
	More                string // how many rows are not on the page, in words; empty = none
	all                 int    // rows, on the page or not
	mattersFirst        bool   // they begin with those that matter
	Pictures            []picture
	Parts               []part      // of the summary, which has no table
	Story               []storyLine // the same of what is said in sentences
	Totals              []total
	IsStrip             bool          // they stand in one row, with no more than the numbers
	JSON                string        // a raw record in lines
	Sessions            []sessionRows // the rows, a session at a time
}

// bodyRow is a row with its number in the report, and its place on the page.
type bodyRow struct {
	Number  int
	Address string
	Cells   []bodyCell
}

type headCell struct {
	Parts []string // the heading, cut where a line may break
	Name  string   // of the column, as --filter and --columns take it
	Class string
	Style queries.Style
}

// bodyCell is a cell; Short is set where Text is long enough to be folded, and Annex
// where paper has it in an annex, at that address. Raw is the address of a raw record.
// Rank is the class of a word of severity.
type bodyCell struct{ Text, Short, Length, Annex, Raw, Class, Rank string }

func (p *htmlPage) newSection(d Document, r *queries.Result) (*section, error) {
	s := &section{
		Page: p, Anchor: p.anchor(visible(r.Report.Name)),
		Name: visible(r.Report.Name), Title: visible(title(r)), Group: groupTitle(r.Report.Group),
		Description: visible(r.Report.Description), Caveat: visible(r.Report.Caveat),
	}
	if s.Region = s.Title; r.Report.Group != "" && !slices.Contains(queries.Groups, r.Report.Group) {
		s.Region += ", " + s.Group // each incident has a part of that title
	}
	_, isNamed := queries.Lookup(r.Report.Name)
	s.IsReport = isNamed && slices.Contains(queries.Groups, r.Report.Group) // a part of a dossier is none
	s.IsTable = s.IsReport && isAnnexed(r.Report)
	s.IsWhole = r.IsWhole
	if first, rest := firstSentence(s.Description); len(rest) > foldedDescription {
		s.Description, s.HowToRead = first, rest
	}
	for _, n := range r.Notes {
		s.Notes = append(s.Notes, visible(n))
	}
	var err error
	switch r.Report.Layout {
	case queries.Summary:
		s.Parts, err = parts(r)
		lines := 0
		for _, p := range s.Parts {
			lines += len(p.Lines)
		}
		s.Count = counted(lines, "line")
	case queries.Story:
		s.Story, err = storyLines(r)
		s.Count = counted(len(s.Story), "sentence")
	case queries.Totals:
		s.Totals, err = totals(r)
		s.Count = counted(len(s.Totals), "number")
	case queries.Lanes:
		p, events, failed := lanes(r)
		s.Count = counted(events, "event")
		if s.Description != "" { // it says the same, and more
			p.Title, s.Description = strings.TrimSuffix(s.Description, "."), ""
		}
		s.Pictures, err = []picture{p}, failed
	case queries.Raw:
		s.JSON, err = rawText(r)
		s.Count = counted(strings.Count(s.JSON, "\n"), "line")
	default:
		err = s.fill(r, rowsOnPage(d, r.Report))
	}
	return s, err
}

// fill reads a table of so many rows at most, and its charts.
func (s *section) fill(r *queries.Result, most int) error {
	words := headings(r)
	order := inReadingOrder(r.Columns, r.Report.OnTerminal)
	classes := make([]string, len(r.Columns))
	for _, i := range order {
		classes[i] = class(r.Columns[i])
		if i == 0 && r.Report.Layout == queries.Record {
			classes[i] = "m" // names of fields
		}
		s.Head = append(s.Head, headCell{strings.SplitAfter(words[i], "_"), visible(r.Columns[i].Name), classes[i], r.Columns[i].Style})
		if slices.Contains(r.Report.OnTerminal, r.Columns[i].Name) {
			s.Leading++
		}
	}
	var charts []*chart
	for _, c := range r.Report.Charts {
		if c.Type == "days" { // the picture of an incident shows them
			continue
		}
		k, err := newChart(c, r.Columns)
		if err != nil {
			return fmt.Errorf("report %s: %w", r.Report.Name, err)
		}
		charts = append(charts, k)
	}
	n, size, room := 0, 0, pageBytes
	if r.Report.Layout == queries.Sessions {
		room -= annexBytes // fitPage takes none of its rows away
	}
	for row, err := range rows(r) {
		if err != nil {
			return err
		}
		n++
		for _, c := range charts {
			c.add(row)
		}
		if n > most || size > room {
			continue
		}
		line := make([]bodyCell, len(row))
		address := "row-" + s.Anchor + "-" + strconv.Itoa(n)
		for at, i := range order {
			v, cell := row[i], &line[at]
			if r.Columns[i].Style == queries.RawRecord {
				*cell = s.Page.rawCell(s.entryName(r.Columns, row, n), address, v)
				continue
			}
			limit := folded
			if r.Columns[i].Style == queries.Sentences {
				limit = foldedSentences
			}
			*cell = newCell(visibleLines(text(v)), classes[i], limit)
			if r.Columns[i].Style == queries.Severity {
				cell.Rank = rankClasses[queries.Rank(cell.Text)]
			}
			if r.Columns[i].Style == queries.IDs && cell.Short != "" {
				cell.Annex = s.Page.ids.add(s.entryName(r.Columns, row, n), address, inColumns(cell.Text))
				cell.Short = counted(strings.Count(cell.Text, "\n")+1, "ID")
				cell.Length = ""
			}
		}
		s.Rows = append(s.Rows, bodyRow{Number: n, Address: address, Cells: line})
		size += s.Rows[len(s.Rows)-1].size()
	}
	s.setWidths()
	unread := max(int(r.Total)-n, 0)
	n += unread
	s.Count = counted(n, "row")
	s.all, s.mattersFirst = n, r.MattersFirst
	s.countMore()
	for _, c := range charts {
		c.missed += unread
		if n > 0 {
			s.Pictures = append(s.Pictures, c.picture())
		}
	}
	return nil
}

// countMore says how many of all rows are not here.
func (s *section) countMore() {
	if hidden := s.all - len(s.Rows); hidden > 0 {
		which := "the first"
		if s.mattersFirst {
			which = "what matters first,"
		}
		s.More = fmt.Sprintf("%s %s are here, %s", which, grouped(len(s.Rows)), were(hidden, "more row"))
	}
}

// entryName is what an annex calls an entry: by its record, where the table names
// it, and by its row.
func (s *section) entryName(columns []queries.Column, row []any, n int) string {
	name := s.Title + ", row " + strconv.Itoa(n)
	if i := slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == "record" }); i >= 0 {
		name = visible(text(row[i])) + " · " + name
	}
	return name
}

// setWidths adds to a text column's class how wide it should be: k is kept on
// one line, v, w and x are given room, so that no table is squeezed into the page
// letter by letter; x has long sentences. A wide table scrolls. An empty cell needs no class.
func (s *section) setWidths() {
	for i := range s.Head {
		h := &s.Head[i]
		if h.Class != "n" && h.Class != "t" {
			h.Class = strings.TrimSpace(h.Class + " " + s.widthOf(i))
		}
		for _, row := range s.Rows {
			if row.Cells[i].Class = h.Class; row.Cells[i].Text == "" {
				row.Cells[i].Class = ""
			}
		}
	}
}

// widthOf is the class of a column of texts.
func (s *section) widthOf(column int) string {
	longest := 0
	for _, row := range s.Rows {
		longest = max(longest, cells.StringWidth(row.Cells[column].Text))
	}
	h := s.Head[column]
	switch {
	case longest <= 28, longest <= identifier && h.Class == "m":
		return "k"
	case longest <= 60:
		return "v"
	case longest > folded && h.Style == queries.Sentences:
		return "x"
	}
	return "w"
}

// rawCell leads to a raw record, which stands in the annex as it was exported but for
// the blanks between its parts.
func (p *htmlPage) rawCell(name, row string, v any) bodyCell {
	raw, ok := v.(string)
	if !ok || raw == "" {
		return bodyCell{}
	}
	var b bytes.Buffer
	if json.Compact(&b, []byte(raw)) == nil {
		raw = b.String()
	}
	if p.records.size > annexBytes {
		p.records.Missing++
		return bodyCell{}
	}
	return bodyCell{Raw: p.records.add(name, row, visibleLines(raw))}
}

// rankClasses tell the style sheet of a severity, by its rank.
var rankClasses = [...]string{"", "low", "medium", "high"}

// newCell folds away a text that is longer than limit.
func newCell(s, class string, limit int) bodyCell {
	c := bodyCell{Text: s, Class: class}
	if len(s) <= limit {
		return c
	}
	runes := []rune(s)
	if len(runes) > limit {
		c.Short = string(runes[:limit*3/4]) + "…"
		c.Length = counted(len(runes), "character")
	}
	return c
}
