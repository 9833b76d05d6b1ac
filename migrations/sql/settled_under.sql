-- Which version decides a settlement's certificates, stacking and payment rules is settled by the day
-- it is submitted (China's calendar), and by nobody's choice; null where none is in force that day.
create function settled_under() returns trigger language plpgsql as $$
begin
  if new.submitted_at is null then
    new.policy_version_id := null;
  elsif tg_op = 'INSERT' or old.submitted_at is null then
    new.policy_version_id := policy_in_force(
      'standard', new.region_path, cast(new.submitted_at at time zone 'Asia/Shanghai' as date));
  else
    new.policy_version_id := old.policy_version_id;
  end if;
  return new;
end $$
