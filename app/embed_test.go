package app_test

import (
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"
)

// TestMakeKnowsEveryEmbeddedFile holds that make builds the binary anew when a
// file changes that is inside it: a page, a message, a migration, a list.
func TestMakeKnowsEveryEmbeddedFile(t *testing.T) {
	list := exec.CommandContext(t.Context(), "make", "-s", "sources")
	list.Dir = ".."
	list.Env = append(os.Environ(), "MAKEFLAGS=", "MFLAGS=")
	out, err := list.Output()
	must(t, err)
	known := map[string]bool{}
	for file := range strings.FieldsSeq(string(out)) {
		known[file] = true
	}
	list = exec.CommandContext(t.Context(), "go", "list", "-f", "{{$at := .ImportPath}}{{range .EmbedFiles}}{{$at}}/{{.}}\n{{end}}{{range .GoFiles}}{{$at}}/{{.}}\n{{end}}",
		"./app/...", "./billing/...", "./cmd/...", "./migrations/...", "./sfu/...", "./static/...", "./tenants/...", "./views/...")
	list.Dir = ".."
	out, err = list.Output()
	must(t, err)
	files := strings.Fields(string(out))
	if len(files) < 200 {
		t.Fatalf("only %d files are in the binary", len(files))
	}
	for _, file := range files {
		file = strings.TrimPrefix(path.Clean(file), "parley/")
		if !known[file] && !strings.HasPrefix(file, "static/dist/") {
			t.Errorf("%s changes and make does not build the binary", file)
		}
	}
}
