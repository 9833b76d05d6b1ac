-- A case takes one step at a time and never goes back: every step it was ever in stays signed, so
-- `state_is_signed` alone would let it be put back into an earlier one.
create function case_moves_on() returns trigger language plpgsql as $$
begin
  raise exception 'a case moves by its next step alone'
    using errcode = '23514', constraint = 'case_moves_on', table = 'cases';
end $$
