-- Let what a place had on record of these subjects (vouchers) count again as it did last, from the same day:
-- what ended it was found wrong. The row that ended stays so; a new one says the same.
create function restore_subsidies(place uuid, subjects uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (
    select from places p where p.id = place and starts_with(p.region_path, scope_region())) then
    raise exception 'an authority restores what its own place recorded'
      using errcode = '42501', constraint = 'subsidised_in_region', table = 'person_subsidies';
  end if;
  insert into person_subsidies
    (place_id, subject_id, row_no, person_id, programme, benefit_class, counts_on, occupation_code,
     grade, certificate_number, issuer_code, category, source)
  select s.place_id, s.subject_id, s.row_no + 1, s.person_id, s.programme, s.benefit_class, s.counts_on,
         s.occupation_code, s.grade, s.certificate_number, s.issuer_code, s.category, s.source
    from person_subsidies s
   where s.place_id = place and s.subject_id = any (subjects) and s.source = 'case' and s.ended_at is not null
     and not exists (
       select from person_subsidies t
        where t.place_id = s.place_id and t.subject_id = s.subject_id and t.row_no > s.row_no);
end $$
