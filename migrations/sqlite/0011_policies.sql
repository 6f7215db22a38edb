-- +goose Up

-- Who may write in a meeting can be those who run it, as with screens. Nothing
-- has ever written a policy: the table is made anew.
DROP TABLE policies;
CREATE TABLE policies (
    tenant_id  text     NOT NULL REFERENCES organizations (id),
    id         text     NOT NULL CHECK (id = 'organization'),
    guests     boolean  NOT NULL, -- people who do not belong to the organization may come in
    share      text     NOT NULL CHECK (share IN ('everyone', 'members', 'managers')),
    chat       text     NOT NULL CHECK (chat IN ('everyone', 'members', 'managers')),
    updated_at datetime NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
