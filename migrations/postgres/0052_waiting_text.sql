-- +goose Up

-- What who waits before a meeting reads: '' = our own sentence.
ALTER TABLE policies ADD COLUMN waiting_text text NOT NULL DEFAULT '';
