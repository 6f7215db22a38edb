-- +goose Up

-- Of what people were told while a payment of their organization is missing, so
-- that each is told once. The row goes when it is paid.
CREATE TABLE dunning (
    tenant_id text NOT NULL REFERENCES organizations (id),
    since     datetime NOT NULL, -- the oldest unpaid invoice, when it was looked last
    stage     integer NOT NULL CHECK (stage BETWEEN 1 AND 3), -- failed, nearly over, over
    told_at   datetime NOT NULL,
    PRIMARY KEY (tenant_id)
);
