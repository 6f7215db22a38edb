-- +goose Up

-- A policy that names the reader in a sub-select asks for it once a statement; named
-- directly, it is asked for at every row. Whose rows show stays the same.
-- https://www.postgresql.org/docs/15/sql-expressions.html#SQL-SYNTAX-SCALAR-SUBQUERIES
-- +goose StatementBegin
DO $$
DECLARE
    p record;
    reader text := '(\(NULLIF\(current_setting\(''[a-z_.]+''::text, true\), ''''::text\)\)::uuid|NULLIF\(current_setting\(''[a-z_.]+''::text, true\), ''''::text\))';
BEGIN
    FOR p IN
        SELECT tablename, policyname, qual, with_check FROM pg_policies
        WHERE schemaname = current_schema() AND qual ~ reader AND qual !~ 'SELECT'
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I USING (%s)', p.policyname, p.tablename, regexp_replace(p.qual, reader, '(SELECT \1)', 'g'));
        IF p.with_check IS NOT NULL THEN
            EXECUTE format('ALTER POLICY %I ON %I WITH CHECK (%s)', p.policyname, p.tablename, regexp_replace(p.with_check, reader, '(SELECT \1)', 'g'));
        END IF;
    END LOOP;
END
$$;
-- +goose StatementEnd
