-- +goose Up

-- How long the meetings of a month were is asked at the start of each meeting of
-- an organization that has a quota for it.
CREATE INDEX meetings_of_a_month ON meetings (tenant_id, ended_at);
