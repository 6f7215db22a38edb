package load

import "github.com/livekit/protocol/livekit"

// Source is what a client publishes.
type Source struct {
	Kind   livekit.TrackType
	Source livekit.TrackSource
	Layers []Layer    // one, or the three of a simulcast from low to high
	Burst  bool       // all packets of a frame at once, instead of evenly paced
	Film   *Recording // pictures that can be decoded, instead of made-up packets
	Silent bool       // sound with discontinuous transmission: a packet every 400 ms
}

// Layer is one stream of packets.
type Layer struct {
	Quality       livekit.VideoQuality
	Width, Height uint32
	Frames        int // a second
	Packets       int // a frame
	Bytes         int // a packet, with a header of twelve bytes
}

// rid names a simulcast's layers as livekit-client does.
func (l Layer) rid() string {
	return map[livekit.VideoQuality]string{0: "q", 1: "h", 2: "f"}[l.Quality]
}

func (l Layer) bitrate() uint32 { return uint32(l.Frames * l.Packets * l.Bytes * 8) }

// Microphone is 50 packets of 92 bytes a second.
func Microphone() Source {
	return Source{
		Kind: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE,
		Layers: []Layer{{Frames: 50, Packets: 1, Bytes: 92}},
	}
}

// Camera is 2.0 Mbit/s: 30 frames a second of seven packets of 1,200 bytes.
func Camera() Source {
	return camera(Layer{Quality: livekit.VideoQuality_HIGH, Width: 1280, Height: 720, Frames: 30, Packets: 7, Bytes: 1200})
}

// Tile is a small camera picture: 0.36 Mbit/s.
func Tile() Source {
	return camera(Layer{Quality: livekit.VideoQuality_HIGH, Width: 320, Height: 180, Frames: 15, Packets: 3, Bytes: 1000})
}

// Simulcast is a camera in three sizes: 0.15, 0.6 and 2.0 Mbit/s.
func Simulcast() Source {
	return camera(
		Layer{Quality: livekit.VideoQuality_LOW, Width: 320, Height: 180, Frames: 30, Packets: 1, Bytes: 625},
		Layer{Quality: livekit.VideoQuality_MEDIUM, Width: 640, Height: 360, Frames: 30, Packets: 3, Bytes: 850},
		Layer{Quality: livekit.VideoQuality_HIGH, Width: 1280, Height: 720, Frames: 30, Packets: 7, Bytes: 1200},
	)
}

func camera(layers ...Layer) Source {
	return Source{Kind: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA, Layers: layers}
}
