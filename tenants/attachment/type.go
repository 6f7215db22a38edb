package attachment

import (
	"errors"
	"path"
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

// programs are refused by what they are, whatever they are called. What only
// contains other files (an archive, a disk) is not among them.
var programs = []string{
	"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
	"application/x-ms-installer", "application/x-ms-shortcut", "application/java-archive", "application/x-java-applet",
	"application/vnd.android.package-archive", "application/x-chrome-extension", "application/vnd.debian.binary-package",
	"application/x-rpm", "application/vnd.ms-htmlhelp", "application/x-shockwave-flash",
}

// runnable are the endings by which a computer takes a text for a program. Their
// content looks like any other text.
var runnable = []string{
	".exe", ".com", ".scr", ".pif", ".cpl", ".dll", ".msi", ".msp", ".bat", ".cmd", ".ps1", ".psm1", ".vbs", ".vbe", ".js", ".jse",
	".wsf", ".wsh", ".hta", ".lnk", ".url", ".reg", ".scf", ".jar", ".apk", ".app", ".command", ".desktop",
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
	found := mimetype.Detect(head[:min(len(head), HeadSize)])
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
