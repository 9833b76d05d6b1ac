-- Give back what a settlement's people hold once ever and no longer earn: a later revision of nothing
-- leaves the person, and the certificate, free for the next claim. Only what the latest revision of the
-- entitlement, written by an authority, puts at nothing is given back.
create function release_entitlements(place uuid, settlement uuid) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare given_up uuid[];
begin
  select array_agg(e.enrolment_id) into given_up
    from entitlements e
   where e.place_id = place and e.settlement_id = settlement and e.amount_fen = 0
     and not exists (select from entitlements later
                      where later.place_id = e.place_id and later.enrolment_id = e.enrolment_id
                        and later.revision > e.revision);
  delete from person_entitlements p where p.place_id = place and p.enrolment_id = any (given_up);
  delete from certificate_uses u where u.place_id = place and u.enrolment_id = any (given_up);
end $$
