-- An objection has one answer, given by the step that answers it.
create function answered_once() returns trigger language plpgsql as $$
begin
  if old.answer is not null
     or not exists (select from cases c where c.place_id = new.place_id and c.id = new.id
                       and c.state = 'answered') then
    raise exception 'an objection is answered once'
      using errcode = '23514', constraint = 'answered_once', table = 'objections';
  end if;
  return new;
end $$
