-- Forget answers kept before an instant, at most so many; returns how many were. Keys live so long and no
-- longer (DESIGN 3). SECURITY DEFINER because an answer is its asker's: only the system person forgets it,
-- and nobody reads it on the way.
create function forget_kept_answers(before timestamptz, most integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare forgotten integer;
begin
  if scope_person() is distinct from system_person() then
    raise exception 'only the system forgets' using errcode = '42501', table = 'kept_answers';
  end if;
  delete from kept_answers k
   using (select person_id, key from kept_answers where created_at < before order by created_at limit most) old
   where k.person_id = old.person_id and k.key = old.key;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$
