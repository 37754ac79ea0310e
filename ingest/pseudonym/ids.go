package pseudonym

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// An id of 16 bytes becomes another by AES, which leads back. All spellings of an id
// become spellings of the other one: a GUID, its 32 digits, and the token ids that are
// made of it, see token_sign_in of package schema.

const guidSize = 36

// other is the other id, in the same spelling.
func (k *Key) other(text string, spelling shape, back bool) string {
	switch spelling {
	case hash:
		return k.hash(text, back)
	case token:
		return k.token(text, back)
	}
	return k.guid(text, back)
}

// isGUID knows a GUID in one case of letters.
func isGUID(text string) bool {
	if len(text) != guidSize {
		return false
	}
	for i := range len(text) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (text[i] == '-') {
			return false
		}
	}
	return isHex(strings.ReplaceAll(text, "-", ""))
}

// isHex knows hexadecimal digits whose letters are of one case.
func isHex(text string) bool {
	var lower, upper bool
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
		case 'a' <= c && c <= 'f':
			lower = true
		case 'A' <= c && c <= 'F':
			upper = true
		default:
			return false
		}
	}
	return !(lower && upper)
}

// isHash knows the digits of one or more blocks of 16 bytes.
func isHash(text string) bool {
	return len(text) >= 32 && len(text) <= 128 && len(text)%32 == 0 && isHex(text)
}

// guid is the other GUID.
func (k *Key) guid(text string, back bool) string {
	d := k.hash(strings.ReplaceAll(text, "-", ""), back)
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

// hash are the other digits, block by block. All digits of it being decimal, the case of
// its letters is lower.
func (k *Key) hash(text string, back bool) string {
	raw, _ := hex.DecodeString(text)
	for i := 0; i < len(raw); i += 16 {
		k.id(raw[i:i+16], back)
	}
	digits := hex.EncodeToString(raw)
	if strings.ToLower(text) != text {
		return strings.ToUpper(digits)
	}
	return digits
}

// id replaces the bytes of an id. Those that have the look of a token as its letters stay
// among these, so that the look leads back.
func (k *Key) id(raw []byte, back bool) {
	looks := isTokenOf(raw)
	for {
		if back {
			k.ids.Decrypt(raw, raw)
		} else {
			k.ids.Encrypt(raw, raw)
		}
		if isTokenOf(raw) == looks {
			return
		}
	}
}

var letters = base64.RawURLEncoding.Strict()

// Lengths of token ids: the letters of the 16 bytes of an id, of the 36 of its text.
const (
	tokenSize     = 22
	textTokenSize = 48
)

// isTokenOf tells that the letters of an id have the look of no word: small and great
// ones, and digits.
func isTokenOf(id []byte) bool { return isMixed(letters.EncodeToString(guidBytes(id))) }

func isMixed(text string) bool {
	return strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") && strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(text, "0123456789")
}

// isToken knows a token id.
func isToken(text string) bool {
	switch len(text) {
	case tokenSize:
		_, err := letters.DecodeString(text)
		return err == nil && isMixed(text)
	case textTokenSize:
		raw, err := letters.DecodeString(text)
		return err == nil && isGUID(string(raw))
	}
	return false
}

// token is the token id of the other id.
func (k *Key) token(text string, back bool) string {
	raw, _ := letters.DecodeString(text)
	if len(text) == textTokenSize {
		return letters.EncodeToString([]byte(k.guid(string(raw), back)))
	}
	id := guidBytes(raw)
	k.id(id, back)
	return letters.EncodeToString(guidBytes(id))
}

// guidBytes turns the bytes of an id between the order of its digits and that of tokens,
// in which the first three groups are little-endian.
func guidBytes(b []byte) []byte {
	return []byte{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}
