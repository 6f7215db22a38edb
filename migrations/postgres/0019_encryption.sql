-- +goose Up

-- Meetings can have to be encrypted end to end. Which ones do is written down when
-- they begin: who is in one has joined for the way it began.
ALTER TABLE policies ADD COLUMN encryption boolean NOT NULL DEFAULT false;
ALTER TABLE meetings ADD COLUMN encrypted boolean NOT NULL DEFAULT false;
