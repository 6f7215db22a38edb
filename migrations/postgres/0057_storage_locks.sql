-- +goose Up

-- One row for each organization that has something stored: who is going to add to
-- it takes the row first, so that no two count the same free bytes. It refers to
-- nothing: who holds the organization's row may wait for this one, and a reference
-- would wait the other way round.
CREATE TABLE storage_locks (
    tenant_id uuid NOT NULL PRIMARY KEY
);

ALTER TABLE storage_locks ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage_locks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON storage_locks
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));

-- The bytes of a file are written before the file and its message, which others
-- wait for (SQLite defers what it is told to, in the transaction).
ALTER TABLE chat_file_parts ALTER CONSTRAINT chat_file_parts_tenant_id_file_id_fkey DEFERRABLE INITIALLY DEFERRED;
