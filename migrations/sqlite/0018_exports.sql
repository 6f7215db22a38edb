-- +goose Up

-- Copies of everything of an organization that somebody who manages it asked
-- for. The file lies here in parts, so that every process of the web tier can
-- give it out, and so that it goes with the organization.
CREATE TABLE exports (
    tenant_id  text NOT NULL REFERENCES organizations (id),
    id         text NOT NULL,
    asked_by   text NOT NULL,
    asked_at   datetime NOT NULL,
    lang       text NOT NULL, -- of the words in it and of the mail
    base       text NOT NULL, -- the service's address, for the mail
    state      text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    bytes      integer NOT NULL DEFAULT 0,
    done_at    datetime,
    expires_at datetime, -- null until it is done
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE export_parts (
    tenant_id text NOT NULL,
    export_id text NOT NULL,
    n         integer NOT NULL, -- from zero on
    data      blob NOT NULL,
    PRIMARY KEY (tenant_id, export_id, n),
    FOREIGN KEY (tenant_id, export_id) REFERENCES exports (tenant_id, id) ON DELETE CASCADE
);
