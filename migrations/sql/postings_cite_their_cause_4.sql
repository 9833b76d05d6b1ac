-- A decision moves the money it decided about, and no other: a case of an allowed kind, in the state that
-- decides, about the filing, batch or appropriation that the posting names; posted by its second signer, or
-- by the system that carries it out.
--
-- One look at the set tells which checks concern it at all. What they ask of other tables is looked up by its
-- key, posting by posting (`offset 0` keeps a look-up one): a batch is posted right after its rows were made,
-- and a plan that trusts statistics older than those rows would join whole tables in a loop. For the same
-- reason nothing is chosen by `limit 1`, which makes the planner hope for an early end, and rows are compared
-- with `case`, not `coalesce`, which counts as a leak under row security and is never looked up by an index.
create or replace function postings_cite_their_cause() returns trigger language plpgsql
set enable_seqscan = off as $$
declare
  decided boolean;
  answered boolean;
  sent boolean;
  broken text;
  elsewhere boolean;
  by_book boolean;
  by_case boolean;
  late boolean;
begin
  select bool_or(decision_case_id is not null),
         bool_or(attempt_id is not null and bank_line_id is not null),
         bool_or(attempt_id is not null and decision_case_id is not null)
    into decided, answered, sent
    from added;

  if decided then
    -- Of each decision: who signed it, whether it may cause this, and the filing it is about. A decision
    -- moves its money once, when it is signed; only the system carries it out later.
    select min(case
             when s.person_id <> scope_person() and scope_person() <> system_person() then 'posted_by_signer'
             when not exists (
               select from posting_causes k
                where k.event = d.event and k.case_kind = c.kind and k.to_state in (s.to_state, '*'))
               then 'cause_decides_event'
           end),
           bool_or(not case
             when f.id is null or t.id is null or d.by_book then true
             -- What a worker's review, or his cancelled payment, commits again is his provider's class's: held to
             -- it to the fen elsewhere.
             when n.filing_id is null
               then c.org_id = d.org_id or c.kind in ('appropriation', 'review_request', 'payment_correction')
             when d.event like 'netted%' then c.org_id = d.org_id
             when c.kind = 'filing' then c.id = n.filing_id
             when c.kind in ('prepayment', 'settlement', 'funding_request') then true
             else c.org_id = d.org_id
           end),
           bool_or(d.by_book),
           bool_or(c.kind in ('prepayment', 'settlement', 'funding_request') and n.filing_id is not null),
           bool_or(s.xmin <> pg_current_xact_id()::xid and scope_person() <> system_person())
      into broken, elsewhere, by_book, by_case, late
      from (select distinct place_id, event, decision_case_id, second_seq,
                   case when attempt_id is null then org_id end as org_id,
                   case when attempt_id is null then from_account_id end as from_id,
                   case when attempt_id is null then to_account_id end as to_id,
                   attempt_id is null
                     and (event = 'appropriation_approved' or event = 'forward_committed' and kind = 'posting')
                     as by_book
              from added where decision_case_id is not null) d
     cross join lateral (
           select x.id, x.kind, x.org_id from cases x
            where x.place_id = d.place_id and x.id = d.decision_case_id offset 0) c
     cross join lateral (
           select x.xmin, x.person_id, x.to_state from case_steps x
            where x.place_id = d.place_id and x.case_id = d.decision_case_id and x.seq = d.second_seq offset 0) s
      left join lateral (
           select x.id, x.filing_id from ledger_accounts x
            where x.place_id = d.place_id and x.id = d.from_id offset 0) f on true
      left join lateral (
           select x.id, x.filing_id from ledger_accounts x
            where x.place_id = d.place_id and x.id = d.to_id offset 0) t on true
     cross join lateral (
           select case when f.filing_id is null then t.filing_id else f.filing_id end as filing_id) n;
  end if;

  if broken is null and answered then
    -- What the bank says moves the attempt its line is about, by its amount, and as it says.
    select case when bool_or(
             l.attempt_id is distinct from a.attempt_id
             or l.amount_fen <> a.amount_fen
             or not case
                  when a.event = 'bank_refused' then l.result in ('rejected', 'returned', 'not_known')
                  when a.event = 'bank_returned' or a.kind = 'reversal' then l.result = 'returned'
                  else l.result = 'paid'
                end) then 'cause_concerns_posting' end
      into broken
      from added a
     cross join lateral (
           select x.attempt_id, x.amount_fen, x.result from bank_lines x
            where x.place_id = a.place_id and x.id = a.bank_line_id offset 0) l
     where a.attempt_id is not null;
  end if;

  if broken is null and sent then
    -- What a batch sends: its own attempts, each with the amount, filing or voucher settlement, and payment it is an attempt at.
    select case when bool_or(
             t.batch_id is distinct from a.decision_case_id
             or p.amount_fen <> a.amount_fen
             or coalesce(p.filing_id, p.subject_id) <> coalesce(f.spent_on_id, o.spent_on_id)
             or p.id <> case when f.kind = 'in_transit' then f.subject_id else o.subject_id end)
             then 'cause_concerns_posting' end
      into broken
      from added a
     cross join lateral (
           select x.kind, x.spent_on_id, x.subject_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.from_account_id offset 0) f
     cross join lateral (
           select x.spent_on_id, x.subject_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.to_account_id offset 0) o
      left join lateral (
           select x.batch_id, x.payment_id from payment_attempts x
            where x.place_id = a.place_id and x.id = a.attempt_id offset 0) t on true
      left join lateral (
           select x.id, x.amount_fen, x.filing_id, x.subject_id from payments x
            where x.place_id = a.place_id and x.id = t.payment_id offset 0) p on true
     where a.decision_case_id is not null and a.attempt_id is not null;
  end if;

  if broken is null and elsewhere then
    broken := 'cause_concerns_posting';
  end if;

  if broken is null and by_book then
    -- An appropriation, and what a filing waits for until one comes: its amount, in its book.
    select case when bool_or(not case
             when a.event = 'appropriation_approved' then exists (
               select from appropriations p
                where p.place_id = a.place_id and p.id = a.decision_case_id and p.amount_fen = a.amount_fen
                  and (p.fund_source, p.budget_year) = (b.fund_source, b.budget_year))
             else exists (
               select from commitments m
                where m.place_id = a.place_id
                  and m.filing_id = case when f.filing_id is null then t.filing_id else f.filing_id end
                  and m.state = 'forward' and m.amount_fen = a.amount_fen
                  and (m.fund_source, m.budget_year) = (b.fund_source, b.budget_year))
           end) then 'cause_concerns_posting' end
      into broken
      from (select distinct place_id, event, decision_case_id, book_id, amount_fen, from_account_id, to_account_id
              from added
             where decision_case_id is not null and attempt_id is null
               and (event = 'appropriation_approved' or event = 'forward_committed' and kind = 'posting')) a
      join books b on b.place_id = a.place_id and b.id = a.book_id
     cross join lateral (
           select x.filing_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.from_account_id offset 0) f
     cross join lateral (
           select x.filing_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.to_account_id offset 0) t;
  end if;

  if broken is null and by_case then
    -- A prepayment, a settlement, a line of a funding request: of the filing whose money moves.
    select case when bool_or(not case
             when c.kind = 'prepayment' then exists (
               select from prepayments p
                where p.place_id = a.place_id and p.id = c.id and p.filing_id = n.filing_id)
             when c.kind = 'settlement' then exists (
               select from settlements s
                where s.place_id = a.place_id and s.id = c.id and s.filing_id = n.filing_id)
             when c.kind = 'funding_request' then exists (
               select from funding_request_lines l
                where l.place_id = a.place_id and l.filing_id = n.filing_id and l.funding_request_id = c.id
                  and l.amount_fen >= a.amount_fen)
             else true
           end) then 'cause_concerns_posting' end
      into broken
      from (select distinct place_id, decision_case_id, amount_fen, from_account_id, to_account_id
              from added
             where decision_case_id is not null and attempt_id is null and event not like 'netted%'
               and not (event = 'appropriation_approved' or event = 'forward_committed' and kind = 'posting')) a
     cross join lateral (
           select x.id, x.kind from cases x
            where x.place_id = a.place_id and x.id = a.decision_case_id offset 0) c
     cross join lateral (
           select x.filing_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.from_account_id offset 0) f
     cross join lateral (
           select x.filing_id from ledger_accounts x
            where x.place_id = a.place_id and x.id = a.to_account_id offset 0) t
     cross join lateral (
           select case when f.filing_id is null then t.filing_id else f.filing_id end as filing_id) n
     where n.filing_id is not null;
  end if;

  if broken is null and late then
    broken := 'posted_when_signed';
  end if;

  if broken is not null then
    raise exception 'a posting cites the decision that moves this money'
      using errcode = '23514', constraint = broken, table = 'postings';
  end if;
  return null;
end $$
