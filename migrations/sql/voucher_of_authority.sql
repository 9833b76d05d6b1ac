-- What a worker or a provider may do to a voucher is four moves and one, and with no other of its facts:
-- an investigation, a completion and an amount are the authority's.
create function voucher_of_authority() returns trigger language plpgsql as $$
begin
  raise exception 'a voucher is not moved so by its worker or provider'
    using errcode = '23514', constraint = 'voucher_of_authority', table = 'vouchers';
end $$
