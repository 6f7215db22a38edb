-- +goose Up

-- The audit log becomes a chain: each row's hash covers the hash before it and
-- the row itself, and a row is written once. Rows from before the chain get
-- numbers up to zero and no hash; the first link of the chain covers them all.
ALTER TABLE audit NO FORCE ROW LEVEL SECURITY; -- the migration's own role sees all rows meanwhile
ALTER TABLE audit ADD COLUMN seq bigint NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN via text NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash bytea NOT NULL DEFAULT '';
UPDATE audit SET seq = 0 - (SELECT count(*) FROM audit AS later
    WHERE later.tenant_id = audit.tenant_id AND (later.at, later.id) > (audit.at, audit.id));
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX audit_seq ON audit (tenant_id, seq);
CREATE INDEX audit_actor ON audit (tenant_id, actor, seq);
CREATE INDEX audit_action ON audit (tenant_id, action, seq);

-- Where each organization's chain ends. Who appends queues on this row, and on
-- nobody else's.
CREATE TABLE audit_heads (
    tenant_id uuid NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq       bigint NOT NULL,
    hash      bytea NOT NULL
);

-- What is to be done later, by whichever process looks first. It holds ids and
-- times only: what the work is about stands in the organization's own tables.
CREATE TABLE jobs (
    kind   text NOT NULL,
    org_id uuid NOT NULL,
    ref    text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (kind, org_id, ref)
);
CREATE INDEX jobs_due ON jobs (kind, due_at);

-- An organization that somebody asked to delete, until it is gone.
CREATE TABLE deletions (
    tenant_id  uuid NOT NULL PRIMARY KEY REFERENCES organizations (id),
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    erasing_at timestamptz -- set in the transaction that erases: only then may rows of the audit log go
);

-- Keys to our own API. The secret is not kept, only its hash.
CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES organizations (id),
    id           text NOT NULL UNIQUE, -- a request names one key of all
    label        text NOT NULL,
    scopes       text NOT NULL, -- separated by blanks
    hash         text NOT NULL,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz, -- null = until it is revoked
    revoked_at   timestamptz,
    last_used_at timestamptz,
    last_used_by text NOT NULL DEFAULT '', -- the address that used it last
    PRIMARY KEY (tenant_id, id)
);

-- Answers to requests that carried an Idempotency-Key, for a day.
CREATE TABLE api_answers (
    tenant_id  uuid NOT NULL,
    key_id     text NOT NULL,
    idem       text NOT NULL,
    request    text NOT NULL, -- SHA-256 of what was asked
    status     integer NOT NULL, -- 0 while the first request is still at work
    body       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key_id, idem),
    FOREIGN KEY (tenant_id, key_id) REFERENCES api_keys (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX api_answers_age ON api_answers (tenant_id, created_at);

-- Where an organization's own servers hear what happens.
CREATE TABLE webhook_endpoints (
    tenant_id     uuid NOT NULL REFERENCES organizations (id),
    id            uuid NOT NULL,
    url           text NOT NULL,
    events        text NOT NULL, -- separated by blanks
    sealed        bytea NOT NULL, -- the secret that signs
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    failing_since timestamptz, -- null = the last delivery arrived
    disabled_at   timestamptz,
    disabled_why  text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);

-- The outbox: written in the transaction of what it tells.
CREATE TABLE webhook_events (
    tenant_id  uuid NOT NULL REFERENCES organizations (id),
    id         uuid NOT NULL,
    type       text NOT NULL,
    payload    text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX webhook_events_age ON webhook_events (tenant_id, created_at);

CREATE TABLE webhook_deliveries (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id    uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts    integer NOT NULL,
    created_at  timestamptz NOT NULL,
    next_at     timestamptz, -- null = no further attempt
    tried_at    timestamptz,
    status      integer NOT NULL DEFAULT 0, -- HTTP status of the last answer
    took        bigint NOT NULL DEFAULT 0, -- nanoseconds
    fault       text NOT NULL DEFAULT '', -- why the last attempt failed
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (tenant_id, endpoint_id, id);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (tenant_id, event_id);

-- How a person's meeting was, minute by minute, as the media node saw it.
CREATE TABLE quality_minutes (
    tenant_id  uuid NOT NULL,
    meeting_id uuid NOT NULL,
    identity   text NOT NULL,
    minute     timestamptz NOT NULL,
    score      integer NOT NULL, -- tenths, 10 (worst) to 50; 0 = connection lost
    loss_up    integer NOT NULL, -- thousandths of the packets that the person sent
    loss_down  integer NOT NULL, -- thousandths of those sent to the person
    rtt        integer NOT NULL, -- milliseconds
    jitter     integer NOT NULL, -- milliseconds
    layer      integer NOT NULL, -- lowest spatial layer that was sent to the person; -1 = none
    cause      text NOT NULL,    -- '' | uplink | downlink | layer | lost
    PRIMARY KEY (tenant_id, meeting_id, identity, minute),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX meetings_started ON meetings (tenant_id, started_at, id);

-- +goose StatementBegin
CREATE FUNCTION audit_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seq <= 0 OR length(NEW.hash) <> 32 THEN
            RAISE EXCEPTION 'a row of the audit log needs its place in the chain';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM deletions WHERE tenant_id = OLD.tenant_id AND erasing_at IS NOT NULL) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is written once: % refused', TG_OP;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_written_once BEFORE INSERT OR UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_written_once();
CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_written_once();
REVOKE UPDATE ON audit FROM parley_app;

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['audit_heads', 'deletions', 'api_keys', 'api_answers', 'webhook_endpoints', 'webhook_events', 'webhook_deliveries', 'quality_minutes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- A request names its key; the organization is whose row carries it.
CREATE POLICY knows_api_key ON api_keys FOR SELECT
    USING (id = NULLIF(current_setting('app.api_key', true), ''));
