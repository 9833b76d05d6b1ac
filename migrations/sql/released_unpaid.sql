-- What was asked for may be asked for anew once it can no longer be paid, and never while it can.
create function released_unpaid() returns trigger language plpgsql as $$
begin
  if old.released_at is not null
     or exists (select from payments p where p.place_id = new.place_id and p.funding_request_line_id = new.id
                   and p.state in ('batched', 'submitted', 'unknown', 'paid', 'corrected'))
     or not (
       exists (select from payments p where p.place_id = new.place_id and p.funding_request_line_id = new.id
                  and p.state = 'cancelled')
       or exists (select from cases c where c.place_id = new.place_id
                     and (c.id = new.funding_request_id and c.state in ('returned', 'refused')
                          or c.id = new.subject_id and c.state = 'cancelled'))) then
    raise exception 'what may still be paid is not asked for twice'
      using errcode = '23514', constraint = 'released_unpaid', table = 'funding_request_lines';
  end if;
  return new;
end $$
