-- +goose Up

-- What is too old is taken away whenever a meeting ends.
CREATE INDEX quality_minutes_age ON quality_minutes (tenant_id, minute);
