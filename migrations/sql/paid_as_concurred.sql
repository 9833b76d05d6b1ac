-- Only a concurred line becomes a payment, from the book that was concurred in (CASES 3): who prepares
-- does not go round the finance department.
create function paid_as_concurred() returns trigger language plpgsql as $$
begin
  perform 1
     from added a
     join funding_request_lines l on l.place_id = a.place_id and l.id = a.funding_request_line_id
     join funding_requests r on r.place_id = l.place_id and r.id = l.funding_request_id
     join cases c on c.place_id = r.place_id and c.id = r.id
    where c.state <> 'concurred'
       or (a.fund_source, a.budget_year) is distinct from (r.fund_source, r.budget_year);
  if found then
    raise exception 'only what was concurred in is paid'
      using errcode = '23514', constraint = 'paid_as_concurred', table = 'payments';
  end if;
  return null;
end $$
