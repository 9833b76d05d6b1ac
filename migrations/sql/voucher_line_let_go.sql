-- What is claimed is let go by whoever claimed it while nobody has accepted it, and decided by the authority
-- alone. Once let go it is not taken up again.
create function voucher_line_let_go() returns trigger language plpgsql as $$
begin
  if old.released_at is not null
     or (not coalesce(starts_with(new.region_path, scope_region()), false) and (
           (new.disposition, new.amount_fen, new.ground, new.reason, new.finding_seq)
             is distinct from (old.disposition, old.amount_fen, old.ground, old.reason, old.finding_seq)
           or not exists (select from cases c where c.place_id = new.place_id and c.id = new.settlement_id
                             and c.state in ('draft', 'returned_for_correction', 'withdrawn')))) then
    raise exception 'a line stands as it was claimed or decided'
      using errcode = '23514', constraint = 'voucher_line_let_go', table = 'voucher_settlement_lines';
  end if;
  return new;
end $$
