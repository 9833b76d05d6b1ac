-- End what a place has on record of these subjects (enrolments, vouchers, lists): it counts no longer.
create function end_subsidies(place uuid, subjects uuid[], decided_at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (
    select from places p where p.id = place and starts_with(p.region_path, scope_region())) then
    raise exception 'an authority ends what its own place recorded'
      using errcode = '42501', constraint = 'subsidised_in_region', table = 'person_subsidies';
  end if;
  update person_subsidies s set ended_at = decided_at
   where s.place_id = place and s.subject_id = any (subjects) and s.ended_at is null;
end $$
