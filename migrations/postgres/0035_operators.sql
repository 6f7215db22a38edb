-- +goose Up

-- Sign-ins of operators, who share nothing with people's sessions. The cookie
-- holds the token; here is its hash only.
CREATE TABLE operator_sign_ins (
    id          uuid NOT NULL PRIMARY KEY,
    hash        text NOT NULL UNIQUE,
    operator_id uuid NOT NULL REFERENCES operators (id),
    browser     text NOT NULL,
    network     text NOT NULL,
    device      text NOT NULL, -- digest of the browser's own secret
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE INDEX operator_sign_ins_known ON operator_sign_ins (operator_id, device);

-- What operators do: a chain like each organization's audit log, of the whole
-- service.
CREATE TABLE operator_audit (
    seq         bigint NOT NULL PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    at          timestamptz NOT NULL,
    operator_id uuid, -- null = at the command line
    action      text NOT NULL,
    target      text NOT NULL,
    detail      text NOT NULL,
    address     text NOT NULL,
    via         text NOT NULL,
    hash        bytea NOT NULL
);
CREATE INDEX operator_audit_operator ON operator_audit (operator_id, seq);
CREATE INDEX operator_audit_action ON operator_audit (action, seq);
CREATE INDEX operator_audit_target ON operator_audit (target, seq);

-- Where that chain ends. One row, on which those who append queue.
CREATE TABLE operator_audit_head (
    id   integer NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO operator_audit_head (id, seq, hash) VALUES (1, 0, '');

-- +goose StatementBegin
CREATE FUNCTION operator_audit_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seq <= 0 OR length(NEW.hash) <> 32 THEN
            RAISE EXCEPTION 'a row of the audit log needs its place in the chain';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is written once: % refused', TG_OP;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER operator_audit_written_once BEFORE INSERT OR UPDATE OR DELETE ON operator_audit
    FOR EACH ROW EXECUTE FUNCTION operator_audit_is_written_once();
CREATE TRIGGER operator_audit_not_emptied BEFORE TRUNCATE ON operator_audit
    FOR EACH STATEMENT EXECUTE FUNCTION operator_audit_is_written_once();
REVOKE UPDATE, DELETE ON operator_audit FROM parley_app;
