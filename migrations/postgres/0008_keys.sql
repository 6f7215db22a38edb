-- +goose Up

-- A media key that was changed for another one lives on for a while.
ALTER TABLE media_keys ADD COLUMN expires_at timestamptz; -- null = until it is revoked
