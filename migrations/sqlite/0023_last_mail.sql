-- +goose Up

-- The language in which somebody asked to be deleted, for the mail that says that
-- it is done; '' while nobody has asked.
ALTER TABLE users ADD COLUMN erase_lang text NOT NULL DEFAULT '';
