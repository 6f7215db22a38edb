-- +goose Up

-- An organization's own emoji, by the name :name:.
CREATE TABLE emoji (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- random: who knows it may see the picture
    name       text        NOT NULL,
    media_type text        NOT NULL CHECK (media_type IN ('image/svg+xml', 'image/png')),
    data       bytea       NOT NULL,
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

-- Which packs of stickers may be sent in an organization's meetings.
CREATE TABLE sticker_rules (
    tenant_id  uuid        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL,
    which      text        NOT NULL CHECK (which IN ('all', 'some', 'none')),
    packs      text        NOT NULL, -- ids, separated by blanks
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['emoji', 'sticker_rules'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))
            WITH CHECK (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Rows that show to who knows a value in them.
CREATE POLICY knows_emoji_id ON emoji FOR SELECT
    USING (id = NULLIF(current_setting('app.emoji_id', true), ''));
