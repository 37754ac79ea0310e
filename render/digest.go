package render

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entrail/queries"
)

// Bounds of the digest, so that it is seen at one look.
const (
	digestLines  = 25
	digestWide   = 120 // of a line where there is no terminal
	digestNarrow = 100 // below that, topics have no column of their own
	digestTopic  = 22  // of the column of topics, at most
	digestMost   = 5   // lines of one sentence
)

// digest prints the sentences that matter most, each as long as there is room for: none loses
// its end, but a list that its end names, what stands in brackets, or further sentences. The
// others are counted: -r story has them.
func (p *page) digest(all []storyLine) error {
	width := p.d.Width
	if width <= 0 {
		width = digestWide
	}
	next := p.d.Next
	if width < digestNarrow {
		next = inOneLine(next)
	}
	topic := 0
	for _, l := range all {
		topic = max(topic, cells.StringWidth(l.Topic))
	}
	topic = min(topic, digestTopic)
	linesOf := func(l storyLine) []string {
		if l.Class == "assumed" {
			l.Sentence = strings.ToLower(l.Basis) + ": " + l.Sentence
		}
		if width < digestNarrow {
			return wrap(l.Of+": "+l.Sentence, width-2)
		}
		return wrap(l.Sentence, max(width-topic-2, narrowest))
	}
	room := digestLines - p.lines - max(len(next), 1) // in place of the empty line before next stands how many are left out
	shown := fitting(all, room, shorter, func(l storyLine) int { return len(linesOf(l)) })
	before := ""
	for _, l := range shown {
		lines := linesOf(l)
		if len(lines) > digestMost {
			lines = append(lines[:digestMost-1], lines[digestMost-1]+" …")
		}
		label := ""
		switch name := l.Of + ": "; {
		case width >= digestNarrow && l.Of != before:
			label = cells.FillRight(cells.Truncate(l.Of, topic, "…"), topic) + "  "
		case width >= digestNarrow:
			label = strings.Repeat(" ", topic+2)
		case strings.HasPrefix(lines[0], name):
			label, lines[0] = name, strings.TrimPrefix(lines[0], name)
		}
		before = l.Of
		if word, rest, found := strings.Cut(lines[0], ":"); found && p.d.Color {
			if style := rankStyles[queries.Rank(strings.ToLower(word))]; style != "" {
				lines[0] = style + word + reset + ":" + rest
			}
		}
		if width < digestNarrow {
			for i := range lines[1:] {
				lines[i+1] = "  " + lines[i+1]
			}
			if err := p.hanging(bold, label, lines[:1]); err != nil {
				return err
			}
			label, lines = "", lines[1:]
		}
		if err := p.hanging(bold, label, lines); err != nil {
			return err
		}
	}
	left := len(all) - len(shown)
	if left > 0 {
		p.prose(dim, "… ", counted(left, "more sentence")+": -r story")
	}
	for i, line := range next {
		if i == 0 && line == "" && left > 0 {
			continue // that line parts them
		}
		if err := p.line(dim, cells.Truncate(visible(line), width, "…")); err != nil {
			return err
		}
	}
	return nil
}

// inOneLine has what to ask next without what it gives, for a terminal that is narrow.
func inOneLine(next []string) []string {
	said := ""
	for _, line := range next {
		command, _, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(line, "next:"), " "), "  ")
		if command != "" {
			said += "   " + command
		}
	}
	if said == "" {
		return nil
	}
	return []string{"", "next:" + said[1:]}
}

// answersFirst are the topics of a story in the order in which they get room.
var answersFirst = []string{
	"Who and when", "No incident", "How it began", "Still open", "Mail read", "Mail sent, deleted", "Files",
	"Countermeasures", "Not in these files", "Findings", "What else was done",
}

// growsFirst are the topics of these whose shortest form says least, the last of them first.
var growsFirst = []string{"Still open", "Countermeasures", "What else was done"}

// fitting chooses the sentences that there is room for, those first that answer first, and of
// each the longest of its forms that has room beside the others. lines is how many one takes.
func fitting(all []storyLine, room int, forms func(storyLine) []string, lines func(storyLine) int) []storyLine {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	dossier := "" // of the incident that is told at length
	if i := slices.IndexFunc(all, func(l storyLine) bool { return l.IsFirst }); i >= 0 {
		dossier = all[i].Dossier
	}
	rank := func(l storyLine) int {
		at := slices.Index(answersFirst, l.Of)
		switch {
		case dossier != "" && l.Dossier == dossier && !l.IsFirst:
			return 1000
		case l.LookIn == "coverage" && !l.IsFirst:
			return 900
		case l.Topic == "" && l.Class != "assumed":
			return 800
		case at >= 0:
			return at
		case l.IsFirst:
			return len(answersFirst)
		}
		return len(answersFirst) + 1
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(all[a]), rank(all[b])) })
	said := map[int]storyLine{}
	place := func(some []int) {
		for _, i := range some {
			l := all[i]
			of := forms(l)
			l.Sentence = of[len(of)-1]
			n := lines(l)
			if n > room && rank(l) >= len(answersFirst) {
				return // nor do those that say less
			}
			if n <= room {
				said[i] = l
				room -= n
			}
		}
	}
	grow := func(some []int) {
		for _, i := range some {
			l, isSaid := said[i]
			for _, form := range forms(all[i]) {
				has := lines(l)
				l.Sentence = form
				if n := lines(l); isSaid && n-has <= room {
					room -= n - has
					said[i] = l
					break
				}
				l = said[i]
			}
		}
	}
	others := slices.IndexFunc(order, func(i int) bool { return rank(all[i]) >= len(answersFirst) })
	if others < 0 {
		others = len(order)
	}
	place(order[:others])
	longer := slices.Clone(order[:others])
	slices.SortStableFunc(longer, func(a, b int) int {
		return slices.Index(growsFirst, all[b].Of) - slices.Index(growsFirst, all[a].Of)
	})
	grow(longer)
	place(order[others:])
	grow(order[others:])
	var shown []storyLine
	for i := range all {
		if l, isSaid := said[i]; isSaid {
			shown = append(shown, l)
		}
	}
	return shown
}

// shorter are the forms of a sentence from the longest to the shortest: with fewer of the
// sentences that follow, without brackets that name things, without the list of what it counts.
func shorter(l storyLine) []string {
	forms := []string{l.Sentence}
	first := l.Sentence
	for _, end := range slices.Backward(ends(l.Sentence)) {
		first = l.Sentence[:end]
		forms = append(forms, first)
	}
	for _, form := range slices.Clone(forms) {
		forms = append(forms, withoutAsides(form))
	}
	if counts := countsOf.FindString(first); counts != "" {
		counts = strings.TrimSuffix(counts, ": ") + "."
		forms = append(forms, counts, withoutAsides(counts))
	}
	slices.SortStableFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return slices.Compact(forms)
}

// countsOf is a sentence that counts what a list after it names.
var countsOf = regexp.MustCompile(`^[0-9][0-9,]* [^:"(]*[^:"( 0-9]: `)

// ends are the places where a sentence ends and another follows, but in quotes and brackets.
func ends(s string) []int {
	var all []int
	isQuoted, depth := false, 0
	for i, r := range s {
		switch {
		case r == '"':
			isQuoted = !isQuoted
		case isQuoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == '.' && depth == 0 && strings.HasPrefix(s[i+1:], " "):
			if next, _ := utf8.DecodeRuneInString(s[i+2:]); unicode.IsUpper(next) || unicode.IsDigit(next) {
				all = append(all, i+1)
			}
		}
	}
	return all
}

// withoutAsides leaves out brackets that name things: an address, a file, a number. Words in
// brackets may say that something failed, and stay.
func withoutAsides(s string) string {
	var rest strings.Builder
	at, depth, from := 0, 0, 0
	isQuoted := false
	for i, r := range s {
		switch {
		case r == '"' && depth == 0:
			isQuoted = !isQuoted
		case isQuoted:
		case r == '(':
			if depth++; depth == 1 {
				from = i
			}
		case r == ')' && depth > 0:
			if depth--; depth == 0 && strings.ContainsAny(s[from:i], `0123456789@"\`) {
				rest.WriteString(strings.TrimRight(s[at:from], " "))
				at = i + 1
			}
		}
	}
	return rest.String() + s[at:]
}
