-- +goose Up

-- What people write to each other in a meeting. A message is known by its seq;
-- rev is that of its latest change, and what a client has not seen yet is what has
-- a higher one. Both come from one row of numbers a meeting.
CREATE TABLE chat_messages (
    tenant_id    uuid        NOT NULL,
    meeting_id   uuid        NOT NULL,
    seq          bigint      NOT NULL,
    rev          bigint      NOT NULL,
    client_id    text        NOT NULL, -- chosen by who wrote it, so that a repeated request is the same message
    sender       text        NOT NULL, -- identity in the meeting
    recipient    text        NOT NULL, -- identity; '' for everyone
    circle       text        NOT NULL, -- who may read it: '' for everyone, else both identities in order
    body         text        NOT NULL,
    sealed       boolean     NOT NULL, -- the body is ciphertext, whose key we do not have
    sticker      text        NOT NULL, -- pack/name in place of a body; '' for none
    reply_to     bigint,
    sent_at      timestamptz NOT NULL,
    edited_at    timestamptz,
    deleted_at   timestamptz,
    PRIMARY KEY (tenant_id, meeting_id, seq),
    UNIQUE (tenant_id, meeting_id, sender, client_id),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_messages_rev ON chat_messages (tenant_id, meeting_id, rev);
CREATE INDEX chat_messages_sent ON chat_messages (tenant_id, sent_at);

CREATE TABLE chat_reactions (
    tenant_id  uuid   NOT NULL,
    meeting_id uuid   NOT NULL,
    seq        bigint NOT NULL,
    identity   text   NOT NULL,
    name       text   NOT NULL, -- kind/name
    PRIMARY KEY (tenant_id, meeting_id, seq, identity, name),
    FOREIGN KEY (tenant_id, meeting_id, seq) REFERENCES chat_messages (tenant_id, meeting_id, seq) ON DELETE CASCADE
);

-- +goose StatementBegin
DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['chat_messages', 'chat_reactions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY tenant ON %I
            USING (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))
            WITH CHECK (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))', owned);
    END LOOP;
END
$$;
-- +goose StatementEnd
