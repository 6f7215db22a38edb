-- +goose Up

-- People and the directory of organizations belong to no organization.

CREATE TABLE users (
    id            text        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    confirmed_at  datetime,
    created_at    datetime    NOT NULL
);

CREATE TABLE operators (
    id            text        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    created_at    datetime    NOT NULL
);

CREATE TABLE organizations (
    id         text        PRIMARY KEY,
    slug       text        NOT NULL UNIQUE,
    name       text        NOT NULL,
    created_at datetime    NOT NULL
);

CREATE TABLE sessions (
    id         text        PRIMARY KEY, -- SHA-256 of what the cookie holds
    data       blob        NOT NULL,
    expires_at datetime                 -- null = never
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE email_tokens (
    hash       text        PRIMARY KEY, -- SHA-256 of what the mail holds
    user_id    text        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      text        NOT NULL,
    purpose    text        NOT NULL,
    created_at datetime    NOT NULL,
    expires_at datetime    NOT NULL,
    used_at    datetime
);
CREATE INDEX email_tokens_user ON email_tokens (user_id);

-- What belongs to an organization: keys begin with tenant_id, so that a row can
-- only point at rows of its own organization.

CREATE TABLE memberships (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    user_id    text        NOT NULL REFERENCES users (id),
    role       text        NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'member')),
    created_at datetime    NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE quotas (
    tenant_id           text        NOT NULL REFERENCES organizations (id),
    id                  text        NOT NULL CHECK (id = 'organization'),
    meeting_length      integer,     -- nanoseconds; null = what the plan says
    participants        integer,
    concurrent_meetings integer,
    updated_at          datetime    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE rooms (
    tenant_id   text        NOT NULL REFERENCES organizations (id),
    id          text        NOT NULL,
    name        text        NOT NULL,
    code        text        NOT NULL UNIQUE, -- a link names one room of all
    media_name  text        NOT NULL,
    created_by  text        REFERENCES users (id),
    created_at  datetime    NOT NULL,
    archived_at datetime,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, media_name)
);

CREATE TABLE media_keys (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- a token names one key of all
    label      text        NOT NULL,
    internal   boolean     NOT NULL,        -- the web tier signs with it
    sealed     blob        NOT NULL,
    created_at datetime    NOT NULL,
    revoked_at datetime,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX media_keys_internal ON media_keys (tenant_id) WHERE internal AND revoked_at IS NULL;

CREATE TABLE meetings (
    tenant_id         text        NOT NULL,
    id                text        NOT NULL,
    room_id           text        NOT NULL,
    started_at        datetime    NOT NULL,
    ends_at           datetime, -- null = no end
    ended_at          datetime,
    end_reason        text        NOT NULL DEFAULT '',
    participant_limit integer     NOT NULL,
    length            integer     NOT NULL, -- nanoseconds; 0 = no end
    plan              text        NOT NULL,
    revision          integer     NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id)
);
CREATE UNIQUE INDEX meetings_live ON meetings (tenant_id, room_id) WHERE ended_at IS NULL;
CREATE INDEX meetings_room ON meetings (tenant_id, room_id, started_at);

CREATE TABLE participants (
    tenant_id  text        NOT NULL,
    meeting_id text        NOT NULL,
    identity   text        NOT NULL,
    name       text        NOT NULL,
    member     boolean     NOT NULL,
    joined_at  datetime    NOT NULL,
    seen_at    datetime    NOT NULL, -- the seat's lease counts from here
    left_at    datetime,
    PRIMARY KEY (tenant_id, meeting_id, identity),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE node_events (
    tenant_id   text        NOT NULL REFERENCES organizations (id),
    id          text        NOT NULL,
    received_at datetime    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX node_events_age ON node_events (tenant_id, received_at);

CREATE TABLE audit (
    tenant_id text        NOT NULL REFERENCES organizations (id),
    id        text        NOT NULL,
    at        datetime    NOT NULL,
    actor     text,     -- null = the service's operator
    action    text        NOT NULL,
    target    text        NOT NULL,
    detail    text        NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
