-- +goose Up

-- What every organization paid for and when that changed, as the mirror of Stripe
-- went. Only added to. It belongs to the service: it holds ids and amounts, stays
-- when an organization is erased, and nothing but the operator's pages reads it.
CREATE TABLE subscription_changes (
    org_id         text     NOT NULL,
    revision       integer  NOT NULL, -- of the mirror, that this made
    at             datetime NOT NULL,
    plan           text     NOT NULL, -- '' = none
    plan_version   integer  NOT NULL,
    status         text     NOT NULL,
    pay_interval   text     NOT NULL,
    seats          integer  NOT NULL,
    unit_cents     integer  NOT NULL, -- a seat an interval, by the version's price
    off_cents      integer  NOT NULL, -- taken off an interval's price by a discount that lasts
    currency       text     NOT NULL, -- ISO 4217, upper case; '' = nothing is paid for
    past_due_since datetime,
    counts_until   datetime,          -- from then on it gives nothing, whatever the status says
    given_plan     text     NOT NULL, -- by an operator; '' = none
    given_version  integer  NOT NULL,
    PRIMARY KEY (org_id, revision)
);
-- +goose StatementBegin
CREATE TRIGGER subscription_changes_not_changed BEFORE UPDATE ON subscription_changes
BEGIN SELECT RAISE(ABORT, 'what was is written once: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER subscription_changes_not_deleted BEFORE DELETE ON subscription_changes
BEGIN SELECT RAISE(ABORT, 'what was is written once: DELETE refused'); END;
-- +goose StatementEnd

-- The books of all organizations in one, without cash: what was sold, given back
-- and lost, by month. Written with each posting, in its transaction.
CREATE TABLE ledger_journal (
    org_id         text    NOT NULL,
    transaction_id text    NOT NULL,
    line           integer NOT NULL,
    month          integer NOT NULL, -- of the cause, in UTC: 202603
    kind           text    NOT NULL,
    ref            text    NOT NULL,
    currency       text    NOT NULL,
    amount         integer NOT NULL, -- minor units, as in the posting
    PRIMARY KEY (org_id, transaction_id, line)
);
CREATE INDEX ledger_journal_month ON ledger_journal (month, kind, ref, currency, amount);
-- +goose StatementBegin
CREATE TRIGGER ledger_journal_not_changed BEFORE UPDATE ON ledger_journal
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_journal_not_deleted BEFORE DELETE ON ledger_journal
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: DELETE refused'); END;
-- +goose StatementEnd

-- The last times that somebody checked whether the books agree.
CREATE TABLE ledger_checks (
    at           datetime PRIMARY KEY NOT NULL,
    books        integer  NOT NULL,
    transactions integer  NOT NULL,
    faults       integer  NOT NULL,
    first_fault  text     NOT NULL
);

INSERT INTO ledger_journal
    SELECT p.tenant_id, p.transaction_id, p.line, CAST(substr(t.happened_at, 1, 4) || substr(t.happened_at, 6, 2) AS integer), p.kind, p.ref, p.currency, p.amount
    FROM ledger_postings p JOIN ledger_transactions t ON t.tenant_id = p.tenant_id AND t.id = p.transaction_id;

INSERT INTO subscription_changes
    SELECT s.tenant_id, s.revision, s.updated_at, s.plan, s.plan_version, s.status, s.pay_interval, s.seats,
        coalesce(CASE s.pay_interval WHEN 'year' THEN v.yearly_cents ELSE v.monthly_cents END, 0), 0, coalesce(upper(v.currency), ''),
        s.past_due_since, CASE WHEN s.status = 'past_due' THEN datetime(s.past_due_since, '+7 days') END, s.comped_plan, s.comped_version
    FROM subscriptions s LEFT JOIN plan_versions v ON v.plan = s.plan AND v.version = s.plan_version
    WHERE s.subscription_id <> '' OR s.comped_plan <> '';
