-- +goose Up

-- Runs of the isolation test that an organization's admins start, and what they
-- found. The newest finished one is kept.
CREATE TABLE isolation_runs (
    tenant_id  text NOT NULL REFERENCES organizations (id),
    id         text NOT NULL,
    asked_by   text NOT NULL,
    asked_at   datetime NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    done       integer NOT NULL DEFAULT 0, -- requests answered so far
    total      integer NOT NULL DEFAULT 0, -- 0 = not known yet
    ended_at   datetime,
    report     text NOT NULL DEFAULT '', -- JSON: what was tried, by whom, what came through
    PRIMARY KEY (tenant_id, id)
);
