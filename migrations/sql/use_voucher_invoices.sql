-- An invoice supports one voucher or one filing, once ever and nationwide; another use raises
-- unique_violation on one_use_per_receipt. The same voucher's next settlement uses it again.
create function use_voucher_invoices() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into receipt_uses (number, code, issuer_code, place_id, voucher_id)
  select a.number, a.code, a.issuer_code, a.place_id, a.voucher_id from added a
   where not exists (
     select from receipt_uses u
      where u.number = a.number and u.code is not distinct from a.code and u.issuer_code = a.issuer_code
        and u.place_id = a.place_id and u.voucher_id = a.voucher_id)
   order by a.number, a.code, a.issuer_code;
  return null;
end $$
