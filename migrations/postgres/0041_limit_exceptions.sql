-- +goose Up

-- What an operator allows one organization beside its plan, up or down, until a day.
-- At most one holds at a time; it is one decision, with one reason and one end. The
-- table of that name before had a row a limit, and nothing ever wrote to it.
DROP TABLE limit_exceptions;

CREATE TABLE limit_exceptions (
    tenant_id           uuid NOT NULL REFERENCES organizations (id),
    id                  uuid NOT NULL,
    meeting_length      bigint  CHECK (meeting_length >= 0), -- nanoseconds; null = what the plan says, here and below
    participants        integer CHECK (participants > 0),
    concurrent_meetings integer CHECK (concurrent_meetings >= 0),
    chat_days           integer CHECK (chat_days >= 0),
    storage_bytes       bigint  CHECK (storage_bytes >= 0),
    seats               integer CHECK (seats >= 0),
    ads                 boolean,
    phone               boolean,
    sso                 boolean,
    own_domain          boolean,
    audit_log           boolean,
    dedicated_media     boolean,
    raised              text NOT NULL, -- those of the numbers that were above the plan, as their rights are called
    reason              text NOT NULL,
    operator_id         uuid, -- null = at the command line
    operator_name       text NOT NULL,
    made_at             timestamptz NOT NULL,
    ends_at             timestamptz NOT NULL,
    ended_at            timestamptz, -- by an operator, by the next one, or by its day once that was seen to
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX limit_exceptions_present ON limit_exceptions (tenant_id) WHERE ended_at IS NULL;

ALTER TABLE limit_exceptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_exceptions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON limit_exceptions
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
