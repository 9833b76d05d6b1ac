-- What an enterprise proves its case with stands once the case is accepted: only an authority of the
-- region adds documents then. Arguments: the states in which an enterprise still adds.
create function document_in_time() returns trigger language plpgsql as $$
begin
  if exists (select from added a join cases c on c.place_id = a.place_id and c.id = a.case_id
              where c.state <> all (tg_argv)
                and starts_with(a.region_path, scope_region()) is not true) then
    raise exception 'too late to be added'
      using errcode = '23514', constraint = 'document_in_time', table = tg_table_name;
  end if;
  return null;
end $$
