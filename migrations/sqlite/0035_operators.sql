-- +goose Up

-- Sign-ins of operators, who share nothing with people's sessions. The cookie
-- holds the token; here is its hash only.
CREATE TABLE operator_sign_ins (
    id          text NOT NULL PRIMARY KEY,
    hash        text NOT NULL UNIQUE,
    operator_id text NOT NULL REFERENCES operators (id),
    browser     text NOT NULL,
    network     text NOT NULL,
    device      text NOT NULL, -- digest of the browser's own secret
    created_at  datetime NOT NULL,
    seen_at     datetime NOT NULL,
    ended_at    datetime
);
CREATE INDEX operator_sign_ins_known ON operator_sign_ins (operator_id, device);

-- What operators do: a chain like each organization's audit log, of the whole
-- service.
CREATE TABLE operator_audit (
    seq         integer NOT NULL PRIMARY KEY,
    id          text NOT NULL UNIQUE,
    at          datetime NOT NULL,
    operator_id text, -- null = at the command line
    action      text NOT NULL,
    target      text NOT NULL,
    detail      text NOT NULL,
    address     text NOT NULL,
    via         text NOT NULL,
    hash        blob NOT NULL
);
CREATE INDEX operator_audit_operator ON operator_audit (operator_id, seq);
CREATE INDEX operator_audit_action ON operator_audit (action, seq);
CREATE INDEX operator_audit_target ON operator_audit (target, seq);

-- Where that chain ends. One row, on which those who append queue.
CREATE TABLE operator_audit_head (
    id   integer NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  integer NOT NULL,
    hash blob NOT NULL
);
INSERT INTO operator_audit_head (id, seq, hash) VALUES (1, 0, x'');

-- +goose StatementBegin
CREATE TRIGGER operator_audit_in_the_chain BEFORE INSERT ON operator_audit WHEN NEW.seq <= 0 OR length(NEW.hash) <> 32
BEGIN SELECT RAISE(ABORT, 'a row of the audit log needs its place in the chain'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER operator_audit_not_changed BEFORE UPDATE ON operator_audit
BEGIN SELECT RAISE(ABORT, 'the audit log is written once: UPDATE refused'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER operator_audit_not_deleted BEFORE DELETE ON operator_audit
BEGIN SELECT RAISE(ABORT, 'the audit log is written once: DELETE refused'); END;
-- +goose StatementEnd
