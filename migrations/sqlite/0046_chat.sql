-- +goose Up

-- What people write to each other in a meeting. A message is known by its seq;
-- rev is that of its latest change, and what a client has not seen yet is what has
-- a higher one. Both come from one row of numbers a meeting.
CREATE TABLE chat_messages (
    tenant_id    text     NOT NULL,
    meeting_id   text     NOT NULL,
    seq          integer  NOT NULL,
    rev          integer  NOT NULL,
    client_id    text     NOT NULL, -- chosen by who wrote it, so that a repeated request is the same message
    sender       text     NOT NULL, -- identity in the meeting
    recipient    text     NOT NULL, -- identity; '' for everyone
    circle       text     NOT NULL, -- who may read it: '' for everyone, else both identities in order
    body         text     NOT NULL,
    sealed       boolean  NOT NULL, -- the body is ciphertext, whose key we do not have
    sticker      text     NOT NULL, -- pack/name in place of a body; '' for none
    reply_to     integer,
    sent_at      datetime NOT NULL,
    edited_at    datetime,
    deleted_at   datetime,
    PRIMARY KEY (tenant_id, meeting_id, seq),
    UNIQUE (tenant_id, meeting_id, sender, client_id),
    FOREIGN KEY (tenant_id, meeting_id) REFERENCES meetings (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_messages_rev ON chat_messages (tenant_id, meeting_id, rev);
CREATE INDEX chat_messages_sent ON chat_messages (tenant_id, sent_at);

CREATE TABLE chat_reactions (
    tenant_id  text    NOT NULL,
    meeting_id text    NOT NULL,
    seq        integer NOT NULL,
    identity   text    NOT NULL,
    name       text    NOT NULL, -- kind/name
    PRIMARY KEY (tenant_id, meeting_id, seq, identity, name),
    FOREIGN KEY (tenant_id, meeting_id, seq) REFERENCES chat_messages (tenant_id, meeting_id, seq) ON DELETE CASCADE
);
