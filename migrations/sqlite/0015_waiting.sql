-- +goose Up

-- Who waits before a meeting until somebody inside lets them in.
ALTER TABLE policies ADD COLUMN waiting text NOT NULL DEFAULT 'nobody' CHECK (waiting IN ('nobody', 'guests', 'everyone'));

CREATE TABLE waiting (
    tenant_id   text        NOT NULL,
    room_id     text        NOT NULL,
    identity    text        NOT NULL,
    name        text        NOT NULL,
    member      boolean     NOT NULL,
    asked_at    datetime    NOT NULL,
    seen_at     datetime    NOT NULL, -- when their page last asked
    answer      text        NOT NULL CHECK (answer IN ('', 'admitted', 'refused')),
    answered_at datetime,
    PRIMARY KEY (tenant_id, room_id, identity),
    FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id)
);
