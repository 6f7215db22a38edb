-- +goose Up

-- What somebody said of a call when it was over: '' = nothing.
ALTER TABLE participants ADD COLUMN rating text NOT NULL DEFAULT '' CHECK (rating IN ('', 'bad', 'fair', 'good'));
