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
ALTER TABLE users ADD COLUMN erase_at datetime;                  -- null = stays
ALTER TABLE users ADD COLUMN erased_at datetime;                 -- an empty shell since then, for what points at it
CREATE UNIQUE INDEX users_nickname ON users (nickname_key) WHERE nickname_key IS NOT NULL;
CREATE INDEX users_erase ON users (erase_at) WHERE erase_at IS NOT NULL;

-- Nicknames that somebody gave up. Nobody else may take one for a while.
CREATE TABLE nicknames (
    nickname_key text        PRIMARY KEY,
    user_id      text        REFERENCES users (id) ON DELETE SET NULL, -- may take it back
    free_at      datetime    NOT NULL
);

CREATE TABLE pictures (
    hash       text        PRIMARY KEY, -- SHA-256 of data
    media_type text        NOT NULL,
    data       blob        NOT NULL,
    created_at datetime    NOT NULL
);

-- One row a sign-in; the session of the web tier names it.
CREATE TABLE sign_ins (
    id          text        PRIMARY KEY,
    user_id     text        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser     text        NOT NULL,
    network     text        NOT NULL, -- the address, cut short
    device      text        NOT NULL, -- digest of the browser's own secret
    method      text        NOT NULL, -- 'password', or the issuer of an identity
    proofs      text        NOT NULL DEFAULT '', -- organizations whose own sign-in was passed, with spaces
    created_at  datetime    NOT NULL,
    seen_at     datetime    NOT NULL,
    ended_at    datetime
);
CREATE INDEX sign_ins_user ON sign_ins (user_id, seen_at);

CREATE TABLE identities (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    user_id    text        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email      text        NOT NULL, -- as the issuer says; never looked up by
    created_at datetime    NOT NULL,
    used_at    datetime    NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);

-- A change of address: the new one confirms it, the old one can undo it.
CREATE TABLE email_changes (
    user_id      text        PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    old_email    text        NOT NULL,
    new_email    text        NOT NULL,
    created_at   datetime    NOT NULL,
    confirmed_at datetime
);

-- Failed tries, by a digest of what they were made on.
CREATE TABLE attempts (
    id         text        PRIMARY KEY,
    failures   integer     NOT NULL,
    since      datetime    NOT NULL,
    held_until datetime,
    expires_at datetime    NOT NULL
);
CREATE INDEX attempts_expiry ON attempts (expires_at);

-- An organization's own sign-in (OpenID Connect).
CREATE TABLE sso_settings (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL CHECK (id = 'organization'),
    issuer     text        NOT NULL,
    client_id  text        NOT NULL,
    sealed     blob        NOT NULL, -- the client secret
    enforced   boolean     NOT NULL,
    updated_at datetime    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE sso_domains (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    domain     text        NOT NULL UNIQUE, -- leads to one organization
    PRIMARY KEY (tenant_id, domain)
);

-- Which person took a seat, so that their name can be taken away again.
ALTER TABLE participants ADD COLUMN user_id text;
CREATE INDEX participants_user ON participants (tenant_id, user_id) WHERE user_id IS NOT NULL;
