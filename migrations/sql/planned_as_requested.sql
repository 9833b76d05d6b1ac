-- A line that was given back is paid by the request that asks anew, and not by the old one too.
create function planned_as_requested() returns trigger language plpgsql as $$
begin
  perform 1 from added a
    join funding_request_lines l on l.place_id = a.place_id and l.id = a.funding_request_line_id
   where l.released_at is not null or a.state <> 'planned';
  if found then
    raise exception 'a released line is not paid'
      using errcode = '23514', constraint = 'planned_as_requested', table = 'payments';
  end if;
  return null;
end $$
