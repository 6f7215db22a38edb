-- +goose Up

-- What who waits before this room reads: '' = what the organization's policies say.
ALTER TABLE rooms ADD COLUMN waiting_text text NOT NULL DEFAULT '';
