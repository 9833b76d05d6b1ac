-- Money is asked for what an approved case decided, and for that amount: a request cannot be written
-- for more than two people signed.
create or replace function requested_as_decided() returns trigger language plpgsql as $$
begin
  perform 1
     from added a
     join cases c on c.place_id = a.place_id and c.id = a.subject_id
     left join prepayments p on p.place_id = a.place_id and p.id = a.subject_id
     left join settlements s on s.place_id = a.place_id and s.id = a.subject_id
     left join voucher_settlements v on v.place_id = a.place_id and v.id = a.subject_id
    where c.state <> 'approved'
       or a.amount_fen is distinct from coalesce(p.amount_fen, s.balance_fen, v.amount_fen)
       or a.filing_id is distinct from coalesce(p.filing_id, s.filing_id);
  if found then
    raise exception 'a line asks for what was decided'
      using errcode = '23514', constraint = 'requested_as_decided', table = 'funding_request_lines';
  end if;
  return null;
end $$
