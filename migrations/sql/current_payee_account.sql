-- The verified account that has replaced this one, over however many changes; itself when none has.
create function current_payee_account(place uuid, account uuid) returns uuid language sql stable as $$
  with recursive chain as (
    select account as id, 0 as n
    union all
    select a.id, chain.n + 1
      from chain
      join payee_accounts a on a.place_id = place and a.replaces_id = chain.id
      join cases c on c.place_id = a.place_id and c.id = a.id and c.state in ('verified', 'superseded'))
  select id from chain order by n desc limit 1
$$
