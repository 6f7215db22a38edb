package forward

import (
	"strings"

	"github.com/pion/webrtc/v3"
)

// A track can come in a second codec, for those who cannot decode the first:
// its backup. Each has layers of its own; a subscriber takes one of the two, for
// as long as it is bound.
const (
	First  = 0
	Backup = 1

	variants = 2
)

// variant is a track in one codec.
type variant struct {
	codec  string // MIME type; empty: there is none
	format format
}

// SetBackup names the MIME type of the track's second codec. Call it before
// anybody subscribes.
func (t *Track) SetBackup(mime string) {
	t.variants[Backup] = variant{codec: mime, format: formatOf(mime)}
}

// Codecs are the MIME types that the track comes in, the backup's last.
func (t *Track) Codecs() []string {
	codecs := []string{t.variants[First].codec}
	if backup := t.variants[Backup].codec; backup != "" {
		codecs = append(codecs, backup)
	}
	return codecs
}

// choose finds the variant that one of a connection's codecs decodes.
func (t *Track) choose(codecs []webrtc.RTPCodecParameters) (variant int, codec webrtc.RTPCodecParameters, ok bool) {
	for i, mime := range t.Codecs() {
		for _, codec := range codecs {
			if strings.EqualFold(codec.MimeType, mime) {
				return i, codec, true
			}
		}
	}
	return 0, codec, false
}

// Variant is which of the track's codecs the subscriber gets: First until the
// connection says what it decodes.
func (s *Sub) Variant() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.variant
}
