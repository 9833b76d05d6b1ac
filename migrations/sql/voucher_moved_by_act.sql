-- A voucher that moved alone has the act that moved it, by the time its transaction ends.
create function voucher_moved_by_act() returns trigger language plpgsql as $$
begin
  if not exists (
    select from voucher_acts a
     where a.place_id = new.place_id and a.voucher_id = new.id
       and a.seq = new.version and a.to_state = new.state) then
    raise exception 'nobody signed what moved the voucher to %', new.state
      using errcode = '23514', constraint = 'voucher_moved_by_act', table = 'vouchers';
  end if;
  return null;
end $$
