-- A line claims a voucher that was redeemed for its project, in its class and for whoever the project pays,
-- at the standard, fee and face value that were published. Who files it sees what it is compared with.
create function settled_as_redeemed() returns trigger language plpgsql as $$
begin
  perform
     from added a
     join voucher_settlements s on s.place_id = a.place_id and s.id = a.settlement_id
     left join vouchers v on v.place_id = a.place_id and v.id = a.voucher_id
     left join voucher_offers p on p.id = s.project_id
     left join voucher_class_offers o on o.id = a.class_id
    where (v.state, v.project_id, v.class_id) is distinct from ('redeemed', s.project_id, a.class_id)
       or a.org_id is distinct from case p.body->>'payee' when 'worker' then v.org_id else v.partner_org_id end
       or a.fee_fen is distinct from o.fee_fen
       or a.face_value_fen is distinct from (p.body->>'face_value_fen')::bigint
       or not exists (
         select from jsonb_array_elements(p.body->'standards') x
          where x->>'occupation_code' = o.occupation_code
            and (x->>'grade')::smallint is not distinct from o.grade
            and (x->>'standard_fen')::bigint = a.standard_fen);
  if found then
    raise exception 'a line claims what was redeemed'
      using errcode = '23514', constraint = 'settled_as_redeemed', table = 'voucher_settlement_lines';
  end if;
  return null;
end $$
