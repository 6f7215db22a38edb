-- +goose Up

-- Files that people send in a meeting's chat. Each came with a message, and goes
-- with it. What a file is, its content says; one of an encrypted meeting is
-- ciphertext, and so is its name.
CREATE TABLE chat_files (
    tenant_id    text    NOT NULL,
    id           text    NOT NULL, -- random
    meeting_id   text    NOT NULL,
    seq          integer NOT NULL,
    name         text    NOT NULL,
    media_type   text    NOT NULL, -- as it is handed out
    sealed       boolean NOT NULL, -- the bytes and the name are ciphertext, whose key we do not have
    size         integer NOT NULL, -- bytes of the parts
    preview_size integer NOT NULL, -- bytes of the small picture; 0 for none
    width        integer NOT NULL, -- pixels of the small picture
    height       integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, meeting_id, seq),
    FOREIGN KEY (tenant_id, meeting_id, seq) REFERENCES chat_messages (tenant_id, meeting_id, seq) ON DELETE CASCADE
);

-- Their bytes, in parts, so that nobody has to hold a whole file to hand it out.
CREATE TABLE chat_file_parts (
    tenant_id text    NOT NULL,
    file_id   text    NOT NULL,
    n         integer NOT NULL, -- from 0 on; -1 is the small picture
    data      blob    NOT NULL,
    PRIMARY KEY (tenant_id, file_id, n),
    FOREIGN KEY (tenant_id, file_id) REFERENCES chat_files (tenant_id, id) ON DELETE CASCADE
);
