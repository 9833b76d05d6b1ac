-- What a recovery demands, from when and on what proof is said by its signed steps; which settlement it
-- follows, by that settlement's approval. What was proposed stands.
create function recovery_facts_stand() returns trigger language plpgsql as $$
begin
  if new.proposed_fen is distinct from old.proposed_fen
     or ((new.document_number, new.pay_within_days, new.served_on, new.due_on, new.proof_reference)
         is distinct from
         (old.document_number, old.pay_within_days, old.served_on, old.due_on, old.proof_reference)
         and not signed_just_now(new.place_id, new.id))
     or (new.settlement_id is distinct from old.settlement_id
         and not exists (
           select from settlements s join cases c on c.place_id = s.place_id and c.id = s.id
            where s.place_id = new.place_id and s.id = new.settlement_id
              and s.filing_id = new.filing_id and c.state = 'approved'
              and signed_just_now(s.place_id, s.id))) then
    raise exception 'what a recovery says is signed'
      using errcode = '23514', constraint = 'recovery_facts_stand', table = 'recoveries';
  end if;
  return new;
end $$
