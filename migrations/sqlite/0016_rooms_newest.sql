-- +goose Up

-- One page of an organization's rooms, newest first.
CREATE INDEX rooms_newest ON rooms (tenant_id, created_at, id) WHERE archived_at IS NULL;
