-- +goose Up

-- What a person may set. A password hash of '' means that there is no password:
-- the person signs in by an identity.

ALTER TABLE users ADD COLUMN nickname text;
ALTER TABLE users ADD COLUMN nickname_key text;                  -- what look-alikes have in common
ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT '';  -- BCP 47; '' = what the browser asks for
ALTER TABLE users ADD COLUMN time_zone text NOT NULL DEFAULT ''; -- IANA name; '' = the browser's
ALTER TABLE users ADD COLUMN picture text NOT NULL DEFAULT '';   -- hash of a row in pictures
ALTER TABLE users ADD COLUMN findable text NOT NULL DEFAULT 'organization' CHECK (findable IN ('nobody', 'organization', 'everyone'));
ALTER TABLE users ADD COLUMN show_email boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD COLUMN show_picture boolean NOT NULL DEFAULT true;
ALTER TABLE users ADD COLUMN erase_at timestamptz;                  -- null = stays
ALTER TABLE users ADD COLUMN erased_at timestamptz;                 -- an empty shell since then, for what points at it
CREATE UNIQUE INDEX users_nickname ON users (nickname_key) WHERE nickname_key IS NOT NULL;
CREATE INDEX users_erase ON users (erase_at) WHERE erase_at IS NOT NULL;

-- Nicknames that somebody gave up. Nobody else may take one for a while.
CREATE TABLE nicknames (
    nickname_key text        PRIMARY KEY,
    user_id      uuid        REFERENCES users (id) ON DELETE SET NULL, -- may take it back
    free_at      timestamptz NOT NULL
);

CREATE TABLE pictures (
    hash       text        PRIMARY KEY, -- SHA-256 of data
    media_type text        NOT NULL,
    data       bytea       NOT NULL,
    created_at timestamptz NOT NULL
);

-- One row a sign-in; the session of the web tier names it.
CREATE TABLE sign_ins (
    id          uuid        PRIMARY KEY,
    user_id     uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser     text        NOT NULL,
    network     text        NOT NULL, -- the address, cut short
    device      text        NOT NULL, -- digest of the browser's own secret
    method      text        NOT NULL, -- 'password', or the issuer of an identity
    proofs      text        NOT NULL DEFAULT '', -- organizations whose own sign-in was passed, with spaces
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE INDEX sign_ins_user ON sign_ins (user_id, seen_at);

CREATE TABLE identities (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      text        NOT NULL, -- as the issuer says; never looked up by
    created_at timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);

-- A change of address: the new one confirms it, the old one can undo it.
CREATE TABLE email_changes (
    user_id      uuid        PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    old_email    text        NOT NULL,
    new_email    text        NOT NULL,
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz
);

-- Failed tries, by a digest of what they were made on.
CREATE TABLE attempts (
    id         text        PRIMARY KEY,
    failures   integer     NOT NULL,
    since      timestamptz NOT NULL,
    held_until timestamptz,
    expires_at timestamptz NOT NULL
);
CREATE INDEX attempts_expiry ON attempts (expires_at);

-- An organization's own sign-in (OpenID Connect).
CREATE TABLE sso_settings (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL CHECK (id = 'organization'),
    issuer     text        NOT NULL,
    client_id  text        NOT NULL,
    sealed     bytea       NOT NULL, -- the client secret
    enforced   boolean     NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE sso_domains (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    domain     text        NOT NULL UNIQUE, -- leads to one organization
    PRIMARY KEY (tenant_id, domain)
);

-- Which person took a seat, so that their name can be taken away again.
ALTER TABLE participants ADD COLUMN user_id uuid;
CREATE INDEX participants_user ON participants (tenant_id, user_id) WHERE user_id IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['sso_settings', 'sso_domains'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd

CREATE POLICY knows_email_domain ON sso_domains FOR SELECT
    USING (domain = NULLIF(current_setting('app.email_domain', true), ''));
