-- Decide on these people one transaction after another: a year's limit holds for all places together, and
-- no unique key can count. One order for everyone, so that two decisions cannot deadlock; rows that refer
-- to a person are added meanwhile.
create function take_subsidy_turns(people uuid[]) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  perform from persons where id = any (people) order by id for no key update;
end $$
