-- +goose Up

-- The language of who asked to delete an organization, for those who have chosen
-- none.
ALTER TABLE deletions ADD COLUMN lang text NOT NULL DEFAULT '';

-- The subscription whose renewal we stopped because its organization is to be
-- deleted: only that one is resumed when the organization stays. '' = none.
ALTER TABLE subscriptions ADD COLUMN renewal_stopped text NOT NULL DEFAULT '';

-- What is left of an organization that was erased: that it was, and where its
-- audit log ended, by which a copy that somebody took before can be shown to be
-- whole. No name, no person.
CREATE TABLE erasures (
    org_id    text NOT NULL PRIMARY KEY,
    asked_at  datetime NOT NULL,
    erased_at datetime NOT NULL,
    entries   integer NOT NULL, -- of the audit log
    head      text NOT NULL -- hex of its last hash
);
