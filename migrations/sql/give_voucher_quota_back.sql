-- A voucher that was given back (退券) counts against its project's quota no longer: whoever collects and gives
-- back, again and again, takes nobody's. Counted with the act that gave it back, and by that act alone.
create function give_voucher_quota_back() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update voucher_quotas q set issued = q.issued - 1
    from vouchers v
   where v.place_id = new.place_id and v.id = new.voucher_id
     and v.state = 'returned' and v.version = new.seq and q.project_id = v.project_id;
  return null;
end $$
