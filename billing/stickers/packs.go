package stickers

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
)

//go:embed packs
var packs embed.FS

// Pack is a set of stickers that belongs together.
type Pack struct {
	ID       string // as its folder is called; lasts
	Cents    int    // what it costs once, in US cents; 0 = free
	Stickers []Sticker
}

// Key is the message catalogue id of the pack's name.
func (p Pack) Key() string { return "sticker.pack." + p.ID }

// Sticker is one drawing.
type Sticker struct {
	Pack, Name string
	Hash       string // SHA-256 of SVG, in hex
	SVG        []byte // as [Clean] leaves it
}

// Key is the message catalogue id of what the drawing shows, for who does not see
// it.
func (s Sticker) Key() string { return "sticker." + s.Pack + "." + s.Name }

// manifest is a pack.json.
type manifest struct {
	Cents    int      `json:"cents"`
	Stickers []string `json:"stickers"`
}

// Packs reads the packs that come with the product, free ones first, then by price
// and name. A fault is a fault of the build.
func Packs() ([]Pack, error) { return read(packs) }

func read(files fs.FS) ([]Pack, error) {
	folders, err := fs.ReadDir(files, "packs")
	if err != nil {
		return nil, fmt.Errorf("stickers: list packs: %w", err)
	}
	out := make([]Pack, 0, len(folders))
	for _, folder := range folders {
		pack, err := readPack(files, folder.Name())
		if err != nil {
			return nil, fmt.Errorf("stickers: pack %s: %w", folder.Name(), err)
		}
		out = append(out, pack)
	}
	sortPacks(out)
	return out, nil
}

func readPack(files fs.FS, id string) (Pack, error) {
	raw, err := fs.ReadFile(files, path.Join("packs", id, "pack.json"))
	if err != nil {
		return Pack{}, err
	}
	var about manifest
	lines := json.NewDecoder(bytes.NewReader(raw))
	lines.DisallowUnknownFields()
	if err := lines.Decode(&about); err != nil {
		return Pack{}, fmt.Errorf("read pack.json: %w", err)
	}
	if about.Cents < 0 || len(about.Stickers) == 0 {
		return Pack{}, fmt.Errorf("pack.json: %d cents, %d stickers", about.Cents, len(about.Stickers))
	}
	pack := Pack{ID: id, Cents: about.Cents}
	for _, name := range about.Stickers {
		raw, err := fs.ReadFile(files, path.Join("packs", id, name+".svg"))
		if err != nil {
			return Pack{}, err
		}
		svg, err := Clean(raw)
		if err != nil {
			return Pack{}, fmt.Errorf("%s: %w", name, err)
		}
		pack.Stickers = append(pack.Stickers, Sticker{Pack: id, Name: name, Hash: Address(svg), SVG: svg})
	}
	return pack, nil
}

// Address names a drawing by its content.
func Address(svg []byte) string {
	sum := sha256.Sum256(svg)
	return hex.EncodeToString(sum[:])
}
