-- +goose Up

-- An organization's own emoji, by the name :name:.
CREATE TABLE emoji (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL UNIQUE, -- random: who knows it may see the picture
    name       text        NOT NULL,
    media_type text        NOT NULL CHECK (media_type IN ('image/svg+xml', 'image/png')),
    data       blob        NOT NULL,
    made_at    datetime    NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

-- Which packs of stickers may be sent in an organization's meetings.
CREATE TABLE sticker_rules (
    tenant_id  text        NOT NULL REFERENCES organizations (id),
    id         text        NOT NULL,
    which      text        NOT NULL CHECK (which IN ('all', 'some', 'none')),
    packs      text        NOT NULL, -- ids, separated by blanks
    updated_at datetime    NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
