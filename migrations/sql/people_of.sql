-- Ids of the persons behind blind indexes of citizen ids, in the order given; new ones are made.
-- SECURITY DEFINER because `persons` is readable by nobody: an index of everyone is a list of everyone.
create function people_of(identity_indexes bytea[]) returns uuid[] language plpgsql
security definer set search_path = public, pg_temp as $$
declare found_ids uuid[];
begin
  insert into persons (id, identity_index)
  select gen_random_uuid(), wanted.i
    from (select distinct unnest(identity_indexes) as i) wanted
    left join persons p on p.identity_index = wanted.i
   where p.id is null
   order by wanted.i            -- one order for everyone: two rosters with common people cannot deadlock
  on conflict (identity_index) do nothing;
  select array_agg(p.id order by wanted.n) into found_ids
    from unnest(identity_indexes) with ordinality as wanted(i, n)
    join persons p on p.identity_index = wanted.i;
  return found_ids;
end $$
