-- +goose Up

-- Copies of everything of an organization that somebody who manages it asked
-- for. The file lies here in parts, so that every process of the web tier can
-- give it out, and so that it goes with the organization.
CREATE TABLE exports (
    tenant_id  uuid NOT NULL REFERENCES organizations (id),
    id         uuid NOT NULL,
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    lang       text NOT NULL, -- of the words in it and of the mail
    base       text NOT NULL, -- the service's address, for the mail
    state      text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    bytes      bigint NOT NULL DEFAULT 0,
    done_at    timestamptz,
    expires_at timestamptz, -- null until it is done
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE export_parts (
    tenant_id uuid NOT NULL,
    export_id uuid NOT NULL,
    n         integer NOT NULL, -- from zero on
    data      bytea NOT NULL,
    PRIMARY KEY (tenant_id, export_id, n),
    FOREIGN KEY (tenant_id, export_id) REFERENCES exports (tenant_id, id) ON DELETE CASCADE
);

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['exports', 'export_parts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid)', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd
