-- +goose Up

-- What the operator tells people in the console, for a time.
CREATE TABLE announcements (
    id         uuid        PRIMARY KEY,
    text_en    text        NOT NULL,
    text_de    text        NOT NULL,
    level      text        NOT NULL, -- info, warning, danger
    audience   text        NOT NULL, -- all, admins, org, plan
    target     text        NOT NULL, -- the organization's or the plan's id
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX announcements_until ON announcements (ends_at);

-- Who has put which one away.
CREATE TABLE announcement_dismissals (
    announcement_id uuid NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (announcement_id, user_id)
);
CREATE INDEX announcement_dismissals_person ON announcement_dismissals (user_id);
