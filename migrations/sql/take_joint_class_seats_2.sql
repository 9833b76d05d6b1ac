-- Take a filing's seats in a joint class, or give them back with zero people, and answer how many
-- people the class then has. One filing after another: the size of a class is judged over them all,
-- by enterprises that do not see each other.
create or replace function take_joint_class_seats(class uuid, filing uuid, wanted integer)
returns integer language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only a filing in reach, of this class, takes or gives back its seats.
  if not exists (
    select from filings f join cases c on c.place_id = f.place_id and c.id = f.id
     where f.id = filing and f.joint_class_id = class
       and (f.org_id = scope_org() or starts_with(f.region_path, scope_region()))
       and (wanted = 0 or wanted = f.people)) then
    raise exception 'a filing takes its own seats'
      using errcode = '42501', constraint = 'seats_of_filing', table = 'joint_class_seats';
  end if;
  perform 1 from joint_class_plans p where p.id = class for update;
  delete from joint_class_seats s where s.filing_id = filing;
  if wanted > 0 then
    insert into joint_class_seats (joint_class_id, filing_id, people) values (class, filing, wanted);
  end if;
  return (select coalesce(sum(s.people), 0) from joint_class_seats s where s.joint_class_id = class);
end $$
