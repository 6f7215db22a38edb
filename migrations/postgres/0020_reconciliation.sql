-- +goose Up

-- How far we have looked for events of Stripe that no webhook brought. One row.
CREATE TABLE stripe_reconciliation (
    id         integer     PRIMARY KEY CHECK (id = 1),
    due_at     timestamptz NOT NULL,
    seen_up_to timestamptz NOT NULL
);
