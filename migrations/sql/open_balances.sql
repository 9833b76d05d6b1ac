-- Every account opens with its balance row, so that a posting always finds one to lock.
create function open_balances() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into ledger_balances
    (place_id, org_id, partner_org_id, region_path, account_id, book_id, kind)
  select place_id, org_id, partner_org_id, region_path, id, book_id, kind from added;
  return null;
end $$
