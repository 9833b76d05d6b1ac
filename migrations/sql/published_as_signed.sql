-- Nobody publishes by a row alone: the notice's case says that it was published, in that region.
create function published_as_signed() returns trigger language plpgsql as $$
begin
  if not exists (select from cases c where c.id = new.notice_id and c.kind = 'notice'
                    and c.state = 'published' and c.region_path = new.region_path) then
    raise exception 'a notice is published by a signed step'
      using errcode = '23514', constraint = 'published_as_signed', table = 'published_notices';
  end if;
  return null;
end $$
