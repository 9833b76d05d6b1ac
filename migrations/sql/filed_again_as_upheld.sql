-- A filing that follows an upheld review of a refused one names the review, and keeps the receipt time
-- of the refused filing: that alone is how a receipt may lie in the past.
create function filed_again_as_upheld() returns trigger language plpgsql as $$
declare
  received timestamptz;
begin
  select f.submitted_at into received
    from review_requests r
    join cases c on c.place_id = r.place_id and c.id = r.id and c.state = 'upheld'
    join filings f on f.place_id = r.place_id and f.id = r.filing_id
   where r.place_id = new.place_id and r.id = new.after_review_id and r.org_id = new.org_id;
  if received is null or new.submitted_at <> received then
    raise exception 'a filing is filed again as its review decided'
      using errcode = '23514', constraint = 'filed_again_as_upheld', table = 'filings';
  end if;
  return new;
end $$
