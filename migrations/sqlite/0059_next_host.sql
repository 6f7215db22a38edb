-- +goose Up
-- Everybody in a meeting is told who leads when the host goes, so that is kept
-- beside who leads: its change is then told like any other.
ALTER TABLE meetings ADD COLUMN next_host text NOT NULL DEFAULT '';

-- Guests who were given the lead stand in the log by their seats. Who looks for one
-- by name asks for those seats first.
CREATE INDEX audit_seats ON audit (tenant_id, via) WHERE via LIKE 'seat:%';
