package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
)

const (
	checkTime   = 2 * time.Minute // how long a check of somebody's network may take, and its tokens are good
	checkPeople = 5               // as many as there are ways to try, each by itself
	checkPrefix = "check-"
)

// startCheck gives who stands at the lobby the tokens to check their network with: one for each way, all of a room of their own that is
// no meeting. It costs the organization nothing and is no use of its plan.
func (s *Server) startCheck(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	if err := at.Org.Open(); err != nil {
		return s.problem(c, err)
	}
	open, err := s.lobbyOpen(c, at)
	if err != nil {
		return s.problem(c, err)
	}
	if !open {
		return s.problem(c, errForbidden)
	}
	if s.draining.Load() {
		return s.problem(c, errDraining)
	}
	tokens, err := s.checkTokens(c.UserContext(), at.Org.ID)
	if err != nil {
		return s.problem(c, err)
	}
	return c.JSON(fiber.Map{"server": "ws" + s.base(c)[len("http"):], "tokens": tokens})
}

// checkTokens are narrow: nobody who has one publishes, receives, or sees anybody.
func (s *Server) checkTokens(ctx context.Context, org tenants.OrgID) ([]string, error) {
	key, err := s.tenants.Org(org).InternalKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("media key: %w", err)
	}
	now := s.clock.Now()
	room := s.checkRoom(org, now.Add(checkTime))
	tokens := make([]string, checkPeople)
	for i := range tokens {
		tokens[i], err = sfu.SignToken(key.ID, []byte(key.Secret), sfu.Grant{
			Room: room, Identity: "way-" + strconv.Itoa(i), TTL: checkTime, NoPublish: true, NoSubscribe: true, Hidden: true,
			Attributes: map[string]string{attrDoor: doorWeb},
		}, now)
		if err != nil {
			return nil, fmt.Errorf("sign token: %w", err)
		}
	}
	return tokens, nil
}

// checkRoom names a room for one check. The name says until when it is good and proves that we gave it, so that nothing has to be kept,
// and no other room, and no other organization's, can be made one of these.
func (s *Server) checkRoom(org tenants.OrgID, until time.Time) string {
	what := strconv.FormatInt(until.Unix(), 36) + "-" + strings.ToLower(rand.Text())
	return checkPrefix + what + "-" + s.digest("network check", string(org), what)
}

// checkUntil says whether a token is for the check of a network, and until when the room is good.
func (s *Server) checkUntil(claims sfu.Claims) (time.Time, bool) {
	rest, is := strings.CutPrefix(claims.Room, checkPrefix)
	i := strings.LastIndexByte(rest, '-')
	if !is || i < 0 || claims.Attributes[attrDoor] != doorWeb {
		return time.Time{}, false
	}
	what, proof := rest[:i], rest[i+1:]
	if subtle.ConstantTimeCompare([]byte(proof), []byte(s.digest("network check", claims.Tenant, what))) != 1 {
		return time.Time{}, false
	}
	at, _, _ := strings.Cut(what, "-")
	unix, err := strconv.ParseInt(at, 36, 64)
	return time.Unix(unix, 0), err == nil
}

// admitCheck opens the room of a check. It is on the node that would be asked for a meeting, and known to nobody else.
func (s *Server) admitCheck(ctx context.Context, claims sfu.Claims, until time.Time) error {
	if !s.clock.Now().Before(until) {
		return sfu.ErrRoomEnded
	}
	return s.media.SetLimits(ctx, claims.RoomKey(), sfu.Limits{Participants: checkPeople, Publishers: 1, EndsAt: until, Check: true})
}

// slowDownChecks lets one address start so many checks in a window, and all together so many: they cost us traffic, whoever starts them.
func (s *Server) slowDownChecks(each, all int, window time.Duration) fiber.Handler {
	one := &pace{clock: s.clock, most: each, window: window, seen: map[string]paced{}}
	everybody := &pace{clock: s.clock, most: all, window: window, seen: map[string]paced{}}
	return func(c *fiber.Ctx) error {
		if !one.again(address(c)) || !everybody.again("") {
			return s.problem(c, errTooMany)
		}
		return c.Next()
	}
}
