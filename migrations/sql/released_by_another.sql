-- Who froze a voucher does not release it: two people of the authority decide on an investigation.
create function released_by_another() returns trigger language plpgsql as $$
begin
  if new.person_id = (
    select a.person_id from voucher_acts a
     where a.place_id = new.place_id and a.voucher_id = new.voucher_id and a.to_state = 'frozen'
     order by a.seq desc limit 1) then
    raise exception 'another person releases the voucher'
      using errcode = '23514', constraint = 'released_by_another', table = 'voucher_acts';
  end if;
  return new;
end $$
