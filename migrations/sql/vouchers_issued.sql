-- How many vouchers of these projects were issued and not given back: a number that everybody may know.
create function vouchers_issued(projects uuid[]) returns table (project_id uuid, issued integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select q.project_id, q.issued from voucher_quotas q where q.project_id = any (projects)
$$
