package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
)

// joinTime bounds everything that happens before the first signal is answered.
const joinTime = 10 * time.Second

// signal is the door to the media cluster: GET /rtc and /rtc/v1 of the LiveKit client protocol. What is wrong with the token is
// answered by HTTP; a meeting that is full, over or locked is said over the socket, as clients expect.
func (s *Server) signal(c *fiber.Ctx) error {
	hello, claims, err := s.readHello(c)
	if err != nil {
		return s.refuseSignal(c, err)
	}
	if !websocket.IsWebSocketUpgrade(c) {
		return c.Status(fiber.StatusUpgradeRequired).SendString("this address speaks WebSocket; see the LiveKit client protocol")
	}
	if s.draining.Load() {
		return errDraining
	}
	return websocket.New(func(ws *websocket.Conn) {
		s.metrics.sockets.Inc()
		defer s.metrics.sockets.Dec()
		conn := newSocket(ws)
		done := s.sockets.add(conn)
		defer done()
		s.carry(conn, hello, claims)
	}, websocket.Config{HandshakeTimeout: joinTime, ReadBufferSize: 8 << 10, WriteBufferSize: 16 << 10})(c)
}

// carry gives one person a seat and passes their signals on until they leave.
func (s *Server) carry(conn *socket, hello sfu.Hello, claims sfu.Claims) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer conn.drop()
	err := s.admit(ctx, &hello, claims)
	if err != nil {
		s.count(err)
		s.log.Info("join refused", "tenant", claims.Tenant, "err", err)
		refuse(ctx, conn, reasonOf(err))
		return
	}
	err = s.media.Join(ctx, hello, conn)
	if _, check := s.checkUntil(claims); check {
		return // nobody joined anything
	}
	s.count(err)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Info("signalling ended", "tenant", claims.Tenant, "identity", claims.Identity, "err", err)
	}
}

// admit finds or opens the meeting that a verified token names, takes a seat in it, and tells the node its limits. A token of our own
// pages says what its bearer may do as it was when it was made: where that has changed, another takes its place.
func (s *Server) admit(ctx context.Context, hello *sfu.Hello, claims sfu.Claims) error {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	if until, check := s.checkUntil(claims); check {
		return s.admitCheck(ctx, claims, until)
	}
	org := tenants.OrgID(claims.Tenant)
	room, err := s.tenants.Org(org).EnsureRoom(ctx, claims.Room)
	if err != nil {
		return fmt.Errorf("find room: %w", err)
	}
	web := claims.Attributes[attrDoor] == doorWeb
	entry, err := s.enter(ctx, org, room, person{Identity: claims.Identity, Name: claims.Name, Member: isMember(claims), Marks: claims.Devices, Program: !web, Back: web})
	if err == nil && web {
		hello.Token, err = s.presentToken(ctx, *hello, claims, entry)
	}
	if err != nil {
		return err
	}
	return s.media.SetLimits(ctx, roomKey(room), nodeLimits(entry.Meeting))
}

// readHello reads and verifies a join: sizes first, then the signature, then where it comes from.
func (s *Server) readHello(c *fiber.Ctx) (sfu.Hello, sfu.Claims, error) {
	query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return sfu.Hello{}, sfu.Claims{}, fiber.ErrBadRequest
	}
	hello, err := sfu.ParseHello(strings.TrimSuffix(c.Path(), "/validate"), query, c.Get(fiber.HeaderAuthorization))
	if err != nil {
		return sfu.Hello{}, sfu.Claims{}, err
	}
	claims, err := sfu.Verify(c.UserContext(), s.keys, hello.Token, s.clock.Now())
	if err != nil {
		return sfu.Hello{}, sfu.Claims{}, err
	}
	// A token that our own pages were given works on our own pages only; an organization's own keys work anywhere.
	if claims.Attributes[attrDoor] == doorWeb && !s.sameOrigin(c) {
		return sfu.Hello{}, sfu.Claims{}, errForbidden
	}
	return hello, claims, nil
}

// isMember says whether a token speaks for the organization: a host of ours, or anybody whom the organization's own key let in.
func isMember(claims sfu.Claims) bool {
	return claims.Attributes[attrDoor] != doorWeb || claims.Attributes[attrRole] == roleHost
}

// validate tells a client why its socket was refused; livekit-client asks here after a failed upgrade.
func (s *Server) validate(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowHeaders, fiber.HeaderAuthorization)
	if c.Method() == fiber.MethodOptions {
		return c.SendStatus(fiber.StatusNoContent)
	}
	if _, _, err := s.readHello(c); err != nil {
		return s.refuseSignal(c, err)
	}
	return c.SendString("success")
}

// refuseSignal answers in plain text, which is what clients of the protocol show.
func (s *Server) refuseSignal(c *fiber.Ctx, err error) error {
	s.metrics.joins.WithLabelValues("refused").Inc()
	var web *fiber.Error
	switch {
	case errors.Is(err, sfu.ErrToken), errors.Is(err, sfu.ErrTokenMissing):
		return c.Status(fiber.StatusUnauthorized).SendString("invalid token: it is missing, forged, expired or of an unknown key")
	case isCode(err, tenants.CodeForbidden):
		return c.Status(fiber.StatusForbidden).SendString("the operator of this service has suspended the organization of this key; its owners have a mail with the reason")
	case errors.Is(err, errForbidden):
		return c.Status(fiber.StatusForbidden).SendString("this token works on Parley's own pages only")
	case errors.Is(err, errTooMany):
		wait := s.waitOf(c, *errTooMany)
		return c.Status(fiber.StatusTooManyRequests).SendString("too many tries from this address: try again in " + wait.String())
	case errors.Is(err, sfu.ErrBadHello), errors.As(err, &web):
		return c.Status(fiber.StatusBadRequest).SendString("malformed join request: " + err.Error())
	}
	return err
}

// reasonOf is what a refused person's client is told.
func reasonOf(err error) sfu.Reason {
	switch {
	case isCode(err, tenants.CodeFull), errors.Is(err, sfu.ErrRoomFull):
		return sfu.ReasonFull
	case isCode(err, tenants.CodeEnded), errors.Is(err, sfu.ErrRoomEnded):
		return sfu.ReasonEnded
	case isCode(err, tenants.CodeForbidden), isCode(err, tenants.CodeWaiting):
		return sfu.ReasonRemoved
	}
	return sfu.ReasonFailed
}

// refuse tells a client that it cannot come in, in the words of the protocol.
func refuse(ctx context.Context, conn *socket, why sfu.Reason) {
	_ = conn.Send(ctx, why.Leave()) // a client that is gone needs no answer
	_ = conn.Close(why)
}

func (s *Server) count(err error) {
	result := "joined"
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case isCode(err, tenants.CodeFull), errors.Is(err, sfu.ErrRoomFull):
		result = "full"
	case isCode(err, tenants.CodeEnded):
		result = "ended"
	default:
		result = "failed"
	}
	s.metrics.joins.WithLabelValues(result).Inc()
}

// Keys finds the media keys of organizations in the store, for verifying tokens.
type Keys struct{ Store *tenants.Store }

// Key gives the organization of a key and its secret; sfu.ErrUnknownKey if there is none.
func (k Keys) Key(ctx context.Context, id string) (tenant string, secret []byte, err error) {
	org, secret, err := k.Store.MediaKey(ctx, id)
	if isCode(err, tenants.CodeNotFound) {
		return "", nil, sfu.ErrUnknownKey
	}
	if err != nil {
		return "", nil, fmt.Errorf("media key: %w", err)
	}
	return string(org), secret, nil
}
