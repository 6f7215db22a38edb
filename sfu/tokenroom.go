package sfu

import (
	"fmt"
	"strings"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protojson"
)

// roomConfig is the "roomConfig" claim of LiveKit's access tokens, in protobuf's
// JSON: how the room is to be that is made with the token.
type roomConfig livekit.RoomConfiguration

func (c *roomConfig) message() *livekit.RoomConfiguration { return (*livekit.RoomConfiguration)(c) }

// MarshalJSON implements json.Marshaler.
func (c *roomConfig) MarshalJSON() ([]byte, error) {
	raw, err := protojson.Marshal(c.message())
	if err != nil {
		return nil, fmt.Errorf("room configuration: %w", err)
	}
	return raw, nil
}

// UnmarshalJSON implements json.Unmarshaler. What newer clients may ask for besides
// is passed over.
func (c *roomConfig) UnmarshalJSON(raw []byte) error {
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, c.message()); err != nil {
		return fmt.Errorf("room configuration: %w", err)
	}
	return nil
}

// parseKind reads the names that tokens use ("agent", "sip"); one that is not known
// is anybody's.
func parseKind(name string) livekit.ParticipantInfo_Kind {
	return livekit.ParticipantInfo_Kind(livekit.ParticipantInfo_Kind_value[strings.ToUpper(name)]) // STANDARD is 0
}

func formatKind(kind livekit.ParticipantInfo_Kind) string {
	if kind == livekit.ParticipantInfo_STANDARD {
		return ""
	}
	return strings.ToLower(kind.String())
}

// configure gives a room what the token of the first person to come asks for, if
// nobody has asked for anything else. Call with mu.
func (r *room) configure(config *livekit.RoomConfiguration) {
	if config != nil && !r.visited && r.settings == defaultSettings() {
		r.settings.take(config)
	}
}
