-- Forget failed sign-ins counted from before an instant, at most so many names; returns how many were.
-- SECURITY DEFINER because the application takes no row away: only the system person forgets.
create function forget_sign_in_failures(before timestamptz, most integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare forgotten integer;
begin
  if scope_person() is distinct from system_person() then
    raise exception 'only the system forgets' using errcode = '42501', table = 'sign_in_failures';
  end if;
  delete from sign_in_failures f
   using (select name_digest from sign_in_failures where since < before limit most for update skip locked) old
   where f.name_digest = old.name_digest;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$
