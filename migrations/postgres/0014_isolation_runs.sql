-- +goose Up

-- Runs of the isolation test that an organization's admins start, and what they
-- found. The newest finished one is kept.
CREATE TABLE isolation_runs (
    tenant_id  uuid NOT NULL REFERENCES organizations (id),
    id         uuid NOT NULL,
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    done       integer NOT NULL DEFAULT 0, -- requests answered so far
    total      integer NOT NULL DEFAULT 0, -- 0 = not known yet
    ended_at   timestamptz,
    report     text NOT NULL DEFAULT '', -- JSON: what was tried, by whom, what came through
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE isolation_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE isolation_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON isolation_runs
    USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);
