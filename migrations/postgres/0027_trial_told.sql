-- +goose Up

-- Those who pay were told when the organization's trial ends. There is one trial, so
-- they are told once.
ALTER TABLE subscriptions ADD COLUMN trial_told boolean NOT NULL DEFAULT false;
