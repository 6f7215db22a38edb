-- +goose Up

-- SQLite has no policies; this keeps its steps those of PostgreSQL.
SELECT 1;
