package sdk

import (
	"testing"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

func TestFilesArriveAsTheyAre(t *testing.T) {
	srv := startParley(t)
	film, voice := ivf(t, 300), ogg(t, 500)
	pictures, sounds := make(chan int, 1000), make(chan int, 1000)
	join(t, srv, "viewer", &lksdk.RoomCallback{ParticipantCallback: lksdk.ParticipantCallback{
		OnTrackSubscribed: func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
			if track.Kind() == webrtc.RTPCodecTypeVideo {
				go readPictures(track, film, pictures)
			} else {
				go readSounds(track, voice, sounds)
			}
		},
	}})
	presenter := join(t, srv, "presenter", nil)
	for _, file := range []recording{film, voice} {
		track := file.track(t)
		if _, err := presenter.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Name: "file", VideoWidth: 320, VideoHeight: 180}); err != nil {
			t.Fatal(err)
		}
	}
	for what, from := range map[string]chan int{"picture": pictures, "sound": sounds} {
		last := -1
		for range 30 {
			i := await(t, what, from)
			if i < 0 {
				t.Fatalf("a %s that is not in the file", what)
			}
			if i <= last {
				t.Fatalf("%s %d comes after %d", what, i, last)
			}
			last = i
		}
	}
}

// readPictures puts frames together and says which of the file's each is.
func readPictures(track *webrtc.TrackRemote, film recording, out chan<- int) {
	var frame []byte
	var sequence uint16
	whole := false
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		var vp8 codecs.VP8Packet
		payload, err := vp8.Unmarshal(packet.Payload)
		if err != nil || len(payload) == 0 {
			continue
		}
		if vp8.S == 1 && vp8.PID == 0 {
			frame, whole = nil, true
		} else if packet.SequenceNumber != sequence+1 {
			whole = false // one was lost; it is not the file's fault
		}
		sequence, frame = packet.SequenceNumber, append(frame, payload...)
		if packet.Marker && whole {
			out <- film.has(frame)
		}
	}
}

func readSounds(track *webrtc.TrackRemote, voice recording, out chan<- int) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if len(packet.Payload) > 0 {
			out <- voice.has(packet.Payload)
		}
	}
}

func TestAMutedTrackIsAnnouncedAndComesWhenUnmuted(t *testing.T) {
	srv := startParley(t)
	voice := ogg(t, 1500)
	sounds, muted := make(chan int, 2000), make(chan bool, 10)
	presenter := join(t, srv, "presenter", nil)
	published, err := presenter.LocalParticipant.PublishTrack(voice.track(t), &lksdk.TrackPublicationOptions{Name: "voice", Source: livekit.TrackSource_MICROPHONE})
	if err != nil {
		t.Fatal(err)
	}
	published.SetMuted(true)
	join(t, srv, "listener", &lksdk.RoomCallback{ParticipantCallback: lksdk.ParticipantCallback{
		OnTrackSubscribed: func(track *webrtc.TrackRemote, publication *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
			muted <- publication.IsMuted()
			go readSounds(track, voice, sounds)
		},
		OnTrackUnmuted: func(lksdk.TrackPublication, lksdk.Participant) { muted <- false },
	}})
	if !await(t, "the muted track", muted) {
		t.Error("a track that is muted is announced as one that is not")
	}
	published.SetMuted(false)
	if await(t, "the end of muting", muted) {
		t.Error("unmuting is not told")
	}
	if i := await(t, "sound", sounds); i < 0 {
		t.Error("a sound that is not in the file")
	}
}
