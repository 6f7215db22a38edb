-- +goose Up

-- Of what people were told while a payment of their organization is missing, so
-- that each is told once. The row goes when it is paid.
CREATE TABLE dunning (
    tenant_id uuid NOT NULL REFERENCES organizations (id),
    since     timestamptz NOT NULL, -- the oldest unpaid invoice, when it was looked last
    stage     integer NOT NULL CHECK (stage BETWEEN 1 AND 3), -- failed, nearly over, over
    told_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id)
);
ALTER TABLE dunning ENABLE ROW LEVEL SECURITY;
ALTER TABLE dunning FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dunning
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
