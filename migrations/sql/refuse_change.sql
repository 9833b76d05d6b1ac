create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is append-only', tg_op, tg_table_name
    using errcode = '42501', constraint = 'append_only', table = tg_table_name;
end $$
