package duplicates

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// canonicalSum is the same for two JSON texts that say the same: white space,
// the order of keys, and whether a scalar is a number or its text don't count.
// Of a key that is there twice, both values do. A text that is no JSON stands
// for itself.
func canonicalSum(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	canonical, err := appendCanonical(nil, d)
	if err != nil {
		canonical = []byte(text)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16])
}

// appendCanonical appends the decoder's next value.
func appendCanonical(dst []byte, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		type member struct {
			key   string
			value []byte
		}
		var members []member
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := appendCanonical(nil, d)
			if err != nil {
				return nil, err
			}
			members = append(members, member{key.(string), value})
		}
		slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		dst = append(dst, '{')
		for _, m := range members {
			dst = append(appendScalar(dst, m.key), m.value...)
		}
		dst = append(dst, '}')
		_, err = d.Token()
	case json.Delim('['):
		dst = append(dst, '[')
		for d.More() {
			if dst, err = appendCanonical(dst, d); err != nil {
				return nil, err
			}
		}
		dst = append(dst, ']')
		_, err = d.Token()
	case nil:
		dst = append(dst, 'n')
	default:
		dst = appendScalar(dst, fmt.Sprint(token))
	}
	return dst, err
}

// appendScalar writes the length first, so that no text can look like two.
func appendScalar(dst []byte, s string) []byte {
	dst = fmt.Appendf(dst, "%d:", len(s))
	return append(dst, s...)
}
