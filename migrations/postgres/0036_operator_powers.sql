-- +goose Up

-- What operators do to organizations and people: suspend, lock, make exceptions,
-- look in. Each is noted in the operators' log and, where an organization is
-- concerned, in its own.

ALTER TABLE organizations ADD COLUMN suspended_at timestamptz; -- null = it is not
ALTER TABLE organizations ADD COLUMN suspended_for text NOT NULL DEFAULT '';
ALTER TABLE organizations ADD COLUMN suspended_unpaid boolean NOT NULL DEFAULT false; -- its subscription does not renew meanwhile

ALTER TABLE users ADD COLUMN locked_at timestamptz; -- null = not locked
ALTER TABLE users ADD COLUMN locked_for text NOT NULL DEFAULT '';

-- A limit that an organization has instead of its plan's, until a day.
CREATE TABLE limit_exceptions (
    tenant_id uuid NOT NULL REFERENCES organizations (id),
    id        uuid NOT NULL,
    name      text NOT NULL, -- as in plan_limits
    amount    bigint NOT NULL CHECK (amount >= 0),
    reason    text NOT NULL,
    made_by   uuid NOT NULL, -- operator
    made_at   timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    ended_at  timestamptz, -- taken back before its day
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX limit_exceptions_ends ON limit_exceptions (tenant_id, ends_at);

-- An operator looks at an organization's pages, reading only, for a while.
CREATE TABLE support_accesses (
    tenant_id     uuid NOT NULL REFERENCES organizations (id),
    id            uuid NOT NULL,
    operator_id   uuid NOT NULL,
    operator_name text NOT NULL,
    sign_in_id    text NOT NULL DEFAULT '', -- the operator's sign-in that opened it
    hash          text NOT NULL DEFAULT '', -- of the token in the operator's browser
    reason        text NOT NULL,
    emergency     boolean NOT NULL, -- begun without asking
    minutes       integer NOT NULL CHECK (minutes > 0),
    asked_at      timestamptz NOT NULL,
    answered_by   uuid, -- who consented, or declined
    answered_at   timestamptz,
    ends_at       timestamptz, -- null = it has not begun
    ended_at      timestamptz, -- before that, by either side
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX support_accesses_asked ON support_accesses (tenant_id, asked_at);

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['limit_exceptions', 'support_accesses'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))
            WITH CHECK (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd
