package ingest

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxUnpacked caps what one archive may unpack to: a bomb must not fill
// the disk of an examiner. Real exports pack about 20 to 1.
var maxUnpacked int64 = 64 << 30 // tests lower it

// maxZstdWindow is the most memory that a zstd stream may ask for: that of
// `zstd --long`, in bytes.
const maxZstdWindow = 128 << 20

// capped ends a text that unpacks to more than is read, with a sentence.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(int64(len(p)), c.left+1)])
	if int64(n) > c.left {
		n = int(c.left)
		err = errors.New("it unpacks to more than is read of one archive; unpack it yourself if you trust it")
	}
	c.left -= int64(n)
	return n, err
}

// packings are the ways in which one file is packed that are opened here.
var packings = []struct {
	name   string
	magic  []byte
	unpack func(io.Reader) (r io.Reader, done func(), err error)
}{
	{"gzip", []byte{0x1f, 0x8b, 8}, func(r io.Reader) (io.Reader, func(), error) {
		unpacked, err := gzip.NewReader(r)
		return unpacked, func() {}, err
	}},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, func(r io.Reader) (io.Reader, func(), error) {
		unpacked, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, nil, err
		}
		return unpacked, unpacked.Close, nil
	}},
	{"bzip2", []byte("BZh"), func(r io.Reader) (io.Reader, func(), error) {
		return bzip2.NewReader(r), func() {}, nil
	}},
}

// longestMagic is the number of bytes that packings are known by.
const longestMagic = 4

// unpacked returns what a text unpacks to, at most so many bytes of it, and
// the name of the packing; a text that isn't packed is returned as it is, with
// the name "". done gives memory back.
func unpacked(text io.Reader, most int64) (r io.Reader, packing string, done func(), err error) {
	buffered := bufio.NewReaderSize(text, 1<<12)
	head, _ := buffered.Peek(longestMagic)
	for _, p := range packings {
		if !bytes.HasPrefix(head, p.magic) {
			continue
		}
		r, done, err := p.unpack(buffered)
		if err != nil {
			return nil, "", nil, fmt.Errorf("the %s file can't be opened: %w; was the copy complete?", p.name, err)
		}
		return &capped{r, most}, p.name, done, nil
	}
	return buffered, "", func() {}, nil
}
