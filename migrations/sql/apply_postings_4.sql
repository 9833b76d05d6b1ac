-- What no row can tell alone, checked over the whole inserted set, then the balances moved once.
-- A trigger per row is quadratic on a hot account: 100 000 postings against one fund, 184 s against 2.
--
-- Rows of other tables are looked up by their keys (`offset 0` keeps a look-up one): a set may be posted right
-- after the rows it concerns were made, and statistics older than those would join whole tables in a loop.
create or replace function apply_postings() returns trigger language plpgsql
security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
  unsigned boolean;
  reverses boolean;
  tried boolean;
  broken text;
  wanted bigint;
  touched bigint;
  moved bigint;
begin
  -- A filer's or the system's step decides nothing about money.
  select bool_or(exists (
           select from case_steps s
            where s.place_id = d.place_id and s.case_id = d.decision_case_id
              and s.seq in (d.first_seq, d.second_seq) and s.duty in ('file', 'system'))),
         bool_or(d.reverses), bool_or(d.tried)
    into unsigned, reverses, tried
    from (select distinct place_id, decision_case_id, first_seq, second_seq,
                 kind = 'reversal' as reverses, attempt_id is not null as tried
            from added) d;
  if unsigned then
    raise exception 'a filing or system step decides nothing about money'
      using errcode = '23514', constraint = 'authority_decides', table = 'postings';
  end if;

  -- The posting belongs to the party of its legs, and money changes party only through the fund, by a
  -- decision that names a wrong party, or when a settlement of vouchers takes over what their classes had
  -- committed or hands it back; between a filing's accounts it stays in the filing.
  -- A leg out of reach is refused below, where its balance does not move.
  select min(case
           when not ((a.org_id = f.org_id and a.partner_org_id is not distinct from f.partner_org_id
                      and (f.subject_id is not null or t.subject_id is null))
                  or (a.org_id = t.org_id and a.partner_org_id is not distinct from t.partner_org_id
                      and (t.subject_id is not null or f.subject_id is null)))
             then 'posting_of_its_party'
           when f.subject_kind is not null and t.subject_kind is not null and f.org_id <> t.org_id
                and a.event not in ('wrong_party_prepayment', 'wrong_party_expense',
                                    'vouchers_approved', 'vouchers_handed_back')
             then 'one_party'
           when f.subject_kind = t.subject_kind and f.subject_id <> t.subject_id
                and a.event not in ('vouchers_approved', 'vouchers_handed_back')
             then 'one_subject'
         end)
    into broken
    from (select distinct place_id, org_id, partner_org_id, event, from_account_id, to_account_id from added) a
   cross join lateral (
         select x.org_id, x.partner_org_id, x.subject_kind, x.subject_id from ledger_accounts x
          where x.place_id = a.place_id and x.id = a.from_account_id offset 0) f
   cross join lateral (
         select x.org_id, x.partner_org_id, x.subject_kind, x.subject_id from ledger_accounts x
          where x.place_id = a.place_id and x.id = a.to_account_id offset 0) t;
  if broken is not null then
    raise exception 'the legs of a posting do not belong together'
      using errcode = '23514', constraint = broken, table = 'postings';
  end if;

  if reverses then
    perform 1
       from added a
       left join lateral (
            select x.id, x.kind, x.event, x.from_account_id, x.to_account_id, x.amount_fen, x.attempt_id
              from postings x where x.place_id = a.place_id and x.id = a.reverses_id offset 0) o on true
      where a.kind = 'reversal'
        and (o.id is null or o.kind <> 'posting' or o.event <> a.event
          or o.from_account_id <> a.to_account_id or o.to_account_id <> a.from_account_id
          or o.amount_fen <> a.amount_fen or o.attempt_id is distinct from a.attempt_id);
    if found then
      raise exception 'a reversal mirrors one posting'
        using errcode = '23514', constraint = 'reversal_mirrors_posting', table = 'postings';
    end if;
  end if;

  -- One lock order for everyone: two sets that touch the same accounts cannot deadlock.
  perform 1
     from ledger_balances b
    where (b.place_id, b.account_id) in (
            select place_id, from_account_id from added
            union select place_id, to_account_id from added)
    order by b.place_id, b.account_id
      for update;
  get diagnostics wanted = row_count;

  with m as (
    select place_id, account_id, sum(debit)::bigint as debits, sum(credit)::bigint as credits
      from (select place_id, from_account_id as account_id, 0 as debit, amount_fen as credit
              from added
            union all
            select place_id, to_account_id, amount_fen, 0 from added) legs
     group by place_id, account_id
  ), moving as (
    update ledger_balances b
       set debits_fen = b.debits_fen + m.debits, credits_fen = b.credits_fen + m.credits
      from m
     where b.place_id = m.place_id and b.account_id = m.account_id
    returning 1
  )
  select (select count(*) from m), (select count(*) from moving) into touched, moved;
  if moved <> wanted or moved < touched then
    raise exception 'an account out of reach cannot be posted to'
      using errcode = '42501', constraint = 'balance_in_reach', table = 'ledger_balances';
  end if;

  if tried then
    -- Under the locks: an attempt is in transit whole or not at all, for one payment of one filing.
    perform 1
       from (select distinct place_id, attempt_id from added where attempt_id is not null) d
      cross join lateral (
            select min(p.amount_fen) as least_fen, max(p.amount_fen) as most_fen,
                   count(distinct case when f.kind = 'in_transit' then f.id else t.id end) as accounts,
                   count(distinct case when f.kind = 'in_transit' then t.subject_id else f.subject_id end) as subjects,
                   sum(case when t.kind = 'in_transit' then p.amount_fen else -p.amount_fen end) as in_transit_fen
              from (select x.amount_fen, x.from_account_id, x.to_account_id from postings x
                     where x.place_id = d.place_id and x.attempt_id = d.attempt_id offset 0) p
             cross join lateral (
                   select x.id, x.kind, x.subject_id from ledger_accounts x
                    where x.place_id = d.place_id and x.id = p.from_account_id offset 0) f
             cross join lateral (
                   select x.id, x.kind, x.subject_id from ledger_accounts x
                    where x.place_id = d.place_id and x.id = p.to_account_id offset 0) t) x
      where x.least_fen <> x.most_fen or x.accounts > 1 or x.subjects > 1
         or x.in_transit_fen not in (0, x.most_fen);
    if found then
      raise exception 'a payment attempt is in transit whole or not at all'
        using errcode = '23514', constraint = 'attempt_moves_whole', table = 'postings';
    end if;
  end if;
  return null;
end $$
