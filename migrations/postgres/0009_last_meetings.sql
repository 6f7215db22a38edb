-- +goose Up

-- The last meeting of each room, for the list of rooms.
CREATE INDEX meetings_ended ON meetings (tenant_id, room_id, ended_at) WHERE ended_at IS NOT NULL;
