-- Money is sent to an account that a bureau person has verified, whoever writes the attempt (CASES 3).
create function paid_to_verified() returns trigger language plpgsql as $$
begin
  perform 1
     from added a
     join payments p on p.place_id = a.place_id and p.id = a.payment_id
     join cases c on c.place_id = p.place_id and c.id = coalesce(a.payee_account_id, p.payee_account_id)
    where c.state <> 'verified';
  if found then
    raise exception 'a payment goes to a verified account alone'
      using errcode = '23514', constraint = 'paid_to_verified', table = 'payment_attempts';
  end if;
  return null;
end $$
