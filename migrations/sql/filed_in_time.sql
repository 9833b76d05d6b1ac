-- Rows of a case are added in the states named, and not later: what has been accepted does not grow
-- behind the back of who accepted it. Arguments: the column that names the case, then the states.
create function filed_in_time() returns trigger language plpgsql as $$
declare late boolean;
begin
  execute format(
    'select exists (select from (select distinct place_id, %I as id from added) a'
    ' join cases c on c.place_id = a.place_id and c.id = a.id where c.state <> all ($1))',
    tg_argv[0]) into late using tg_argv[1:];
  if late then
    raise exception 'too late to be added'
      using errcode = '23514', constraint = 'filed_in_time', table = tg_table_name;
  end if;
  return null;
end $$
