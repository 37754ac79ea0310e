package queries

import (
	"context"
	"fmt"
	"strings"
)

// aboutValue is what else is known of a column's value: from the lookups, or
// from the evidence.
func (e *explanation) aboutValue(ctx context.Context, column, value string) (string, error) {
	switch column {
	case "ip_address":
		return e.aboutAddress(ctx, value)
	case "sign_in_id":
		return e.aboutSignIn(ctx, value)
	case "file_id", "record", "id":
		return "", nil
	}
	return e.words.of(column, value), nil
}

// aboutAddress is what the sign-ins say of an address, and how often and for
// whom it was used.
func (e *explanation) aboutAddress(ctx context.Context, address string) (string, error) {
	rows, err := e.c.all(ctx, `
		select
			string_agg(distinct country, ', ' order by country),
			string_agg(distinct 'AS' || autonomous_system_number, ', ' order by 'AS' || autonomous_system_number),
			count(*),
			client_address(`+literal(address)+`) is null,
			counted(count(*), 'sign-in', 'sign-ins') || ' of ' || counted(count(distinct user_principal_name), 'user', 'users')
		from evidence.sign_ins
		where ip_address = `+literal(address))
	if err != nil {
		return "", err
	}
	row := rows[0]
	var known []string
	if row[3] == true {
		known = append(known, "an address that a service writes of itself, not the user's")
	}
	if row[2].(int64) > 0 {
		place := strings.Join(filled(row[0], row[1]), ", ")
		if place != "" {
			place = "; in these files " + place
		}
		known = append(known, fmt.Sprintf("%v came from it%s", row[4], place))
	} else {
		known = append(known, "no sign-in in these files came from it")
	}
	rows, err = e.c.all(ctx, `
		select source, concat_ws(', ', country, 'AS' || network)
		from addresses
		where ip_address = client_address(`+literal(address)+`) and source not in ('sign-ins', 'sign-ins, several')`)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		known = append(known, fmt.Sprintf("%v: %v", row[0], row[1]))
	}
	return strings.Join(known, "; "), nil
}

// aboutSignIn says whether the sign-in that a token leads back to is there.
func (e *explanation) aboutSignIn(ctx context.Context, id string) (string, error) {
	rows, err := e.c.all(ctx, "select count(*) from evidence.sign_ins where lower(id) = lower("+literal(id)+")")
	if err != nil {
		return "", err
	}
	if rows[0][0].(int64) == 0 {
		return "that sign-in is not in these files", nil
	}
	return "that sign-in is in these files: see what is tied to this record", nil
}

func filled(values ...any) []string {
	var all []string
	for _, v := range values {
		if s, ok := v.(string); ok && s != "" {
			all = append(all, s)
		}
	}
	return all
}
