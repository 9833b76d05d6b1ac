-- Use the certificates of these vouchers once per benefit class, by the issuer and number a register gave; one
-- that another voucher or an enrolment used raises unique_violation on one_use_per_certificate. One that this
-- voucher used already stays as it is.
create function use_voucher_certificates(
  place uuid, vouchers uuid[], issuers text[], numbers text[], class text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only an authority of the region uses what a register confirmed there.
  if exists (
    select from unnest(vouchers, issuers, numbers) as t(voucher, issuer, number)
     where not exists (
       select from voucher_findings f
         join certificate_extract_rows x
           on x.place_id = f.place_id and x.extract_id = f.extract_id and x.row_no = f.row_no
        where f.place_id = place and f.voucher_id = t.voucher and starts_with(f.region_path, scope_region())
          and f.result in ('match', 'match_normalised')
          and x.number = t.number and x.issuer_code = t.issuer)) then
    raise exception 'only a confirmed certificate is used'
      using errcode = '42501', constraint = 'certificate_confirmed', table = 'certificate_uses';
  end if;
  insert into certificate_uses (issuer_code, number, benefit_class, place_id, voucher_id)
  select t.issuer, t.number, class, place, t.voucher
    from unnest(vouchers, issuers, numbers) as t(voucher, issuer, number)
   where not exists (
     select from certificate_uses u
      where u.number = t.number and u.benefit_class = class and u.issuer_code = t.issuer
        and u.voucher_id = t.voucher)
   order by t.number, t.issuer;
end $$
