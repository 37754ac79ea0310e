package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// words are the lookups of a case as maps: what a value means in the field it
// stands in. They are small and read once.
type words struct {
	errors      map[string]string // by code
	recordTypes map[string]string
	clientApps  map[string]string // by name in lower case
	ids         map[string]string // by id in lower case
	values      map[string]string // by field and value, see fieldName
	bits        map[string]string // by bit, in decimal
}

// learnWords reads the lookups. What the sign-ins call an application or a
// user stands in for an id that is not well known.
func learnWords(ctx context.Context, c *Case) (*words, error) {
	var w words
	for _, lookup := range []struct {
		into *map[string]string
		sql  string
	}{
		{&w.errors, "select error_code::varchar, concat_ws(': ', name, meaning) from error_codes"},
		{&w.recordTypes, "select record_type::varchar, name from evidence.record_types"},
		{&w.clientApps, "select client_app, meaning from client_apps"},
		{&w.values, "select field || '=' || value, meaning from field_values"},
		{&w.bits, "select bit::varchar, method from authentication_method_bits"},
		{&w.ids, `
			select lower(app_id), 'the application ' || max(app_display_name) || ', as the sign-ins name it'
			from evidence.sign_ins where app_id <> '' and app_display_name <> '' group by 1
			union all
			select lower(resource_id), 'the resource ' || max(resource_display_name) || ', as the sign-ins name it'
			from evidence.sign_ins where resource_id <> '' and resource_display_name <> '' group by 1
			union all
			select lower(user_id), 'the user ' || max(user_principal_name)
			from evidence.sign_ins where user_id <> '' and user_principal_name <> '' and user_id not like '00000000-0000-%' group by 1`},
		// after what was learned, which is only what somebody called a thing
		{&w.ids, `
			select id, 'the ' || kind || ' ' || name || coalesce(': ' || remark, '') from well_known_ids`},
	} {
		rows, err := c.all(ctx, lookup.sql)
		if err != nil {
			return nil, fmt.Errorf("read the lookups: %w", err)
		}
		if *lookup.into == nil {
			*lookup.into = map[string]string{}
		}
		for _, row := range rows {
			key, _ := row[0].(string)
			meaning, _ := row[1].(string)
			(*lookup.into)[key] = meaning
		}
	}
	return &w, nil
}

// fieldName is how field_values names a field: RecordType, recordType and
// record_type are one.
func fieldName(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "_", "")
}

// of is what a value means in its field, "" = no more than it says.
func (w *words) of(field, value string) string {
	name, folded := fieldName(field), strings.ToLower(value)
	switch name {
	case "errorcode", "errornumber", "resulttype":
		if meaning, ok := w.errors[value]; ok {
			return meaning
		}
		if value != "0" {
			return "not in the list of error codes; https://login.microsoftonline.com/error?code=" + value + " knows it"
		}
		return ""
	case "recordtype":
		return w.recordTypes[value]
	case "clientapp", "clientappused":
		return w.clientApps[folded]
	case "userauthenticationmethod":
		return w.methods(value)
	}
	if meaning := w.values[name+"="+folded]; meaning != "" {
		return meaning
	}
	// a comma-joined list: what is known of its parts
	if parts := strings.Split(folded, ","); len(parts) > 1 {
		var meanings []string
		for _, part := range parts {
			if m := w.values[name+"="+strings.TrimSpace(part)]; m != "" {
				meanings = append(meanings, strings.TrimSpace(part)+": "+m)
			}
		}
		return strings.Join(meanings, "; ")
	}
	return w.ids[folded]
}

// methods reads the bits of a UserAuthenticationMethod.
func (w *words) methods(value string) string {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return ""
	}
	var set []string
	for bit := uint64(1); bit <= n; bit <<= 1 {
		if n&bit == 0 {
			continue
		}
		text := strconv.FormatUint(bit, 10)
		method := w.bits[text]
		if method == "" {
			method = "a method that is not known"
		}
		set = append(set, text+" "+method)
	}
	if len(set) == 0 {
		return "no method is set"
	}
	return strings.Join(set, ", ")
}

// codesOf lists the leaves of a raw record that words knows more about: the
// path, the value, what it means.
func (w *words) codesOf(raw string) [][]any {
	var codes [][]any
	for _, leaf := range leaves(raw) {
		if meaning := w.of(leaf.field, leaf.value); meaning != "" {
			codes = append(codes, []any{leaf.path, leaf.value, meaning})
		}
	}
	return codes
}

// leaf is a value in a raw record, and the name of the field that it stands in.
type leaf struct{ path, field, value string }

// leaves walks JSON in its order. Of {"Name": "RequestType", "Value":
// "Login:login"}, as the audit log writes most of its properties, the name is
// the field. JSON within a string is walked too.
func leaves(raw string) []leaf {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var all []leaf
	walkValue(decoder, "", "", &all)
	return all
}

// walkValue reads the next value; what is broken ends the walk.
func walkValue(d *json.Decoder, path, field string, all *[]leaf) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			for n := 1; d.More(); n++ {
				if !walkValue(d, path+"["+strconv.Itoa(n)+"]", field, all) {
					return false
				}
			}
		} else if !walkObject(d, path, all) {
			return false
		}
		_, err := d.Token() // the closing one
		return err == nil
	case string:
		if inner := strings.TrimSpace(token); strings.HasPrefix(inner, "{") || strings.HasPrefix(inner, "[") {
			if nested := leaves(inner); len(nested) > 0 && json.Valid([]byte(inner)) {
				for _, l := range nested {
					*all = append(*all, leaf{join(path, l.path), l.field, l.value})
				}
				return true
			}
		}
		*all = append(*all, leaf{path, field, token})
	case json.Number, bool:
		*all = append(*all, leaf{path, field, fmt.Sprint(token)})
	}
	return true
}

func walkObject(d *json.Decoder, path string, all *[]leaf) bool {
	named := "" // by a Name or Key before the value
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return false
		}
		key, _ := token.(string)
		inner, field := join(path, key), key
		switch key {
		case "Value", "value", "NewValue", "OldValue":
			if named != "" {
				inner, field = join(path, named), named
				if key == "NewValue" || key == "OldValue" {
					inner += " (" + strings.ToLower(strings.TrimSuffix(key, "Value")) + ")"
				}
			}
		}
		before := len(*all)
		if !walkValue(d, inner, field, all) {
			return false
		}
		if (key == "Name" || key == "Key") && len(*all) == before+1 {
			named = (*all)[before].value
		}
	}
	return true
}

func join(path, key string) string {
	if path == "" || strings.HasPrefix(key, "[") {
		return path + key
	}
	return path + "." + key
}
