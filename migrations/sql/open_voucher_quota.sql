-- Open the quota of a project that has just been published.
create function open_voucher_quota() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into voucher_quotas (project_id, quota) values (new.id, new.quota);
  return null;
end $$
