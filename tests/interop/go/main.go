// Reads a log that Comity wrote with golang.org/x/mod/sumdb, which knows nothing of it: main DIR VKEY WITNESS PROOFS.
//
// The checkpoint's signatures, every entry of the bundles against the authenticated tree, and our proofs.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// witness verifies cosignature/v1 lines, which the note package leaves to its callers.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(head), msg...), sig[8:])
}

func newWitness(vkey string) (witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return witness{}, fmt.Errorf("no vkey: %s", vkey)
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return witness{}, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return witness{}, fmt.Errorf("no key of type 0x04: %s", vkey)
	}
	return witness{parts[0], uint32(id), key[1:]}, nil
}

// tiles reads the files of tlog-tiles; x/mod puts the height into the path, C2SP does not.
type tiles struct{ dir string }

func (t tiles) Height() int                           { return height }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte)   {}
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range list {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

type proofs struct {
	Inclusion []struct {
		Shard string
		Index int64
		Value []byte
		Path  []tlog.Hash
	}
	Consistency []struct {
		Shard string
		Old   int64
		Root  tlog.Hash
		Path  []tlog.Hash
	}
}

func bundle(dir string, number, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: number, W: 1 << height}
	if rest := size - number<<height; rest < 1<<height {
		tile.W = int(rest)
	}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			return nil, fmt.Errorf("%s ends inside an entry", path)
		}
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(data) != 0 || len(entries) != tile.W {
		return nil, fmt.Errorf("%s does not hold %d entries", path, tile.W)
	}
	return entries, nil
}

func verify(dir, vkey, cosigner, file string) (string, error) {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	seen, err := newWitness(cosigner)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return "", err
	}
	opened, err := note.Open(text, note.VerifierList(log, seen))
	if err != nil {
		return "", err
	}
	if len(opened.Sigs) != 2 {
		return "", fmt.Errorf("%d of 2 signatures", len(opened.Sigs))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		return "", fmt.Errorf("no checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return "", err
	}
	tree := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{dir})
	for number := int64(0); number<<height < size; number++ {
		entries, err := bundle(dir, number, size)
		if err != nil {
			return "", err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, number<<height+int64(i)))
		}
		hashes, err := tree.ReadHashes(indexes)
		if err != nil {
			return "", err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return "", fmt.Errorf("entry %d is not the one in the tree", number<<height+int64(i))
			}
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var given proofs
	if err := json.Unmarshal(data, &given); err != nil {
		return "", err
	}
	count := 0
	for _, p := range given.Inclusion {
		if strings.HasSuffix(log.Name(), "/"+p.Shard) {
			count++
			if err := tlog.CheckRecord(p.Path, size, root, p.Index, tlog.RecordHash(p.Value)); err != nil {
				return "", fmt.Errorf("inclusion of %d: %v", p.Index, err)
			}
		}
	}
	for _, p := range given.Consistency {
		if strings.HasSuffix(log.Name(), "/"+p.Shard) {
			count++
			if err := tlog.CheckTree(p.Path, size, root, p.Old, p.Root); err != nil {
				return "", fmt.Errorf("consistency with %d: %v", p.Old, err)
			}
		}
	}
	return fmt.Sprintf("%d entries, %d proofs, %d unverified signatures", size, count, len(opened.UnverifiedSigs)), nil
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "main DIR VKEY WITNESS PROOFS")
		os.Exit(2)
	}
	said, err := verify(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	if err != nil {
		fmt.Println("FAIL:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}
