-- +goose Up

-- Who waits before a meeting until somebody inside lets them in.
ALTER TABLE policies ADD COLUMN waiting text NOT NULL DEFAULT 'nobody' CHECK (waiting IN ('nobody', 'guests', 'everyone'));

CREATE TABLE waiting (
    tenant_id   uuid        NOT NULL,
    room_id     uuid        NOT NULL,
    identity    text        NOT NULL,
    name        text        NOT NULL,
    member      boolean     NOT NULL,
    asked_at    timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL, -- when their page last asked
    answer      text        NOT NULL CHECK (answer IN ('', 'admitted', 'refused')),
    answered_at timestamptz,
    PRIMARY KEY (tenant_id, room_id, identity),
    FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id)
);

ALTER TABLE waiting ENABLE ROW LEVEL SECURITY;
ALTER TABLE waiting FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON waiting
    USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);
