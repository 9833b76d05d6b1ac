-- What was decided is changed by the next decision alone: figures of a case that is decided are written
-- with the signature that decides it. Arguments: the column that names the case, then the deciding states.
create function decided_stands() returns trigger language plpgsql as $$
declare
  named uuid := cast(to_jsonb(new) ->> tg_argv[0] as uuid);
begin
  if exists (select from cases c where c.place_id = new.place_id and c.id = named
                and c.state = any (tg_argv[1:]))
     and not signed_just_now(new.place_id, named) then
    raise exception 'what was decided stands'
      using errcode = '23514', constraint = 'decided_stands', table = tg_table_name;
  end if;
  return new;
end $$
