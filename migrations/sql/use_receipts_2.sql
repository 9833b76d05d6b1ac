-- Use each receipt once, nationwide; one that another filing used raises unique_violation on
-- one_use_per_receipt. One that this filing used already stays as it is.
create or replace function use_receipts(
  place uuid, filing uuid, receipts uuid[], numbers text[], codes text[], issuers text[]
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only what is on the class record in reach is used up.
  if exists (
    select from unnest(receipts, numbers, codes, issuers) as t(receipt, number, code, issuer)
     where not exists (
       select from class_receipts r
        where r.place_id = place and r.filing_id = filing and r.id = t.receipt and r.number = t.number
          and r.code is not distinct from t.code and r.issuer_code = t.issuer)) then
    raise exception 'only a receipt on record is used'
      using errcode = '42501', constraint = 'receipt_on_record', table = 'receipt_uses';
  end if;
  insert into receipt_uses (number, code, issuer_code, place_id, filing_id, receipt_id)
  select t.number, t.code, t.issuer, place, filing, t.receipt
    from unnest(receipts, numbers, codes, issuers) as t(receipt, number, code, issuer)
   where not exists (
     select from receipt_uses u
      where u.number = t.number and u.code is not distinct from t.code
        and u.issuer_code = t.issuer and u.place_id = place and u.filing_id = filing)
   order by t.number, t.code, t.issuer;
end $$
