-- +goose Up

-- Whether people of the same organization may see in which time zone somebody is.
ALTER TABLE users ADD COLUMN show_time_zone boolean NOT NULL DEFAULT false;

-- A person's own seats, in whatever organizations: to give them their data, and
-- to take their name away again.
DROP INDEX participants_user;
CREATE INDEX participants_user ON participants (user_id, meeting_id) WHERE user_id IS NOT NULL;
CREATE POLICY knows_user_id ON participants FOR SELECT
    USING (user_id = NULLIF(current_setting('app.user_id', true), '')::uuid);
