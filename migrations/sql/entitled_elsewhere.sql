-- Which of these enrolments' people hold an entitlement of the occupation through another enrolment:
-- of the same grade (`same_too`), of a higher one (`higher_too`; grades count downwards).
-- Answers with the callers' own ids only: yes or no about people they already know.
create function entitled_elsewhere(
  people uuid[], enrolments uuid[], grades smallint[], occupation text,
  same_too boolean, higher_too boolean, class text
) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select t.enrolment_id
    from unnest(people, enrolments, grades) as t(person_id, enrolment_id, grade)
   where exists (
     select from person_entitlements e
      where e.person_id = t.person_id and e.occupation_code = occupation and e.benefit_class = class
        and e.enrolment_id <> t.enrolment_id
        and ((same_too and e.grade = t.grade) or (higher_too and e.grade < t.grade)))
$$
