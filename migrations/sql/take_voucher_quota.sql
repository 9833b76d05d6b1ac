-- Count vouchers against their project's quota as they are inserted, whoever inserts them: who takes the
-- last one locks the row, and who comes after is refused by name. Only an approved, open project issues;
-- an authority of its region issues to a list, a worker collects from a general one for himself.
create function take_voucher_quota() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare one record;
begin
  for one in
    select a.project_id, count(*) as vouchers, bool_and(a.set_ids <> '{}') as in_a_set
      from added a group by a.project_id order by a.project_id
  loop
    perform 1 from voucher_offers o
     where o.id = one.project_id and o.closed_at is null
       and case when one.in_a_set then coalesce(starts_with(o.region_path, scope_region()), false)
                else o.distribution = 'general' end
       for share;
    if not found then
      raise exception 'the project issues no such voucher'
        using errcode = '23514', constraint = 'voucher_project_open', table = 'vouchers';
    end if;
    update voucher_quotas q set issued = q.issued + one.vouchers where q.project_id = one.project_id;
  end loop;
  return null;
end $$
