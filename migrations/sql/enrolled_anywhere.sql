-- Which of these people are live in a class, wherever that is. Answers with the callers' own ids only:
-- yes or no about people they already know, never where.
create function enrolled_anywhere(people uuid[]) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select e.person_id from enrolments e
   where e.person_id = any (people) and e.state in ('enrolled', 'in_training', 'suspended')
$$
