-- Record subsidies that a place decided, each subject (an enrolment, a voucher) once: one on record that
-- says the same stays, one that says something else ends, and its day goes on counting.
create function record_subsidies(
  place uuid, of_programme text, of_class text, decided_at timestamptz, people uuid[], subjects uuid[],
  days date[], occupations text[], grades smallint[], numbers text[], issuers text[], categories text[]
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: an authority records what its own people had.
  if not exists (
       select from places p where p.id = place and starts_with(p.region_path, scope_region()))
     or of_programme = 'apprenticeship' and exists (
       select from unnest(people, subjects) as t(person, subject)
        where not exists (
          select from enrolments e
           where e.place_id = place and e.id = t.subject and e.person_id = t.person)) then
    raise exception 'an authority records the subsidies of its own people'
      using errcode = '42501', constraint = 'subsidised_in_region', table = 'person_subsidies';
  end if;
  with given as materialized (
    select * from unnest(people, subjects, days, occupations, grades, numbers, issuers, categories)
                  as t(person, subject, day, occupation, grade, number, issuer, category)
  ), ended as (
    update person_subsidies s set ended_at = decided_at
      from given t
     where s.place_id = place and s.subject_id = t.subject and s.ended_at is null
       and row(s.occupation_code, s.grade, s.certificate_number, s.issuer_code, s.category)
           is distinct from row(t.occupation, t.grade, t.number, t.issuer, t.category)
    returning s.subject_id, s.counts_on
  )
  insert into person_subsidies
    (place_id, subject_id, row_no, person_id, programme, benefit_class, counts_on, occupation_code,
     grade, certificate_number, issuer_code, category, source)
  select place, t.subject,
         1 + coalesce((select max(s.row_no) from person_subsidies s
                        where s.place_id = place and s.subject_id = t.subject), 0),
         t.person, of_programme, of_class, coalesce(e.counts_on, t.day), t.occupation, t.grade, t.number,
         t.issuer, t.category, 'case'
    from given t left join ended e on e.subject_id = t.subject
   where not exists (
     select from person_subsidies s
      where s.place_id = place and s.subject_id = t.subject and s.ended_at is null
        and row(s.occupation_code, s.grade, s.certificate_number, s.issuer_code, s.category)
            is not distinct from row(t.occupation, t.grade, t.number, t.issuer, t.category));
end $$
