-- +goose Up

-- What an organization looks like.
ALTER TABLE organizations ADD COLUMN colour text NOT NULL DEFAULT ''; -- '#rrggbb'; '' = none chosen
ALTER TABLE organizations ADD COLUMN logo_id text NOT NULL DEFAULT ''; -- names the picture; '' = none

CREATE TABLE org_logos (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- random: who knows it may see the picture
    png        bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE invitations (
    tenant_id    uuid        NOT NULL REFERENCES organizations (id),
    id           uuid        NOT NULL,
    email        text        NOT NULL CHECK (email = lower(email)),
    name         text        NOT NULL,        -- as the inviter wrote it; '' = not said
    role         text        NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'member')),
    token_hash   text        NOT NULL UNIQUE, -- SHA-256 of what the mail holds
    invited_by   uuid        REFERENCES users (id),
    created_at   timestamptz NOT NULL,
    sent_at      timestamptz NOT NULL,        -- last time that the mail was asked for
    expires_at   timestamptz NOT NULL,
    accepted_at  timestamptz,
    accepted_by  uuid        REFERENCES users (id),
    withdrawn_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_list ON invitations (tenant_id, sent_at);

CREATE TABLE invite_links (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         uuid        NOT NULL,
    token_hash text        NOT NULL UNIQUE,
    sealed     bytea       NOT NULL, -- the token, to be shown again to those who manage people
    created_by uuid        REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    uses_max   integer     NOT NULL CHECK (uses_max > 0),
    uses       integer     NOT NULL CHECK (uses <= uses_max),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

-- People with a confirmed address of such a domain may join by themselves.
CREATE TABLE join_domains (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    domain     text        NOT NULL CHECK (domain = lower(domain)),
    created_by uuid        REFERENCES users (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, domain)
);
CREATE INDEX join_domains_domain ON join_domains (domain);

-- What happens to people in an organization's meetings. No row = the defaults.
CREATE TABLE policies (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL CHECK (id = 'organization'),
    guests     boolean     NOT NULL, -- people without an account here may come in
    share      text        NOT NULL CHECK (share IN ('everyone', 'members', 'managers')),
    chat       text        NOT NULL CHECK (chat IN ('everyone', 'members', 'nobody')),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- More that can be lowered, and for one person alone.
ALTER TABLE quotas ADD COLUMN month_minutes integer; -- null = no limit
ALTER TABLE quotas ADD COLUMN storage_bytes bigint;  -- null = what the plan says

CREATE TABLE person_quotas (
    tenant_id           uuid        NOT NULL,
    user_id             uuid        NOT NULL,
    meeting_length      bigint,     -- nanoseconds; null = what the organization says
    participants        integer,
    concurrent_meetings integer,
    month_minutes       integer,    -- null = no limit
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);

-- Who was told that a quota is nearly or wholly used, once a month each.
CREATE TABLE quota_notices (
    tenant_id uuid        NOT NULL REFERENCES organizations (id),
    subject   text        NOT NULL, -- 'organization', or a person's id
    month     text        NOT NULL, -- '2026-11', UTC
    threshold integer     NOT NULL, -- per cent
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, subject, month, threshold)
);

-- Mails on their way out. A row goes when its mail was handed over; a mail
-- server that is down delays it and loses nothing. Belongs to no organization:
-- one worker sends for all.
CREATE TABLE mails (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL,
    recipient   text        NOT NULL,
    lang        text        NOT NULL,
    params      text        NOT NULL, -- JSON: what the words are filled with
    created_at  timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries       integer     NOT NULL,
    last_error  text        NOT NULL,
    given_up_at timestamptz
);
CREATE INDEX mails_due ON mails (next_try_at) WHERE given_up_at IS NULL;

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['org_logos', 'invitations', 'invite_links', 'join_domains', 'policies', 'person_quotas', 'quota_notices'] LOOP
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
CREATE POLICY knows_logo_id ON org_logos FOR SELECT
    USING (id = NULLIF(current_setting('app.logo_id', true), ''));
CREATE POLICY knows_invite ON invitations FOR SELECT
    USING (token_hash = NULLIF(current_setting('app.invite', true), ''));
CREATE POLICY knows_invite ON invite_links FOR SELECT
    USING (token_hash = NULLIF(current_setting('app.invite', true), ''));
CREATE POLICY knows_email_domain ON join_domains FOR SELECT
    USING (domain = NULLIF(current_setting('app.email_domain', true), ''));
