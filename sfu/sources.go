package sfu

import (
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
