-- +goose Up

-- The secret that an endpoint had before it was given another one: until then messages
-- are signed by both.
ALTER TABLE webhook_endpoints ADD COLUMN old_sealed blob; -- null = it never had another
ALTER TABLE webhook_endpoints ADD COLUMN old_until datetime;
