-- +goose Up

-- The application's role. It owns nothing and cannot bypass row-level security;
-- the login that runs migrations may take it on, and the application does so on
-- every connection.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parley_app') THEN
        CREATE ROLE parley_app NOLOGIN NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- made at the same moment for another database of this server
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'parley_app', 'MEMBER') THEN
        EXECUTE format('GRANT parley_app TO %I', current_user);
    END IF;
END
$$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO parley_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO parley_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO parley_app;

-- People and the directory of organizations belong to no organization.

CREATE TABLE users (
    id            uuid        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    confirmed_at  timestamptz,
    created_at    timestamptz NOT NULL
);

CREATE TABLE operators (
    id            uuid        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE TABLE organizations (
    id         uuid        PRIMARY KEY,
    slug       text        NOT NULL UNIQUE,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    id         text        PRIMARY KEY, -- SHA-256 of what the cookie holds
    data       bytea       NOT NULL,
    expires_at timestamptz              -- null = never
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE email_tokens (
    hash       text        PRIMARY KEY, -- SHA-256 of what the mail holds
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      text        NOT NULL,
    purpose    text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX email_tokens_user ON email_tokens (user_id);

-- What belongs to an organization: keys begin with tenant_id, so that a row can
-- only point at rows of its own organization.

CREATE TABLE memberships (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    user_id    uuid        NOT NULL REFERENCES users (id),
    role       text        NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'member')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE quotas (
    tenant_id           uuid        NOT NULL REFERENCES organizations (id),
    id                  text        NOT NULL CHECK (id = 'organization'),
    meeting_length      bigint,     -- nanoseconds; null = what the plan says
    participants        integer,
    concurrent_meetings integer,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE rooms (
    tenant_id   uuid        NOT NULL REFERENCES organizations (id),
    id          uuid        NOT NULL,
    name        text        NOT NULL,
    code        text        NOT NULL UNIQUE, -- a link names one room of all
    media_name  text        NOT NULL,
    created_by  uuid        REFERENCES users (id),
    created_at  timestamptz NOT NULL,
    archived_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, media_name)
);

CREATE TABLE media_keys (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- a token names one key of all
    label      text        NOT NULL,
    internal   boolean     NOT NULL,        -- the web tier signs with it
    sealed     bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX media_keys_internal ON media_keys (tenant_id) WHERE internal AND revoked_at IS NULL;

CREATE TABLE meetings (
    tenant_id         uuid        NOT NULL,
    id                uuid        NOT NULL,
    room_id           uuid        NOT NULL,
    started_at        timestamptz NOT NULL,
    ends_at           timestamptz, -- null = no end
    ended_at          timestamptz,
    end_reason        text        NOT NULL DEFAULT '',
    participant_limit integer     NOT NULL,
    length            bigint      NOT NULL, -- nanoseconds; 0 = no end
    plan              text        NOT NULL,
    revision          bigint      NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id)
);
CREATE UNIQUE INDEX meetings_live ON meetings (tenant_id, room_id) WHERE ended_at IS NULL;
CREATE INDEX meetings_room ON meetings (tenant_id, room_id, started_at);

CREATE TABLE participants (
    tenant_id  uuid        NOT NULL,
    meeting_id uuid        NOT NULL,
    identity   text        NOT NULL,
    name       text        NOT NULL,
    member     boolean     NOT NULL,
    joined_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL, -- the seat's lease counts from here
    left_at    timestamptz,
    PRIMARY KEY (tenant_id, meeting_id, identity),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE node_events (
    tenant_id   uuid        NOT NULL REFERENCES organizations (id),
    id          text        NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX node_events_age ON node_events (tenant_id, received_at);

CREATE TABLE audit (
    tenant_id uuid        NOT NULL REFERENCES organizations (id),
    id        uuid        NOT NULL,
    at        timestamptz NOT NULL,
    actor     uuid,       -- null = the service's operator
    action    text        NOT NULL,
    target    text        NOT NULL,
    detail    text        NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- The second wall. A setting that was never made is null, one that a finished
-- transaction made is ''; both show nothing.
-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['memberships', 'quotas', 'rooms', 'media_keys', 'meetings', 'participants', 'node_events', 'audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Rows that show to who knows a value in them.
CREATE POLICY knows_user_id ON memberships FOR SELECT
    USING (user_id = NULLIF(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY knows_room_code ON rooms FOR SELECT
    USING (code = NULLIF(current_setting('app.room_code', true), ''));
CREATE POLICY knows_key_id ON media_keys FOR SELECT
    USING (id = NULLIF(current_setting('app.key_id', true), ''));
