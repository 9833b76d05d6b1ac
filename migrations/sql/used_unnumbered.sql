-- Which enrolments' certificates, of these declared ones without any number, have supported a payment of
-- this benefit class through another enrolment of the same person. Answers with the callers' own ids only.
create function used_unnumbered(place uuid, declarations uuid[], class text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select d.enrolment_id
    from declared_certificates d
    join enrolments e on e.place_id = d.place_id and e.id = d.enrolment_id
   where d.place_id = place and d.id = any (declarations) and exists (
     select from certificate_uses u
      where u.number is null and u.holder_id = e.person_id and u.benefit_class = class
        and u.certificate_type = d.certificate_type and u.issued_on = d.issued_on
        and u.enrolment_id <> d.enrolment_id)
$$
