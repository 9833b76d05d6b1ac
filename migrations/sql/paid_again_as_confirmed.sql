-- A payment moves as money does, and is tried again only by a correction that two people signed, one for
-- each time it came back, to the account they named. Else it goes to the verified successor of its account.
create function paid_again_as_confirmed() returns trigger language plpgsql as $$
declare
  before uuid := coalesce(old.new_account_id, old.payee_account_id);
  now_to uuid := coalesce(new.new_account_id, new.payee_account_id);
begin
  if new.state <> old.state and (old.state, new.state) not in (
       ('planned', 'batched'), ('planned', 'cancelled'), ('batched', 'submitted'), ('batched', 'planned'),
       ('submitted', 'paid'), ('submitted', 'returned'), ('submitted', 'unknown'),
       ('unknown', 'paid'), ('unknown', 'returned'), ('paid', 'returned'),
       ('returned', 'corrected'), ('returned', 'cancelled'),
       ('corrected', 'planned'), ('corrected', 'returned'), ('corrected', 'cancelled')) then
    raise exception 'a payment moves as its money does'
      using errcode = '23514', constraint = 'payment_moves_on', table = 'payments';
  end if;
  if old.state = 'corrected' and new.state = 'planned' then
    if (select count(*) from payment_corrections k
          join cases c on c.place_id = k.place_id and c.id = k.id and c.state = 'confirmed'
         where k.place_id = new.place_id and k.payment_id = new.id and k.remedy = 'pay_again')
       < (select count(*) from payment_attempts t
           where t.place_id = new.place_id and t.payment_id = new.id and t.state in ('rejected', 'returned'))
       or not exists (
         select from payment_corrections k
           join cases c on c.place_id = k.place_id and c.id = k.id and c.state = 'confirmed'
          where k.place_id = new.place_id and k.payment_id = new.id and k.remedy = 'pay_again'
            and k.payee_account_id = now_to) then
      raise exception 'a payment is tried again as two people confirmed'
        using errcode = '23514', constraint = 'paid_again_as_confirmed', table = 'payments';
    end if;
  elsif now_to <> before and now_to <> current_payee_account(new.place_id, before) then
    raise exception 'a payment follows the verified successor of its account'
      using errcode = '23514', constraint = 'paid_again_as_confirmed', table = 'payments';
  end if;
  return new;
end $$
