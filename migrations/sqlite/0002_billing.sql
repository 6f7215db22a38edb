-- +goose Up

-- What is sold belongs to no organization. The catalogue is data: operators
-- change it, the code only reads it.

CREATE TABLE plans (
    id                  text    PRIMARY KEY,
    name                text    NOT NULL,
    tagline             text    NOT NULL,
    monthly_cents       integer NOT NULL CHECK (monthly_cents >= 0), -- a seat a month
    yearly_cents        integer NOT NULL CHECK (yearly_cents >= 0),  -- a seat a year, the whole year
    currency            text    NOT NULL,
    meeting_length      integer NOT NULL CHECK (meeting_length >= 0), -- nanoseconds; 0 = no end
    participants        integer NOT NULL CHECK (participants > 0),
    concurrent_meetings integer NOT NULL CHECK (concurrent_meetings >= 0), -- 0 = no limit
    chat_days           integer NOT NULL CHECK (chat_days >= 0),
    storage_bytes       integer NOT NULL CHECK (storage_bytes >= 0),
    ads                 boolean NOT NULL,
    phone               boolean NOT NULL,
    sso                 boolean NOT NULL,
    own_domain          boolean NOT NULL,
    audit_log           boolean NOT NULL,
    dedicated_media     boolean NOT NULL,
    features            text    NOT NULL, -- message catalogue ids, separated by blanks
    listed              boolean NOT NULL, -- shown to everybody
    contact             boolean NOT NULL, -- by contract only
    rank                integer NOT NULL,
    highlight           boolean NOT NULL
);

INSERT INTO plans VALUES
    ('free', 'Free', 'For a call now and then', 0, 0, 'usd',
     2400000000000, 100, 0, 30, 0,
     true, false, false, false, false, false,
     'plan.feature.rooms plan.feature.guests plan.feature.sdk', true, false, 10, false),
    ('pro', 'Pro', 'For teams that meet every day', 1299, 12468, 'usd',
     108000000000000, 150, 0, 3650, 5368709120,
     false, true, false, false, false, false,
     'plan.feature.allfree plan.feature.lift plan.feature.cancel', true, false, 20, true),
    ('business', 'Business', 'For larger rooms', 1899, 18228, 'usd',
     108000000000000, 300, 0, 3650, 5368709120,
     false, true, true, true, true, true,
     'plan.feature.allpro', true, false, 30, false),
    ('enterprise', 'Enterprise', 'For the largest rooms, by contract', 0, 0, 'usd',
     108000000000000, 500, 0, 3650, 5368709120,
     false, true, true, true, true, true,
     'plan.feature.allbusiness plan.feature.contract', true, true, 40, false);

-- Events of Stripe that have been dealt with. An id is written in the same
-- transaction as the state that was fetched because of it.
CREATE TABLE stripe_events (
    id         text        PRIMARY KEY,
    type       text        NOT NULL,
    handled_at datetime    NOT NULL
);
CREATE INDEX stripe_events_age ON stripe_events (handled_at);

-- What an organization has, as Stripe last said.
CREATE TABLE subscriptions (
    tenant_id            text        NOT NULL PRIMARY KEY REFERENCES organizations (id),
    customer_id          text        UNIQUE,   -- Stripe's; one organization each
    customer_try         integer     NOT NULL, -- part of the key that makes the customer
    subscription_id      text        NOT NULL, -- '' = never had one
    plan                 text        NOT NULL,
    status               text        NOT NULL,
    pay_interval         text        NOT NULL,
    seats                integer     NOT NULL,
    period_end           datetime,
    cancel_at_period_end boolean     NOT NULL,
    past_due_since       datetime,
    comped_plan          text        NOT NULL, -- given by the operator; '' = none
    revision             integer     NOT NULL, -- grows with every write of the mirror
    updated_at           datetime    NOT NULL
);

-- The payment page that is open for what an organization wants to buy. Two tabs
-- find the same row, so the same idempotency key, so the same page.
CREATE TABLE checkout_attempts (
    tenant_id    text        NOT NULL REFERENCES organizations (id),
    plan         text        NOT NULL,
    pay_interval text        NOT NULL,
    try          integer     NOT NULL, -- part of the key; grows when a page is used up
    customer_id  text        NOT NULL,
    price_id     text        NOT NULL,
    seats        integer     NOT NULL,
    success_url  text        NOT NULL,
    cancel_url   text        NOT NULL,
    session_id   text        NOT NULL, -- '' = not opened yet
    url          text        NOT NULL,
    expires_at   datetime,
    updated_at   datetime    NOT NULL,
    PRIMARY KEY (tenant_id, plan, pay_interval)
);

-- Subscriptions that were paid beside a running one. They are cancelled and the
-- money goes back; settled_at says when that was done.
CREATE TABLE duplicate_payments (
    tenant_id       text        NOT NULL REFERENCES organizations (id),
    subscription_id text        NOT NULL,
    kept_id         text        NOT NULL,
    found_at        datetime    NOT NULL,
    settled_at      datetime,
    PRIMARY KEY (tenant_id, subscription_id)
);
