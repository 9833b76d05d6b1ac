-- Which of these people already hold an entitlement of this occupation and grade, or a higher grade.
-- Answers with the callers' own ids only: yes or no about people they already know.
create function taken_entitlements(people uuid[], occupation text, wanted_grade smallint, class text)
returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select distinct e.person_id from person_entitlements e
   where e.person_id = any (people) and e.occupation_code = occupation
     and e.grade <= wanted_grade and e.benefit_class = class
$$
