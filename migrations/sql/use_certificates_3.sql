-- Use each certificate once per benefit class; one that another enrolment used raises
-- unique_violation on one_use_per_certificate, or, where it has no number, on
-- one_use_per_unnumbered_certificate. One that this enrolment used already stays as it is.
create or replace function use_certificates(
  place uuid, declarations uuid[], enrolments uuid[], issuers text[], numbers text[],
  categories text[], class text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Row security holds here too: only an authority of the region uses what was declared there, by its
  -- number, or by the one that two people read from the person's copy.
  if exists (
    select from unnest(declarations, enrolments, numbers) as t(declaration, enrolment, number)
     where not exists (
       select from declared_certificates d
        where d.place_id = place and d.id = t.declaration and d.enrolment_id = t.enrolment
          and starts_with(d.region_path, scope_region())
          and case when d.number is not null then d.number is not distinct from t.number
              else t.number is null or exists (
                select from declared_certificates e
                  join findings f on f.place_id = e.place_id and f.declaration_id = e.id
                  join manual_findings m on m.place_id = f.place_id and m.id = f.manual_finding_id
                 where e.place_id = place and e.enrolment_id = t.enrolment
                   and m.number = t.number) end)) then
    raise exception 'only a declared certificate is used'
      using errcode = '42501', constraint = 'certificate_declared', table = 'certificate_uses';
  end if;
  insert into certificate_uses
    (issuer_code, number, category, benefit_class, place_id, declaration_id, enrolment_id)
  select t.issuer, t.number, t.category, class, place, t.declaration, t.enrolment
    from unnest(declarations, enrolments, issuers, numbers, categories)
         as t(declaration, enrolment, issuer, number, category)
   where t.number is not null and not exists (
     select from certificate_uses u
      where u.number = t.number and u.benefit_class = class
        and u.issuer_code is not distinct from t.issuer
        and u.category is not distinct from t.category
        and u.place_id = place and u.enrolment_id = t.enrolment)
   order by t.number, t.issuer;
  insert into certificate_uses
    (holder_id, certificate_type, issued_on, benefit_class, place_id, declaration_id, enrolment_id)
  select e.person_id, d.certificate_type, d.issued_on, class, place, d.id, d.enrolment_id
    from unnest(declarations, numbers) as t(declaration, number)
    join declared_certificates d on d.place_id = place and d.id = t.declaration
    join enrolments e on e.place_id = place and e.id = d.enrolment_id
   where t.number is null and not exists (
     select from certificate_uses u
      where u.number is null and u.holder_id = e.person_id and u.benefit_class = class
        and u.certificate_type = d.certificate_type and u.issued_on = d.issued_on
        and u.place_id = place and u.enrolment_id = d.enrolment_id)
   order by e.person_id;
end $$
