package queries

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"entrail/ingest/schema"
)

var position = regexp.MustCompile(`^([0-9]{1,9}):([0-9]{1,18})$`)

// recordsOf returns the records meant, at least one.
func recordsOf(ctx context.Context, c *Case, id string) ([]record, error) {
	if m := position.FindStringSubmatch(id); m != nil {
		where := "file_id = " + m[1] + " and record = " + m[2]
		found, err := recordsWhere(ctx, c, where)
		if err == nil && len(found) == 0 {
			err = whyNoRecord(ctx, c, m[1], m[2])
		}
		return found, err
	}
	found, err := recordsWhere(ctx, c, equals("id", []string{strings.ReplaceAll(id, "*", "")}))
	if err == nil && len(found) == 0 {
		err = whatElse(ctx, c, id)
	}
	return found, err
}

func recordsWhere(ctx context.Context, c *Case, where string) ([]record, error) {
	var found []record
	for _, t := range schema.Records() {
		if strings.Contains(where, "(id") && !t.Has("id") {
			continue
		}
		var columns []string
		for _, column := range t.Columns {
			columns = append(columns, column.Name)
		}
		rows, err := c.all(ctx, "select "+strings.Join(columns, ", ")+" from evidence."+t.Name+" where "+where+" order by file_id, record")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			r := record{t, map[string]any{}}
			for i, column := range columns {
				r.values[column] = row[i]
			}
			found = append(found, r)
		}
	}
	return found, nil
}

// whyNoRecord says what became of a record that is in no table.
func whyNoRecord(ctx context.Context, c *Case, file, number string) error {
	files, err := c.all(ctx, "select path, records from evidence.files where file_id = "+file)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no file %s; --report files numbers them", file)
	}
	original, err := c.all(ctx, "select kept_file_id, kept_record from evidence.duplicates where file_id = "+file+" and record = "+number)
	if err != nil {
		return err
	}
	if len(original) > 0 {
		return fmt.Errorf("this record is a duplicate of %v:%v; explain that one", original[0][0], original[0][1])
	}
	rejected, err := c.all(ctx, "select reason from evidence.rejects where file_id = "+file+" and record = "+number)
	if err != nil {
		return err
	}
	if len(rejected) > 0 {
		return fmt.Errorf("this record could not be read: %v; it is in the table rejects", rejected[0][0])
	}
	return fmt.Errorf("file %s (%v) has %v records", file, files[0][0], files[0][1])
}

// whatElse says what an id is that is no record's: of a session, a token, an
// operation; or which ids it resembles.
func whatElse(ctx context.Context, c *Case, id string) error {
	for _, other := range []struct{ column, is, ask string }{
		{"session_id", "a session", "--session %s -o session.html tells its story"},
		{"unique_token_id", "a token", "--filter unique_token_id=%s --report signin_list,audit_list shows them"},
		{"sign_in_id", "a sign-in that is not in these files", "--filter sign_in_id=%s --report audit_list shows what its token did"},
		{"request_id", "a sign-in that is not in these files", "--filter request_id=%s shows them"},
		{"correlation_id", "a correlation id", "--filter correlation_id=%s --report signin_list shows them"},
		{"user_id", "a user", "--user %s shows them"},
		{"app_id", "an application", "--app %s shows them"},
		{"device_id", "a device", "--filter device_id=%s --report signin_list shows them"},
	} {
		var n int64
		for _, t := range schema.Logs() {
			if !t.Has(other.column) {
				continue
			}
			rows, err := c.all(ctx, "select count(*) from evidence."+t.Name+" where lower("+other.column+") = lower("+literal(id)+")")
			if err != nil {
				return err
			}
			n += rows[0][0].(int64)
		}
		if n > 0 {
			return fmt.Errorf("no record has this id; it is that of %s which %d records name: "+other.ask, other.is, n, id)
		}
	}
	near, err := nearestIDs(ctx, c, id)
	if err != nil {
		return err
	}
	if len(near) > 0 {
		return fmt.Errorf("no record has this id (did you mean %s?)", strings.Join(near, " or "))
	}
	return fmt.Errorf("no record has this id; give the id of a sign-in, audit or risk record, or FILE_ID:RECORD as the reports show them")
}

// nearestIDs returns up to three ids that begin or end as this one does: half
// an id is what gets lost when one is copied.
func nearestIDs(ctx context.Context, c *Case, id string) ([]string, error) {
	if len(id) < 4 {
		return nil, nil
	}
	part := min(len(id), 8)
	begin, end := literal(strings.ToLower(id[:part])), literal(strings.ToLower(id[len(id)-part:]))
	var parts []string
	for _, t := range schema.Logs() {
		parts = append(parts, fmt.Sprintf("select id from evidence.%s where starts_with(lower(id), %s) or ends_with(lower(id), %s)", t.Name, begin, end))
	}
	rows, err := c.all(ctx, fmt.Sprintf("select id from (%s) group by id order by levenshtein(lower(id), %s), id limit 3",
		strings.Join(parts, " union all "), literal(strings.ToLower(id))))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row[0].(string))
	}
	return ids, nil
}
