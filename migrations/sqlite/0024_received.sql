-- +goose Up

-- What a person was sent of the others' pictures in a minute: how large the smallest
-- was, and whether the node held any back for want of room on the way to them.
ALTER TABLE quality_minutes ADD COLUMN size integer NOT NULL DEFAULT 0; -- pixels, the shorter side; 0 = no picture, or not known
ALTER TABLE quality_minutes ADD COLUMN held text NOT NULL DEFAULT '' CHECK (held IN ('', 'smaller', 'paused'));
