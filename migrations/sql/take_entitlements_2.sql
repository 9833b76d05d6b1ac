-- Take the once-ever entitlement of each person for one occupation, a grade and one benefit class.
-- One that another enrolment holds raises unique_violation on one_open_entitlement: nationwide, by
-- constraint. One that this very enrolment holds already (an earlier settlement) stays as it is.
create or replace function take_entitlements(
  place uuid, people uuid[], enrolments uuid[], occupation text, grades smallint[], class text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only an authority of the region takes what its people have earned.
  if exists (
    select from unnest(people, enrolments) as t(person_id, enrolment_id)
     where not exists (
       select from enrolments e
        where e.place_id = place and e.id = t.enrolment_id and e.person_id = t.person_id
          and starts_with(e.region_path, scope_region()))) then
    raise exception 'an authority takes the entitlements of its own people'
      using errcode = '42501', constraint = 'entitled_in_region', table = 'person_entitlements';
  end if;
  insert into person_entitlements (person_id, occupation_code, grade, benefit_class, place_id, enrolment_id)
  select t.person_id, occupation, t.grade, class, place, t.enrolment_id
    from unnest(people, enrolments, grades) as t(person_id, enrolment_id, grade)
   where not exists (
     select from person_entitlements e
      where e.person_id = t.person_id and e.occupation_code = occupation and e.grade = t.grade
        and e.benefit_class = class and e.place_id = place and e.enrolment_id = t.enrolment_id)
   order by t.person_id;       -- one order for everyone: two settlements cannot deadlock
end $$
