package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Where in the text of a statement something stands, in words: lines and columns are
// counted from 1, columns in characters.

// placeOf is the place of a byte of the text.
func placeOf(text string, at int) string {
	before := text[:min(at, len(text))]
	begin := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d", 1+strings.Count(before, "\n"), 1+utf8.RuneCountInString(before[begin:]))
}

// place is that of a node of the statement's tree; empty where the engine knows none.
func (s *statement) place(node map[string]any) string {
	location, _ := node["query_location"].(json.Number)
	at, err := strconv.Atoi(location.String())
	if err != nil || at > len(s.text) {
		return ""
	}
	return placeOf(s.text, at)
}

// excerpt is how the engine shows where a mistake is: the line, which it shortens at
// either side, and a mark below.
var excerpt = regexp.MustCompile(`(?m)^LINE (\d+): (.*)\n( *)\^`)

// queryAt is Query of a statement that was made of a text of the user's own, which is
// a part of it or all: an error says where in the text the mistake is.
func (e *Engine) queryAt(ctx context.Context, text, statement string) (*Rows, error) {
	rows, err := e.Query(ctx, statement)
	var ofEngine engineError
	if !errors.As(err, &ofEngine) {
		return rows, err
	}
	if place := placeIn(text, statement, ofEngine.err.Error()); place != "" {
		ofEngine.message += "; at " + place
	}
	return nil, ofEngine
}

// placeIn is the place in the text that the engine's message on the statement tells.
func placeIn(text, statement, message string) string {
	parts := excerpt.FindStringSubmatch(message)
	begin := strings.Index(statement, text)
	if parts == nil || begin < 0 {
		return ""
	}
	number, err := strconv.Atoi(parts[1])
	lines := strings.SplitAfter(statement, "\n")
	if err != nil || number > len(lines) {
		return ""
	}
	mark := len(parts[3]) - len("LINE : ") - len(parts[1]) // cells of a terminal that the line fills before it
	shown, isCut := strings.CutPrefix(parts[2], "...")
	if isCut {
		mark -= len("...")
	}
	line := lines[number-1]
	at := strings.Index(line, strings.TrimSuffix(shown, "..."))
	if at < 0 || mark < 0 {
		return ""
	}
	for mark > 0 && at < len(line) {
		r, size := utf8.DecodeRuneInString(line[at:])
		at += size
		mark -= runewidth.RuneWidth(r)
	}
	for at < len(line) && line[at] == '\t' { // which fills none
		at++
	}
	if at += len(strings.Join(lines[:number-1], "")); at < begin {
		return ""
	}
	return placeOf(text, at-begin)
}
