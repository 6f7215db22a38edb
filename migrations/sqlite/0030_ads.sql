-- +goose Up

-- Advertisements on plans that show them. They belong to the whole service, and
-- nothing in them belongs to an organization.

-- What is shown: drawn anew by us, named by the SHA-256 of its content.
CREATE TABLE ad_pictures (
    hash       text        PRIMARY KEY,
    media_type text        NOT NULL,
    data       blob       NOT NULL,
    created_at datetime NOT NULL
);

CREATE TABLE ad_campaigns (
    id           text        PRIMARY KEY,
    advertiser   text        NOT NULL,
    title        text        NOT NULL,
    body         text        NOT NULL,
    picture      text        NOT NULL REFERENCES ad_pictures (hash),
    alt          text        NOT NULL CHECK (alt <> ''),
    link         text        NOT NULL CHECK (link LIKE 'https://%'),
    on_dashboard boolean     NOT NULL,
    on_lobby     boolean     NOT NULL,
    on_after     boolean     NOT NULL,
    starts_at    datetime NOT NULL,
    ends_at      datetime,                                     -- NULL = until its budget is used up
    weight       integer     NOT NULL CHECK (weight BETWEEN 1 AND 100),
    daily_cap    integer     NOT NULL CHECK (daily_cap BETWEEN 1 AND 50), -- a person and day
    seconds      integer     NOT NULL CHECK (seconds BETWEEN 3 AND 30),   -- that the one after a call stays
    budget       bigint      NOT NULL CHECK (budget > 0),         -- impressions that were bought
    price_cents  bigint      NOT NULL CHECK (price_cents >= 0),   -- of a thousand impressions
    currency     text        NOT NULL,                            -- ISO 4217
    state        text        NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
    impressions  bigint      NOT NULL DEFAULT 0,                  -- charged so far
    created_at   datetime NOT NULL,
    changed_at   datetime NOT NULL,
    CHECK (impressions BETWEEN 0 AND budget)
);
CREATE INDEX ad_campaigns_active ON ad_campaigns (state, starts_at);

-- What an advertiser is shown and charged for: one row a campaign, placement and
-- day (UTC). The sum of impressions is that of the campaign.
CREATE TABLE ad_days (
    campaign_id text   NOT NULL REFERENCES ad_campaigns (id),
    day         text   NOT NULL, -- 2026-11-27
    placement   text   NOT NULL CHECK (placement IN ('dashboard', 'lobby', 'after')),
    impressions bigint NOT NULL DEFAULT 0, -- charged
    beyond      bigint NOT NULL DEFAULT 0, -- seen after the budget was used up; not charged
    clicks      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, day, placement)
);

-- Which tickets have been counted, until they are worth nothing any more.
CREATE TABLE ad_counted (
    nonce      text        NOT NULL,
    what       text        NOT NULL CHECK (what IN ('impression', 'click')),
    expires_at datetime NOT NULL,
    PRIMARY KEY (nonce, what)
);
CREATE INDEX ad_counted_expires ON ad_counted (expires_at);

-- How often somebody has seen a campaign today. Viewers are digests that are
-- different each day; rows are gone when their day is over.
CREATE TABLE ad_views (
    viewer      text    NOT NULL,
    campaign_id text    NOT NULL REFERENCES ad_campaigns (id),
    day         text    NOT NULL,
    seen        integer NOT NULL,
    PRIMARY KEY (viewer, campaign_id, day)
);
CREATE INDEX ad_views_day ON ad_views (day);
