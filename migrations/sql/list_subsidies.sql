-- Record rows of a list that another system gave, by the numbers they have in it.
create function list_subsidies(
  place uuid, register uuid, rows_no integer[], people uuid[], programmes text[], classes text[],
  days date[], occupations text[], grades smallint[], numbers text[], issuers text[], categories text[]
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: an authority of the region adds to a list of its own.
  if not exists (
    select from subsidy_registers r
     where r.place_id = place and r.id = register and starts_with(r.region_path, scope_region())) then
    raise exception 'an authority adds to its own lists'
      using errcode = '42501', constraint = 'listed_in_region', table = 'person_subsidies';
  end if;
  insert into person_subsidies
    (place_id, subject_id, row_no, person_id, programme, benefit_class, counts_on, occupation_code,
     grade, certificate_number, issuer_code, category, source)
  select place, register, t.row_no, t.person, t.programme, t.class, t.day, t.occupation, t.grade,
         t.number, t.issuer, t.category, 'register'
    from unnest(rows_no, people, programmes, classes, days, occupations, grades, numbers, issuers, categories)
         as t(row_no, person, programme, class, day, occupation, grade, number, issuer, category);
end $$
