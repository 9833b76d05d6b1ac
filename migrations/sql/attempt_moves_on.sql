-- An attempt that was sent is never taken out, and what the bank has answered stands but for what it
-- gives back: else a second attempt could be made beside the first.
create function attempt_moves_on() returns trigger language plpgsql as $$
begin
  raise exception 'an attempt ends by the answer of the bank'
    using errcode = '23514', constraint = 'attempt_moves_on', table = 'payment_attempts';
end $$
