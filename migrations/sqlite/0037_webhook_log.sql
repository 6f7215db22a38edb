-- +goose Up

-- What Stripe told us and what became of it: what an operator looks through when
-- money and plans do not agree. Of an event there is its name here, and nothing
-- of its content: who wants to know that asks Stripe. Kept for ninety days.
CREATE TABLE stripe_log (
    id          text        PRIMARY KEY, -- of the event
    type        text        NOT NULL,
    happened_at datetime NOT NULL,    -- at Stripe
    received_at datetime NOT NULL,    -- the first time
    tried_at    datetime NOT NULL,    -- the last time
    handled_at  datetime,             -- the first time that it went well
    tries       integer     NOT NULL,
    via         text        NOT NULL,    -- webhook, or reconciliation: no webhook brought it
    outcome     text        NOT NULL,    -- handled, ignored, nobody, failed
    error       text        NOT NULL,
    org_id      text        NOT NULL     -- whose; '' = nobody's, or not found out
);
CREATE INDEX stripe_log_age ON stripe_log (received_at);
CREATE INDEX stripe_log_outcome ON stripe_log (outcome, received_at);
