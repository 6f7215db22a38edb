package sfu

import (
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
)

// parseSources reads the names that tokens use ("camera", "screen_share"). A
// name that is not known grants nothing, but still means "not everything".
func parseSources(names []string) []livekit.TrackSource {
	var sources []livekit.TrackSource
	for _, name := range names {
		source, known := livekit.TrackSource_value[strings.ToUpper(name)]
		if !known {
			source = int32(livekit.TrackSource_UNKNOWN)
		}
		sources = append(sources, livekit.TrackSource(source))
	}
	return sources
}

func formatSources(sources []livekit.TrackSource) []string {
	var names []string
	for _, source := range sources {
		names = append(names, strings.ToLower(source.String()))
	}
	return names
}

// mayPublish says whether the token allows a track from that source.
func (c Claims) mayPublish(source livekit.TrackSource) bool {
	if !c.CanPublish {
		return false
	}
	if len(c.Sources) == 0 {
		return true
	}
	return source != livekit.TrackSource_UNKNOWN && slices.Contains(c.Sources, source)
}

func (c Claims) permission() *livekit.ParticipantPermission {
	return &livekit.ParticipantPermission{
		CanSubscribe: c.CanSubscribe, CanPublish: c.CanPublish, CanPublishData: c.CanPublishData,
		CanPublishSources: c.Sources, CanUpdateMetadata: c.CanUpdateOwn, Hidden: c.Hidden,
	}
}
