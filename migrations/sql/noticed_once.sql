-- A notice runs from the day it is published to the day it then names, and nobody moves either.
create function noticed_once() returns trigger language plpgsql as $$
begin
  if old.starts_on is not null
     or not exists (select from cases c where c.place_id = new.place_id and c.id = new.id
                       and c.state = 'published') then
    raise exception 'a notice runs as it was published'
      using errcode = '23514', constraint = 'noticed_once', table = 'notices';
  end if;
  return new;
end $$
