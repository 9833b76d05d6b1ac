create function scope_person() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('xuetu.person_id', true), '')::uuid $$
