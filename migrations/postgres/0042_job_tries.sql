-- +goose Up

-- How often a job was tried without success: a webhook's delivery that an
-- organization's server did not take. Operators see how many there are.
ALTER TABLE jobs ADD COLUMN tries integer NOT NULL DEFAULT 0;
