-- +goose Up

-- The books. They have no foreign key to the organization, because they stay
-- when it is erased: the law wants them kept. There are ids and amounts in them,
-- and nothing about people.

CREATE TABLE ledger_books (
    org_id    text     PRIMARY KEY,
    opened_at datetime NOT NULL
);

CREATE TABLE ledger_transactions (
    tenant_id   text     NOT NULL,
    id          text     NOT NULL, -- of the cause, at the payment provider
    what        text     NOT NULL,
    happened_at datetime NOT NULL,
    booked_at   datetime NOT NULL,
    digest      text     NOT NULL, -- SHA-256 of the content with its postings
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE ledger_accounts (
    tenant_id      text    NOT NULL,
    kind           text    NOT NULL,
    ref            text    NOT NULL, -- what within the kind; '' = all of it
    currency       text    NOT NULL, -- ISO 4217
    never_negative boolean NOT NULL, -- promised, and held by the constraint
    balance        integer NOT NULL, -- minor units; the sum of its postings, on the kind's side
    PRIMARY KEY (tenant_id, kind, ref, currency),
    CHECK (NOT never_negative OR balance >= 0)
);

CREATE TABLE ledger_postings (
    tenant_id      text    NOT NULL,
    transaction_id text    NOT NULL,
    line           integer NOT NULL,
    kind           text    NOT NULL,
    ref            text    NOT NULL,
    currency       text    NOT NULL,
    amount         integer NOT NULL CHECK (amount <> 0), -- minor units; a debit is positive
    PRIMARY KEY (tenant_id, transaction_id, line),
    FOREIGN KEY (tenant_id, transaction_id) REFERENCES ledger_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, kind, ref, currency) REFERENCES ledger_accounts (tenant_id, kind, ref, currency)
);
CREATE INDEX ledger_postings_account ON ledger_postings (tenant_id, kind, ref, currency);

-- What is booked is never changed or taken back; a counter-entry makes up for it.
-- +goose StatementBegin
CREATE TRIGGER ledger_transactions_not_changed BEFORE UPDATE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_transactions_not_deleted BEFORE DELETE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_not_changed BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_not_deleted BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is written once: DELETE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_accounts_not_deleted BEFORE DELETE ON ledger_accounts
BEGIN SELECT RAISE(ABORT, 'an account of the ledger stays: DELETE refused'); END;
-- +goose StatementEnd
