-- Whether the step in which a case now stands was signed in this very transaction: what a step says
-- beside its signature is written with it, and by nobody afterwards.
create function signed_just_now(place uuid, named uuid) returns boolean language sql stable as $$
  select exists (
    select from cases c
      join case_steps s on s.place_id = c.place_id and s.case_id = c.id and s.seq = c.step_seq
     where c.place_id = place and c.id = named and s.xmin = pg_current_xact_id()::xid)
$$
