-- An offered class has as many places as it was planned with, none of them taken.
create function voucher_class_opens() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into voucher_class_places (class_id, capacity) values (new.id, new.capacity);
  return null;
end $$
