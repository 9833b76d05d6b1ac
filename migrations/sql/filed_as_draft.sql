-- What a filer writes into a new filing is a plan: who lists it, when training began and when it ended
-- are said later. The version it goes by is the one in force on the day it is submitted, whoever writes.
create function filed_as_draft() returns trigger language plpgsql as $$
begin
  if starts_with(new.region_path, scope_region()) is true then
    return new;
  end if;
  if tg_op = 'INSERT' and num_nonnulls(new.listing_id, new.listed_on, new.opened_on, new.completed_on) > 0 then
    raise exception 'a filing begins as a plan'
      using errcode = '23514', constraint = 'filed_as_draft', table = 'filings';
  end if;
  if new.submitted_at is not null and (tg_op = 'INSERT' or old.submitted_at is null)
     and new.policy_version_id is distinct from policy_in_force(
       'standard', new.region_path, cast(new.submitted_at at time zone 'Asia/Shanghai' as date)) then
    raise exception 'a filing goes by the version in force when it is submitted'
      using errcode = '23514', constraint = 'filed_under', table = 'filings';
  end if;
  return new;
end $$
