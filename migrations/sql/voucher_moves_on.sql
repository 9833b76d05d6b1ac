-- A voucher goes only where the domain's table leads, by one version, and by whom it may be moved; which
-- moves and whose stands in the trigger.
create function voucher_moves_on() returns trigger language plpgsql as $$
begin
  raise exception 'a voucher does not go from % to % so', old.state, new.state
    using errcode = '23514', constraint = 'voucher_moves_on', table = 'vouchers';
end $$
