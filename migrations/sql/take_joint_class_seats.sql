-- Take a filing's seats in a joint class, or give them back with zero people, and answer how many
-- people the class then has. One filing after another: the size of a class is judged over them all,
-- by enterprises that do not see each other.
create function take_joint_class_seats(class uuid, filing uuid, wanted integer)
returns integer language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform 1 from joint_class_plans p where p.id = class for update;
  delete from joint_class_seats s where s.filing_id = filing;
  if wanted > 0 then
    insert into joint_class_seats (joint_class_id, filing_id, people) values (class, filing, wanted);
  end if;
  return (select coalesce(sum(s.people), 0) from joint_class_seats s where s.joint_class_id = class);
end $$
