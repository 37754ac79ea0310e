package tenant

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
)

// GUID is an identifier in the order in which its text is written.
type GUID [16]byte

func newGUID(r *rand.Rand) GUID {
	var g GUID
	for i := 0; i < 16; i += 8 {
		v := r.Uint64()
		for j := range 8 {
			g[i+j] = byte(v >> (8 * j))
		}
	}
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

// newRequestID is the id of a sign-in. Entra ID's end in 00.
func newRequestID(r *rand.Rand) GUID {
	g := newGUID(r)
	g[15] = 0
	return g
}

// fixedGUID is the identifier of something that stays the same at every seed
// and size, such as a person or a policy.
func fixedGUID(what string, n int) GUID {
	h := uint64(14695981039346656037)
	for i := range len(what) {
		h = (h ^ uint64(what[i])) * 1099511628211
	}
	return newGUID(rand.New(rand.NewPCG(h, uint64(n))))
}

func (g GUID) append(b []byte) []byte {
	for i, part := range [5][2]int{{0, 4}, {4, 6}, {6, 8}, {8, 10}, {10, 16}} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, g[part[0]:part[1]])
	}
	return b
}

func (g GUID) String() string { return string(g.append(nil)) }

// TokenID is the uniqueTokenIdentifier of the token that sign-in g issued: the
// bytes of the id as .NET stores a Guid (first three groups little-endian), in
// base64url without padding. Workload audit records carry it as UniqueTokenId.
func (g GUID) TokenID() string { return string(g.appendTokenID(nil)) }

func (g GUID) appendTokenID(b []byte) []byte {
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return base64.RawURLEncoding.AppendEncode(b, g[:])
}
