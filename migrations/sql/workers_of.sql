-- The persons behind blind indexes of citizen ids, each with the organisation that a worker is himself
-- (DESIGN 4): its id is the person's. It carries no name: organisations are readable by all.
create function workers_of(identity_indexes bytea[]) returns uuid[] language plpgsql
security definer set search_path = public, pg_temp as $$
declare found_ids uuid[] := people_of(identity_indexes);
begin
  insert into organisations (id, kind, credit_code, name)
  select distinct u.id, 'worker', null, '劳动者' from unnest(found_ids) as u(id)
   order by 1
  on conflict (id) do nothing;
  return found_ids;
end $$
