-- +goose Up

-- What operators do to organizations and people: suspend, lock, make exceptions,
-- look in. Each is noted in the operators' log and, where an organization is
-- concerned, in its own.

ALTER TABLE organizations ADD COLUMN suspended_at datetime; -- null = it is not
ALTER TABLE organizations ADD COLUMN suspended_for text NOT NULL DEFAULT '';
ALTER TABLE organizations ADD COLUMN suspended_unpaid boolean NOT NULL DEFAULT false; -- its subscription does not renew meanwhile

ALTER TABLE users ADD COLUMN locked_at datetime; -- null = not locked
ALTER TABLE users ADD COLUMN locked_for text NOT NULL DEFAULT '';

-- A limit that an organization has instead of its plan's, until a day.
CREATE TABLE limit_exceptions (
    tenant_id text NOT NULL REFERENCES organizations (id),
    id        text NOT NULL,
    name      text NOT NULL, -- as in plan_limits
    amount    integer NOT NULL CHECK (amount >= 0),
    reason    text NOT NULL,
    made_by   text NOT NULL, -- operator
    made_at   datetime NOT NULL,
    ends_at   datetime NOT NULL,
    ended_at  datetime, -- taken back before its day
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX limit_exceptions_ends ON limit_exceptions (tenant_id, ends_at);

-- An operator looks at an organization's pages, reading only, for a while.
CREATE TABLE support_accesses (
    tenant_id     text NOT NULL REFERENCES organizations (id),
    id            text NOT NULL,
    operator_id   text NOT NULL,
    operator_name text NOT NULL,
    sign_in_id    text NOT NULL DEFAULT '', -- the operator's sign-in that opened it
    hash          text NOT NULL DEFAULT '', -- of the token in the operator's browser
    reason        text NOT NULL,
    emergency     boolean NOT NULL, -- begun without asking
    minutes       integer NOT NULL CHECK (minutes > 0),
    asked_at      datetime NOT NULL,
    answered_by   text, -- who consented, or declined
    answered_at   datetime,
    ends_at       datetime, -- null = it has not begun
    ended_at      datetime, -- before that, by either side
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX support_accesses_asked ON support_accesses (tenant_id, asked_at);
