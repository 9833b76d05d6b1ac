-- Money is sent to an account that a bureau person has verified, whoever writes the attempt (CASES 3).
-- `case` and not `coalesce`: PostgreSQL takes the latter for a leak under row security, and would read all
-- cases of the place instead of looking one up.
create or replace function paid_to_verified() returns trigger language plpgsql
set enable_seqscan = off as $$
begin
  perform 1
     from added a
    cross join lateral (
          select x.payee_account_id from payments x
           where x.place_id = a.place_id and x.id = a.payment_id offset 0) p
    cross join lateral (
          select x.state from cases x
           where x.place_id = a.place_id
             and x.id = case when a.payee_account_id is null then p.payee_account_id else a.payee_account_id end
          offset 0) c
    where c.state <> 'verified';
  if found then
    raise exception 'a payment goes to a verified account alone'
      using errcode = '23514', constraint = 'paid_to_verified', table = 'payment_attempts';
  end if;
  return null;
end $$
