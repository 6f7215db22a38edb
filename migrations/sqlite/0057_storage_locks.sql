-- +goose Up

-- One row for each organization that has something stored: who is going to add to
-- it takes the row first, so that no two count the same free bytes.
CREATE TABLE storage_locks (
    tenant_id text NOT NULL PRIMARY KEY
);
