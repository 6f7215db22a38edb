-- +goose Up

-- Who leads a running meeting, and what they have decided. It lies with the
-- meeting and its seats, so that a restart or a lost node forgets nothing. What is
-- forbidden is noted, not what is allowed: a new meeting forbids nothing.
ALTER TABLE meetings ADD COLUMN host_identity text NOT NULL DEFAULT '';  -- whom leading belongs to; '' = nobody yet
ALTER TABLE meetings ADD COLUMN acting_host text NOT NULL DEFAULT '';    -- who leads now: the host, or who is next in line while they are gone
ALTER TABLE meetings ADD COLUMN lead_revision bigint NOT NULL DEFAULT 0; -- grows with each change of what everybody is told
ALTER TABLE meetings ADD COLUMN locked boolean NOT NULL DEFAULT false;
ALTER TABLE meetings ADD COLUMN spotlight text NOT NULL DEFAULT '';      -- identity; '' = nobody
ALTER TABLE meetings ADD COLUMN no_share boolean NOT NULL DEFAULT false;
ALTER TABLE meetings ADD COLUMN no_chat boolean NOT NULL DEFAULT false;
ALTER TABLE meetings ADD COLUMN no_unmute boolean NOT NULL DEFAULT false;
ALTER TABLE meetings ADD COLUMN no_rename boolean NOT NULL DEFAULT false;

ALTER TABLE participants ADD COLUMN cohost_at timestamptz;  -- named co-host; null = not
ALTER TABLE participants ADD COLUMN hand_at timestamptz;    -- raised their hand; null = not
ALTER TABLE participants ADD COLUMN removed_at timestamptz; -- sent out, and not let in again since
ALTER TABLE participants ADD COLUMN may_speak boolean NOT NULL DEFAULT false; -- was asked to, while others may not unmute themselves
ALTER TABLE participants ADD COLUMN renamed boolean NOT NULL DEFAULT false;   -- in the meeting: the name stays when they come back
ALTER TABLE participants ADD COLUMN marks text NOT NULL DEFAULT '';           -- digests of their browser and of who is signed in, of this room only

-- Who stays out of a room until a host says otherwise. Their name is that of the seat.
CREATE TABLE room_bans (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    room_id    uuid        NOT NULL,
    meeting_id uuid        NOT NULL,
    identity   text        NOT NULL,
    marks      text        NOT NULL,
    banned_by  text        NOT NULL, -- identity
    banned_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id)
);
CREATE INDEX room_bans_room ON room_bans (tenant_id, room_id, banned_at);

ALTER TABLE room_bans ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_bans FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON room_bans
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
