-- +goose Up

-- People who come later read only what is written after they came.
ALTER TABLE policies ADD COLUMN chat_since boolean NOT NULL DEFAULT false;
