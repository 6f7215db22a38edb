-- +goose Up

-- Packs of stickers. They belong to the service, not to an organization.

CREATE TABLE sticker_packs (
    id         text        NOT NULL PRIMARY KEY,
    name       text        NOT NULL, -- '' = the message sticker.pack.<id> of the catalogue
    cents      integer     NOT NULL CHECK (cents >= 0), -- once; 0 = free
    currency   text        NOT NULL, -- ISO 4217
    state      text        NOT NULL CHECK (state IN ('draft', 'listed', 'withdrawn')),
    made_at    datetime    NOT NULL,
    changed_at datetime    NOT NULL
);

-- Pictures by the SHA-256 of their content: what was sent once stays what it was.
CREATE TABLE sticker_pictures (
    hash       text        NOT NULL PRIMARY KEY,
    media_type text        NOT NULL CHECK (media_type IN ('image/svg+xml', 'image/png')),
    data       blob        NOT NULL,
    made_at    datetime    NOT NULL
);

CREATE TABLE stickers (
    pack_id  text    NOT NULL REFERENCES sticker_packs (id),
    name     text    NOT NULL,
    position integer NOT NULL,
    alt      text    NOT NULL, -- what it shows; '' = the message sticker.<pack>.<name>
    hash     text    NOT NULL REFERENCES sticker_pictures (hash),
    PRIMARY KEY (pack_id, name)
);
CREATE INDEX stickers_hash ON stickers (hash);
