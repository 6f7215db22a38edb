-- +goose Up

-- Free kept as much as anybody liked while Pro kept 5 GB. The next version of
-- Free keeps 500 MB; everybody on Free is on its current version. What is kept
-- beyond that stays, and nothing is added to it. An operator who has set a limit
-- already keeps that one.
INSERT INTO plan_versions (plan, version, monthly_cents, yearly_cents, currency, trial_days, made_at)
    SELECT v.plan, v.version + 1, v.monthly_cents, v.yearly_cents, v.currency, v.trial_days, now()
    FROM plans p
    JOIN plan_versions v ON v.plan = p.id AND v.version = p.version
    JOIN plan_limits l ON l.plan = p.id AND l.version = p.version AND l.name = 'storage_bytes'
    WHERE p.id = 'free' AND l.amount = 0;

INSERT INTO plan_limits (plan, version, name, amount)
    SELECT l.plan, v.version, l.name, CASE WHEN l.name = 'storage_bytes' THEN 524288000 ELSE l.amount END
    FROM plans p
    JOIN plan_limits l ON l.plan = p.id AND l.version = p.version
    JOIN plan_versions v ON v.plan = p.id AND v.version = p.version + 1
    WHERE p.id = 'free';

INSERT INTO plan_features (plan, version, position, message)
    SELECT f.plan, v.version, f.position, f.message
    FROM plans p
    JOIN plan_features f ON f.plan = p.id AND f.version = p.version
    JOIN plan_versions v ON v.plan = p.id AND v.version = p.version + 1
    WHERE p.id = 'free';

UPDATE plans SET version = version + 1
    WHERE id = 'free' AND EXISTS (SELECT 1 FROM plan_versions v WHERE v.plan = plans.id AND v.version = plans.version + 1);
