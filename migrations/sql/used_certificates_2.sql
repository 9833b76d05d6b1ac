-- Which of these people's certificates have supported a payment of this benefit class through another
-- enrolment or voucher than theirs. Answers with the callers' own ids only, of enrolments or of vouchers.
create or replace function used_certificates(
  enrolments uuid[], issuers text[], numbers text[], categories text[], class text
) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select t.enrolment
    from unnest(enrolments, issuers, numbers, categories) as t(enrolment, issuer, number, category)
   where exists (
     select from certificate_uses u
      where u.number = t.number and u.benefit_class = class
        and coalesce(u.enrolment_id, u.voucher_id) <> t.enrolment
        and u.issuer_code is not distinct from t.issuer
        and u.category is not distinct from t.category)
$$
