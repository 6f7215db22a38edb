-- +goose Up

-- The books. They have no foreign key to the organization, because they stay
-- when it is erased: the law wants them kept. There are ids and amounts in them,
-- and nothing about people.

CREATE TABLE ledger_books (
    org_id    uuid        PRIMARY KEY,
    opened_at timestamptz NOT NULL
);

CREATE TABLE ledger_transactions (
    tenant_id   uuid        NOT NULL,
    id          text        NOT NULL, -- of the cause, at the payment provider
    what        text        NOT NULL,
    happened_at timestamptz NOT NULL,
    booked_at   timestamptz NOT NULL,
    digest      text        NOT NULL, -- SHA-256 of the content with its postings
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE ledger_accounts (
    tenant_id      uuid    NOT NULL,
    kind           text    NOT NULL,
    ref            text    NOT NULL, -- what within the kind; '' = all of it
    currency       text    NOT NULL, -- ISO 4217
    never_negative boolean NOT NULL, -- promised, and held by the constraint
    balance        bigint  NOT NULL, -- minor units; the sum of its postings, on the kind's side
    PRIMARY KEY (tenant_id, kind, ref, currency),
    CHECK (NOT never_negative OR balance >= 0)
);

CREATE TABLE ledger_postings (
    tenant_id      uuid    NOT NULL,
    transaction_id text    NOT NULL,
    line           integer NOT NULL,
    kind           text    NOT NULL,
    ref            text    NOT NULL,
    currency       text    NOT NULL,
    amount         bigint  NOT NULL CHECK (amount <> 0), -- minor units; a debit is positive
    PRIMARY KEY (tenant_id, transaction_id, line),
    FOREIGN KEY (tenant_id, transaction_id) REFERENCES ledger_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, kind, ref, currency) REFERENCES ledger_accounts (tenant_id, kind, ref, currency)
);
CREATE INDEX ledger_postings_account ON ledger_postings (tenant_id, kind, ref, currency);

-- What is booked is never changed or taken back; a counter-entry makes up for it.
-- +goose StatementBegin
CREATE FUNCTION ledger_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is written once: % refused', TG_OP;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER ledger_transactions_written_once BEFORE UPDATE OR DELETE ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION ledger_is_written_once();
CREATE TRIGGER ledger_transactions_not_emptied BEFORE TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_written_once();
CREATE TRIGGER ledger_postings_written_once BEFORE UPDATE OR DELETE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_is_written_once();
CREATE TRIGGER ledger_postings_not_emptied BEFORE TRUNCATE ON ledger_postings
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_written_once();
CREATE TRIGGER ledger_accounts_not_deleted BEFORE DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION ledger_is_written_once();
CREATE TRIGGER ledger_accounts_not_emptied BEFORE TRUNCATE ON ledger_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_written_once();
REVOKE UPDATE, DELETE ON ledger_transactions, ledger_postings FROM parley_app;
REVOKE DELETE ON ledger_accounts, ledger_books FROM parley_app;

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['ledger_transactions', 'ledger_postings', 'ledger_accounts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd
