-- An unset region is NULL, never '': starts_with(x, '') would let everything through.
create function scope_region() returns text language sql stable parallel safe
as $$ select nullif(current_setting('xuetu.region_path', true), '') $$
