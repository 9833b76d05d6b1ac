-- How many places of these classes are taken: a number about a class that is offered to all, nobody in it.
create function voucher_places_taken(class_ids uuid[])
returns table (class_id uuid, taken integer) language sql stable
security definer set search_path = public, pg_temp as $$
  select p.class_id, p.taken from voucher_class_places p where p.class_id = any (class_ids)
$$
