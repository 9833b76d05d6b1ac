create function scope_org() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('xuetu.org_id', true), '')::uuid $$
