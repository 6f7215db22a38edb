-- +goose Up

-- What an organization looks like.
ALTER TABLE organizations ADD COLUMN colour text NOT NULL DEFAULT ''; -- '#rrggbb'; '' = none chosen
ALTER TABLE organizations ADD COLUMN logo_id text NOT NULL DEFAULT ''; -- names the picture; '' = none

CREATE TABLE org_logos (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- random: who knows it may see the picture
    png        blob       NOT NULL,
    created_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE invitations (
    tenant_id    text        NOT NULL REFERENCES organizations (id),
    id           text        NOT NULL,
    email        text        NOT NULL CHECK (email = lower(email)),
    name         text        NOT NULL,        -- as the inviter wrote it; '' = not said
    role         text        NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'member')),
    token_hash   text        NOT NULL UNIQUE, -- SHA-256 of what the mail holds
    invited_by   text        REFERENCES users (id),
    created_at   datetime NOT NULL,
    sent_at      datetime NOT NULL,        -- last time that the mail was asked for
    expires_at   datetime NOT NULL,
    accepted_at  datetime,
    accepted_by  text        REFERENCES users (id),
    withdrawn_at datetime,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_list ON invitations (tenant_id, sent_at);

CREATE TABLE invite_links (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL,
    token_hash text        NOT NULL UNIQUE,
    sealed     blob       NOT NULL, -- the token, to be shown again to those who manage people
    created_by text        REFERENCES users (id),
    created_at datetime NOT NULL,
    expires_at datetime NOT NULL,
    uses_max   integer     NOT NULL CHECK (uses_max > 0),
    uses       integer     NOT NULL CHECK (uses <= uses_max),
    revoked_at datetime,
    PRIMARY KEY (tenant_id, id)
);

-- People with a confirmed address of such a domain may join by themselves.
CREATE TABLE join_domains (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    domain     text        NOT NULL CHECK (domain = lower(domain)),
    created_by text        REFERENCES users (id),
    created_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, domain)
);
CREATE INDEX join_domains_domain ON join_domains (domain);

-- What happens to people in an organization's meetings. No row = the defaults.
CREATE TABLE policies (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL CHECK (id = 'organization'),
    guests     boolean     NOT NULL, -- people without an account here may come in
    share      text        NOT NULL CHECK (share IN ('everyone', 'members', 'managers')),
    chat       text        NOT NULL CHECK (chat IN ('everyone', 'members', 'nobody')),
    updated_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- More that can be lowered, and for one person alone.
ALTER TABLE quotas ADD COLUMN month_minutes integer; -- null = no limit
ALTER TABLE quotas ADD COLUMN storage_bytes integer;  -- null = what the plan says

CREATE TABLE person_quotas (
    tenant_id           text        NOT NULL,
    user_id             text        NOT NULL,
    meeting_length      integer,     -- nanoseconds; null = what the organization says
    participants        integer,
    concurrent_meetings integer,
    month_minutes       integer,    -- null = no limit
    updated_at          datetime NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);

-- Who was told that a quota is nearly or wholly used, once a month each.
CREATE TABLE quota_notices (
    tenant_id text        NOT NULL REFERENCES organizations (id),
    subject   text        NOT NULL, -- 'organization', or a person's id
    month     text        NOT NULL, -- '2026-11', UTC
    threshold integer     NOT NULL, -- per cent
    at        datetime NOT NULL,
    PRIMARY KEY (tenant_id, subject, month, threshold)
);

-- Mails on their way out. A row goes when its mail was handed over; a mail
-- server that is down delays it and loses nothing. Belongs to no organization:
-- one worker sends for all.
CREATE TABLE mails (
    id          text        PRIMARY KEY,
    kind        text        NOT NULL,
    recipient   text        NOT NULL,
    lang        text        NOT NULL,
    params      text        NOT NULL, -- JSON: what the words are filled with
    created_at  datetime NOT NULL,
    next_try_at datetime NOT NULL,
    tries       integer     NOT NULL,
    last_error  text        NOT NULL,
    given_up_at datetime
);
CREATE INDEX mails_due ON mails (next_try_at) WHERE given_up_at IS NULL;
