package sfu

import (
	"context"
	"fmt"
	"time"
)

// Access is what a verified token lets its bearer ask of the room API.
type Access struct {
	KeyID, Tenant string
	CreateRooms   bool   // create and delete rooms
	ListRooms     bool   // list the tenant's rooms
	Admin         bool   // see and change the room of that name
	Room          string // that name
}

// VerifyAccess reads a token of the room API as Verify reads one of a person.
func VerifyAccess(ctx context.Context, ring Keyring, token string, now time.Time) (Access, error) {
	claims, tenant, err := readToken(ctx, ring, token, now)
	if err != nil {
		return Access{}, err
	}
	access := Access{KeyID: claims.Issuer, Tenant: tenant}
	if video := claims.Video; video != nil {
		if len(video.Room) > maxRoom {
			return Access{}, fmt.Errorf("%w: a field is too long", ErrTokenFormat)
		}
		access.CreateRooms, access.ListRooms = video.RoomCreate, video.RoomList
		access.Admin, access.Room = video.RoomAdmin && video.Room != "", video.Room
	}
	return access, nil
}

// Administers says whether the bearer may see and change a room.
func (a Access) Administers(room string) bool { return a.Admin && a.Room == room }
