-- A class commits and gives back its own money, a settlement takes over what its decided lines had committed
-- and gives back what it does not pay, a review commits again what a refused line had let go, a cancelled
-- payment hands back what its settlement had taken over to pay, and commits again what it had let go of that, a
-- recovery takes back what its settlement was paid: each to the fen.
create or replace function vouchers_cite_their_cause() returns trigger language plpgsql as $$
begin
  perform from added
    where event in ('vouchers_started', 'vouchers_approved', 'vouchers_released', 'vouchers_reinstated',
                    'vouchers_handed_back', 'earned_reduced', 'earned_later');
  if not found then
    return null;
  end if;
  perform
     from (select a.place_id, a.kind, a.event, a.decision_case_id, a.amount_fen,
                  f.voucher_batch_id as from_batch, t.voucher_batch_id as to_batch
             from added a
             join ledger_accounts f on f.place_id = a.place_id and f.id = a.from_account_id
             join ledger_accounts t on t.place_id = a.place_id and t.id = a.to_account_id
            where coalesce(f.voucher_batch_id, t.voucher_batch_id) is not null
              and a.decision_case_id is not null and a.attempt_id is null) a
     join cases c on c.place_id = a.place_id and c.id = a.decision_case_id
    where not case
            when c.kind = 'recovery' then exists (
              select from recoveries r
               where r.place_id = a.place_id and r.id = c.id
                 and r.voucher_settlement_id = coalesce(a.from_batch, a.to_batch))
            when c.kind = 'review_request' then exists (
              select from review_requests r
                join voucher_settlement_lines l
                  on l.place_id = r.place_id and l.settlement_id = r.voucher_settlement_id
                 and l.voucher_id = r.voucher_id
               where r.place_id = a.place_id and r.id = c.id and l.disposition = 'refused'
                 and l.class_id = a.to_batch and l.committed_fen = a.amount_fen)
            when c.kind = 'payment_correction' then a.amount_fen = (
              select sum(case when a.event = 'vouchers_handed_back' then l.amount_fen
                              else l.committed_fen - l.amount_fen end)
                from payment_corrections k
                join payments p on p.place_id = k.place_id and p.id = k.payment_id
                join voucher_settlement_lines l on l.place_id = p.place_id and l.settlement_id = p.subject_id
               where k.place_id = a.place_id and k.id = c.id and k.remedy = 'cancel'
                 and (a.from_batch is null or a.from_batch = p.subject_id)
                 and l.disposition = 'payable' and l.class_id = a.to_batch)
            when a.kind = 'reversal' then c.id in (a.from_batch, a.to_batch)
            when a.event = 'vouchers_approved' then c.id = a.to_batch and a.amount_fen = (
              select sum(l.committed_fen) from voucher_settlement_lines l
               where l.place_id = a.place_id and l.settlement_id = c.id and l.class_id = a.from_batch
                 and l.disposition in ('payable', 'refused') and l.released_at is null)
            when a.event = 'vouchers_released' and c.kind = 'voucher_settlement' then
              c.id = a.from_batch and a.amount_fen = (
                select sum(l.committed_fen - l.amount_fen) from voucher_settlement_lines l
                 where l.place_id = a.place_id and l.settlement_id = c.id
                   and l.disposition in ('payable', 'refused') and l.released_at is null)
            else c.id = coalesce(a.from_batch, a.to_batch)
          end;
  if found then
    raise exception 'a posting moves the vouchers'' money that its decision is about'
      using errcode = '23514', constraint = 'cause_concerns_posting', table = 'postings';
  end if;
  return null;
end $$
