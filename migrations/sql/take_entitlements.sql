-- Take the once-ever entitlement of each person for one occupation, a grade and one benefit class.
-- One that another enrolment holds raises unique_violation on one_open_entitlement: nationwide, by
-- constraint. One that this very enrolment holds already (an earlier settlement) stays as it is.
create function take_entitlements(
  place uuid, people uuid[], enrolments uuid[], occupation text, grades smallint[], class text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into person_entitlements (person_id, occupation_code, grade, benefit_class, place_id, enrolment_id)
  select t.person_id, occupation, t.grade, class, place, t.enrolment_id
    from unnest(people, enrolments, grades) as t(person_id, enrolment_id, grade)
   where not exists (
     select from person_entitlements e
      where e.person_id = t.person_id and e.occupation_code = occupation and e.grade = t.grade
        and e.benefit_class = class and e.place_id = place and e.enrolment_id = t.enrolment_id)
   order by t.person_id;       -- one order for everyone: two settlements cannot deadlock
end $$
