package static

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the binary was compiled before the client was bundled.
var ErrNotBuilt = errors.New("the pages' scripts and styles are not built: run `make build`")

// Files returns the built files by the names that [Manifest] gives, and their .br and .gz twins.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: it stands in the line above
	}
	return files
}

// Manifest maps the names that pages use (site.css, meeting.js, img/…) to the built files' names.
func Manifest() (map[string]string, error) {
	raw, err := fs.ReadFile(Files(), "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("read the manifest of static files: %w", err)
	}
	names := map[string]string{}
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, fmt.Errorf("read the manifest of static files: %w", err)
	}
	return names, nil
}
