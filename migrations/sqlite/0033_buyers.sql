-- +goose Up

-- People who have bought something, or were about to. The id is also that of their
-- books, so that these hold no person: when one is deleted, user_id goes, and
-- nothing leads from the books to them.
CREATE TABLE buyers (
    id           text        NOT NULL PRIMARY KEY,
    user_id      text        UNIQUE REFERENCES users (id),
    customer_id  text        UNIQUE, -- at Stripe
    customer_try integer     NOT NULL,
    revision     integer     NOT NULL,
    updated_at   datetime    NOT NULL
);

-- The payment page that is open for a pack, with what was asked for: the same key
-- at Stripe has to come with the same request.
CREATE TABLE pack_attempts (
    buyer_id    text        NOT NULL REFERENCES buyers (id),
    pack_id     text        NOT NULL REFERENCES sticker_packs (id),
    try         integer     NOT NULL,
    customer_id text        NOT NULL,
    price_id    text        NOT NULL,
    success_url text        NOT NULL,
    cancel_url  text        NOT NULL,
    session_id  text        NOT NULL,
    url         text        NOT NULL,
    expires_at  datetime,
    updated_at  datetime    NOT NULL,
    PRIMARY KEY (buyer_id, pack_id)
);

-- What was paid for packs, as Stripe has it now. A pack belongs to somebody while
-- one of these says so.
CREATE TABLE pack_purchases (
    payment_id text        NOT NULL PRIMARY KEY, -- the charge at Stripe
    buyer_id   text        NOT NULL REFERENCES buyers (id),
    pack_id    text        NOT NULL, -- no reference: what Stripe says was paid is written down, whatever we sell
    amount     integer     NOT NULL, -- minor units
    currency   text        NOT NULL,
    refunded   integer     NOT NULL, -- of the amount
    state      text        NOT NULL CHECK (state IN ('owned', 'duplicate', 'refunded', 'disputed', 'lost')),
    paid_at    datetime    NOT NULL,
    updated_at datetime    NOT NULL
);
CREATE INDEX pack_purchases_buyer ON pack_purchases (buyer_id, pack_id);
CREATE INDEX pack_purchases_pack ON pack_purchases (pack_id, paid_at);
