package engine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Types, as DESCRIBE names them, that the engine turns into text itself. The driver
// (2.10506.0) gives no VARIANT and no TIME_NS, takes JSON apart, whose long numbers
// then lose digits, and lets maps have neither lists nor bytes as keys and structs no
// fields without a name.
var (
	asText = regexp.MustCompile(`^(JSON|VARIANT|TIME_NS|UHUGEINT|BIGNUM)$`)
	asJSON = regexp.MustCompile(`^(STRUCT|MAP|UNION)\(|\]$`)
)

// QueryShown runs a SELECT as Query does, for values of any type: those that are
// none of Values come as text, lists, structs, maps and unions as JSON.
func (e *Engine) QueryShown(ctx context.Context, statement string) (*Rows, error) {
	inner := "(\n" + strings.TrimRight(statement, "; \t\r\n") + "\n)"
	described, err := e.Query(ctx, "describe select * from "+inner)
	if err != nil {
		return e.queryAt(ctx, statement, statement) // whose error is of the statement as it was written
	}
	var aliases, columns []string
	isPlain := true
	for described.Next() {
		values, err := described.Values()
		if err != nil {
			described.Close()
			return nil, err
		}
		name, _ := values[0].(string)
		typeName, _ := values[1].(string)
		alias := fmt.Sprintf("c%d", len(aliases)) // names may occur twice
		column := alias
		switch {
		case asText.MatchString(typeName):
			column += "::varchar"
		case asJSON.MatchString(typeName):
			column = "to_json(" + alias + ")::varchar"
		}
		isPlain = isPlain && column == alias
		aliases = append(aliases, alias)
		columns = append(columns, column+" as "+Identifier(name))
	}
	if err := errors.Join(described.Err(), described.Close()); err != nil {
		return nil, err
	}
	if isPlain {
		return e.queryAt(ctx, statement, statement)
	}
	return e.queryAt(ctx, statement, fmt.Sprintf("select %s from %s as answer (%s)", strings.Join(columns, ", "), inner, strings.Join(aliases, ", ")))
}
