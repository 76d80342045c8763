// Receipts, read by the Go project's own packages for signed notes and transparency logs.
// They know nothing of Cairn: the notes, the inclusion proofs and the roots have to hold as
// they stand. Cosignatures are a kind of signature that sumdb/note lets others add.
//
//	main FOLDER          of tests/vectors/receipts
//	main cases FOLDER    of files, as cases.json there says
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A cosignature/v1 verifier, as c2sp.org/tlog-cosignature says.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Verify(text, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(w.key, []byte(message), sig[8:])
}

func newWitness(vkey string) (*witness, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, text, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("not a cosignature key: " + vkey)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	if hex.EncodeToString(sum[:4]) != id {
		return nil, errors.New("the id is not that of the key: " + vkey)
	}
	return &witness{name, binary.BigEndian.Uint32(sum[:4]), key[1:]}, nil
}

type policy struct {
	verifiers []note.Verifier
	threshold int
}

func readPolicy(path string) (*policy, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &policy{}
	for _, line := range strings.Split(string(data), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "log":
			v, err := note.NewVerifier(words[1])
			if err != nil {
				return nil, err
			}
			p.verifiers = append(p.verifiers, v)
		case "witness":
			v, err := newWitness(words[2])
			if err != nil {
				return nil, err
			}
			p.verifiers = append(p.verifiers, v)
		case "group":
			if p.threshold, err = strconv.Atoi(words[2]); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// The note holds, a quorum cosigned it, a log signed it.
func (p *policy) open(data []byte) (string, error) {
	n, err := note.Open(data, note.VerifierList(p.verifiers...))
	if err != nil {
		return "", err
	}
	logs, witnesses := 0, 0
	origin, _, _ := strings.Cut(n.Text, "\n")
	for _, sig := range n.Sigs {
		if sig.Name == origin {
			logs++
		} else {
			witnesses++
		}
	}
	if logs < 1 || witnesses < p.threshold {
		return "", fmt.Errorf("%d log signatures and %d cosignatures", logs, witnesses)
	}
	return n.Text, nil
}

func parse(data []byte) (extra []byte, index int64, path []tlog.Hash, signed []byte, err error) {
	const magic = "c2sp.org/tlog-proof@v1\n"
	head, signed, found := bytes.Cut(data, []byte("\n\n"))
	if !found || !bytes.HasPrefix(head, []byte(magic)) {
		return nil, 0, nil, nil, errors.New("not a proof file")
	}
	lines := strings.Split(string(head[len(magic):]), "\n")
	extra, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[0], "extra "))
	if err != nil {
		return
	}
	index, err = strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return
	}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, 0, nil, nil, err
		}
		path = append(path, hash)
	}
	return
}

func check(data []byte, p *policy) error {
	extra, index, path, signed, err := parse(data)
	if err != nil {
		return err
	}
	text, err := p.open(signed)
	if err != nil {
		return err
	}
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	// version, kind, genesis, then the leaf behind its u16 size
	leaf := extra[36 : 36+int(binary.LittleEndian.Uint16(extra[34:]))]
	return tlog.CheckRecord(tlog.RecordProof(path), size, root, index, tlog.RecordHash(leaf))
}

// What is checked, how often, and how often another answer was wanted.
type run struct {
	folder          string
	checked, failed int
}

func (r *run) read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(r.folder, name))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return data
}

func (r *run) policy(name string) *policy {
	p, err := readPolicy(filepath.Join(r.folder, name))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return p
}

func (r *run) expect(name string, data []byte, p *policy, good bool) {
	r.checked++
	if err := check(data, p); (err == nil) != good {
		fmt.Printf("%s: wanted %v, got %v\n", name, good, err)
		r.failed++
	}
}

// The golden receipts, and each with another index and another path.
func (r *run) vectors() {
	p := r.policy("policy-0.txt")
	for _, name := range []string{"tx", "spare", "records", "stream", "state", "absent"} {
		data := r.read(name + ".tlog-proof")
		r.expect(name, data, p, true)
		r.expect(name+" with another index",
			bytes.Replace(data, []byte("\nindex "), []byte("\nindex 1"), 1), p, false)
		at := bytes.Index(data, []byte("\n\n")) - 10
		spoiled := append([]byte{}, data...)
		if spoiled[at] == 'A' {
			spoiled[at] = 'B'
		} else {
			spoiled[at] = 'A'
		}
		r.expect(name+" with another path", spoiled, p, false)
	}
	r.expect("short", r.read("short.tlog-proof"), p, false)
}

func (r *run) cases() {
	var cases []struct {
		File, Policy string
		Good         bool `json:"is_good"`
	}
	if err := json.Unmarshal(r.read("cases.json"), &cases); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, c := range cases {
		r.expect(c.File, r.read(c.File), r.policy(c.Policy), c.Good)
	}
}

func main() {
	r := &run{folder: os.Args[len(os.Args)-1]}
	if os.Args[1] == "cases" {
		r.cases()
	} else {
		r.vectors()
	}
	fmt.Printf("%d receipts read by golang.org/x/mod, %d wrong\n", r.checked, r.failed)
	if r.failed > 0 || r.checked == 0 {
		os.Exit(1)
	}
}
