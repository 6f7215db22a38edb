package app_test

import (
	"context"
	"testing"
	"time"

	"parley/sfu/sfutest"
	"parley/views"
)

// peer is a person with a real media connection, without a browser.
type peer struct {
	*sfutest.Peer
	t *testing.T
}

// dial joins with a session that the lobby gave.
func dial(t *testing.T, s views.MeetingSession) *peer {
	t.Helper()
	return dialToken(t, s.ServerURL, s.Token)
}

func dialToken(t *testing.T, server, token string) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	p, err := sfutest.Dial(ctx, server, sfutest.Options{Token: token})
	must(t, err)
	t.Cleanup(p.Leave)
	return &peer{Peer: p, t: t}
}

// others counts the people that this one sees, without itself.
func (p *peer) others() int {
	n := 0
	for identity := range p.People() {
		if identity != p.Join().GetParticipant().GetIdentity() {
			n++
		}
	}
	return n
}

// sentAway waits until the node has ended the connection.
func (p *peer) sentAway() {
	p.t.Helper()
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		p.t.Fatal("the person is still in the meeting")
	}
}

func (p *peer) gone() bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}
