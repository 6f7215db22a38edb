-- +goose Up

-- Who may write in a meeting can be those who run it, as with screens. Nothing
-- has ever written a policy.
ALTER TABLE policies DROP CONSTRAINT policies_chat_check;
ALTER TABLE policies ADD CONSTRAINT policies_chat_check CHECK (chat IN ('everyone', 'members', 'managers'));
