-- A decision moves the money it decided about, and no other: a case of an allowed kind, in the state that
-- decides, about the filing, batch or appropriation that the posting names; posted by its second signer, or
-- by the system that carries it out.
create or replace function postings_cite_their_cause() returns trigger language plpgsql as $$
declare
  broken text;
begin
  select case
           when s.person_id <> scope_person() and scope_person() <> system_person() then 'posted_by_signer'
           when not exists (
             select from posting_causes k
              where k.event = d.event and k.case_kind = c.kind and k.to_state in (s.to_state, '*'))
             then 'cause_decides_event'
         end
    into broken
    from (select distinct place_id, event, decision_case_id, second_seq
            from added where decision_case_id is not null) d
    join cases c on c.place_id = d.place_id and c.id = d.decision_case_id
    join case_steps s on s.place_id = d.place_id and s.case_id = d.decision_case_id and s.seq = d.second_seq
   order by 1 nulls last
   limit 1;

  if broken is null then
    -- What the bank says moves the attempt its line is about, by its amount, and as it says.
    select 'cause_concerns_posting' into broken
      from added a
      join bank_lines l on l.place_id = a.place_id and l.id = a.bank_line_id
     where a.attempt_id is not null
       and (l.attempt_id is distinct from a.attempt_id
         or l.amount_fen <> a.amount_fen
         or not case
              when a.event = 'bank_refused' then l.result in ('rejected', 'returned', 'not_known')
              when a.event = 'bank_returned' or a.kind = 'reversal' then l.result = 'returned'
              else l.result = 'paid'
            end)
     limit 1;
  end if;

  if broken is null then
    -- What a batch sends: its own attempts, each with the amount, filing and payment it is an attempt at.
    select 'cause_concerns_posting' into broken
      from added a
      left join payment_attempts t on t.place_id = a.place_id and t.id = a.attempt_id
      left join payments p on p.place_id = t.place_id and p.id = t.payment_id
      join ledger_accounts f on f.place_id = a.place_id and f.id = a.from_account_id
      join ledger_accounts o on o.place_id = a.place_id and o.id = a.to_account_id
     where a.decision_case_id is not null and a.attempt_id is not null
       and (t.batch_id is distinct from a.decision_case_id
         or p.amount_fen <> a.amount_fen
         or coalesce(p.filing_id, p.subject_id) <> coalesce(f.spent_on_id, o.spent_on_id)
         or p.id <> case when f.kind = 'in_transit' then f.subject_id else o.subject_id end)
     limit 1;
  end if;

  if broken is null then
    select 'cause_concerns_posting' into broken
      from (select distinct a.place_id, a.kind, a.event, a.decision_case_id, a.book_id, a.org_id, a.amount_fen,
                   f.filing_id as from_filing, t.filing_id as to_filing
              from (select distinct place_id, kind, event, decision_case_id, book_id, org_id, amount_fen,
                           from_account_id, to_account_id
                      from added where decision_case_id is not null and attempt_id is null) a
              join ledger_accounts f on f.place_id = a.place_id and f.id = a.from_account_id
              join ledger_accounts t on t.place_id = a.place_id and t.id = a.to_account_id) a
      join books b on b.place_id = a.place_id and b.id = a.book_id
      join cases c on c.place_id = a.place_id and c.id = a.decision_case_id
     cross join lateral (select coalesce(a.from_filing, a.to_filing) as filing_id) n
     where not case
             when a.event = 'appropriation_approved' then exists (
               select from appropriations p
                where p.place_id = a.place_id and p.id = c.id and p.amount_fen = a.amount_fen
                  and (p.fund_source, p.budget_year) = (b.fund_source, b.budget_year))
             when a.event = 'forward_committed' and a.kind = 'posting' then exists (
               select from commitments m
                where m.place_id = a.place_id and m.filing_id = n.filing_id and m.state = 'forward'
                  and m.amount_fen = a.amount_fen
                  and (m.fund_source, m.budget_year) = (b.fund_source, b.budget_year))
             when n.filing_id is null then c.org_id = a.org_id or c.kind = 'appropriation'
             when a.event like 'netted%' then c.org_id = a.org_id
             when c.kind = 'filing' then c.id = n.filing_id
             when c.kind = 'prepayment' then exists (
               select from prepayments p
                where p.place_id = a.place_id and p.id = c.id and p.filing_id = n.filing_id)
             when c.kind = 'settlement' then exists (
               select from settlements s
                where s.place_id = a.place_id and s.id = c.id and s.filing_id = n.filing_id)
             when c.kind = 'funding_request' then exists (
               select from funding_request_lines l
                where l.place_id = a.place_id and l.funding_request_id = c.id
                  and l.filing_id = n.filing_id and l.amount_fen >= a.amount_fen)
             else c.org_id = a.org_id
           end
     limit 1;
  end if;

  if broken is null and scope_person() <> system_person() then
    -- A decision moves its money once, when it is signed; only the system carries it out later.
    select 'posted_when_signed' into broken
      from (select distinct place_id, decision_case_id, second_seq from added
             where decision_case_id is not null) d
      join case_steps s on s.place_id = d.place_id and s.case_id = d.decision_case_id and s.seq = d.second_seq
     where s.xmin <> pg_current_xact_id()::xid
     limit 1;
  end if;

  if broken is not null then
    raise exception 'a posting cites the decision that moves this money'
      using errcode = '23514', constraint = broken, table = 'postings';
  end if;
  return null;
end $$
