-- A second prepayment of one period is asked for only where a review of the refused one was upheld.
create function prepaid_again_as_upheld() returns trigger language plpgsql as $$
begin
  if not exists (
    select from review_requests r
      join cases c on c.place_id = r.place_id and c.id = r.id and c.state = 'upheld'
      join prepayments p on p.place_id = r.place_id and p.id = r.prepayment_id
     where r.place_id = new.place_id and r.id = new.after_review_id
       and (p.filing_id, p.period) = (new.filing_id, new.period)) then
    raise exception 'a prepayment is asked for again as its review decided'
      using errcode = '23514', constraint = 'prepaid_again_as_upheld', table = 'prepayments';
  end if;
  return new;
end $$
