package attachment

import (
	_ "embed" // the rule of programs
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// HeadSize is how many bytes of a file's beginning say what it is.
const HeadSize = 3072

// Unknown is the type of everything that no program opens by itself.
const Unknown = "application/octet-stream"

// ErrProgram is a file that a computer runs when it is opened.
var ErrProgram = errors.New("attachment: a program")

// The rule of programs, as the client has it too: see the file.
//
//go:embed types.tsv
var types string

// runnable are the endings by which a computer takes a text for a program: their
// content looks like any other text. programs are the types that are refused,
// whatever a file is called, and patterns what they begin with, in hexadecimal
// digits. What only contains other files (an archive, a disk) is not among them.
var runnable, programs, patterns = rules(types)

func rules(text string) (runnable, programs []string, patterns []*regexp.Regexp) {
	for line := range strings.Lines(text) {
		rule, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		what, begins, _ := strings.Cut(what, "\t")
		switch rule {
		case "run":
			runnable = append(runnable, strings.Fields(what)...)
		case "program":
			programs, patterns = append(programs, what), append(patterns, regexp.MustCompile("^"+begins))
		}
	}
	return runnable, programs, patterns
}

// known are the types that are told as they are: what opens them is no browser
// with our address in it. All else, and everything that can have a script in it,
// is [Unknown].
var known = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv", "application/zip",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
	"audio/mpeg", "audio/wav", "audio/ogg", "audio/mp4", "audio/flac", "video/mp4", "video/webm", "video/quicktime",
}

// Type says as what a file is handed out, by the first [HeadSize] bytes of it. A
// program, by its content or by the ending of its name, is [ErrProgram].
func Type(name string, head []byte) (string, error) {
	if slices.Contains(runnable, strings.ToLower(path.Ext(name))) {
		return "", ErrProgram
	}
	head = head[:min(len(head), HeadSize)]
	if beginsAsProgram(head) {
		return "", ErrProgram
	}
	found := mimetype.Detect(head)
	for m := found; m != nil; m = m.Parent() {
		if slices.ContainsFunc(programs, m.Is) {
			return "", ErrProgram
		}
	}
	for _, kind := range known {
		if found.Is(kind) {
			return kind, nil
		}
	}
	return Unknown, nil
}

func beginsAsProgram(head []byte) bool {
	digits := fmt.Sprintf("%x", head)
	return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(digits) })
}
