package scan

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestDecodeCountsWhatIsNoText(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		replaced   int64
		reason     string
	}{
		{"\xff\xfea\x00b\x00", "ab", 0, "UTF-16"},
		{"\xff\xfea\x00\x3d\xd8b\x00", "a\ufffdb", 1, "half a surrogate pair"},
		{"\xff\xfea\x00\x3d\xd8\x3d\xd8", "a\ufffd\ufffd", 2, "two of them, at the end"},
		{"\xff\xfea\x00b", "a\ufffd", 1, "cut off in the middle of a character"},
		{"\xff\xfe\x00\x00a\x00\x00\x00\x00\x00\x11\x00", "a\ufffd", 1, "UTF-32 beyond Unicode"},
	} {
		for _, in := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text))} {
			r, _ := Decode(in)
			got, err := io.ReadAll(iotest.OneByteReader(r))
			if n := r.(*Decoded).Replaced; err != nil || string(got) != tt.want || n != tt.replaced {
				t.Errorf("%s: %q with %d replaced, %v; want %q with %d", tt.reason, got, n, err, tt.want, tt.replaced)
			}
			r, _ = Decode(strings.NewReader(tt.text))
			if io.ReadAll(r); r.(*Decoded).Replaced != tt.replaced {
				t.Errorf("%s: %d replaced when read at once", tt.reason, r.(*Decoded).Replaced)
			}
		}
	}
}
