package pseudonym

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Key is what pseudonyms are made with, and led back by.
type Key struct {
	ID string // tells keys apart, and nothing of the key

	secret, words, nonces []byte       // of HMACs
	ids                   cipher.Block // of a permutation
	seal                  cipher.AEAD  // of the words of the copy
}

const (
	keyHead = "entrail-key-1 " // then 64 hexadecimal digits
	keySize = 32               // bytes
	keyFile = 1 << 10          // bytes that a key file has at most
)

// ErrNoKey is the error of a file that holds no key.
var ErrNoKey = errors.New("the file is no key of entrail; give the one that the copy was made with, or the name of a file that is not there yet, and a key is made")

// ReadKey reads a key file.
func ReadKey(path string) (*Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would be waited for
		return nil, ErrNoKey
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, keyFile+1))
	if err != nil {
		return nil, err
	}
	return parseKey(text)
}

// MakeKey makes a new key and its file, which only its owner can read. A file that is
// there is never written over.
func MakeKey(path string) (*Key, error) {
	secret := make([]byte, keySize)
	rand.Read(secret)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(keyHead + hex.EncodeToString(secret) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path)
		return nil, err
	}
	if folder, err := os.Open(filepath.Dir(path)); err == nil { // without it there is no way back
		folder.Sync()
		folder.Close()
	}
	return newKey(secret)
}

func parseKey(text []byte) (*Key, error) {
	if len(text) > keyFile {
		return nil, ErrNoKey
	}
	digits, ok := strings.CutPrefix(strings.TrimSpace(string(text)), keyHead)
	secret, err := hex.DecodeString(digits)
	if !ok || err != nil || len(secret) != keySize {
		return nil, ErrNoKey
	}
	different := map[byte]bool{}
	for _, b := range secret {
		different[b] = true
	}
	if len(different) < keySize/4 {
		return nil, fmt.Errorf("%w: its digits are too regular for a key", ErrNoKey)
	}
	return newKey(secret)
}

func newKey(secret []byte) (*Key, error) {
	k := &Key{secret: secret}
	k.ID, k.words, k.nonces = hex.EncodeToString(k.part("id")[:8]), k.part("words"), k.part("nonces")
	k.ids = k.block("ids")
	var err error
	k.seal, err = cipher.NewGCM(k.block("seal"))
	return k, err
}

// part is a key that tells nothing of the others.
func (k *Key) part(of string) []byte { return sum(k.secret, "entrail pseudonym "+of) }

func (k *Key) block(of string) cipher.Block {
	block, err := aes.NewCipher(k.part(of))
	if err != nil {
		panic(err) // of 32 bytes
	}
	return block
}

// permutation is the n-th of addresses.
func (k *Key) permutation(n int) permutation {
	return permutation{k.block("addresses " + strconv.Itoa(n))}
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// sealed is a text that only the key opens. Texts of up to 31 bytes have one length.
func (k *Key) sealed(text string) string {
	nonce := sum(k.nonces, text)[:k.seal.NonceSize()]
	padded := append([]byte(text), 0x80)
	for len(padded)%32 != 0 {
		padded = append(padded, 0)
	}
	return hex.EncodeToString(k.seal.Seal(nonce, nonce, padded, nil))
}

// opened is what sealed was given.
func (k *Key) opened(text string) (string, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) < k.seal.NonceSize() {
		return "", errSeal
	}
	padded, err := k.seal.Open(nil, raw[:k.seal.NonceSize()], raw[k.seal.NonceSize():], nil)
	if err != nil {
		return "", errSeal
	}
	text, ok := strings.CutSuffix(strings.TrimRight(string(padded), "\x00"), "\x80")
	if !ok {
		return "", errSeal
	}
	return text, nil
}

var errSeal = errors.New("somebody has changed the table pseudonyms of the copy, or the key is another one")
