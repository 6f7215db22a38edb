package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/gofiber/fiber/v2/middleware/limiter"
	"github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"parley/sfu"
	"parley/tenants"
)

// maxRoomRequest bounds a request of the room API, before anything of it is parsed: 64,000 bytes of data as JSON, and some room.
const maxRoomRequest = 192 << 10

// accessKey and callKey find who asks, and with which context, in the context of a call.
type accessKey struct{}

const localCall = "room api call"

// openRoomAPI is the door to the room API: size first, then the token.
func (s *Server) openRoomAPI(c *fiber.Ctx) error {
	if len(c.Body()) > maxRoomRequest {
		return refuseCall(c, twirp.NewError(twirp.InvalidArgument, "the request is too large"))
	}
	token := strings.TrimPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	access, err := sfu.VerifyAccess(c.UserContext(), s.keys, token, s.clock.Now())
	if err != nil {
		return refuseCall(c, s.twirpError(err))
	}
	c.Locals(localCall, context.WithValue(c.UserContext(), accessKey{}, access))
	return c.Next()
}

// slowDownOrg lets one organization make n calls in a window.
func (s *Server) slowDownOrg(n int, window time.Duration) fiber.Handler {
	return limiter.New(limiter.Config{
		Max:          n,
		Expiration:   window,
		KeyGenerator: func(c *fiber.Ctx) string { return accessOf(c.Locals(localCall).(context.Context)).Tenant },
		LimitReached: func(c *fiber.Ctx) error {
			return refuseCall(c, twirp.NewError(twirp.ResourceExhausted, "too many requests"))
		},
	})
}

// roomAPI serves the calls, in protobuf and JSON, by the code that LiveKit's own description of the service makes.
func (s *Server) roomAPI() fiber.Handler {
	return adaptor.HTTPHandler(livekit.NewRoomServiceServer(roomService{s}, twirp.WithServerInterceptors(s.aroundCall)))
}

// aroundCall gives a call the context of its request (the one that it comes with belongs to a connection, which is used again) and turns
// errors into the protocol's.
func (s *Server) aroundCall(call twirp.Method) twirp.Method {
	return func(ctx context.Context, question any) (any, error) {
		own, ok := ctx.Value(localCall).(context.Context)
		if !ok {
			return nil, twirp.InternalError("no caller")
		}
		answer, err := call(own, question)
		if err != nil {
			return nil, s.twirpError(err)
		}
		return answer, nil
	}
}

func accessOf(ctx context.Context) sfu.Access {
	access, _ := ctx.Value(accessKey{}).(sfu.Access) // nobody may do nothing
	return access
}

// refuseCall answers a call that does not get as far as the service, in the protocol's form.
func refuseCall(c *fiber.Ctx, err twirp.Error) error {
	return c.Status(twirp.ServerHTTPStatusFromErrorCode(err.Code())).JSON(fiber.Map{"code": err.Code(), "msg": err.Msg()})
}

// twirpErrors is the one table from errors of services to the room API's.
var twirpErrors = []struct {
	err  error
	code twirp.ErrorCode
	text string
}{
	{sfu.ErrToken, twirp.Unauthenticated, "the token is missing, forged, expired or of an unknown key"},
	{sfu.ErrRoomNotOpen, twirp.NotFound, "room does not exist"},
	{sfu.ErrUnknownPeer, twirp.NotFound, "participant does not exist"},
	{sfu.ErrUnknownTrack, twirp.NotFound, "track does not exist"},
	{sfu.ErrUnmute, twirp.FailedPrecondition, "nobody can unmute somebody else"},
	{sfu.ErrTooLarge, twirp.InvalidArgument, "a field is too large"},
	{sfu.ErrTooManyBans, twirp.ResourceExhausted, "too many people were sent away"},
	{sfu.ErrRoomEnded, twirp.FailedPrecondition, "the meeting has ended"},
	{sfu.ErrUnavailable, twirp.Unavailable, "no media node can be reached"},
	{sfu.ErrNodeClosed, twirp.Unavailable, "the media node goes away"},
	{errDraining, twirp.Unavailable, "this server goes away"},
	{context.DeadlineExceeded, twirp.Unavailable, "no answer in time"},
}

var twirpCodes = map[tenants.Code]twirp.ErrorCode{
	tenants.CodeInvalid:   twirp.InvalidArgument,
	tenants.CodeForbidden: twirp.PermissionDenied,
	tenants.CodeNotFound:  twirp.NotFound,
	tenants.CodeLimited:   twirp.ResourceExhausted,
	tenants.CodeEnded:     twirp.FailedPrecondition,
	tenants.CodeTaken:     twirp.AlreadyExists,
}

// twirpError says what went wrong in the protocol's words. What it does not know is our fault: it is logged, and says no more than that.
func (s *Server) twirpError(err error) twirp.Error {
	var own twirp.Error
	if errors.As(err, &own) {
		return own
	}
	for _, row := range twirpErrors {
		if errors.Is(err, row.err) {
			return twirp.NewError(row.code, row.text)
		}
	}
	if code, known := twirpCodes[tenants.CodeOf(err)]; known {
		return twirp.NewError(code, "not possible for this organization or room")
	}
	s.log.Error("room API", "err", err)
	return twirp.InternalError("internal error")
}
