-- Where a project is for certain groups, nobody reserves on his own word: the bureau has named, or confirmed,
-- the group of his voucher.
create function voucher_group_confirmed() returns trigger language plpgsql as $$
begin
  if exists (select from voucher_offers o where o.id = new.project_id and jsonb_array_length(o.body->'tags') > 0) then
    raise exception 'the group of the voucher is not confirmed'
      using errcode = '23514', constraint = 'voucher_group_confirmed', table = 'vouchers';
  end if;
  return new;
end $$
