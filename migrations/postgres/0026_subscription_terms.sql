-- +goose Up

-- A trial is for the first subscription of an organization, so that there has been
-- one is remembered, also when Stripe has forgotten the customer.
ALTER TABLE subscriptions ADD COLUMN had_one boolean NOT NULL DEFAULT false;
UPDATE subscriptions SET had_one = true WHERE subscription_id <> '';

-- What a promotion takes off the invoices, as Stripe says.
ALTER TABLE subscriptions ADD COLUMN discount_label text NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN discount_basis_points integer NOT NULL DEFAULT 0; -- hundredths of a percent
ALTER TABLE subscriptions ADD COLUMN discount_amount bigint NOT NULL DEFAULT 0;        -- minor units
ALTER TABLE subscriptions ADD COLUMN discount_currency text NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN discount_once boolean NOT NULL DEFAULT false;
ALTER TABLE subscriptions ADD COLUMN discount_until timestamptz;

-- The page that is open begins with a trial of so many days.
ALTER TABLE checkout_attempts ADD COLUMN trial_days integer NOT NULL DEFAULT 0;
