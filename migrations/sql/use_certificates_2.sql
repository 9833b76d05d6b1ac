-- Use each certificate once per benefit class; one that another enrolment used raises
-- unique_violation on one_use_per_certificate. One that this enrolment used already stays as it is.
create or replace function use_certificates(
  place uuid, declarations uuid[], enrolments uuid[], issuers text[], numbers text[],
  categories text[], class text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only an authority of the region uses what was declared there.
  if exists (
    select from unnest(declarations, enrolments, numbers) as t(declaration, enrolment, number)
     where not exists (
       select from declared_certificates d
        where d.place_id = place and d.id = t.declaration and d.enrolment_id = t.enrolment
          and d.number = t.number and starts_with(d.region_path, scope_region()))) then
    raise exception 'only a declared certificate is used'
      using errcode = '42501', constraint = 'certificate_declared', table = 'certificate_uses';
  end if;
  insert into certificate_uses
    (issuer_code, number, category, benefit_class, place_id, declaration_id, enrolment_id)
  select t.issuer, t.number, t.category, class, place, t.declaration, t.enrolment
    from unnest(declarations, enrolments, issuers, numbers, categories)
         as t(declaration, enrolment, issuer, number, category)
   where not exists (
     select from certificate_uses u
      where u.number = t.number and u.benefit_class = class
        and u.issuer_code is not distinct from t.issuer
        and u.category is not distinct from t.category
        and u.place_id = place and u.enrolment_id = t.enrolment)
   order by t.number, t.issuer;
end $$
