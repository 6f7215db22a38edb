package app

import (
	"context"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jonboulle/clockwork"
	"github.com/valyala/fasthttp"

	"parley/tenants"
)

// The bounds of what is on its way into a process at once, of requests that are larger than maxBody.
const (
	uploadsMost = 256 << 20 // bytes in all
	uploadsRoom = 112 << 20 // of those for one meeting, four of the largest: so that one leaves room for others
	uploadsEach = 2         // of one person: a browser sends one at a time, and begins again when the line broke
	uploadTime  = chatFileTime + 2*requestTime
	uploadPause = 15 // seconds, after which somebody is asked to try again for whom there is no room
)

var errUploads = &tenants.Error{Code: tenants.CodeHeld, Key: "error.chat.uploads"}

// uploads counts large files on their way into this process. What a request is about its head says, before its body is read; the head's
// place in memory names it until it is over, whether a handler had it or the line broke.
type uploads struct {
	clock clockwork.Clock

	mu sync.Mutex
	on map[*fasthttp.RequestHeader]arrival
}

// arrival is a request with a large file, or one that was refused before its body was read.
type arrival struct {
	code, identity string
	size           int64
	since          time.Time
	refused        *tenants.Error
}

func newUploads(clock clockwork.Clock) *uploads {
	return &uploads{clock: clock, on: map[*fasthttp.RequestHeader]arrival{}}
}

// begin counts one more, if there is room.
func (u *uploads) begin(head *fasthttp.RequestHeader, next arrival) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.on, head)
	next.since = u.clock.Now()
	all, room, own := next.size, next.size, 1
	for of, one := range u.on {
		if next.since.Sub(one.since) > uploadTime { // its end went unheard
			delete(u.on, of)
			continue
		}
		all += one.size
		if one.code == next.code {
			room += one.size
			if one.identity == next.identity {
				own++
			}
		}
	}
	if all > uploadsMost || room > uploadsRoom || own > uploadsEach {
		return false
	}
	u.on[head] = next
	return true
}

// refuse remembers until the request is over what it is to be answered.
func (u *uploads) refuse(head *fasthttp.RequestHeader, why *tenants.Error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.on[head] = arrival{since: u.clock.Now(), refused: why}
}

// end forgets a request.
func (u *uploads) end(head *fasthttp.RequestHeader) arrival {
	u.mu.Lock()
	defer u.mu.Unlock()
	one := u.on[head]
	delete(u.on, head)
	return one
}

// chatFileLimit bounds requests about files of a chat. A large file may be sent by who is in that meeting at this moment, as long as there
// is room: whatever else they are asked, strangers and those who wait cannot make us hold so much.
func (s *Server) chatFileLimit(head *fasthttp.RequestHeader, code string) fasthttp.RequestConfig {
	conf := fasthttp.RequestConfig{MaxRequestBodySize: maxBody, WriteTimeout: chatFileTime}
	size := int64(head.ContentLength())
	const most = tenants.ChatFileMost + tenants.ChatFileSeal + 64<<10 // and what stands around it in a form
	form := head.IsPost() && len(head.MultipartFormBoundary()) > 0 && len(head.Peek(fiber.HeaderContentEncoding)) == 0
	if !form || size <= maxBody || size > most {
		return conf
	}
	who, seated := s.seatIn(code, string(head.Cookie(seatCookie)), string(head.Cookie(deviceCookie)))
	switch {
	case !seated || !s.inside(who):
		s.uploads.refuse(head, errChatOutside)
	case !s.uploads.begin(head, arrival{code: code, identity: who.Identity, size: size}):
		s.uploads.refuse(head, errUploads)
	default:
		conf.MaxRequestBodySize, conf.ReadTimeout = int(size), chatFileTime
	}
	return conf
}

// inside says whether somebody with a seat is in the meeting: who waits holds a seat too.
func (s *Server) inside(st seat) bool {
	ctx, cancel := context.WithTimeout(context.Background(), requestTime)
	defer cancel()
	_, room, err := s.tenants.RoomByCode(ctx, st.Code)
	if err == nil {
		_, err = s.media.Participant(ctx, roomKey(room), st.Identity)
	}
	return err == nil
}

// unheard answers a request that no handler had. One that was refused for its size hears why, if that is known.
func (s *Server) unheard(c *fiber.Ctx, err error) error {
	why := s.uploads.end(&c.Request().Header).refused
	if why == nil {
		return s.problem(c, err)
	}
	if why == errUploads {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(uploadPause))
		drain(c.Context().Conn())
	}
	return s.stickerFault(c, why)
}

// drainTime is how long somebody may go on to send what is not wanted, and drainPause how long they may pause.
const (
	drainTime  = time.Minute
	drainPause = 5 * time.Second
)

// drain takes what still comes, and keeps nothing of it: a browser whose line is cut while it sends hears no answer.
func drain(from net.Conn) {
	buf := make([]byte, 4<<10)
	for end := time.Now().Add(drainTime); time.Now().Before(end); {
		if from.SetReadDeadline(time.Now().Add(drainPause)) != nil {
			return
		}
		if _, err := from.Read(buf); err != nil {
			return
		}
	}
}
