-- +goose Up

-- What an operator allows one organization beside its plan, up or down, until a day.
-- At most one holds at a time; it is one decision, with one reason and one end. The
-- table of that name before had a row a limit, and nothing ever wrote to it.
DROP TABLE limit_exceptions;

CREATE TABLE limit_exceptions (
    tenant_id           text NOT NULL REFERENCES organizations (id),
    id                  text NOT NULL,
    meeting_length      integer CHECK (meeting_length >= 0), -- nanoseconds; null = what the plan says, here and below
    participants        integer CHECK (participants > 0),
    concurrent_meetings integer CHECK (concurrent_meetings >= 0),
    chat_days           integer CHECK (chat_days >= 0),
    storage_bytes       integer CHECK (storage_bytes >= 0),
    seats               integer CHECK (seats >= 0),
    ads                 boolean,
    phone               boolean,
    sso                 boolean,
    own_domain          boolean,
    audit_log           boolean,
    dedicated_media     boolean,
    raised              text NOT NULL, -- those of the numbers that were above the plan, as their rights are called
    reason              text NOT NULL,
    operator_id         text, -- null = at the command line
    operator_name       text NOT NULL,
    made_at             datetime NOT NULL,
    ends_at             datetime NOT NULL,
    ended_at            datetime, -- by an operator, by the next one, or by its day once that was seen to
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX limit_exceptions_present ON limit_exceptions (tenant_id) WHERE ended_at IS NULL;

