-- A voucher takes a place of the class it is reserved for, and gives it back when it leaves the class. The
-- class's row of places is locked by the update: two at once never take the last one (capacity_holds),
-- whoever comes first and however the voucher was moved. A class that is closing is waited for, and takes
-- nobody.
create function voucher_takes_place() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  if old.class_id is not null then
    update voucher_class_places p set taken = p.taken - 1 where p.class_id = old.class_id;
  end if;
  if new.class_id is not null then
    perform from voucher_class_offers o where o.id = new.class_id and o.closed_at is null for share;
    if not found then
      raise exception 'the class takes no reservations'
        using errcode = '23514', constraint = 'class_takes_reservations', table = 'vouchers';
    end if;
    update voucher_class_places p set taken = p.taken + 1 where p.class_id = new.class_id;
  end if;
  return null;
end $$
