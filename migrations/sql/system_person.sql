create function system_person() returns uuid language sql immutable parallel safe
as $$ select '00000000-0000-7000-8000-000000000001'::uuid $$
