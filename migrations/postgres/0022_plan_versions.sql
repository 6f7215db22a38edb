-- +goose Up

-- What is sold comes in versions. A version is never changed: who edits a plan
-- makes the next one, and who has bought one keeps it until moved. A plan's own
-- row says which version is sold now.

CREATE TABLE plan_versions (
    plan          text        NOT NULL REFERENCES plans (id),
    version       integer     NOT NULL CHECK (version > 0),
    monthly_cents bigint      NOT NULL CHECK (monthly_cents >= 0), -- a seat a month
    yearly_cents  bigint      NOT NULL CHECK (yearly_cents >= 0),  -- a seat a year, the whole year
    currency      text        NOT NULL,
    trial_days    integer     NOT NULL CHECK (trial_days >= 0),
    made_at       timestamptz NOT NULL,
    PRIMARY KEY (plan, version)
);

-- What a version allows: one row a limit. A right is 1 or 0.
CREATE TABLE plan_limits (
    plan    text    NOT NULL,
    version integer NOT NULL,
    name    text    NOT NULL,
    amount  bigint  NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (plan, version, name),
    FOREIGN KEY (plan, version) REFERENCES plan_versions (plan, version)
);

-- What is said of a version, by ids of the message catalogue.
CREATE TABLE plan_features (
    plan     text    NOT NULL,
    version  integer NOT NULL,
    position integer NOT NULL,
    message  text    NOT NULL,
    PRIMARY KEY (plan, version, position),
    FOREIGN KEY (plan, version) REFERENCES plan_versions (plan, version)
);

INSERT INTO plan_versions
    SELECT id, 1, monthly_cents, yearly_cents, currency, CASE WHEN monthly_cents > 0 THEN 14 ELSE 0 END, now() FROM plans;

INSERT INTO plan_limits
    SELECT id, 1, 'meeting_milliseconds', meeting_length / 1000000 FROM plans
    UNION ALL SELECT id, 1, 'participants', participants FROM plans
    UNION ALL SELECT id, 1, 'concurrent_meetings', concurrent_meetings FROM plans
    UNION ALL SELECT id, 1, 'chat_days', chat_days FROM plans
    UNION ALL SELECT id, 1, 'storage_bytes', storage_bytes FROM plans
    UNION ALL SELECT id, 1, 'ads', CASE WHEN ads THEN 1 ELSE 0 END FROM plans
    UNION ALL SELECT id, 1, 'phone', CASE WHEN phone THEN 1 ELSE 0 END FROM plans
    UNION ALL SELECT id, 1, 'sso', CASE WHEN sso THEN 1 ELSE 0 END FROM plans
    UNION ALL SELECT id, 1, 'own_domain', CASE WHEN own_domain THEN 1 ELSE 0 END FROM plans
    UNION ALL SELECT id, 1, 'audit_log', CASE WHEN audit_log THEN 1 ELSE 0 END FROM plans
    UNION ALL SELECT id, 1, 'dedicated_media', CASE WHEN dedicated_media THEN 1 ELSE 0 END FROM plans;

INSERT INTO plan_features VALUES
    ('free', 1, 1, 'plan.feature.rooms'),
    ('free', 1, 2, 'plan.feature.guests'),
    ('free', 1, 3, 'plan.feature.sdk'),
    ('pro', 1, 1, 'plan.feature.allfree'),
    ('pro', 1, 2, 'plan.feature.lift'),
    ('pro', 1, 3, 'plan.feature.cancel'),
    ('business', 1, 1, 'plan.feature.allpro'),
    ('enterprise', 1, 1, 'plan.feature.allbusiness'),
    ('enterprise', 1, 2, 'plan.feature.contract');

ALTER TABLE plans DROP COLUMN monthly_cents;
ALTER TABLE plans DROP COLUMN yearly_cents;
ALTER TABLE plans DROP COLUMN currency;
ALTER TABLE plans DROP COLUMN meeting_length;
ALTER TABLE plans DROP COLUMN participants;
ALTER TABLE plans DROP COLUMN concurrent_meetings;
ALTER TABLE plans DROP COLUMN chat_days;
ALTER TABLE plans DROP COLUMN storage_bytes;
ALTER TABLE plans DROP COLUMN ads;
ALTER TABLE plans DROP COLUMN phone;
ALTER TABLE plans DROP COLUMN sso;
ALTER TABLE plans DROP COLUMN own_domain;
ALTER TABLE plans DROP COLUMN audit_log;
ALTER TABLE plans DROP COLUMN dedicated_media;
ALTER TABLE plans DROP COLUMN features;
ALTER TABLE plans ADD COLUMN version integer NOT NULL DEFAULT 1; -- sold now

-- Everybody who has a plan has had its first version.
ALTER TABLE subscriptions ADD COLUMN plan_version integer NOT NULL DEFAULT 1;
ALTER TABLE subscriptions ADD COLUMN comped_version integer NOT NULL DEFAULT 1;
