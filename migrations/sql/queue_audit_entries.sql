-- Queues what one statement inserted, in that statement: no path into the trail goes round the sealer.
-- SECURITY DEFINER because nobody else inserts into the queue.
create function queue_audit_entries() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into audit_queue (entry_id, region_path) select id, region_path from added;
  return null;
end $$
