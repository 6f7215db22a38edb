-- +goose Up

-- What is written between somebody who waits before a meeting and those who may
-- let them in. It goes with the knock.
CREATE TABLE waiting_lines (
    tenant_id   uuid        NOT NULL,
    room_id     uuid        NOT NULL,
    identity    text        NOT NULL, -- of who waits
    n           bigint      NOT NULL,
    host        boolean     NOT NULL, -- written by who may let them in
    author      text        NOT NULL, -- identity of that one; '' = who waits, or somebody who is not in the meeting
    author_name text        NOT NULL,
    body        text        NOT NULL,
    sent_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, room_id, identity, n),
    FOREIGN KEY (tenant_id, room_id, identity) REFERENCES waiting (tenant_id, room_id, identity) ON DELETE CASCADE
);

ALTER TABLE waiting_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE waiting_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON waiting_lines
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
