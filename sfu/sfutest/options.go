package sfutest

// Options say how a peer joins.
type Options struct {
	Token         string
	SinglePC      bool   // /rtc/v1
	NoSubscribe   bool   // takes no tracks by itself
	Pictures      int    // cameras that it wants to be given unasked; 0: all
	SignalingOnly bool   // no media connection at all
	TCP           bool   // media over TCP, as from behind a firewall
	LosesFirst    bool   // the node's first offer does not arrive
	Relay         string // media through a TURN server only: "udp" or "tcp" to it
	OnlyVP8       bool   // decodes no other video
	Weak          *Weak  // the network towards the node; nil: a good one
	AllowPause    bool   // shows that a picture is paused
	RED           bool   // understands redundant audio, as browsers do
	Forged        bool   // says another certificate's fingerprint than its own
	Stuck         bool   // does not take what comes on its data channels
	OldCipher     bool   // has no AES-GCM for media
	Active        bool   // is the DTLS client where it answers, as browsers are
	Feedback      Feedback
	RTX           bool // sends what was lost again on a stream of its own, as browsers do
	Estimates     bool // estimates the way to the node by what the node says of it; with RTX (Pion sends packets again while it numbers them)

	reconnect bool
	sid       string
}
