package stickers

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestThePacksThatComeWithTheProduct(t *testing.T) {
	all, err := Packs()
	if err != nil {
		t.Fatal(err)
	}
	free, hashes, listed := 0, map[string]string{}, 0
	for _, pack := range all {
		if pack.Cents == 0 {
			free++
		}
		if len(pack.Stickers) != 12 {
			t.Errorf("%s has %d stickers", pack.ID, len(pack.Stickers))
		}
		for _, s := range pack.Stickers {
			listed++
			raw, err := packs.ReadFile(path.Join("packs", pack.ID, s.Name+".svg"))
			if err != nil || !bytes.Equal(raw, s.SVG) {
				t.Errorf("%s is not as it would be written: %v", s.Key(), err)
			}
			if other, twice := hashes[s.Hash]; twice || s.Hash != Address(raw) {
				t.Errorf("%s has the address of %q", s.Key(), other)
			}
			hashes[s.Hash] = s.Key()
			if !bytes.Contains(raw, []byte(`viewBox="0 0 160 160"`)) || len(raw) > 4000 {
				t.Errorf("%s: %d bytes, or another size than the others", s.Key(), len(raw))
			}
		}
	}
	if free != 2 || len(all) != 4 || all[0].Cents != 0 || all[3].Cents == 0 {
		t.Errorf("%d packs, %d of them free", len(all), free)
	}
	files, err := fs.Glob(packs, "packs/*/*")
	if err != nil || len(files) != listed+len(all) {
		t.Errorf("%d files, and %d stickers in the lists, %v", len(files), listed, err)
	}
}

func TestAPackThatIsBrokenIsNotRead(t *testing.T) {
	good := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><circle r="4"/></svg>`
	for name, c := range map[string]struct{ list, svg, fault string }{
		"good":           {`{"cents":5,"stickers":["a"]}`, good, ""},
		"no list":        {``, good, "pack.json"},
		"an empty list":  {`{"cents":5,"stickers":[]}`, good, "0 stickers"},
		"a bad price":    {`{"cents":-5,"stickers":["a"]}`, good, "-5 cents"},
		"a word unknown": {`{"price":5,"stickers":["a"]}`, good, "price"},
		"a file missing": {`{"cents":5,"stickers":["b"]}`, good, "b.svg"},
		"a bad drawing":  {`{"cents":5,"stickers":["a"]}`, `<svg onload="x"/>`, "onload"},
	} {
		files := fstest.MapFS{"packs/x/a.svg": {Data: []byte(c.svg)}, "packs/x/pack.json": {Data: []byte(c.list)}}
		if got, err := read(files); (c.fault == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.fault) || err == nil && (got[0].Cents != 5 || got[0].Key() != "sticker.pack.x") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestFreePacksComeFirst(t *testing.T) {
	all := []Pack{{ID: "b", Cents: 5}, {ID: "a", Cents: 5}, {ID: "z"}, {ID: "c", Cents: 1}}
	sortPacks(all)
	if !slices.EqualFunc(all, []string{"z", "c", "a", "b"}, func(p Pack, id string) bool { return p.ID == id }) {
		t.Errorf("%+v", all)
	}
}
